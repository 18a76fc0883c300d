#include "kanpan/source/sim/sheet.hpp"

#include <algorithm>

#include "kanpan/frame/json_writer.hpp"

namespace kanpan::source::sim {
namespace {

constexpr frame::JsonStyle kStyle{.compact_dates = true, .decimal_point = true};

void append_cell(std::string& out, const Sheet& sheet, std::uint32_t row, std::uint32_t column) {
  if (const auto at = sheet.replaced.find({row, column}); at != sheet.replaced.end())
    out += at->second;
  else if (const frame::Column* values = sheet.column(column))
    frame::append_json_value(out, *values, sheet.rows[row], kStyle);
  else
    out += '1';
}

void append_spoiled_items(std::string& out, const Sheet& sheet) {
  out += '[';
  for (std::uint32_t row = 0; row < sheet.rows.size(); ++row) {
    out += row ? ",[" : "[";
    const std::size_t width = sheet.columns.size() - (sheet.short_rows.contains(row) ? 1 : 0);
    for (std::uint32_t column = 0; column < width; ++column) {
      if (column) out += ',';
      append_cell(out, sheet, row, column);
    }
    out += ']';
  }
  out += ']';
}

}  // namespace

const frame::Column* Sheet::column(std::uint32_t position) const {
  const std::size_t at = columns[position].column;
  return at == frame::Batch::npos ? nullptr : &batch->column(at);
}

bool Sheet::plain() const {
  return replaced.empty() && short_rows.empty() &&
         std::ranges::none_of(columns,
                              [](const Shown& s) { return s.column == frame::Batch::npos; });
}

void append_items(std::string& out, const Sheet& sheet) {
  out.reserve(out.size() + 256 + sheet.rows.size() * (sheet.columns.size() * 12 + 4));
  out += "\"fields\":[";
  for (const Sheet::Shown& shown : sheet.columns) {
    if (out.back() != '[') out += ',';
    frame::append_json_text(out, shown.name);
  }
  out += "],\"items\":";
  if (!sheet.plain()) return append_spoiled_items(out, sheet);
  std::vector<std::size_t> columns;
  for (const Sheet::Shown& shown : sheet.columns) columns.push_back(shown.column);
  frame::append_json_items(out, *sheet.batch, columns, sheet.rows, kStyle);
}

}  // namespace kanpan::source::sim
