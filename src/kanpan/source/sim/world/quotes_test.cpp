#include <map>

#include <gtest/gtest.h>

#include "kanpan/source/sim/world/asked.hpp"

namespace kanpan::source::sim::world {
namespace {

const World& small() {
  static const World world({.seed = 7, .codes = 300});
  return world;
}

std::vector<Date> sampled_days() {
  std::vector<Date> days;
  for (int day : {20180102, 20180615, 20190722, 20200824, 20210312, 20220104, 20230410, 20240628,
                  20251231, 20260706, 20260710})
    days.push_back(ymd(day));
  return days;
}

bool on_tick(double price) { return std::abs(price * 100 - std::round(price * 100)) < 1e-6; }

TEST(Quotes, DailyRowsAreConsistentWithThemselves) {
  std::size_t rows = 0;
  for (const Date day : sampled_days()) {
    const Asked daily = ask_day(small(), "daily", day, ymd(20260731));
    for (std::size_t r = 0; r < daily.size(); ++r, ++rows) {
      const double open = daily.number(r, "open"), high = daily.number(r, "high"),
                   low = daily.number(r, "low"), close = daily.number(r, "close"),
                   pre = daily.number(r, "pre_close");
      SCOPED_TRACE(daily.text(r, "ts_code") + " " + day.iso());
      for (double price : {open, high, low, close, pre}) EXPECT_TRUE(on_tick(price)) << price;
      EXPECT_LE(low, std::min(open, close));
      EXPECT_GE(high, std::max(open, close));
      EXPECT_GT(low, 0);
      const double average = daily.number(r, "amount") * 10 / daily.number(r, "vol");
      EXPECT_GE(average, low - 1e-4);
      EXPECT_LE(average, high + 1e-4);
      EXPECT_NEAR(daily.number(r, "change"), close - pre, 1e-9);
      EXPECT_NEAR(daily.number(r, "pct_chg"), (close - pre) / pre * 100, 5e-5 + 1e-9);
    }
  }
  EXPECT_GT(rows, 2000U);
}

TEST(Quotes, NoPriceLeavesTheLimitsOfTheDay) {
  std::size_t sealed = 0;
  for (const Date day : sampled_days()) {
    const Asked limits = ask_day(small(), "stk_limit", day, ymd(20260731));
    std::map<std::string, std::size_t> row;
    for (std::size_t r = 0; r < limits.size(); ++r) row[limits.text(r, "ts_code")] = r;
    const Asked daily = ask_day(small(), "daily", day, ymd(20260731));
    for (std::size_t r = 0; r < daily.size(); ++r) {
      ASSERT_TRUE(row.contains(daily.text(r, "ts_code")));
      const std::size_t l = row[daily.text(r, "ts_code")];
      EXPECT_EQ(daily.number(r, "pre_close"), limits.number(l, "pre_close"));
      EXPECT_LE(daily.number(r, "high"), limits.number(l, "up_limit"));
      EXPECT_GE(daily.number(r, "low"), limits.number(l, "down_limit"));
      sealed += daily.number(r, "close") == limits.number(l, "up_limit");
    }
  }
  EXPECT_GT(sealed, 3U);
}

TEST(Quotes, ADayIsAllListedCodesWithoutTheSuspended) {
  for (const Date day : sampled_days()) {
    const Asked factors = ask_day(small(), "adj_factor", day, ymd(20260731));
    const Asked halts = ask_day(small(), "suspend_d", day, ymd(20260731));
    std::size_t halted = 0;
    for (std::size_t r = 0; r < halts.size(); ++r) halted += halts.text(r, "suspend_type") == "S";
    EXPECT_EQ(ask_day(small(), "daily", day, ymd(20260731)).size(), factors.size() - halted);
    EXPECT_EQ(ask_day(small(), "stk_limit", day, ymd(20260731)).size(), factors.size());
  }
}

TEST(Quotes, TheFactorStepsByTheRatioOfCloseAndReference) {
  int steps = 0;
  for (const char* code : {"600001.SH", "000011.SZ", "002001.SZ", "300001.SZ", "603001.SH"}) {
    const Asked daily = ask_code(small(), "daily", code);
    const Asked factors = ask_code(small(), "adj_factor", code);
    std::map<Date, double> factor;
    for (std::size_t r = 0; r < factors.size(); ++r)
      factor[factors.date(r, "trade_date")] = factors.number(r, "adj_factor");
    ASSERT_GT(daily.size(), 100U) << code;
    EXPECT_EQ(factor.begin()->second, 1.0);
    for (std::size_t r = 0; r + 1 < daily.size(); ++r) {  // newest first
      const Date day = daily.date(r, "trade_date"), before = daily.date(r + 1, "trade_date");
      EXPECT_LT(before, day);
      const double ratio = daily.number(r + 1, "close") / daily.number(r, "pre_close");
      EXPECT_NEAR(factor[day] / factor[before], ratio, 1.5e-4) << code << " " << day.iso();
      steps += ratio != 1;
    }
  }
  EXPECT_GT(steps, 10);
}

TEST(Quotes, FirstSessionsFollowTheRulesOfTheirTime) {
  const Asked basic = ask(small(), "stock_basic", Asking(ymd(20260630)));
  int before = 0, after = 0;
  for (std::size_t r = 0; r < basic.size(); ++r) {
    const Date listed = basic.date(r, "list_date");
    if (listed < ymd(20180103)) continue;
    const Asked limits =
        ask(small(), "stk_limit",
            Asking(ymd(20260630)).code(basic.text(r, "ts_code")).days(listed, listed));
    ASSERT_EQ(limits.size(), 1U) << basic.text(r, "ts_code");
    const bool free = limits.number(0, "up_limit") > 99999;
    const std::string market = basic.text(r, "market");
    const bool reformed = market == "科创板" || market == "北交所" ||
                          listed >= (market == "创业板" ? ymd(20200824) : ymd(20230410));
    EXPECT_EQ(free, reformed) << basic.text(r, "ts_code") << " " << listed.iso();
    if (!free) {
      EXPECT_EQ(std::round(limits.number(0, "up_limit") * 100),
                std::floor(limits.number(0, "pre_close") * 144 + 0.5));
    }
    (free ? after : before) += 1;
  }
  EXPECT_GT(before, 3);
  EXPECT_GT(after, 20);
}

TEST(Quotes, AnswersDependOnlyOnSeedAndDay) {
  const World again({.seed = 7, .codes = 300}), other({.seed = 8, .codes = 300});
  for (const char* table : {"daily", "adj_factor", "stk_limit", "suspend_d"}) {
    const Date day = ymd(20240628);
    const std::string cold = all_text(ask_day(again, table, day, day).batch());
    EXPECT_EQ(cold, all_text(ask_day(small(), table, day, ymd(20260601)).batch())) << table;
    if (std::string_view(table) != "suspend_d") {
      EXPECT_NE(cold, all_text(ask_day(other, table, day, day).batch())) << table;
    }
  }
  const World larger({.seed = 7, .codes = 900});
  EXPECT_EQ(all_text(ask_code(larger, "daily", "600003.SH").batch()),
            all_text(ask_code(small(), "daily", "600003.SH").batch()));
}

TEST(Quotes, NothingIsThereAfterNow) {
  const Asked daily = ask_code(small(), "daily", "600001.SH", ymd(20240630));
  ASSERT_GT(daily.size(), 0U);
  EXPECT_EQ(daily.date(0, "trade_date"), ymd(20240628));
  EXPECT_EQ(ask_day(small(), "daily", ymd(20240629)).size(), 0U);
}

}  // namespace
}  // namespace kanpan::source::sim::world
