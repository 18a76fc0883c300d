#include "kanpan/ingest/held_days.hpp"

#include <algorithm>
#include <limits>
#include <set>
#include <string>
#include <utility>

#include <boost/json.hpp>

namespace kanpan::ingest {
namespace {

constexpr std::size_t kAll = std::numeric_limits<std::int32_t>::max();

}  // namespace

std::optional<Date> held_day(const catalog::TableSpec& table, std::string_view row) {
  boost::json::error_code error;
  const auto value = boost::json::parse(row, error);
  if (error || !value.is_object() || !table.dated()) return std::nullopt;
  const auto* cell = value.as_object().if_contains(table.time);
  if (!cell) return std::nullopt;
  const std::string text =
      cell->is_string() ? std::string(cell->as_string()) : boost::json::serialize(*cell);
  Date day;
  return parse_date(text, day) ? std::optional(day) : std::nullopt;
}

Result<std::map<Date, std::uint32_t>> held_rows(const catalog::TableSpec& table,
                                                const journal::Ledger& ledger) {
  KANPAN_LET(const auto held, ledger.quarantine(table.name, "held", kAll));
  std::map<Date, std::uint32_t> rows;
  for (const journal::Quarantined& kept : held)
    if (const auto day = held_day(table, kept.row)) ++rows[*day];
  return rows;
}

Result<std::uint32_t> undecided_rows(const catalog::TableSpec& table,
                                     std::span<const journal::Quarantined> held,
                                     const journal::Ledger& ledger) {
  if (held.empty()) return 0;
  std::set<std::pair<std::string, std::string>> decided;
  KANPAN_LET(const auto dropped, ledger.quarantine(table.name, "dropped", kAll));
  for (const journal::Quarantined& kept : dropped) decided.emplace(kept.rule, kept.row);
  const auto is_new = [&](const auto& kept) { return !decided.contains({kept.rule, kept.row}); };
  return static_cast<std::uint32_t>(std::ranges::count_if(held, is_new));
}

}  // namespace kanpan::ingest
