#include "kanpan/ingest/file_block.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kanpan/catalog/units.hpp"
#include "kanpan/frame/json_writer.hpp"

namespace kanpan::ingest {

using catalog::TableSpec;

Result<void> check_columns(const TableSpec& table, const ImportFile& file) {
  std::vector<std::string> lacking;
  for (const std::string& name : table.key)
    if (std::ranges::find(file.rows->missing(), name) != file.rows->missing().end())
      lacking.push_back(name);
  if (lacking.empty()) return {};
  return Error{Errc::Usage,
               fmt::format("'{}' has no column {}, part of the key of {}", file.name,
                           fmt::join(lacking, " and no "), table.name),
               file.rows->unknown().empty()
                   ? "every row needs its key"
                   : fmt::format("if it is there under another name: --map {}={}",
                                 file.rows->unknown().front(), lacking.front())};
}

void restore_units(const TableSpec& table, frame::RowBlock& block) {
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    frame::Column& column = block.batch.column(c);
    const double factor = catalog::to_normal(table.columns[c].unit).factor;
    for (const std::uint32_t row : catalog::restore(column, factor))
      block.bad_cells.push_back(
          {row, static_cast<std::uint16_t>(c), block.lines[row],
           fmt::format("{}: no whole {}", column.text_of(row), table.columns[c].unit)});
  }
}

std::pair<std::uint64_t, std::uint64_t> lines_of(const frame::RowBlock& block) {
  std::uint64_t first = UINT64_MAX, last = 0;
  const auto add = [&](std::uint64_t line) {
    first = std::min(first, line);
    last = std::max(last, line);
  };
  if (!block.lines.empty()) add(block.lines.front()), add(block.lines.back());
  if (!block.bad_lines.empty()) add(block.bad_lines.front().line), add(block.bad_lines.back().line);
  return {first, last};
}

HeldRow held_line(const frame::RowBlock::BadLine& line) {
  std::string json = "{\"line\":";
  frame::append_json_text(json, line.raw);
  return {0, "line", fmt::format("line {}: {}", line.line, line.reason), json + '}'};
}

}  // namespace kanpan::ingest
