// Calendar dates of the exchange (Asia/Shanghai), without a time of day.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "kanpan/base/error.hpp"

namespace kanpan {

/// Days since 1970-01-01, the representation of DuckDB's and Parquet's DATE.
struct Date {
  std::int32_t days = 0;

  static Date from_ymd(int year, int month, int day);
  int year() const;
  int month() const;
  int day() const;
  /// ISO weekday: 1 = Monday … 7 = Sunday.
  int weekday() const;
  /// `YYYY-MM-DD`.
  std::string iso() const;
  /// `YYYYMMDD`, the source's spelling.
  std::string compact() const;

  friend auto operator<=>(const Date&, const Date&) = default;
  friend Date operator+(Date d, int n) { return {d.days + n}; }
  friend Date operator-(Date d, int n) { return {d.days - n}; }
  friend int operator-(Date a, Date b) { return a.days - b.days; }
  Date& operator++() { return ++days, *this; }
};

/// Accepts `YYYYMMDD` and `YYYY-MM-DD`; refuses dates that do not exist (20230229).
Result<Date> parse_date(std::string_view text);

/// Like parse_date for hot loops: false on anything wrong, `out` untouched.
bool parse_date(std::string_view text, Date& out) noexcept;

/// Last day of the quarter that `date` lies in: the report period of financial tables.
Date quarter_end(Date date);

/// Both ends belong to the range. Empty when last < first.
struct DateRange {
  Date first;
  Date last;

  /// Every day that parse_date() takes.
  static DateRange all();
  bool empty() const { return last < first; }
  bool contains(Date d) const { return first <= d && d <= last; }
  int days() const { return empty() ? 0 : last - first + 1; }
  friend bool operator==(const DateRange&, const DateRange&) = default;
};

/// Monday to Sunday.
DateRange week_of(Date day);
DateRange month_of(Date day);

}  // namespace kanpan

template <>
struct std::hash<kanpan::Date> {
  std::size_t operator()(kanpan::Date d) const noexcept { return std::hash<int>{}(d.days); }
};
