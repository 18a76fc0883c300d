#include "kanpan/frame/json.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include "kanpan/frame/json_cell.hpp"

namespace kanpan::frame {
namespace {

namespace ondemand = simdjson::ondemand;

constexpr std::size_t kExcerpt = 80;

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

/// The first bytes of a body, fit for one line of a message.
std::string excerpt(std::string_view body) {
  std::string text(body.substr(0, kExcerpt));
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
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
    return Error{Errc::SourceTransient,
                 fmt::format("answer of {} bytes is not a table: {}; it begins '{}'", body.size(),
                             error.what(), excerpt(body)),
                 "the call is repeated; if it stays, check source.url"};
  }
  return page;
}

}  // namespace kanpan::frame
