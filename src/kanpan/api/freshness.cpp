#include "kanpan/api/freshness.hpp"

namespace kanpan::api {

Date expected_day(const catalog::TableSpec& table, const market::Calendar& calendar, Instant now) {
  const Date today = shanghai_date(now);
  Date day = calendar.at_or_before(today);
  while (shanghai_instant(day + table.source.ready_days, table.source.ready_second) > now)
    day = calendar.previous(day);
  return day;
}

Result<std::vector<Freshness>> freshness(const Context& context) {
  const auto calendar = context.calendar();
  std::vector<Freshness> out;
  for (const catalog::TableSpec* table : context.query.catalog().tables()) {
    if (!table->dated()) continue;
    Freshness row;
    row.table = table->name;
    KANPAN_LET(const auto last, context.query.ledger().last_complete_day(table->name));
    if (last) row.last_complete = last->day;
    if (table->days == catalog::Days::Trading) {
      row.expected = expected_day(*table, *calendar, context.clock.now());
      if (row.last_complete) row.lag = calendar->count({*row.last_complete + 1, *row.expected});
    }
    row.state = !row.last_complete ? "empty"
                : !row.lag         ? "unknown"
                : *row.lag == 0    ? "fresh"
                                   : "stale";
    out.push_back(std::move(row));
  }
  return out;
}

}  // namespace kanpan::api
