#include "kanpan/ingest/held_days.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <boost/json.hpp>

namespace kanpan::ingest {

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
                                                const journal::Ledger& ledger, DateRange range) {
  if (!table.dated()) return std::map<Date, std::uint32_t>();
  return ledger.held_days(table.name, table.time, range);
}

Result<std::uint32_t> undecided_rows(const catalog::TableSpec& table,
                                     std::span<const journal::Quarantined> held,
                                     const journal::Ledger& ledger) {
  std::vector<journal::RowOfRule> rows;
  for (const journal::Quarantined& one : held) rows.push_back({one.rule, one.row});
  KANPAN_LET(const auto dropped, ledger.are_quarantined(table.name, "dropped", rows));
  return static_cast<std::uint32_t>(std::ranges::count(dropped, false));
}

}  // namespace kanpan::ingest
