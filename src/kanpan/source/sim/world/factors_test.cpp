#include <algorithm>
#include <numeric>

#include <gtest/gtest.h>

#include "kanpan/source/sim/world/asked.hpp"
#include "kanpan/source/sim/world/technical.hpp"

namespace kanpan::source::sim::world {
namespace {

TEST(Technical, BlocksOfTenNumbers) {
  const Line s = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3};
  EXPECT_EQ(highest(s, 3)[5], 9);
  EXPECT_EQ(highest(s, 3)[8], 6);
  EXPECT_EQ(lowest(s, 3)[3], 1);
  EXPECT_EQ(lowest(s, 3)[9], 3);
  EXPECT_TRUE(std::isnan(highest(s, 3)[1]));
  EXPECT_DOUBLE_EQ(mean(s, 4)[3], 2.25);
  EXPECT_DOUBLE_EQ(exponential(s, 3)[2], 3.0);  // 3, 2, 3
  EXPECT_DOUBLE_EQ(smoothed(s, 4)[1], 2.5);     // 3 + (1 - 3) / 4
  EXPECT_DOUBLE_EQ(deviation({2, 4, 4, 4, 5, 5, 7, 9}, 8)[7], 2.0);
  EXPECT_DOUBLE_EQ(mean_deviation({1, 3}, 2)[1], 1.0);
  EXPECT_EQ(up_days({1, 2, 3, 3, 4}), (Line{0, 1, 2, 0, 1}));
  EXPECT_EQ(top_days({3, 1, 2, 4, 4}), (Line{0, 0, 1, 3, 4}));
}

/// Straight from the definitions, for one session at the end of the lines.
struct Plain {
  const Line &high, &low, &close;

