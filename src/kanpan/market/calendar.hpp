// Which days the exchanges trade.
#pragma once

#include <span>
#include <vector>

#include "kanpan/base/clock.hpp"
#include "kanpan/base/date.hpp"

namespace kanpan::market {

/// Where the market is in its day.
enum class Phase { Closed, PreOpen, CallAuction, Morning, LunchBreak, Afternoon, AfterClose };
std::string_view name(Phase phase);

/// Sorted open days. Immutable; cheap to copy is not promised: share it.
class Calendar {
 public:
  /// Days in any order, duplicates allowed. Days before the first, after the last, and in a gap
  /// that is longer than any closure of the market are unknown and answered by the built-in one.
  /// `closed_days` are those of which it is known; between two open days that need not be said.
  explicit Calendar(std::vector<Date> open_days, std::vector<Date> closed_days = {});
  /// What is known without asking anybody: every weekday since 1990-12-19 but the closed ones of
  /// market/closed_weekdays.hpp; beyond its end every weekday.
  static Calendar built_in();

  bool is_open(Date day) const;
  /// Whether it was told that nobody trades on `day`; what it works out itself does not count.
  bool is_told_closed(Date day) const;
  /// Open days of the range, oldest first.
  std::vector<Date> open_days(DateRange range) const;
  std::size_t count(DateRange range) const;
  /// The nearest open day before / at or before / after `day`.
  Date previous(Date day) const;
  Date at_or_before(Date day) const;
  Date next(Date day) const;

  Phase phase(Instant now) const;

 private:
  std::vector<Date> open_, closed_;
};

/// 1990-12-19, the first day of trading in Shanghai.
Date first_trading_day();

}  // namespace kanpan::market
