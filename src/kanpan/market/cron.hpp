// Five-field cron expressions in Asia/Shanghai.
#pragma once

#include <bitset>
#include <optional>
#include <string_view>

#include "kanpan/base/clock.hpp"
#include "kanpan/base/error.hpp"

namespace kanpan::market {

/// minute hour day-of-month month day-of-week, each `*`, a number, a-b, a list, or any of these
/// with /step. Sunday is 0 or 7. As in Vixie cron a time matches when day-of-month or day-of-week
/// does, if both are restricted.
class Cron {
 public:
  static Result<Cron> parse(std::string_view expression);

  bool matches(Date day) const;
  /// The first matching time after `after`; nothing within five years = the expression never
  /// matches (31 February). A pure function of its argument.
  std::optional<Instant> next(Instant after) const;

 private:
  std::bitset<60> minutes_;
  std::bitset<24> hours_;
  std::bitset<32> days_;
  std::bitset<13> months_;
  std::bitset<7> weekdays_;
  bool any_day_ = false, any_weekday_ = false;
};

}  // namespace kanpan::market
