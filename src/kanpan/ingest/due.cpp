#include "kanpan/ingest/due.hpp"

#include <algorithm>

#include "kanpan/ingest/days.hpp"
#include "kanpan/ingest/universe.hpp"
#include "kanpan/market/cron.hpp"

namespace kanpan::ingest {
namespace {

using catalog::TableSpec;
using market::Calendar;

constexpr int kEveningCheck = 21 * 3600;
constexpr int kNoonCheck = 12 * 3600 + 1800;
constexpr int kSessionStart = 9 * 3600 + 15 * 60;
constexpr int kMorningEnd = 11 * 3600 + 1800;
constexpr int kAfternoonStart = 13 * 3600;
constexpr int kSessionEnd = 15 * 3600;
/// Two months: the ends of a month that lie ahead of any day.
constexpr int kLongestPeriod = 62;
/// A run that begins later than this after its time was missed.
constexpr std::chrono::minutes kLate{60};

bool is_disclosure_month(int month) {
  return month <= 4 || month == 7 || month == 8 || month == 10;
}

/// At the time of day of the expression, on the last trading day of the week or month.
std::optional<Instant> next_period_end(const TableSpec& table, const market::Cron& cron,
                                       Instant after, const Calendar& calendar) {
  const auto sample = cron.next(after);
  if (!sample) return std::nullopt;
  const Date today = shanghai_date(after);
  for (const Date day : days_of(table, calendar, {today, today + kLongestPeriod}))
    if (const Instant due = shanghai_instant(day, shanghai_second_of_day(*sample)); due > after)
      return due;
  return std::nullopt;
}

/// The ready time of `day` where the expression has a time earlier on that day, which then finds
/// nothing of it yet.
std::optional<Instant> second_time(const TableSpec& table, const market::Cron& cron, Date day,
                                   const Calendar& calendar) {
  const Instant ready = ready_at(table, day), morning = shanghai_instant(day, 0);
  if (table.days != catalog::Days::Trading || !calendar.is_open(day)) return std::nullopt;
  const auto first = cron.next(morning - std::chrono::microseconds{1});
  const bool same_evening = shanghai_date(ready) == day && table.source.ready_second >= kSessionEnd;
  if (!same_evening || !first || *first >= ready) return std::nullopt;
  return ready;
}

std::optional<Instant> next_cron(const TableSpec& table, Instant after, const Calendar& calendar) {
  const auto cron = market::Cron::parse(table.policy.schedule);
  if (!cron) return std::nullopt;
  if (table.days == catalog::Days::WeekEnd || table.days == catalog::Days::MonthEnd)
    return next_period_end(table, *cron, after, calendar);
  const bool by_weekday = !table.policy.schedule.ends_with('*');
  auto next = cron->next(after);
  while (next && by_weekday && !calendar.is_open(shanghai_date(*next))) next = cron->next(*next);
  const auto second = second_time(table, *cron, shanghai_date(after), calendar);
  return second && *second > after && (!next || *second < *next) ? second : next;
}

std::optional<Instant> next_event(Instant after) {
  for (Date day = shanghai_date(after);; ++day) {
    if (is_disclosure_month(day.month()))
      if (const Instant noon = shanghai_instant(day, kNoonCheck); noon > after) return noon;
    if (const Instant evening = shanghai_instant(day, kEveningCheck); evening > after)
      return evening;
  }
}

Instant next_poll_in_session(const TableSpec& table, Instant after, const Calendar& calendar) {
  const Instant candidate = after + std::chrono::seconds{std::max(table.policy.poll_interval, 1)};
  switch (calendar.phase(candidate)) {
    case market::Phase::CallAuction:
    case market::Phase::Morning:
    case market::Phase::Afternoon:
      return candidate;
    case market::Phase::PreOpen:
      return shanghai_instant(shanghai_date(candidate), kSessionStart);
    case market::Phase::LunchBreak:
      return shanghai_instant(shanghai_date(candidate), kAfternoonStart);
    case market::Phase::Closed:
    case market::Phase::AfterClose:
      break;
  }
  return shanghai_instant(calendar.next(shanghai_date(candidate)), kSessionStart);
}

/// Whether the source has trading days whole at a time of their own.
bool has_ready_time(const TableSpec& table) {
  return table.days == catalog::Days::Trading &&
         (table.source.ready_second > 0 || table.source.ready_days > 0);
}

/// Of the first trading day that is not ready at `after`.
Instant next_ready(const TableSpec& table, Instant after, const Calendar& calendar) {
  Date day = calendar.at_or_before(shanghai_date(after) - table.source.ready_days);
  while (ready_at(table, day) <= after) day = calendar.next(day);
  return ready_at(table, day);
}

/// What the source has of a day only after the session no poll of the session brings: one more when
/// the whole day is there.
Instant next_poll(const TableSpec& table, Instant after, const Calendar& calendar) {
  const Instant poll = next_poll_in_session(table, after, calendar);
  return has_ready_time(table) ? std::min(poll, next_ready(table, after, calendar)) : poll;
}

/// First moment from `now` on at which the exchange neither trades nor calls an auction.
Instant out_of_session(Instant now, const Calendar& calendar) {
  switch (calendar.phase(now)) {
    case market::Phase::CallAuction:
    case market::Phase::Morning:
      return shanghai_instant(shanghai_date(now), kMorningEnd);
    case market::Phase::Afternoon:
      return shanghai_instant(shanghai_date(now), kSessionEnd);
    case market::Phase::PreOpen:
    case market::Phase::LunchBreak:
    case market::Phase::Closed:
    case market::Phase::AfterClose:
      break;
  }
  return now;
}

/// End of the first hours of low traffic that were not over at `due`.
Instant first_night_end(Instant due) {
  const bool over = shanghai_second_of_day(due) >= kLowTrafficTo;
  return shanghai_instant(shanghai_date(due) + (over ? 1 : 0), kLowTrafficTo);
}

}  // namespace

Trigger trigger_of(const TableSpec& table) {
  if (table.policy.schedule == "continuous")
    return has_ready_time(table) && !table.source.intraday ? Trigger::Ready : Trigger::Continuous;
  return table.policy.schedule == "event_driven" ? Trigger::Event : Trigger::Cron;
}

std::optional<Instant> next_due(const TableSpec& table, Instant after, const Calendar& calendar) {
  switch (trigger_of(table)) {
    case Trigger::Cron:
      return next_cron(table, after, calendar);
    case Trigger::Event:
      return next_event(after);
    case Trigger::Continuous:
      return next_poll(table, after, calendar);
    case Trigger::Ready:
      return next_ready(table, after, calendar);
  }
  return std::nullopt;
}

Instant begin_of(const TableSpec& table, Instant due, Instant now, bool is_empty,
                 const Calendar& calendar) {
  const bool on_time = trigger_of(table) == Trigger::Cron && now - due <= kLate;
  if (table.policy.mode != catalog::UpdateMode::Full || on_time || is_empty) return due;
  const Date today = shanghai_date(now);
  const int second = shanghai_second_of_day(now);
  if (second >= kLowTrafficFrom && second < kLowTrafficTo) return due;
  if (now >= first_night_end(due)) {
    const Instant out = out_of_session(now, calendar);
    return out > now ? out : due;
  }
  return shanghai_instant(second < kLowTrafficFrom ? today : today + 1, kLowTrafficFrom);
}

std::chrono::minutes retry_pause(int failures) {
  auto pause = kFirstRetry;
  for (int n = 1; n < failures && pause < kLongestRetry; ++n) pause *= 2;
  return std::min(pause, kLongestRetry);
}

bool may_heal(Errc code) {
  switch (code) {
    case Errc::Failed:
    case Errc::Busy:
    case Errc::Io:
    case Errc::NoSpace:
    case Errc::Timeout:
    case Errc::Partial:
    case Errc::SourceTransient:
    case Errc::SourceRate:
    case Errc::SourceQuota:
      return true;
    case Errc::Usage:
    case Errc::NotFound:
    case Errc::Config:
    case Errc::Corrupt:
    case Errc::Cancelled:
    case Errc::Quality:
    case Errc::SourcePermission:
    case Errc::SourceParameter:
    case Errc::SourceToken:
      return false;
  }
  return false;
}

bool is_refusal(Errc code) {
  return code == Errc::SourcePermission || code == Errc::SourceToken || code == Errc::Config;
}

}  // namespace kanpan::ingest
