#include <gtest/gtest.h>

#include "kanpan/market/calendar.hpp"
#include "kanpan/market/code.hpp"
#include "kanpan/market/cron.hpp"
#include "kanpan/market/disclosure.hpp"

namespace kanpan::market {
namespace {

TEST(Code, every_dialect_reads_as_the_same_code) {
  for (const char* text : {"600000.SH", "600000.sh", "sh600000", "SH.600000", "600000.XSHG",
                           "600000.SS", "1.600000", "600000"})
    EXPECT_EQ(parse_code(text).value(), "600000.SH") << text;
  EXPECT_EQ(parse_code("0.000001").value(), "000001.SZ");
  EXPECT_EQ(parse_code("920819").value(), "920819.BJ");
  EXPECT_EQ(parse_code("900901").value(), "900901.SH");
  EXPECT_EQ(parse_code("885800.TI").value(), "885800.TI");
}

TEST(Code, wrong_codes_name_the_value) {
  for (const char* text : {"", "60000", "700000", "600000.", ".SH", "6000000000000.SH", "sh60000",
                           "60 000.SH", "600000.shanghai", "60000.SH"}) {
    const auto code = parse_code(text);
    ASSERT_FALSE(code) << text;
    EXPECT_NE(code.error().message.find("'" + std::string(text) + "'"), std::string::npos);
  }
}

TEST(Code, a_share_has_six_digits_and_one_of_three_exchanges) {
  for (const char* code : {"600000.SH", "000001.SZ", "920819.BJ", "900901.SH", "110044.SH"})
    EXPECT_TRUE(is_share_code(code)) << code;
  for (const char* code :
       {"60000O.SH", "60000O.SHH", "000001.XX", "0000011.SZ", "00001.SZ", "000001.sz", "000001SZ",
        "000001.SZ ", "000001", "", ".SH", "000985.CSI", "885800.TI", "6O0000.SH", "a18028.SH"})
    EXPECT_FALSE(is_share_code(code)) << code;
}

TEST(Code, a_share_is_of_the_exchange_that_its_number_belongs_to) {
  for (const char* code :
       {"600000.SZ", "688001.BJ", "000001.SH", "300750.BJ", "200012.SH", "920819.SZ", "430047.SH"})
    EXPECT_FALSE(is_share_code(code)) << code;
  // Numbers that say nothing, and B shares that Tushare writes either way.
  for (const char* code : {"510300.SH", "159915.SZ", "110044.SH", "123456.SZ", "200012.SZ",
                           "204001.SH", "900901.SH", "900901.BJ"})
    EXPECT_TRUE(is_share_code(code)) << code;
}

TEST(Code, shares_without_a_number_of_their_own_are_shares_too) {
  // One that applied for a listing, and Tushare's three spellings of one delisted in 2006.
  for (const char* code : {"A18028.SH", "T00018.SH", "TS0018.SH", "T600018.SH"})
    EXPECT_TRUE(is_share_code(code)) << code;
  for (const char* code : {"AB8028.SH", "A180281.SH", "T6000181.SH", "TS00018.SH", "S00018.SH"})
    EXPECT_FALSE(is_share_code(code)) << code;
}

Instant at(const char* text) { return parse_rfc3339(text).value(); }
std::string next(const char* cron, const char* after) {
  return rfc3339(Cron::parse(cron).value().next(at(after)).value());
}

TEST(Calendar, days_that_nobody_asked_for_follow_the_built_in_rule) {
  const auto day = [](const char* text) { return parse_date(text).value(); };
  // January and June of 2024 were collected, what lies between was not.
  std::vector<Date> open;
  for (const DateRange range :
       {DateRange{day("20240102"), day("20240131")}, DateRange{day("20240603"), day("20240628")}})
    for (const Date each : Calendar::built_in().open_days(range))
      if (each != day("20240115")) open.push_back(each);
  const Calendar calendar(open);
  EXPECT_TRUE(calendar.is_open(day("20240116")));
  EXPECT_FALSE(calendar.is_open(day("20240115"))) << "the source says so";
  EXPECT_TRUE(calendar.is_open(day("20240318"))) << "a Monday between the two";
  EXPECT_FALSE(calendar.is_open(day("20240501"))) << "a holiday between the two";
  EXPECT_FALSE(calendar.is_open(day("20240316"))) << "a Saturday between the two";
  EXPECT_TRUE(calendar.is_open(day("20231229"))) << "before the first";
  EXPECT_TRUE(calendar.is_open(day("20240701"))) << "after the last";
  EXPECT_FALSE(Calendar(open, {day("20240701")}).is_open(day("20240701"))) << "said to be closed";
  EXPECT_EQ(calendar.open_days({day("20240101"), day("20240630")}).size(),
            Calendar::built_in().open_days({day("20240101"), day("20240630")}).size() - 1);
}

TEST(Disclosure, ends_as_the_law_and_the_listing_rules_say) {
  const auto deadline = [](int month, int day) {
    return disclosure_deadline(Date::from_ymd(2024, month, day)).iso();
  };
  EXPECT_EQ(deadline(3, 31), "2024-04-30");
  EXPECT_EQ(deadline(6, 30), "2024-08-31");
  EXPECT_EQ(deadline(9, 30), "2024-10-31");
  EXPECT_EQ(deadline(12, 31), "2025-04-30");
}

TEST(Cron, next_time_follows_the_expression) {
  EXPECT_EQ(next("0 18 * * 1-5", "2024-06-28T18:00:00+08:00"), "2024-07-01T18:00:00+08:00");
  EXPECT_EQ(next("0 18 * * 1-5", "2024-06-28T17:59:59+08:00"), "2024-06-28T18:00:00+08:00");
  EXPECT_EQ(next("30 15 * * 1-5", "2024-06-28T10:00:00Z"), "2024-07-01T15:30:00+08:00");
  EXPECT_EQ(next("0 2 1 5 *", "2024-05-01T02:00:00+08:00"), "2025-05-01T02:00:00+08:00");
  EXPECT_EQ(next("0 19 * * 5", "2024-06-28T19:00:01+08:00"), "2024-07-05T19:00:00+08:00");
  EXPECT_EQ(next("*/20 9-10 * * *", "2024-06-28T09:40:00+08:00"), "2024-06-28T10:00:00+08:00");
  EXPECT_EQ(next("0 0 29 2 *", "2024-03-01T00:00:00+08:00"), "2028-02-29T00:00:00+08:00");
  EXPECT_EQ(next("0 0 * * 7", "2024-06-28T00:00:00+08:00"),
            next("0 0 * * 0", "2024-06-28T00:00:00+08:00"));
}

TEST(Cron, restricted_day_and_weekday_match_either) {
  EXPECT_EQ(next("0 0 15 * 1", "2024-06-11T00:00:00+08:00"), "2024-06-15T00:00:00+08:00");
  EXPECT_EQ(next("0 0 15 * 1", "2024-06-15T00:00:00+08:00"), "2024-06-17T00:00:00+08:00");
}

TEST(Cron, impossible_day_has_no_next) {
  EXPECT_FALSE(Cron::parse("0 0 31 2 *").value().next(at("2024-01-01T00:00:00Z")));
}

TEST(Cron, wrong_fields_are_refused_by_name) {
  EXPECT_NE(Cron::parse("60 0 * * *").error().message.find("minute '60'"), std::string::npos);
  EXPECT_NE(Cron::parse("0 0 * 13 *").error().message.find("month '13'"), std::string::npos);
  EXPECT_NE(Cron::parse("0 0 * * 5-1").error().message.find("weekday '5-1'"), std::string::npos);
  for (const char* list : {"1,", ",1", "1,,2", ","})
    EXPECT_FALSE(Cron::parse(std::string(list) + " 0 * * *")) << list;
  EXPECT_NE(Cron::parse("0 0 */0 * *").error().message.find("day '*/0'"), std::string::npos);
  EXPECT_NE(Cron::parse("0 18 * *").error().message.find("4 fields"), std::string::npos);
}

}  // namespace
}  // namespace kanpan::market
