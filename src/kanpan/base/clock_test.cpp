#include "kanpan/base/clock.hpp"

#include <gtest/gtest.h>

namespace kanpan {
namespace {

using std::chrono::microseconds;
using std::chrono::seconds;

const Date kDay = Date::from_ymd(2024, 6, 28);
constexpr int kSixPm = 18 * 3600;

TEST(Shanghai, is_eight_hours_ahead_of_utc) {
  const Instant t = shanghai_instant(kDay, 4 * 3600);
  EXPECT_EQ(
      t, Instant{std::chrono::sys_days{std::chrono::days{kDay.days - 1}} + std::chrono::hours{20}});
  EXPECT_EQ(shanghai_date(t), kDay);
  EXPECT_EQ(shanghai_second_of_day(t), 4 * 3600);
}

TEST(Shanghai, day_changes_at_its_own_midnight) {
  const Instant midnight = shanghai_instant(kDay, 0);
  EXPECT_EQ(shanghai_date(midnight), kDay);
  EXPECT_EQ(shanghai_second_of_day(midnight), 0);
  EXPECT_EQ(shanghai_date(midnight - microseconds{1}), kDay - 1);
  EXPECT_EQ(shanghai_second_of_day(midnight - microseconds{1}), 86399);
}

TEST(Shanghai, holds_before_1970_too) {
  const Instant t = shanghai_instant(Date::from_ymd(1969, 12, 31), 3661) + microseconds{250};
  EXPECT_EQ(shanghai_date(t), Date::from_ymd(1969, 12, 31));
  EXPECT_EQ(rfc3339(t), "1969-12-31T01:01:01.000250+08:00");
}

TEST(Rfc3339, is_written_in_shanghai_time) {
  EXPECT_EQ(rfc3339(shanghai_instant(kDay, kSixPm)), "2024-06-28T18:00:00+08:00");
  EXPECT_EQ(rfc3339(shanghai_instant(kDay, kSixPm) + microseconds{1500}),
            "2024-06-28T18:00:00.001500+08:00");
}

TEST(Rfc3339, reads_every_spelling_of_one_moment) {
  const Instant t = shanghai_instant(kDay, kSixPm);
  for (const char* text :
       {"2024-06-28T18:00:00+08:00", "2024-06-28T10:00:00Z", "2024-06-28 10:00:00z",
        "2024-06-28T05:30:00-04:30", "2024-06-28T10:00:00.000000Z"}) {
    const auto read = parse_rfc3339(text);
    ASSERT_TRUE(read) << text;
    EXPECT_EQ(*read, t) << text;
  }
  EXPECT_EQ(*parse_rfc3339("2024-06-28T10:00:00.25Z"), t + microseconds{250000});
}

TEST(Rfc3339, refuses_what_is_no_time) {
  for (const char* text :
       {"", "2024-06-28", "2024-06-28T18:00:00", "2024-06-28T24:00:00Z", "2024-06-28T18:60:00Z",
        "2024-06-28T18:00:60Z", "2024-06-31T18:00:00Z", "2024-06-28T18:00:00+8:00",
        "2024-06-28T18:00:00.Z", "2024-06-28T18:00:00+15:00", "2024-06-28T18:00:00Zjunk",
        "2024-06-28T-1:00:00Z", "2024-06-28T18:-1:00Z", "2024-06-28T18:00:00+-8:00"}) {
    const auto read = parse_rfc3339(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, Errc::Usage);
  }
}

TEST(MakeClock, follows_the_system_unless_told_otherwise) {
  for (const char* setting : {"", "system"}) {
    const auto clock = make_clock(setting);
    ASSERT_TRUE(clock);
    EXPECT_EQ((*clock)->speed(), 1);
    const Instant before = (*clock)->now();
    EXPECT_LE(before, (*clock)->now());
  }
}

TEST(MakeClock, stands_still_at_a_given_moment) {
  const auto clock = make_clock("2024-06-28T18:00:00+08:00");
  ASSERT_TRUE(clock);
  EXPECT_EQ((*clock)->speed(), 0);
  EXPECT_EQ((*clock)->now(), shanghai_instant(kDay, kSixPm));
  EXPECT_EQ((*clock)->now(), shanghai_instant(kDay, kSixPm));
}

TEST(MakeClock, runs_from_a_given_moment_many_times_as_fast) {
  const auto clock = make_clock("2024-06-28T18:00:00+08:00x1000000");
  ASSERT_TRUE(clock);
  EXPECT_EQ((*clock)->speed(), 1000000);
  const auto real_start = std::chrono::steady_clock::now();
  const Instant start = (*clock)->now();
  EXPECT_GE(start, shanghai_instant(kDay, kSixPm));
  while ((*clock)->now() < start + seconds{1000}) {
  }
  EXPECT_GE(std::chrono::steady_clock::now() - real_start, microseconds{900});
}

TEST(MakeClock, refuses_other_settings) {
  for (const char* setting :
       {"now", "2024-06-28", "2024-06-28T18:00:00+08:00x", "2024-06-28T18:00:00+08:00x0",
        "2024-06-28T18:00:00+08:00x-5", "2024-06-28T18:00:00+08:00x1.5"}) {
    const auto clock = make_clock(setting);
    ASSERT_FALSE(clock) << setting;
    EXPECT_EQ(clock.error().code, Errc::Config);
    EXPECT_EQ(clock.error().message.rfind("clock: ", 0), 0) << clock.error().message;
  }
}

}  // namespace
}  // namespace kanpan
