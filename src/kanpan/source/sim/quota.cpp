#include "kanpan/source/sim/quota.hpp"

namespace kanpan::source::sim {

std::optional<protocol::Verdict> Quota::charge(const catalog::SourceSpec& source) {
  if (source.points && points_ < *source.points) return protocol::no_permission(source.api);
  const protocol::RateLimits limits =
      protocol::limits_of(source, {.points = points_, .calls_per_minute = {}, .calls_per_day = {}});
  const auto minute = std::chrono::duration_cast<std::chrono::minutes>(now_() - start_).count();
  constexpr std::int64_t kMinutesOfDay = 1440;
  const std::lock_guard lock(mutex_);
  Used& used = used_[source.api];
  Used& all = used_[""];
  if (used.minute.is_full(minute, limits.per_minute))
    return protocol::rate_exceeded(wording_, source.api, limits.per_minute, protocol::Span::Minute);
  if (used.day.is_full(minute / kMinutesOfDay, limits.per_day))
    return protocol::rate_exceeded(wording_, source.api, limits.per_day, protocol::Span::Day);
  if (all.day.is_full(minute / kMinutesOfDay, limits.per_day_total))
    return protocol::rate_exceeded(wording_, source.api, limits.per_day_total, protocol::Span::Day);
  ++used.minute.calls;
  ++used.day.calls;
  ++all.day.calls;
  return std::nullopt;
}

bool Quota::Window::is_full(std::int64_t current, int limit) {
  if (number != current) *this = {current, 0};
  return limit > 0 && calls >= limit;
}

}  // namespace kanpan::source::sim
