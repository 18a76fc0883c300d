#include "kanpan/api/freshness.hpp"

#include "kanpan/ingest/days.hpp"
#include "kanpan/ingest/due.hpp"

namespace kanpan::api {
namespace {

/// By then a scheduled collection that nothing is wrong with is over.
constexpr std::chrono::hours kTimeToCollect{1};

/// When the schedule first collects the day whole.
Instant collected_at(const catalog::TableSpec& table, Date day, const market::Calendar& calendar) {
  const Instant ready = ingest::ready_at(table, day);
  if (table.policy.schedule.empty()) return ready;
  return ingest::next_due(table, ready - std::chrono::microseconds{1}, calendar).value_or(ready);
}

/// Days without a rule of their rows are settled only days later, by their age; fetched they are
/// with the first rows, but not while there is none on the evening itself: they may be late.
std::optional<Date> last_fetched(const catalog::TableSpec& table, const query::DayStates& days) {
  for (auto day = days.rbegin(); day != days.rend(); ++day) {
    const journal::DayState& state = day->second;
    const Instant ready = ingest::whole_at(table, day->first);
    const bool is_said = state.rows > 0 || ingest::may_be_empty(state.seen, ready);
    if (state.seen >= ready && (state.complete || (is_said && !state.is_short())))
      return day->first;
  }
  return std::nullopt;
}

}  // namespace

Date expected_day(const catalog::TableSpec& table, const market::Calendar& calendar, Instant now) {
  Date day = calendar.at_or_before(shanghai_date(now));
  while (collected_at(table, day, calendar) + kTimeToCollect > now) day = calendar.previous(day);
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
    KANPAN_LET(const auto days, context.query.days(*table));
    row.last_fetched = last_fetched(*table, *days);
    if (table->days == catalog::Days::Trading) {
      row.expected = expected_day(*table, *calendar, context.clock.now());
      if (row.last_fetched) row.lag = calendar->count({*row.last_fetched + 1, *row.expected});
    }
    KANPAN_LET(const auto version, context.query.table_version(*table));
    const bool has_none = row.expected ? days->empty() : version.empty;
    row.state = has_none                   ? "empty"
                : !row.expected            ? "unknown"
                : row.lag && *row.lag == 0 ? "fresh"
                                           : "stale";
    out.push_back(std::move(row));
  }
  return out;
}

}  // namespace kanpan::api
