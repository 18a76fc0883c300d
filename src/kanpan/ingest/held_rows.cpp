#include "kanpan/ingest/held_rows.hpp"

#include <algorithm>

#include <boost/json.hpp>

namespace kanpan::ingest {

using frame::Column;

std::string row_json(const Harvest& harvest, std::uint32_t row) {
  boost::json::object object;
  for (std::size_t c = 0; c < harvest.rows.width(); ++c) {
    const Column& column = harvest.rows.column(c);
    const std::string& name = harvest.rows.fields()[c].name;
    // A later line of NDJSON may have what its first one lacks.
    const bool is_null = column.is_null(row);
    if (is_null && std::ranges::find(harvest.absent, name) != harvest.absent.end()) continue;
    auto& value = object[name];
    if (is_null) continue;
    switch (column.type()) {
      case frame::Type::Int:
        value = column.ints()[row];
        break;
      case frame::Type::Real:
        value = column.reals()[row];
        break;
      case frame::Type::Text:
      case frame::Type::Date:
        value = column.text_of(row);
        break;
    }
  }
  for (const auto& cell : harvest.bad_cells)
    if (cell.row == row) object[harvest.rows.fields()[cell.column].name] = cell.raw;
  return boost::json::serialize(object);
}

bool has_place(const Slice& slice, const Harvest& harvest, std::uint32_t row) {
  const catalog::TableSpec& table = *slice.table;
  for (const std::string& name : table.key) {
    const auto at = harvest.rows.find(name);
    const Column& column = harvest.rows.column(at);
    const bool needed =
        name == table.time || name == table.code || table.columns[at].nulls != catalog::Nulls::Any;
    const bool unreadable = std::ranges::any_of(
        harvest.bad_cells, [&](const auto& cell) { return cell.row == row && cell.column == at; });
    if (unreadable || (needed && column.is_null(row))) return false;
    if (name == table.code && column.type() == frame::Type::Text) {
      const auto code = column.texts()[row];
      if (!table.takes_code(code) || (!slice.code.empty() && code != slice.code)) return false;
    }
    if (name == table.time && slice.range && slice.by_time_column() &&
        !slice.range->contains(column.dates()[row]))
      return false;
  }
  return true;
}

}  // namespace kanpan::ingest
