// A question to the invented exchange, with its codes and dates turned into numbers.
#pragma once

#include <string>
#include <vector>

#include "kanpan/source/sim/dataset.hpp"
#include "kanpan/source/sim/world/exchange.hpp"

namespace kanpan::source::sim::world {

/// What a generator answers. Rows outside `from` … `to` or of other codes must not come back; the
/// question's other bounds are checked for it by the world.
struct Ask {
  const Exchange& exchange;
  const catalog::TableSpec& table;
  const Question& question;
  Date today;               ///< of `now` in Shanghai; nothing later exists
  std::vector<int> shares;  ///< asked for, in order of code; all when none was named
  Span days;                ///< open days asked for, not after today

  Ask(const Exchange& exchange, const catalog::TableSpec& table, const Question& question);

  /// Is the date asked for? True without bounds; `today` is not looked at.
  bool wants(Date date) const;
  bool wants_code(std::string_view code) const;
};

/// Calls `row(share, day)` for each listed share and day that is asked for, newest day first.
template <typename Row>
void each_listed(const Ask& ask, Row row) {
  for (int day = ask.days.last; day >= ask.days.first; --day)
    for (int share : ask.shares)
      if (ask.exchange.listed(share, day)) row(share, day);
}

/// The same, of shares that trade that day.
template <typename Row>
void each_traded(const Ask& ask, Row row) {
  each_listed(ask, [&](int share, int day) {
    if (!ask.exchange.share(share).halted(day)) row(share, day);
  });
}

/// To `digits` decimals, half away from zero.
double rounded(double value, int digits);
inline double yuan(std::int32_t ticks) { return ticks / 100.0; }

}  // namespace kanpan::source::sim::world
