#include "kanpan/base/date.hpp"

#include <gtest/gtest.h>

namespace kanpan {
namespace {

TEST(Date, counts_days_from_1970) {
  EXPECT_EQ(Date::from_ymd(1970, 1, 1).days, 0);
  EXPECT_EQ(Date::from_ymd(1969, 12, 31).days, -1);
  EXPECT_EQ(Date::from_ymd(2024, 2, 29).days, 19782);
}

TEST(Date, gives_back_year_month_and_day) {
  const Date date = Date::from_ymd(2024, 2, 29);
  EXPECT_EQ(date.year(), 2024);
  EXPECT_EQ(date.month(), 2);
  EXPECT_EQ(date.day(), 29);
  EXPECT_EQ(date.iso(), "2024-02-29");
  EXPECT_EQ(date.compact(), "20240229");
}

TEST(Date, counts_weekdays_from_monday) {
  EXPECT_EQ(Date::from_ymd(2024, 6, 24).weekday(), 1);
  EXPECT_EQ(Date::from_ymd(2024, 6, 30).weekday(), 7);
  EXPECT_EQ(Date::from_ymd(1969, 12, 31).weekday(), 3);
}

TEST(Date, steps_over_month_and_year_ends) {
  EXPECT_EQ(Date::from_ymd(2023, 12, 31) + 1, Date::from_ymd(2024, 1, 1));
  EXPECT_EQ(Date::from_ymd(2024, 3, 1) - 1, Date::from_ymd(2024, 2, 29));
  EXPECT_EQ(Date::from_ymd(2024, 3, 1) - Date::from_ymd(2024, 2, 1), 29);
  Date date = Date::from_ymd(2024, 2, 28);
  EXPECT_EQ(++date, Date::from_ymd(2024, 2, 29));
}

TEST(Date, every_day_of_two_centuries_reads_back) {
  for (Date day = Date::from_ymd(1900, 1, 1); day <= Date::from_ymd(2200, 12, 31); ++day) {
    Date compact, iso;
    ASSERT_TRUE(parse_date(day.compact(), compact)) << day.compact();
    ASSERT_TRUE(parse_date(day.iso(), iso)) << day.iso();
    ASSERT_EQ(compact, day);
    ASSERT_EQ(iso, day);
  }
}

TEST(ParseDate, refuses_what_is_no_day) {
  for (const char* text :
       {"", "20230229", "20241301", "20240100", "20240132", "2024-6-28", "2024/06/28", "20240628 ",
        "2024062", "202406289", "2024-06-2x", "-2024062", "18991231", "22010101", "2024-0628"}) {
    Date untouched{42};
    EXPECT_FALSE(parse_date(text, untouched)) << text;
    EXPECT_EQ(untouched.days, 42);
  }
}

TEST(ParseDate, says_what_was_wrong_and_what_is_right) {
  const Result<Date> date = parse_date("20230229");
  ASSERT_FALSE(date);
  EXPECT_EQ(date.error().code, Errc::Usage);
  EXPECT_EQ(date.error().text(),
            "'20230229' is not a date (write an existing day as 20240628 or 2024-06-28)");
}

TEST(QuarterEnd, is_the_last_day_of_the_quarter) {
  EXPECT_EQ(quarter_end(Date::from_ymd(2024, 1, 1)), Date::from_ymd(2024, 3, 31));
  EXPECT_EQ(quarter_end(Date::from_ymd(2024, 3, 31)), Date::from_ymd(2024, 3, 31));
  EXPECT_EQ(quarter_end(Date::from_ymd(2024, 5, 15)), Date::from_ymd(2024, 6, 30));
  EXPECT_EQ(quarter_end(Date::from_ymd(2024, 9, 30)), Date::from_ymd(2024, 9, 30));
  EXPECT_EQ(quarter_end(Date::from_ymd(2024, 10, 1)), Date::from_ymd(2024, 12, 31));
}

TEST(Periods, hold_the_day) {
  const Date sunday = Date::from_ymd(2024, 9, 1);
  EXPECT_EQ(week_of(sunday), (DateRange{Date::from_ymd(2024, 8, 26), sunday}));
  EXPECT_EQ(week_of(sunday + 1), (DateRange{sunday + 1, sunday + 7}));
  EXPECT_EQ(month_of(Date::from_ymd(2024, 2, 29)),
            (DateRange{Date::from_ymd(2024, 2, 1), Date::from_ymd(2024, 2, 29)}));
  EXPECT_EQ(month_of(Date::from_ymd(2024, 12, 1)),
            (DateRange{Date::from_ymd(2024, 12, 1), Date::from_ymd(2024, 12, 31)}));
}

TEST(DateRange, holds_both_ends) {
  const DateRange june{Date::from_ymd(2024, 6, 1), Date::from_ymd(2024, 6, 30)};
  EXPECT_EQ(june.days(), 30);
  EXPECT_TRUE(june.contains(june.first));
  EXPECT_TRUE(june.contains(june.last));
  EXPECT_FALSE(june.contains(june.last + 1));
  const DateRange nothing{june.last, june.first};
  EXPECT_TRUE(nothing.empty());
  EXPECT_EQ(nothing.days(), 0);
}

}  // namespace
}  // namespace kanpan
