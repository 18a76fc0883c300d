#include "kanpan/market/calendar.hpp"

#include <algorithm>
#include <iterator>

#include "kanpan/market/closed_weekdays.hpp"

namespace kanpan::market {
namespace {

constexpr int kSaturday = 6;
// From one open day to the next around a spring festival; a longer gap (2000 had 17 days, which the
// rule knows) means that the days between were never asked for.
constexpr int kLongestClosure = 14;

bool open_by_rule(Date day) {
  const auto closed = closed_weekdays();
  return day.weekday() < kSaturday && day >= first_trading_day() &&
         !std::binary_search(closed.begin(), closed.end(), day);
}

constexpr int hm(int hour, int minute) { return hour * 3600 + minute * 60; }

}  // namespace

Date first_trading_day() { return Date::from_ymd(1990, 12, 19); }

std::string_view name(Phase phase) {
  switch (phase) {
    case Phase::Closed:
      return "closed";
    case Phase::PreOpen:
      return "pre_open";
    case Phase::CallAuction:
      return "call_auction";
    case Phase::Morning:
      return "morning";
    case Phase::LunchBreak:
      return "lunch_break";
    case Phase::Afternoon:
      return "afternoon";
    case Phase::AfterClose:
      return "after_close";
  }
  return "closed";
}

Calendar::Calendar(std::vector<Date> open_days, std::vector<Date> closed_days)
    : open_(std::move(open_days)), closed_(std::move(closed_days)) {
  for (std::vector<Date>* days : {&open_, &closed_}) {
    std::ranges::sort(*days);
    days->erase(std::ranges::unique(*days).begin(), days->end());
  }
}

Calendar Calendar::built_in() { return Calendar({}); }

bool Calendar::is_open(Date day) const {
  const auto next = std::ranges::lower_bound(open_, day);
  if (next != open_.end() && *next == day) return true;
  if (is_told_closed(day)) return false;
  const bool between = next != open_.end() && next != open_.begin();
  if (between && *next - *std::prev(next) <= kLongestClosure) return false;
  return open_by_rule(day);
}

bool Calendar::is_told_closed(Date day) const { return std::ranges::binary_search(closed_, day); }

std::vector<Date> Calendar::open_days(DateRange range) const {
  std::vector<Date> days;
  for (Date day = range.first; day <= range.last; ++day)
    if (is_open(day)) days.push_back(day);
  return days;
}

std::size_t Calendar::count(DateRange range) const {
  std::size_t n = 0;
  for (Date day = range.first; day <= range.last; ++day) n += is_open(day) ? 1 : 0;
  return n;
}

Date Calendar::previous(Date day) const { return at_or_before(day - 1); }

Date Calendar::at_or_before(Date day) const {
  while (day > first_trading_day() && !is_open(day)) day = day - 1;
  return day;
}

Date Calendar::next(Date day) const {
  do ++day;
  while (!is_open(day));
  return day;
}

Phase Calendar::phase(Instant now) const {
  if (!is_open(shanghai_date(now))) return Phase::Closed;
  const int second = shanghai_second_of_day(now);
  if (second < hm(9, 15)) return Phase::PreOpen;
  if (second < hm(9, 30)) return Phase::CallAuction;
  if (second < hm(11, 30)) return Phase::Morning;
  if (second < hm(13, 0)) return Phase::LunchBreak;
  if (second < hm(15, 0)) return Phase::Afternoon;
  return Phase::AfterClose;
}

}  // namespace kanpan::market
