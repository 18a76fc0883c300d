// What a share is worth by the market and by the newest statements, on a day.
#pragma once

#include <limits>

#include "kanpan/source/sim/world/ask.hpp"
#include "kanpan/source/sim/world/rows.hpp"

namespace kanpan::source::sim::world {

inline constexpr double kNone = std::numeric_limits<double>::quiet_NaN();  ///< a null cell

/// As daily_basic has it: shares 万股, values 万元, rates %. kNone where it has no sense (a loss).
struct Valuation {
  double turnover = kNone, turnover_free = kNone, volume_ratio = kNone;
  double pe = kNone, pe_ttm = kNone, pb = kNone, ps = kNone, ps_ttm = kNone;
  double dv_ratio = kNone, dv_ttm = kNone;
  double total_share = 0, float_share = 0, free_share = 0, total_mv = 0, circ_mv = 0;
};

/// Of a day of trading, `bar` being its bar. Statements count from their announcement, corrected
/// ones from their correction.
Valuation value(const Exchange& exchange, int share, int day, const Bar& bar);

/// Sets the columns that daily_basic and stk_factor_pro share; null ones are left out.
void set_valuation(Rows& out, const Valuation& value);

}  // namespace kanpan::source::sim::world
