#include "kanpan/base/date.hpp"

#include <chrono>

#include <fmt/format.h>

namespace kanpan {
namespace {

constexpr int kFirstYear = 1900, kLastYear = 2200;

std::chrono::year_month_day civil(Date d) {
  return std::chrono::sys_days{std::chrono::days{d.days}};
}

bool digits(std::string_view text, int& out) {
  int value = 0;
  for (char c : text) {
    if (c < '0' || c > '9') return false;
    value = value * 10 + (c - '0');
  }
  out = value;
  return true;
}

}  // namespace

Date Date::from_ymd(int year, int month, int day) {
  const std::chrono::year_month_day ymd{std::chrono::year{year},
                                        std::chrono::month{static_cast<unsigned>(month)},
                                        std::chrono::day{static_cast<unsigned>(day)}};
  return {static_cast<std::int32_t>(std::chrono::sys_days{ymd}.time_since_epoch().count())};
}

int Date::year() const { return static_cast<int>(civil(*this).year()); }
int Date::month() const { return static_cast<int>(static_cast<unsigned>(civil(*this).month())); }
int Date::day() const { return static_cast<int>(static_cast<unsigned>(civil(*this).day())); }

int Date::weekday() const {
  return static_cast<int>(
      std::chrono::weekday{std::chrono::sys_days{std::chrono::days{days}}}.iso_encoding());
}

std::string Date::iso() const {
  const auto ymd = civil(*this);
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(ymd.year()),
                     static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()));
}

std::string Date::compact() const {
  const auto ymd = civil(*this);
  return fmt::format("{:04}{:02}{:02}", static_cast<int>(ymd.year()),
                     static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()));
}

bool parse_date(std::string_view text, Date& out) noexcept {
  int year = 0, month = 0, day = 0;
  if (text.size() == 8) {
    if (!digits(text.substr(0, 4), year) || !digits(text.substr(4, 2), month) ||
        !digits(text.substr(6, 2), day))
      return false;
  } else if (text.size() == 10 && text[4] == '-' && text[7] == '-') {
    if (!digits(text.substr(0, 4), year) || !digits(text.substr(5, 2), month) ||
        !digits(text.substr(8, 2), day))
      return false;
  } else {
    return false;
  }
  const std::chrono::year_month_day ymd{std::chrono::year{year},
                                        std::chrono::month{static_cast<unsigned>(month)},
                                        std::chrono::day{static_cast<unsigned>(day)}};
  if (year < kFirstYear || year > kLastYear || !ymd.ok()) return false;
  out.days = static_cast<std::int32_t>(std::chrono::sys_days{ymd}.time_since_epoch().count());
  return true;
}

Result<Date> parse_date(std::string_view text) {
  Date date;
  if (!parse_date(text, date))
    return Error{Errc::Usage, fmt::format("'{}' is not a date", text),
                 "write an existing day as 20240628 or 2024-06-28"};
  return date;
}

DateRange DateRange::all() {
  return {Date::from_ymd(kFirstYear, 1, 1), Date::from_ymd(kLastYear, 12, 31)};
}

DateRange week_of(Date day) {
  const Date monday = day - (day.weekday() - 1);
  return {monday, monday + 6};
}

// In chrono's types: GCC 12 at -O1 gets it wrong with a Date that is taken apart again.
DateRange month_of(Date day) {
  const auto date_of = [](std::chrono::sys_days at) {
    return Date{static_cast<std::int32_t>(at.time_since_epoch().count())};
  };
  const auto month = civil(day).year() / civil(day).month();
  return {date_of(month / 1), date_of(month / std::chrono::last)};
}

Date quarter_end(Date date) {
  const int quarter = (date.month() - 1) / 3;
  const int next_month = quarter * 3 + 4;
  return next_month > 12 ? Date::from_ymd(date.year(), 12, 31)
                         : Date::from_ymd(date.year(), next_month, 1) - 1;
}

}  // namespace kanpan
