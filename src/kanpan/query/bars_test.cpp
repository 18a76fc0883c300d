#include "kanpan/query/bars.hpp"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <random>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "kanpan/catalog/units.hpp"
#include "kanpan/query/rounding.hpp"

namespace kanpan::query {
namespace {

using catalog::convert;
using catalog::to_normal;

double by_printf(double x) {
  char text[400];
  std::snprintf(text, sizeof text, "%.2f", x);
  return std::strtod(text, nullptr);
}

TEST(RoundCent, IsWhatPrintfPrints) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 300'000; ++i) {
    const double cents = static_cast<double>(random() % 100'000'000) / 1000;
    const double ratio = static_cast<double>(random() % 1'000'000) / 7e4;
    for (const double x : {cents, -cents, cents * ratio, std::nextafter(cents, 0),
                           std::nextafter(cents, 1e9), cents * 1e9, ratio * 1e-4})
      ASSERT_EQ(round_cent(x), by_printf(x)) << fmt::format("{:.17g}", x);
  }
  for (const double x : {0.0, 0.005, 0.015, 0.125, 0.375, 1.005, 2.675, 1e15 + 0.5, 1e300, 5e-324})
    EXPECT_EQ(round_cent(x), by_printf(x)) << x;
  EXPECT_TRUE(std::isnan(round_cent(std::nan(""))));
}

TEST(Units, BecomeSharesYuanAndPercent) {
  const auto converted = [](std::string_view unit, double value) {
    frame::Column column(frame::Type::Real);
    column.push(value);
    catalog::convert(column, catalog::to_normal(unit).factor);
    return column.reals()[0];
  };
  EXPECT_EQ(converted("手", 1234.56), 123456);
  EXPECT_EQ(converted("千元", 525152.77), 525152770);
  EXPECT_EQ(converted("万元", 0.0007), 7);
  EXPECT_EQ(converted("万股", 12345.6789), 123456789);
  EXPECT_EQ(converted("百万元", 51.98), 51980000);
  EXPECT_EQ(converted("元", 12.34), 12.34);
  EXPECT_EQ(catalog::to_normal("千元").unit, "元");
  EXPECT_EQ(catalog::to_normal("万股").unit, "股");
  EXPECT_EQ(catalog::to_normal("家").unit, "家");
}

TEST(Units, KeepNullsAndIntegers) {
  frame::Column column(frame::Type::Int);
  column.push(std::int64_t{3});
  column.push_null();
  catalog::convert(column, 100);
  EXPECT_EQ(column.ints()[0], 300);
  EXPECT_TRUE(column.is_null(1));
}

/// Daily bars of open days with holes, as a source could send them.
Series invented(std::uint32_t seed, int days) {
  std::mt19937 random(seed);
  const auto between = [&](double low, double high) {
    return low + (high - low) * static_cast<double>(random()) / 4294967295.0;
  };
  Series series;
  double close = between(3, 90), factor = between(1, 20);
  for (Date day = Date::from_ymd(2023, 11, 1); days > 0; ++day) {
    if (day.weekday() > 5 || random() % 9 == 0) continue;
    --days;
    const double pre_close = round_cent(close);
    if (random() % 40 == 0) factor *= between(1, 1.4);
    close = round_cent(pre_close * between(0.9, 1.1));
    const double open = round_cent(pre_close * between(0.95, 1.05));
    series.day.push_back(day);
    series.open.push_back(open);
    series.high.push_back(std::max(open, close) + 0.05);
    series.low.push_back(std::min(open, close) - 0.05);
    series.close.push_back(close);
    series.pre_close.push_back(pre_close);
    series.change.push_back(close - pre_close);
    series.pct_chg.push_back((close / pre_close - 1) * 100);
    series.vol.push_back(between(1, 1e6));
    series.amount.push_back(between(1, 1e6));
    series.factor.push_back(factor);
  }
  return series;
}

struct Bar {
  Date day;
  double open, high, low, close, pre_close, vol, amount, factor;
};

/// By hand: every bar looks for its days among all of them.
std::vector<Bar> reference(const Series& daily, Frequency frequency) {
  std::vector<Bar> bars;
  for (std::size_t i = 0; i < daily.size(); ++i) {
    const Date day = daily.day[i];
    const auto together = [&](Date other) {
      if (frequency == Frequency::Day) return other == day;
      if (frequency == Frequency::Month)
        return other.year() == day.year() && other.month() == day.month();
      return other - (other.weekday() - 1) == day - (day.weekday() - 1);
    };
    if (i > 0 && together(daily.day[i - 1])) continue;
    Bar bar{day, daily.open[i], 0, 1e9, 0, daily.pre_close[i], 0, 0, 0};
    if (i > 0 && frequency != Frequency::Day) bar.pre_close = daily.close[i - 1];
    for (std::size_t k = 0; k < daily.size(); ++k) {
      if (!together(daily.day[k])) continue;
      bar.day = daily.day[k];
      bar.high = std::max(bar.high, daily.high[k]);
      bar.low = std::min(bar.low, daily.low[k]);
      bar.close = daily.close[k];
      bar.factor = daily.factor[k];
      bar.vol += daily.vol[k];
      bar.amount += daily.amount[k];
    }
    bars.push_back(bar);
  }
  return bars;
}

