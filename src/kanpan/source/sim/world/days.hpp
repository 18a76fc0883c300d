// The open days of an invented exchange: the real calendar, and weekdays where it ends.
#pragma once

#include <vector>

#include "kanpan/base/date.hpp"

namespace kanpan::source::sim::world {

/// Numbers the open days of a range 0, 1, 2, …; prices and states are held by these numbers.
class Days {
 public:
  Days(Date first, Date last);

  int size() const { return static_cast<int>(open_.size()); }
  Date operator[](int day) const { return open_[static_cast<std::size_t>(day)]; }
  /// Number of the first open day on or after `date`; size() when there is none.
  int at_or_after(Date date) const;
  /// Number of the last open day on or before `date`; -1 when there is none.
  int at_or_before(Date date) const;
  bool open(Date date) const;

 private:
  std::vector<Date> open_;
  Date first_;
  std::vector<int> after_;  ///< at_or_after() of each calendar day
};

/// The last open day before `date`, from 1990 on and beyond any range.
Date open_day_before(Date date);
/// The first open day on or after `date`.
Date open_day_from(Date date);

}  // namespace kanpan::source::sim::world
