#include "kanpan/frame/csv.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "kanpan/base/utf8.hpp"
#include "kanpan/frame/cell.hpp"
#include "kanpan/frame/json_writer.hpp"

namespace kanpan::frame {
namespace {

constexpr std::size_t kExcerpt = 80;
/// Records of another width that a file may have, and one more for so many rows: what stands below
/// a table. More of them, and its commas are not where its columns end.
constexpr std::uint64_t kRagged = 3;
constexpr std::uint64_t kRowsPerRagged = 100;

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

Error not_utf8(std::uint64_t line, const char* likely = "GB18030") {
  return Error{Errc::Quality, fmt::format("line {}: the text is not UTF-8", line),
               fmt::format("convert the file first, as with iconv -f {} -t UTF-8", likely)};
}

/// What the beginning of a file says of its text, if it is no UTF-8: its mark, or zero bytes.
const char* wide_encoding(std::string_view start) {
  if (start.starts_with("\xFF\xFE") || start.starts_with("\xFE\xFF")) return "UTF-16";
  const auto zero = start.find('\0');
  if (zero == std::string_view::npos) return nullptr;
  return zero % 2 == 1 ? "UTF-16LE" : "UTF-16BE";
}

/// What a spreadsheet program saves unless told otherwise: a ZIP archive, or its older container.
bool is_workbook(std::string_view start) {
  return start.starts_with("PK\x03\x04") || start.starts_with("\xD0\xCF\x11\xE0");
}

/// Of a header that is one name, and none that is known.
Error one_name(const std::string& name) {
  for (const std::string_view separator : {";", "\t", "|", "，"})
    if (name.find(separator) != std::string::npos)
      return Error{Errc::Quality,
                   fmt::format("the separator is {}, not a comma",
                               separator == "\t" ? "a tab" : fmt::format("'{}'", separator)),
                   "write the file with commas between its cells"};
  return Error{Errc::Quality,
               fmt::format("its first line, '{}', names no column", name.substr(0, kExcerpt)),
               "the first line names the columns, with commas between them"};
}

}  // namespace

Result<CsvReader> CsvReader::open(const std::filesystem::path& file, std::vector<Field> wanted,
                                  const ColumnNames& names) {
  KANPAN_LET(auto bytes, open_bytes(file));
  return read(std::move(bytes), file.string(), std::move(wanted), names);
}

Result<CsvReader> CsvReader::read(std::unique_ptr<ByteStream> bytes, std::string origin,
                                  std::vector<Field> wanted, const ColumnNames& names) {
  CsvReader reader(std::move(bytes), std::move(origin), std::move(wanted));
  KANPAN_TRY(check_names(names, reader.wanted_));
  if (auto header = reader.read_header(names); !header)
    return std::move(header).error().within(reader.origin_);
  return reader;
}

Result<void> CsvReader::read_header(const ColumnNames& names) {
  KANPAN_LET(const bool any, records_.next(cells_));
  if (!any) return Error{Errc::Quality, "the file is empty", "its first line names the columns"};
  std::vector<std::string> header;
  std::vector<bool> seen(wanted_.size());
  if (is_workbook(cells_.front().text))
    return Error{Errc::Quality, "the file is a workbook or an archive, not CSV",
                 "save its sheet as CSV (UTF-8) first"};
  if (const char* wide = wide_encoding(cells_.front().text)) return not_utf8(records_.line(), wide);
  for (const CsvCell& cell : cells_) {
    if (!is_utf8(cell.text)) return not_utf8(records_.line());
    header.emplace_back(trimmed(cell.text));
    const std::size_t at = find_column(header.back(), wanted_, names);
    if (at == Batch::npos) {
      unknown_.push_back(header.back());
      target_.push_back(at);
      continue;
    }
    if (seen[at])
      return Error{Errc::Quality,
                   fmt::format("the header names column '{}' twice", wanted_[at].name),
                   "remove or rename one of them"};
    seen[at] = true;
    target_.push_back(at);
  }
  if (unknown_.size() == 1 && header.size() == 1 && wanted_.size() > 1)
    return one_name(header.front());
  KANPAN_TRY(check_header(names, header));
  for (std::size_t i = 0; i < wanted_.size(); ++i)
    if (!seen[i]) missing_.push_back(wanted_[i].name);
  return {};
}

Result<std::optional<RowBlock>> CsvReader::next(std::size_t max_rows) {
  RowBlock block;
  block.batch = Batch(wanted_);
  if (auto rows = read_rows(block, max_rows); !rows) return std::move(rows).error().within(origin_);
  if (block.lines.empty() && block.bad_lines.empty()) return std::optional<RowBlock>{};
  for (const std::string& name : missing_) {
    Column& column = block.batch.column(block.batch.find(name));
    for (std::size_t i = 0; i < block.lines.size(); ++i) column.push_null();
  }
  return std::optional(std::move(block));
}

Result<void> CsvReader::read_rows(RowBlock& block, std::size_t max_rows) {
  while (block.lines.size() < max_rows) {
    KANPAN_LET(const bool any, records_.next(cells_));
    if (!any) break;
    const bool blank = cells_.size() == 1 && trimmed(cells_[0].text).empty() && !cells_[0].quoted;
    if (blank && target_.size() > 1) continue;
    KANPAN_TRY(cells_.size() == target_.size() ? read_row(block) : set_aside(block));
  }
  return {};
}

Result<void> CsvReader::set_aside(RowBlock& block) {
  std::string reason =
      fmt::format("{} cells where the header names {}", cells_.size(), target_.size());
  if (++ragged_ > kRagged + rows_ / kRowsPerRagged)
    return Error{
        Errc::Quality,
        fmt::format("line {}: {}, as on {} lines before it", records_.line(), reason, ragged_ - 1),
        "put text that holds a comma in quotes"};
  std::string raw;
  for (const CsvCell& cell : cells_) {
    if (!is_utf8(cell.text)) return not_utf8(records_.line());
    if (&cell != &cells_.front()) raw += ',';
    raw += cell.text;
  }
  std::size_t end = std::min(raw.size(), kExcerpt);
  while (end < raw.size() && (static_cast<unsigned char>(raw[end]) & 0xC0) == 0x80) --end;
  raw.resize(end);
  block.bad_lines.push_back({records_.line(), std::move(reason), std::move(raw)});
  return {};
}

Result<void> CsvReader::read_row(RowBlock& block) {
  ++rows_;
  for (std::size_t i = 0; i < cells_.size(); ++i)
    if (target_[i] != Batch::npos) KANPAN_TRY(read_cell(block, target_[i], cells_[i]));
  block.lines.push_back(records_.line());
  return {};
}

Result<void> CsvReader::read_cell(RowBlock& block, std::size_t at, const CsvCell& cell) {
  Column& column = block.batch.column(at);
  const bool is_text = column.type() == Type::Text;
  const std::string_view text = is_text ? cell.text : trimmed(cell.text);
  if (text.empty() && !(is_text && cell.quoted)) return column.push_null(), Result<void>{};
  const bool read = push_text(column, text);
  if (read && !is_text) return {};
  if (!is_utf8(text)) return not_utf8(records_.line());
  if (!read)
    block.bad_cells.push_back({static_cast<std::uint32_t>(block.lines.size()),
                               static_cast<std::uint16_t>(at), records_.line(),
                               std::string(text.substr(0, kExcerpt))});
  return {};
}

// ---- writing ------------------------------------------------------------------------------------

namespace {

void append_text(std::string& out, std::string_view text) {
  const bool quoted = text.empty() || text.find_first_of(",\"\r\n") != std::string_view::npos;
  if (quoted) out += '"';
  for (char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  if (quoted) out += '"';
}

void append_cell(std::string& out, const Column& column, std::size_t row) {
  if (column.is_null(row)) return;
  switch (column.type()) {
    case Type::Text:
      return append_text(out, column.texts()[row]);
    case Type::Date:
      out += column.dates()[row].iso();
      return;
    case Type::Real:
      if (!std::isfinite(column.reals()[row])) return;
      [[fallthrough]];
    case Type::Int:
      return append_json_value(out, column, row, {});
  }
}

}  // namespace

void append_csv_header(std::string& out, const Batch& batch, std::span<const std::size_t> columns,
                       const CsvStyle& style) {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (i > 0) out += ',';
    append_text(out, batch.fields()[columns[i]].name);
  }
  out += style.line_end;
}

void append_csv_rows(std::string& out, const Batch& batch, std::span<const std::size_t> columns,
                     const CsvStyle& style) {
  for (std::size_t row = 0; row < batch.rows(); ++row) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (i > 0) out += ',';
      append_cell(out, batch.column(columns[i]), row);
    }
    out += style.line_end;
  }
}

}  // namespace kanpan::frame
