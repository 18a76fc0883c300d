#include "kanpan/source/protocol/limits.hpp"

namespace kanpan::source::protocol {
namespace {

RateLimits limits_of_points(int points) {
  if (points >= 15'000) return {.per_minute = 1'000};
  if (points >= 5'000) return {.per_minute = 500};
  if (points >= 2'000) return {.per_minute = 200, .per_day = 100'000};
  return {.per_minute = 50, .per_day_total = 8'000};
}

}  // namespace

RateLimits limits_of(const catalog::SourceSpec& source, const LimitSettings& settings) {
  RateLimits limits = limits_of_points(settings.points);
  if (source.calls_per_minute) limits.per_minute = *source.calls_per_minute;
  if (source.calls_per_day) limits.per_day = *source.calls_per_day;
  if (settings.calls_per_minute) limits.per_minute = *settings.calls_per_minute;
  if (settings.calls_per_day) {
    limits.per_day = *settings.calls_per_day;
    limits.per_day_total = 0;
  }
  return limits;
}

}  // namespace kanpan::source::protocol
