// The one place that reads the wall clock. Everything else is handed a Clock.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "kanpan/base/date.hpp"
#include "kanpan/base/error.hpp"

namespace kanpan {

/// UTC, microseconds.
using Instant = std::chrono::sys_time<std::chrono::microseconds>;

/// Asia/Shanghai is UTC+08:00 without daylight saving since 1992-01-01.
inline constexpr std::chrono::hours kShanghaiOffset{8};

Date shanghai_date(Instant t);
/// Seconds since midnight in Shanghai.
int shanghai_second_of_day(Instant t);
/// The instant of `date` at `second_of_day` in Shanghai.
Instant shanghai_instant(Date date, int second_of_day);
/// `2024-06-28T18:00:00+08:00`, with microseconds when there are any.
std::string rfc3339(Instant t);
/// Accepts what rfc3339() writes and any other offset or `Z`.
Result<Instant> parse_rfc3339(std::string_view text);

/// Thread-safe. Schedules, sessions and TTLs follow it; time-outs and quota windows use
/// std::chrono::steady_clock directly, so that a simulated clock cannot distort them.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() const = 0;
  /// How many of this clock's seconds pass in a real one: 1 for the system, 0 when it stands still.
  virtual double speed() const = 0;
};

/// `system`; `2024-06-28T18:00:00+08:00` (stands still); the same with `xN` behind it (runs from
/// there, N times as fast).
Result<std::unique_ptr<Clock>> make_clock(std::string_view setting);

}  // namespace kanpan
