#include "kanpan/ingest/new_rows.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kanpan/ingest/held_rows.hpp"
#include "kanpan/ingest/stored_keys.hpp"

namespace kanpan::ingest {
namespace {

constexpr const char* kRule = "null.new_row";

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
  KANPAN_LET(const auto fresh, new_rows(table, verdict.rows, store));
  if (fresh.empty()) return refusal;
  const std::string reason = fmt::format(
      "nothing is stored under this key, and a new row must have {}, which the file lacks",
      fmt::join(needed, ", "));
  if (fresh.size() == verdict.rows.rows()) {
    refusal =
        Refusal{fmt::format("page.{}", kRule),
                fmt::format("{0} of {0} rows break the same rule, as {1}", fresh.size(), reason)};
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
    verdict.held.push_back({place, kRule, reason, row_json(held, at++)});
  }
  verdict.rows = verdict.rows.take(kept);
  verdict.places.clear();
  return refusal;
}

}  // namespace kanpan::ingest
