#include "kanpan/query/absences.hpp"

#include <algorithm>
#include <utility>

#include "kanpan/catalog/roles.hpp"
#include "kanpan/ingest/days.hpp"
#include "kanpan/ingest/universe.hpp"

namespace kanpan::query {
namespace {

/// Longer than from one day of any table to the next.
constexpr int kLongestPeriod = 100;

Date last_due(const catalog::TableSpec& table, Instant now) {
  Date day = shanghai_date(now);
  while (ingest::ready_at(table, day) > now) day = day - 1;
  return day;
}

}  // namespace

/// Under the mutex. The version is looked up first: rows that come meanwhile are a newer one.
Result<Absences::Calendar> Absences::calendar() const {
  KANPAN_LET(const auto now, versions_.of(catalog::role::kCalendar, store_.applied()));
  if (calendar_ && calendar_version_ == now.last) return calendar_;
  KANPAN_LET(auto loaded, ingest::load_calendar(catalog_, store_));
  calendar_ = std::make_shared<const market::Calendar>(std::move(loaded));
  calendar_version_ = now.last;
  return calendar_;
}

Result<Absences::Calendar> Absences::known_calendar() const {
  const std::lock_guard lock(mutex_);
  return calendar();
}

Date Absences::due(const catalog::TableSpec& table) const { return last_due(table, clock_.now()); }

Result<bool> Absences::is_to_come(const catalog::TableSpec& table, DateRange range) const {
  if (!table.dated() || range.empty() || range.first <= last_due(table, clock_.now())) return false;
  range.last = std::min(range.last, range.first + kLongestPeriod);
  const std::lock_guard lock(mutex_);
  KANPAN_LET(const Calendar calendar, this->calendar());
  return !ingest::days_of(table, *calendar, range).empty();
}

Result<std::shared_ptr<const std::vector<Date>>> Absences::of(
    const catalog::TableSpec& table, const std::shared_ptr<const DayStates>& held) const {
  static const auto none = std::make_shared<const std::vector<Date>>();
  if (!table.dated() || held->empty()) return none;
  const Date until = last_due(table, clock_.now());
  const std::lock_guard lock(mutex_);
  KANPAN_LET(const Calendar calendar, this->calendar());
  Known& known = known_[table.name];
  const bool same_due = known.calendar == calendar && known.until == until;
  if (same_due && known.held == held) return known.absent;
  if (!same_due) known.due = ingest::days_of(table, *calendar, DateRange{table.since, until});
  known.calendar = calendar;
  known.until = until;
  std::vector<Date> absent;
  auto have = held->begin();
  for (const Date day : known.due) {
    while (have != held->end() && have->first < day) ++have;
    if (have == held->end() || have->first != day) absent.push_back(day);
  }
  known.held = held;
  known.absent = std::make_shared<const std::vector<Date>>(std::move(absent));
  return known.absent;
}

}  // namespace kanpan::query
