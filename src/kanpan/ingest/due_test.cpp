#include "kanpan/ingest/due.hpp"

#include <gmock/gmock.h>

#include "kanpan/ingest/sample.hpp"

namespace kanpan::ingest {
namespace {

using test::real_table;

struct Case {
  const char* table;
  const char* after;
  const char* due;
};

std::string due(std::string_view table, std::string_view after) {
  const auto next =
      next_due(real_table(table), parse_rfc3339(after).value(), market::Calendar::built_in());
  return next ? rfc3339(*next) : "never";
}

TEST(NextDue, FollowsTheCatalogsSchedulesAndTheCalendar) {
  const Case cases[] = {
      // 18:00 on trading days
      {"daily", "2024-06-28T17:59:59+08:00", "2024-06-28T18:00:00+08:00"},
      {"daily", "2024-06-28T18:00:00+08:00", "2024-07-01T18:00:00+08:00"},
      {"daily", "2024-09-30T18:00:00+08:00", "2024-10-08T18:00:00+08:00"},
      {"daily", "2024-02-08T18:00:00+08:00", "2024-02-19T18:00:00+08:00"},
      // a working Sunday of the country is no trading day
      {"daily", "2024-09-28T12:00:00+08:00", "2024-09-30T18:00:00+08:00"},
      {"stk_limit", "2024-06-28T08:00:00+08:00", "2024-06-28T09:00:00+08:00"},
      {"limit_list_d", "2024-06-28T15:00:00+08:00", "2024-06-28T15:30:00+08:00"},
      // the day is not there yet then, and once more when it is
      {"limit_list_d", "2024-06-28T15:30:00+08:00", "2024-06-28T16:00:00+08:00"},
      {"limit_list_d", "2024-06-28T16:00:00+08:00", "2024-07-01T15:30:00+08:00"},
      {"moneyflow", "2024-06-28T12:00:00+08:00", "2024-06-28T18:00:00+08:00"},
      {"moneyflow", "2024-06-28T18:00:00+08:00", "2024-06-28T19:00:00+08:00"},
      {"moneyflow", "2024-06-28T19:00:00+08:00", "2024-07-01T18:00:00+08:00"},
      {"moneyflow_hsgt", "2024-06-28T18:00:01+08:00", "2024-06-28T20:00:00+08:00"},
      {"top_list", "2024-06-28T17:00:00+08:00", "2024-06-28T20:00:00+08:00"},
      {"hm_detail", "2024-06-28T17:00:00+08:00", "2024-06-28T20:00:00+08:00"},
      {"hm_detail", "2024-06-29T18:00:00+08:00", "2024-07-01T17:00:00+08:00"},
      // nothing more where it is, or comes the next morning
      {"index_daily", "2024-06-28T18:00:00+08:00", "2024-07-01T18:00:00+08:00"},
      {"margin", "2024-06-27T19:00:00+08:00", "2024-06-28T19:00:00+08:00"},
      {"adj_factor", "2024-06-28T07:00:00+08:00", "2024-07-01T06:00:00+08:00"},
      {"weekly", "2024-06-24T10:00:00+08:00", "2024-06-28T19:00:00+08:00"},
      {"weekly", "2024-06-28T19:00:00+08:00", "2024-07-05T19:00:00+08:00"},
      // a week that ends before its Friday: 4 and 5 April, 1 to 7 October 2024 are closed
      {"weekly", "2024-04-01T10:00:00+08:00", "2024-04-03T19:00:00+08:00"},
      {"weekly", "2024-04-03T19:00:00+08:00", "2024-04-12T19:00:00+08:00"},
      {"weekly", "2024-09-28T10:00:00+08:00", "2024-09-30T19:00:00+08:00"},
      {"weekly", "2024-09-30T19:00:00+08:00", "2024-10-11T19:00:00+08:00"},
      // the last trading day of the month, 28 June (29 and 30 are a weekend)
      {"monthly", "2024-06-24T10:00:00+08:00", "2024-06-28T19:30:00+08:00"},
      {"monthly", "2024-06-28T19:30:00+08:00", "2024-07-31T19:30:00+08:00"},
      // a date of the year comes whatever the calendar says: 1 January and 1 May are closed
      {"trade_cal", "2024-06-28T10:00:00+08:00", "2025-01-01T02:00:00+08:00"},
      {"fina_audit", "2024-03-01T10:00:00+08:00", "2024-05-01T02:00:00+08:00"},
      // announcements: every evening, at noon too in the months of disclosure
      {"income_vip", "2024-04-20T10:00:00+08:00", "2024-04-20T12:30:00+08:00"},
      {"income_vip", "2024-04-20T12:30:00+08:00", "2024-04-20T21:00:00+08:00"},
      {"income_vip", "2024-06-20T10:00:00+08:00", "2024-06-20T21:00:00+08:00"},
      {"dividend", "2024-06-30T21:00:00+08:00", "2024-07-01T12:30:00+08:00"},
      // while the exchange trades, where the source has parts of the day by then
      {"ths_hot", "2024-06-28T08:00:00+08:00", "2024-06-28T09:15:00+08:00"},
      {"ths_hot", "2024-09-30T22:30:00+08:00", "2024-10-08T09:15:00+08:00"},
      {"ths_hot", "2024-06-28T11:59:00+08:00", "2024-06-28T13:00:00+08:00"},
      // and once more when the source has the whole day
      {"ths_hot", "2024-06-28T20:00:00+08:00", "2024-06-28T22:30:00+08:00"},
      {"ths_hot", "2024-06-28T22:30:00+08:00", "2024-07-01T09:15:00+08:00"},
      {"ths_hot", "2024-06-29T10:00:00+08:00", "2024-07-01T09:15:00+08:00"},
      // only then where it has nothing before, be it the next morning
      {"kpl_concept", "2024-06-28T10:00:00+08:00", "2024-06-28T18:00:00+08:00"},
      {"kpl_concept", "2024-06-28T18:00:00+08:00", "2024-07-01T18:00:00+08:00"},
      {"kpl_concept", "2024-09-30T20:00:00+08:00", "2024-10-08T18:00:00+08:00"},
      {"kpl_list", "2024-06-27T09:30:00+08:00", "2024-06-28T08:30:00+08:00"},
      {"kpl_list", "2024-06-28T15:00:00+08:00", "2024-06-29T08:30:00+08:00"},
      {"kpl_list", "2024-06-29T08:30:00+08:00", "2024-07-02T08:30:00+08:00"},
      {"kpl_list", "2024-09-30T15:00:00+08:00", "2024-10-01T08:30:00+08:00"},
      {"kpl_list", "2024-10-01T08:30:00+08:00", "2024-10-09T08:30:00+08:00"},
  };
  for (const Case& c : cases)
    EXPECT_EQ(due(c.table, c.after), c.due) << c.table << " after " << c.after;
}

TEST(NextDue, PollsContinuousTablesByTheirInterval) {
  const auto& table = real_table("ths_hot");
  const Instant now = parse_rfc3339("2024-06-28T10:00:00+08:00").value();
  EXPECT_EQ(next_due(table, now, market::Calendar::built_in()),
            now + std::chrono::seconds{table.policy.poll_interval});
  EXPECT_GT(table.policy.poll_interval, 0);
}

std::string begin(std::string_view table, std::string_view due, std::string_view now,
                  bool is_empty = false) {
  return rfc3339(begin_of(real_table(table), parse_rfc3339(due).value(), parse_rfc3339(now).value(),
                          is_empty, market::Calendar::built_in()));
}

TEST(Begin, AWholeTableWhoseTimeWasMissedWaitsForTheNight) {
  const char* due = "2024-06-28T06:00:00+08:00";
  const char* tonight = "2024-06-29T02:00:00+08:00";
  EXPECT_EQ(begin("stock_basic", due, "2024-06-28T06:00:01+08:00"), due) << "the catalog's time";
  EXPECT_EQ(begin("stock_basic", due, "2024-06-28T07:00:01+08:00"), tonight);
  EXPECT_EQ(begin("stock_basic", due, "2024-06-28T10:30:00+08:00"), tonight);
  EXPECT_EQ(begin("stock_basic", due, "2024-06-28T23:59:00+08:00"), tonight);
  EXPECT_EQ(begin("stock_basic", due, "2024-06-29T00:30:00+08:00"), tonight);
  EXPECT_EQ(begin("stock_basic", due, "2024-06-29T02:00:00+08:00"), due);
  EXPECT_EQ(begin("stock_basic", due, "2024-06-29T04:59:59+08:00"), due);
  EXPECT_EQ(begin("stock_basic", due, "2024-06-28T10:30:00+08:00", true), due) << "nothing yet";
  EXPECT_EQ(begin("daily", due, "2024-06-28T10:30:00+08:00"), due) << "no whole table";
}

// A server that runs by day only never sees the hours of low traffic.
TEST(Begin, AWholeTableWhoseNightWasMissedTooWaitsForTheEndOfTradingOnly) {
  const char* due = "2024-06-28T06:00:00+08:00";  // a Friday
  const char* same_days_due = "2024-07-01T06:00:00+08:00";
  EXPECT_EQ(begin("stock_basic", due, "2024-06-29T05:00:00+08:00"), due) << "a Saturday";
  EXPECT_EQ(begin("stock_basic", due, "2024-07-01T08:00:00+08:00"), due);
  EXPECT_EQ(begin("stock_basic", due, "2024-07-01T09:14:59+08:00"), due);
  EXPECT_EQ(begin("stock_basic", due, "2024-07-01T09:15:00+08:00"), "2024-07-01T11:30:00+08:00");
  EXPECT_EQ(begin("stock_basic", due, "2024-07-01T12:00:00+08:00"), due);
  EXPECT_EQ(begin("stock_basic", due, "2024-07-01T14:00:00+08:00"), "2024-07-01T15:00:00+08:00");
  EXPECT_EQ(begin("stock_basic", due, "2024-07-01T18:00:00+08:00"), due);
  EXPECT_EQ(begin("stock_basic", same_days_due, "2024-07-01T18:00:00+08:00"),
            "2024-07-02T02:00:00+08:00")
      << "this night may still come";
  EXPECT_EQ(begin("trade_cal", "2024-01-01T02:00:00+08:00", "2024-01-01T09:00:00+08:00"),
            "2024-01-01T02:00:00+08:00")
      << "due in the night that was missed; a holiday";
}

TEST(Retry, PausesGrowUpToAnHour) {
  std::vector<int> minutes;
  for (int failures = 1; failures <= 6; ++failures)
    minutes.push_back(static_cast<int>(retry_pause(failures).count()));
  EXPECT_THAT(minutes, testing::ElementsAre(5, 10, 20, 40, 60, 60));
  EXPECT_EQ(retry_pause(1'000'000), kLongestRetry);
}

TEST(Begin, AnEventDoesNotReplaceAWholeTableInTradingHours) {
  catalog::TableSpec table = real_table("dividend");
  table.policy.mode = catalog::UpdateMode::Full;
  const Instant noon = parse_rfc3339("2024-07-01T12:30:00+08:00").value();
  EXPECT_EQ(rfc3339(begin_of(table, noon, noon, false, market::Calendar::built_in())),
            "2024-07-02T02:00:00+08:00");
}

TEST(NextDue, AlwaysLiesAhead) {
  const auto calendar = market::Calendar::built_in();
  for (const auto* table : test::real_catalog().tables()) {
    Instant now = parse_rfc3339("2024-01-01T00:00:00+08:00").value();
    for (int i = 0; i < 40; ++i) {
      const auto next = next_due(*table, now, calendar);
      ASSERT_TRUE(next) << table->name;
      ASSERT_GT(*next, now) << table->name;
      now = *next;
    }
  }
}

}  // namespace
}  // namespace kanpan::ingest
