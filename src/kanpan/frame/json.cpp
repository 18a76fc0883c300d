#include "kanpan/frame/json.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <simdjson.h>

#include "kanpan/base/utf8.hpp"
#include "kanpan/frame/cell.hpp"
#include "kanpan/frame/json_cell.hpp"

namespace kanpan::frame {
namespace {

namespace ondemand = simdjson::ondemand;

constexpr std::size_t kExcerpt = 80;    ///< bytes of a body that a message shows
constexpr std::size_t kSearched = 200;  ///< bytes of a body that they are taken from

/// Reads one body. Errors of simdjson travel as exceptions inside and end in parse_page().
class PageReader {
 public:
  PageReader(std::span<const Field> wanted, ParsedPage& page) : wanted_(wanted), page_(page) {
    page_.batch = Batch({wanted.begin(), wanted.end()});
  }

  void read(ondemand::document& document);

 private:
  void read_data(ondemand::object data);
  void read_fields(ondemand::array names);
  void read_items(ondemand::array items);
  void read_row(ondemand::array row);
  void read_cell(std::size_t column, ondemand::value cell);

  [[noreturn]] static void malformed(const std::string& what) { throw std::runtime_error(what); }

  std::span<const Field> wanted_;
  ParsedPage& page_;
  std::vector<std::size_t> target_;  ///< by position in data.fields; Batch::npos = unknown
  std::uint32_t row_ = 0;
  bool has_fields_ = false, has_items_ = false, items_came_first_ = false;
};

void PageReader::read(ondemand::document& document) {
  bool has_code = false;
  for (auto member : document.get_object()) {
    const std::string_view key = member.unescaped_key();
    if (key == "code") {
      page_.code = member.value().get_int64();
      has_code = true;
    } else if (key == "msg" && !member.value().is_null()) {
      page_.message = std::string_view(member.value().get_string());
    } else if (key == "data" && !member.value().is_null()) {
      read_data(member.value().get_object());
    }
  }
  if (document.current_location().error() != simdjson::OUT_OF_BOUNDS)
    malformed("something follows the closing brace");
  if (!has_code) malformed("no member 'code'");
  if (page_.code != 0) {
    page_.batch = Batch({wanted_.begin(), wanted_.end()});
    page_.bad_cells.clear();
    return;
  }
  if (!has_fields_) malformed("no 'data.fields'");
  if (items_came_first_) {
    document.rewind();
    read_items(document.find_field_unordered("data").find_field_unordered("items").get_array());
  }
  if (!has_items_) malformed("no 'data.items'");
}

void PageReader::read_data(ondemand::object data) {
  for (auto member : data) {
    const std::string_view key = member.unescaped_key();
    if (key == "fields") {
      read_fields(member.value().get_array());
    } else if (key == "items" && has_fields_) {
      read_items(member.value().get_array());
    } else if (key == "items") {
      items_came_first_ = true;
    } else if (key == "has_more" && !member.value().is_null()) {
      page_.has_more = member.value().get_bool();
    }
  }
}

void PageReader::read_fields(ondemand::array names) {
  if (has_fields_) malformed("a second 'data.fields'");
  has_fields_ = true;
  std::vector<bool> seen(wanted_.size());
  for (auto name : names) {
    const std::string_view text = name.get_string();
    const std::size_t at = page_.batch.find(text);
    if (at == Batch::npos || seen[at]) {
      page_.unknown.emplace_back(text);
      target_.push_back(Batch::npos);
    } else {
      seen[at] = true;
      target_.push_back(at);
    }
  }
  for (std::size_t i = 0; i < wanted_.size(); ++i)
    if (!seen[i]) page_.missing.push_back(wanted_[i].name);
}

void PageReader::read_items(ondemand::array items) {
  if (has_items_) malformed("a second 'data.items'");
  has_items_ = true;
  for (auto row : items) {
    read_row(row.get_array());
    ++row_;
  }
  for (const std::string& name : page_.missing) {
    Column& column = page_.batch.column(page_.batch.find(name));
    for (std::uint32_t i = 0; i < row_; ++i) column.push_null();
  }
}

void PageReader::read_row(ondemand::array row) {
  std::size_t position = 0;
  for (auto cell : row) {
    if (position < target_.size() && target_[position] != Batch::npos)
      read_cell(target_[position], cell.value());
    ++position;
  }
  if (position != target_.size())
    malformed(fmt::format("row {} has {} values for {} fields", row_, position, target_.size()));
}

void PageReader::read_cell(std::size_t at, ondemand::value cell) {
  if (auto raw = push_json(page_.batch.column(at), cell))
    page_.bad_cells.push_back({row_, static_cast<std::uint16_t>(at), std::move(*raw)});
}

/// How many bytes of `text`, from 1 on, show as one character: 0 for a blank, a control or
/// replacement character and for what is no UTF-8.
std::size_t shown_bytes(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  if (lead < 0x80) return lead > ' ' && lead != 0x7f ? 1 : 0;
  const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  const auto character = text.substr(0, size);
  const bool control =
      lead == 0xc2 && size <= text.size() && static_cast<unsigned char>(text[1]) < 0xa0;
  return control || character == "\xef\xbf\xbd" || !is_utf8(character) ? 0 : size;
}

/// What can be read of the first bytes of a body, fit for one line of a message: whatever else
/// stands between becomes one blank. "" for nothing.
std::string excerpt(std::string_view body) {
  std::string text;
  bool blank = false;
  body = body.substr(0, kSearched);
  while (!body.empty()) {
    const std::size_t size = shown_bytes(body);
    const std::string_view character = body.substr(0, std::max<std::size_t>(size, 1));
    body.remove_prefix(character.size());
    if (size == 0) {
      blank = !text.empty();
      continue;
    }
    if (text.size() + blank + size > kExcerpt) break;
    if (std::exchange(blank, false)) text += ' ';
    text += character;
  }
  return text;
}

}  // namespace

Result<ParsedPage> parse_page(std::string_view body, std::span<const Field> wanted) {
  ParsedPage page;
  try {
    const simdjson::padded_string padded(body);
    ondemand::parser parser;
    ondemand::document document = parser.iterate(padded);
    PageReader(wanted, page).read(document);
  } catch (const std::exception& error) {  // simdjson_error, or malformed() above
    const std::string begin = excerpt(body);
    return Error{Errc::SourceTransient,
                 fmt::format("answer of {} bytes is not a table: {}{}", body.size(), error.what(),
                             begin.empty() ? "" : fmt::format("; it begins '{}'", begin)),
                 "the call is repeated; if it stays, check source.url"};
  }
  return page;
}

}  // namespace kanpan::frame
