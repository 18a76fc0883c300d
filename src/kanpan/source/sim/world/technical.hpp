// Technical indicators as the public MyTT library defines them (github.com/mpquant/MyTT), with its
// default arguments. All look back only: a value never changes when later sessions come.
#pragma once

#include <string_view>
#include <vector>

namespace kanpan::source::sim::world {

/// One number a session, oldest first; NaN where there is none yet.
using Line = std::vector<double>;

/// Prices of one basis (raw or adjusted), volume in 手, sessions without gaps.
struct Series {
  Line open, high, low, close, volume;
  std::size_t size() const { return close.size(); }
};

/// An indicator under the source's name: `head` + basis + `tail` (`ema` `_bfq` `_10`).
struct Indicator {
  std::string_view head, tail;
  bool price;  ///< in the unit of the prices: scales with them
  Line values;
};

/// The thirteen of stk_factor: macd_dif, macd_dea, macd, kdj_*, rsi_*, boll_*, cci.
std::vector<Indicator> basic_indicators(const Series& s);
/// The 73 of stk_factor_pro.
std::vector<Indicator> all_indicators(const Series& s);

/// Sessions in a row that closed higher (lower) than the one before.
Line up_days(const Line& close);
Line down_days(const Line& close);
/// Sessions before this one whose low (high) was not lower (higher).
Line low_days(const Line& low);
Line top_days(const Line& high);

// The building blocks; `n` sessions, this one included.
Line mean(const Line& s, std::size_t n);
Line exponential(const Line& s, double span);  ///< weight 2 / (span + 1), from the first value
Line smoothed(const Line& s, double n, double m = 1);  ///< weight m / n
Line total(const Line& s, std::size_t n);
Line highest(const Line& s, std::size_t n);
Line lowest(const Line& s, std::size_t n);
Line deviation(const Line& s, std::size_t n);  ///< of the population
Line mean_deviation(const Line& s, std::size_t n);
Line shifted(const Line& s, std::size_t n);  ///< value n sessions before

}  // namespace kanpan::source::sim::world
