#include "kanpan/frame/ndjson.hpp"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>
#include <simdjson.h>

#include "kanpan/frame/json_cell.hpp"

namespace kanpan::frame {
namespace {

constexpr std::size_t kRead = std::size_t{1} << 18;
/// A line longer than this is no row of a table.
constexpr std::size_t kLongestLine = std::size_t{16} << 20;

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

}  // namespace

struct NdjsonReader::Impl {
  std::unique_ptr<ByteStream> bytes;
  std::string origin;
  std::vector<Field> wanted;
  ColumnNames names;
  std::vector<std::string> missing, unknown;
  std::vector<bool> expected;  ///< by column: the first line has it
  std::string buffer;          ///< bytes read, the line at `start`; room for simdjson's padding
  std::size_t start = 0;
  std::uint64_t line = 0;  ///< of the line last taken
  std::string first_line;  ///< kept by open() for the first next()
  std::uint64_t first_number = 0;
  std::string padded;
  simdjson::ondemand::parser parser;
  std::vector<std::pair<std::string, std::size_t>> places;  ///< members of the line before
  std::vector<std::uint64_t> filled;  ///< by column: the line that last gave it

  /// The next line that is not blank, without its end; nothing at the end of the file.
  Result<std::optional<std::string_view>> next_line() {
    for (;;) {
      auto end = buffer.find('\n', start);
      while (end == std::string::npos) {
        KANPAN_LET(const bool more, read_more());
        if (!more) break;
        end = buffer.find('\n', start);
      }
      if (end == std::string::npos && start == buffer.size())
        return std::optional<std::string_view>{};
      end = std::min(end, buffer.size());
      const std::string_view taken = std::string_view(buffer).substr(start, end - start);
      start = std::min(end + 1, buffer.size());
      ++line;
      if (!is_blank(taken)) return std::optional(taken);
    }
  }

  Result<bool> read_more() {
    buffer.erase(0, std::exchange(start, 0));
    if (buffer.size() > kLongestLine)
      return Error{Errc::Quality,
                   fmt::format("line {} is longer than {} bytes", line + 1, kLongestLine),
                   "one object a line"};
    const std::size_t before = buffer.size();
    buffer.resize(before + kRead);
    auto read = bytes->read(std::span(buffer).subspan(before));
    buffer.resize(before + (read ? *read : 0));
    if (!read) return std::move(read).error();
    return *read > 0;
  }

  simdjson::ondemand::document document(std::string_view text) {
    padded.assign(text);
    padded.reserve(text.size() + simdjson::SIMDJSON_PADDING);
    return parser.iterate(padded.data(), padded.size(), padded.capacity());
  }

  Error unreadable(std::string_view what) const {
    return Error{Errc::Quality, fmt::format("line {}: {}", line, what),
                 "one JSON object a line, its members named as the table's columns"};
  }

  Result<void> read_header() {
    KANPAN_LET(const auto text, next_line());
    if (!text) return Error{Errc::Quality, "the file is empty", "it holds one object a line"};
    first_line = *text;
    first_number = line;
    std::vector<std::string> header;
    try {
      auto object = document(first_line);
      for (auto member : object.get_object())
        header.emplace_back(std::string_view(member.unescaped_key()));
    } catch (const std::exception& error) {
      return unreadable(error.what());
    }
    KANPAN_TRY(check_header(names, header));
    expected.assign(wanted.size(), false);
    for (const std::string& name : header)
      if (const auto at = find_column(name, wanted, names); at != Batch::npos) expected[at] = true;
    for (std::size_t i = 0; i < wanted.size(); ++i)
      if (!expected[i]) missing.push_back(wanted[i].name);
    filled.assign(wanted.size(), 0);
    return {};
  }

  /// Members mostly come in the order of the line before.
  std::size_t place_of(std::string_view key, std::size_t position) {
    if (position < places.size() && places[position].first == key) return places[position].second;
    const std::size_t at = find_column(key, wanted, names);
    if (at == Batch::npos && std::ranges::find(unknown, key) == unknown.end())
      unknown.emplace_back(key);
    places.resize(std::max(places.size(), position + 1));
    places[position] = {std::string(key), at};
    return at;
  }

  void read_object(std::string_view text, RowBlock& block) {
    const auto row = static_cast<std::uint32_t>(block.lines.size());
    auto object = document(text);
    std::size_t position = 0;
    for (auto member : object.get_object()) {
      const std::string_view key = member.unescaped_key();
      const std::size_t at = place_of(key, position++);
      if (at == Batch::npos) continue;
      if (filled[at] == line) throw std::runtime_error(fmt::format("'{}' comes twice", key));
      filled[at] = line;
      if (auto raw = push_json(block.batch.column(at), member.value()))
        block.bad_cells.push_back({row, static_cast<std::uint16_t>(at), line, std::move(*raw)});
    }
    if (object.current_location().error() != simdjson::OUT_OF_BOUNDS)
      throw std::runtime_error("something follows the closing brace");
    for (std::size_t at = 0; at < wanted.size(); ++at) {
      if (filled[at] == line) continue;
      block.batch.column(at).push_null();
      if (expected[at]) block.partial = true;
    }
    block.lines.push_back(line);
  }

  Result<void> read_rows(RowBlock& block, std::size_t max_rows) {
    while (block.lines.size() < max_rows) {
      std::optional<std::string_view> text;
      if (first_number > 0) {
        text = first_line;
        line = std::exchange(first_number, 0);
      } else {
        KANPAN_LET(text, next_line());
      }
      if (!text) break;
      try {
        read_object(*text, block);
      } catch (const std::exception& error) {  // simdjson's, or one of the above
        return unreadable(error.what());
      }
    }
    return {};
  }
};

NdjsonReader::NdjsonReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
NdjsonReader::NdjsonReader(NdjsonReader&&) noexcept = default;
NdjsonReader& NdjsonReader::operator=(NdjsonReader&&) noexcept = default;
NdjsonReader::~NdjsonReader() = default;

Result<NdjsonReader> NdjsonReader::open(const std::filesystem::path& file,
                                        std::vector<Field> wanted, const ColumnNames& names) {
  KANPAN_LET(auto bytes, open_bytes(file));
  return read(std::move(bytes), file.string(), std::move(wanted), names);
}

Result<NdjsonReader> NdjsonReader::read(std::unique_ptr<ByteStream> bytes, std::string origin,
                                        std::vector<Field> wanted, const ColumnNames& names) {
  KANPAN_TRY(check_names(names, wanted));
  auto impl = std::make_unique<Impl>();
  impl->bytes = std::move(bytes);
  impl->origin = std::move(origin);
  impl->wanted = std::move(wanted);
  impl->names = names;
  if (auto header = impl->read_header(); !header)
    return std::move(header).error().within(impl->origin);
  return NdjsonReader(std::move(impl));
}

const std::vector<std::string>& NdjsonReader::missing() const { return impl_->missing; }
const std::vector<std::string>& NdjsonReader::unknown() const { return impl_->unknown; }

Result<std::optional<RowBlock>> NdjsonReader::next(std::size_t max_rows) {
  RowBlock block;
  block.batch = Batch(impl_->wanted);
  if (auto rows = impl_->read_rows(block, max_rows); !rows)
    return std::move(rows).error().within(impl_->origin);
  if (block.lines.empty()) return std::optional<RowBlock>{};
  return std::optional(std::move(block));
}

}  // namespace kanpan::frame
