// The tables that others are judged, adjusted or charted by. Beside the simulated exchange, which
// invents each table's rows, only these have names in C++.
#pragma once

#include <string_view>

namespace kanpan::catalog::role {

inline constexpr std::string_view kCalendar = "trade_cal";     ///< the days that the exchange opens
inline constexpr std::string_view kListings = "stock_basic";   ///< which codes exist, from when on
inline constexpr std::string_view kSuspensions = "suspend_d";  ///< which listed codes do not trade
inline constexpr std::string_view kBars = "daily";             ///< unadjusted daily bars
inline constexpr std::string_view kFactors = "adj_factor";     ///< what adjusts them

}  // namespace kanpan::catalog::role