TEST(Bars, AreThoseOfAReferenceInEveryFrequencyAndAdjustment) {
  for (std::uint32_t seed = 0; seed < 40; ++seed)
    for (const Frequency frequency : {Frequency::Day, Frequency::Week, Frequency::Month})
      for (const Adjust mode : {Adjust::None, Adjust::Qfq, Adjust::Hfq}) {
        const Series daily = invented(seed, 1 + static_cast<int>(seed) * 4);
        const double anchor = daily.factor.back();
        const auto expected = reference(daily, frequency);
        const auto dates =
            bar_dates(daily, frequency, market::Calendar(daily.day), daily.day.back());
        Series bars = frequency == Frequency::Day ? daily : resample(daily, dates);
        adjust(bars, mode, anchor, true);
        ASSERT_EQ(bars.size(), expected.size());
        for (std::size_t i = 0; i < bars.size(); ++i) {
          const Bar& bar = expected[i];
          const auto price = [&](double raw) {
            if (mode == Adjust::None) return raw;
            return by_printf(mode == Adjust::Hfq ? raw * bar.factor : raw * bar.factor / anchor);
          };
          ASSERT_EQ(bars.day[i], bar.day);
          ASSERT_EQ(bars.open[i], price(bar.open));
          ASSERT_EQ(bars.high[i], price(bar.high));
          ASSERT_EQ(bars.low[i], price(bar.low));
          ASSERT_EQ(bars.close[i], price(bar.close));
          ASSERT_EQ(bars.pre_close[i], price(bar.pre_close));
          ASSERT_DOUBLE_EQ(bars.vol[i], bar.vol);
          ASSERT_DOUBLE_EQ(bars.amount[i], bar.amount);
          ASSERT_NEAR(bars.change[i], bars.close[i] - bars.pre_close[i], 1e-2);
          if (mode != Adjust::None) {
            ASSERT_EQ(bars.pct_chg[i],
                      by_printf((bars.close[i] - bars.pre_close[i]) / bars.pre_close[i] * 100));
          }
        }
      }
}

TEST(Bars, AreDatedByTheLastTradingDayOfTheirPeriod) {
  const auto calendar = market::Calendar::built_in();
  Series daily;
  for (const char* day : {"20220701", "20220706", "20220707", "20220711"})
    daily.day.push_back(*parse_date(day));
  const auto dates = [&](Frequency frequency, const char* known) {
    std::vector<std::string> out;
    for (const Date day : bar_dates(daily, frequency, calendar, *parse_date(known)))
      out.push_back(day.iso());
    return out;
  };
  using testing::ElementsAre;
  EXPECT_THAT(dates(Frequency::Week, "20220712"),
              ElementsAre("2022-07-01", "2022-07-08", "2022-07-08", "2022-07-11"))
      << "suspended on the 8th; the 15th is not known yet";
  EXPECT_THAT(dates(Frequency::Week, "20220715"),
              ElementsAre("2022-07-01", "2022-07-08", "2022-07-08", "2022-07-15"));
  EXPECT_THAT(dates(Frequency::Month, "20220712"),
              ElementsAre("2022-07-11", "2022-07-11", "2022-07-11", "2022-07-11"));
  EXPECT_THAT(dates(Frequency::Day, "20220712").front(), "2022-07-01");
}

TEST(Bars, OfTheLastDayAreTheRawOnesUnderQfq) {
  Series bars = invented(3, 50);
  const double close = bars.close.back();
  adjust(bars, Adjust::Qfq, bars.factor.back(), true);
  EXPECT_EQ(bars.close.back(), close);
}

TEST(Bars, KeepFullPrecisionWhenNotRounded) {
  Series bars = invented(3, 50);
  const double exact = bars.close[0] * bars.factor[0];
  adjust(bars, Adjust::Hfq, 1, false);
  EXPECT_EQ(bars.close[0], exact);
}

TEST(Bars, BecomeNullsWhereNothingIsKnown) {
  Series bars = invented(1, 3);
  bars.amount[1] = std::numeric_limits<double>::quiet_NaN();
  const auto batch = to_batch(bars);
  EXPECT_TRUE(batch.column(batch.find("amount")).is_null(1));
  EXPECT_FALSE(batch.column(batch.find("amount")).is_null(0));
  EXPECT_EQ(batch.fields().front().name, "trade_date");
  EXPECT_EQ(batch.fields().back().name, "adj_factor");
}

}  // namespace
}  // namespace kanpan::query
