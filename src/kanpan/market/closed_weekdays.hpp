// Weekdays on which the mainland exchanges did not trade.
#pragma once

#include <span>

#include "kanpan/base/date.hpp"

namespace kanpan::market {

/// The span that the list of closed weekdays covers, both ends included. The last day moves when
/// the exchanges announce another year, usually in December.
inline constexpr Date kClosedWeekdaysFirst{7657};  // 1990-12-19, the first session in Shanghai
inline constexpr Date kClosedWeekdaysLast{20818};  // 2026-12-31

/// Mondays to Fridays without a session, oldest first. Weekends are never open, make-up working
/// weekends included. Shanghai and Shenzhen share the list (Beijing since it opened). Source: the
/// holiday notices of the two exchanges, as eight independent public calendars agree on them.
std::span<const Date> closed_weekdays();

/// True for a weekday in the list, and for every Saturday and Sunday.
bool is_closed(Date date);

}  // namespace kanpan::market