  double average(std::size_t n) const {
    return std::accumulate(close.end() - static_cast<long>(n), close.end(), 0.0) /
           static_cast<double>(n);
  }
  double ema(const Line& s, double n) const {
    double value = s.front();
    for (double x : s) value = (2 * x + (n - 1) * value) / (n + 1);
    return value;
  }
  Line dif() const {
    Line out;
    double fast = close.front(), slow = close.front();
    for (double x : close) {
      fast = (2 * x + 11 * fast) / 13;
      slow = (2 * x + 25 * slow) / 27;
      out.push_back(fast - slow);
    }
    return out;
  }
  double rsi(double n) const {
    double up = 0, all = 0;
    bool first = true;
    for (std::size_t i = 1; i < close.size(); ++i) {
      const double d = close[i] - close[i - 1];
      up = first ? std::max(d, 0.0) : (std::max(d, 0.0) + (n - 1) * up) / n;
      all = first ? std::abs(d) : (std::abs(d) + (n - 1) * all) / n;
      first = false;
    }
    return up / all * 100;
  }
};

TEST(Factors, IndicatorsFollowFromTheAdjustedPricesOfTheTable) {
  const World world({.seed = 7, .codes = 100});
  for (const char* code : {"600001.SH", "002001.SZ"}) {
    const Asked f = ask_code(world, "stk_factor", code, ymd(20240628));
    Line high, low, close;
    const double factor = f.number(0, "adj_factor");
    for (std::size_t r = f.size(); r-- > 0;) {  // oldest first, front-adjusted at the newest day
      high.push_back(f.number(r, "high_hfq") / factor);
      low.push_back(f.number(r, "low_hfq") / factor);
      close.push_back(f.number(r, "close_hfq") / factor);
    }
    const Plain plain{high, low, close};
    const Line dif = plain.dif();
    EXPECT_NEAR(f.number(0, "macd_dif"), dif.back(), 6e-4);
    EXPECT_NEAR(f.number(0, "macd_dea"), plain.ema(dif, 9), 6e-4);
    EXPECT_NEAR(f.number(0, "macd"), 2 * (dif.back() - plain.ema(dif, 9)), 6e-4);
    EXPECT_NEAR(f.number(0, "rsi_6"), plain.rsi(6), 2e-3);
    EXPECT_NEAR(f.number(0, "rsi_24"), plain.rsi(24), 2e-3);
    EXPECT_NEAR(f.number(0, "boll_mid"), plain.average(20), 6e-4);
    EXPECT_EQ(f.number(0, "close_qfq"), f.number(0, "close"));
    for (std::size_t r = 0; r < f.size(); ++r)
      EXPECT_NEAR(f.number(r, "close_hfq"), f.number(r, "close") * f.number(r, "adj_factor"), 6e-6);
  }
}

TEST(Factors, TheProTableAgreesWithTheSmallOne) {
  const World world({.seed = 7, .codes = 100});
  const Date day = ymd(20240628);
  const Asked pro = ask_day(world, "stk_factor_pro", day, day),
              small = ask_day(world, "stk_factor", day, day);
  ASSERT_EQ(pro.size(), small.size());
  for (std::size_t r = 0; r < pro.size(); ++r) {
    EXPECT_EQ(pro.text(r, "ts_code"), small.text(r, "ts_code"));
    for (const auto& [mine, theirs] : {std::pair{"macd_qfq", "macd"},
                                       {"kdj_qfq", "kdj_j"},
                                       {"rsi_qfq_12", "rsi_12"},
                                       {"boll_upper_qfq", "boll_upper"},
                                       {"cci_qfq", "cci"}}) {
      EXPECT_EQ(pro.null(r, mine), small.null(r, theirs));
      if (!pro.null(r, mine)) {
        EXPECT_EQ(pro.number(r, mine), small.number(r, theirs)) << mine;
      }
    }
    if (pro.null(r, "ma_hfq_20")) continue;
    const double factor = pro.number(r, "adj_factor");
    EXPECT_NEAR(pro.number(r, "ma_hfq_20"), pro.number(r, "ma_qfq_20") * factor, 0.002 * factor);
    EXPECT_GE(pro.number(r, "taq_up_bfq"), pro.number(r, "high"));
    EXPECT_LE(pro.number(r, "taq_down_bfq"), pro.number(r, "low"));
  }
}

TEST(Periods, WeeksAndMonthsAreTheirDays) {
  const World world({.seed = 7, .codes = 100});
  const Date now = ymd(20240628);
  const Asked daily = ask_code(world, "daily", "600001.SH", now);
  for (const char* table : {"weekly", "monthly"}) {
    const Asked bars = ask_code(world, table, "600001.SH", now);
    ASSERT_GT(bars.size(), 50U);
    std::size_t d = 0;
    for (std::size_t r = 0; r + 1 < bars.size(); ++r) {
      const Date before = bars.date(r + 1, "trade_date");
      double high = 0, low = 1e9, vol = 0, amount = 0;
      EXPECT_EQ(bars.number(r, "close"), daily.number(d, "close"));
      for (; d < daily.size() && daily.date(d, "trade_date") > before; ++d) {
        high = std::max(high, daily.number(d, "high"));
        low = std::min(low, daily.number(d, "low"));
        vol += daily.number(d, "vol");
        amount += daily.number(d, "amount");
      }
      EXPECT_EQ(bars.number(r, "high"), high) << table << before.iso();
      EXPECT_EQ(bars.number(r, "low"), low);
      EXPECT_EQ(bars.number(r, "vol"), vol);
      EXPECT_NEAR(bars.number(r, "amount"), amount * 1000, 1);
      EXPECT_EQ(bars.number(r, "open"), daily.number(d - 1, "open"));
      EXPECT_NEAR(bars.number(r, "pct_chg"), bars.number(r, "change") / bars.number(r, "pre_close"),
                  6e-5);
    }
  }
}

TEST(Indices, ChangesFollowFromTheDayBefore) {
  const World world({.seed = 7, .codes = 30});
  const Asked index = ask_code(world, "index_daily", "000300.SH");
  ASSERT_GT(index.size(), 1000U);
  for (std::size_t r = 0; r + 1 < index.size(); ++r) {
    EXPECT_EQ(index.number(r, "pre_close"), index.number(r + 1, "close"));
    EXPECT_LE(index.number(r, "low"), std::min(index.number(r, "open"), index.number(r, "close")));
    EXPECT_GE(index.number(r, "high"), std::max(index.number(r, "open"), index.number(r, "close")));
  }
}

}  // namespace
}  // namespace kanpan::source::sim::world
