#include "kanpan/ingest/new_rows.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kanpan/ingest/held_rows.hpp"
#include "kanpan/ingest/stored_keys.hpp"

namespace kanpan::ingest {
namespace {

constexpr const char* kRule = "null.new_row";

/// Those of the columns that are empty in the row.
std::vector<std::string> empty_cells(const frame::Batch& rows, std::uint32_t row,
                                     const std::vector<std::string>& columns) {
  std::vector<std::string> empty;
  for (const std::string& name : columns)
    if (rows.column(rows.find(name)).is_null(row)) empty.push_back(name);
  return empty;
}

}  // namespace

std::vector<std::string> never_empty(const catalog::TableSpec& table,
                                     const std::vector<std::string>& columns) {
  std::vector<std::string> names;
  for (const std::string& name : columns)
    if (const auto* column = table.column(name); column && column->nulls == catalog::Nulls::Never)
      names.push_back(name);
  return names;
}

Result<std::optional<Refusal>> hold_new_rows(const catalog::TableSpec& table,
                                             const std::vector<std::string>& missing,
                                             const store::Store& store, Verdict& verdict) {
  std::optional<Refusal> refusal;
  const auto needed = never_empty(table, missing);
  if (needed.empty()) return refusal;
  KANPAN_LET(auto fresh, new_rows(table, verdict.rows, store));
  std::erase_if(fresh,
                [&](std::uint32_t row) { return empty_cells(verdict.rows, row, needed).empty(); });
  if (fresh.empty()) return refusal;
  const auto reason = [&](std::uint32_t row) {
    return fmt::format(
        "nothing is stored under this key, and a new row must have {}, which it lacks",
        fmt::join(empty_cells(verdict.rows, row, needed), ", "));
  };
  if (fresh.size() == verdict.rows.rows()) {
    refusal = Refusal{fmt::format("page.{}", kRule),
                      fmt::format("{0} of {0} rows break the same rule, as {1}", fresh.size(),
                                  reason(fresh.front()))};
    return refusal;
  }
  Harvest held;
  held.rows = verdict.rows.take(fresh);
  held.absent = missing;
  std::vector<std::uint32_t> kept;
  for (std::uint32_t row = 0, at = 0; row < verdict.rows.rows(); ++row) {
    if (at == fresh.size() || fresh[at] != row) {
      kept.push_back(row);
      continue;
    }
    const auto place = verdict.places.empty() ? row : verdict.places[row];
    verdict.held.push_back({place, kRule, reason(row), row_json(held, at++)});
  }
  verdict.rows = verdict.rows.take(kept);
  verdict.places.clear();
  return refusal;
}

}  // namespace kanpan::ingest
