// index_daily: the market's indices, moved by the same tides as the shares.
#include <algorithm>
#include <array>
#include <cmath>

#include "kanpan/source/sim/world/generators.hpp"

namespace kanpan::source::sim::world {
namespace {

struct Index {
  std::string_view code;
  double base;  ///< points when the tides are at 1
  double beta;
  double money;  ///< usual turnover, 千元
  Date since;
};

const Date kOld = Date::from_ymd(1990, 12, 19);

const std::array<Index, 13> kIndices = {{
    {"000001.SH", 3300, 0.9, 4.5e8, kOld},
    {"000016.SH", 2700, 0.8, 0.9e8, kOld},
    {"000300.SH", 3900, 0.9, 2.4e8, kOld},
    {"000688.SH", 1000, 1.4, 0.7e8, Date::from_ymd(2020, 7, 23)},
    {"000852.SH", 6300, 1.2, 1.9e8, kOld},
    {"000905.SH", 5600, 1.1, 1.6e8, kOld},
    {"000985.CSI", 4600, 1.0, 9.0e8, kOld},
    {"399001.SZ", 10800, 1.1, 5.5e8, kOld},
    {"399005.SZ", 6900, 1.1, 1.2e8, kOld},
    {"399006.SZ", 2100, 1.3, 2.1e8, kOld},
    {"399300.SZ", 3900, 0.9, 2.4e8, kOld},
    {"899050.BJ", 1000, 1.2, 0.2e8, Date::from_ymd(2022, 11, 21)},
    {"932000.CSI", 2300, 1.25, 2.0e8, Date::from_ymd(2023, 8, 11)},
}};

/// A linear image of the tides' level with a wobble of its own: no sum over history is needed, so a
/// day can be told alone.
double points(const Exchange& exchange, std::size_t which, int day) {
  const Index& index = kIndices[which];
  const double level = day < 0 ? 1 : exchange.tides().level[static_cast<std::size_t>(day)];
  const auto d = static_cast<std::uint64_t>(day + 1);
  const double own = 0.003 * exchange.dice().normal(Draw::Index, d, which);
  return rounded(index.base * std::max(0.2, 1 + index.beta * (level - 1)) * (1 + own), 4);
}

void index_row(const Exchange& exchange, std::size_t which, int day, Rows& out) {
  const Index& index = kIndices[which];
  const Dice& dice = exchange.dice();
  const auto d = static_cast<std::uint64_t>(day);
  const double close = points(exchange, which, day), before = points(exchange, which, day - 1);
  const double open =
      rounded(before + (close - before) * dice.between(-0.2, 0.5, Draw::Index, d, which + 100), 4);
  const double reach = 0.007 * before;
  const double high = std::max(open, close) + reach * dice.unit(Draw::Index, d, which + 200);
  const double low = std::min(open, close) - reach * dice.unit(Draw::Index, d, which + 300);
  const double amount = index.money * dice.between(0.7, 1.3, Draw::Index, d, which + 400) *
                        (1 + 15 * std::abs(close / before - 1));
  out.begin();
  out.set("ts_code", index.code);
  out.set("trade_date", exchange.days()[day]);
  out.set("close", close);
  out.set("open", open);
  out.set("high", rounded(high, 4));
  out.set("low", rounded(low, 4));
  out.set("pre_close", before);
  out.set("change", rounded(close - before, 4));
  out.set("pct_chg", rounded((close - before) / before * 100, 4));
  out.set("vol", std::floor(amount / 1.2));  // shares of 12 yuan on average
  out.set("amount", rounded(amount, 3));
}

}  // namespace

void index_daily(const Ask& ask, Rows& out) {
  for (int day = ask.days.last; day >= ask.days.first; --day)
    for (std::size_t which = 0; which < kIndices.size(); ++which)
      if (ask.wants_code(kIndices[which].code) && ask.exchange.days()[day] >= kIndices[which].since)
        index_row(ask.exchange, which, day, out);
}

}  // namespace kanpan::source::sim::world
