#include "kanpan/source/tushare/rate_limiter.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace kanpan::source::tushare {
namespace {

/// Counts of all interfaces together.
const std::string kTotal = "*";

std::int64_t epoch_seconds(Instant t) {
  return std::chrono::floor<std::chrono::seconds>(t.time_since_epoch()).count();
}
std::int64_t minute_of(Instant now) { return epoch_seconds(now) / 60 * 60; }
std::int64_t day_of(Instant now) { return epoch_seconds(shanghai_instant(shanghai_date(now), 0)); }

std::string minute_name(const std::string& api) { return api + "/minute"; }
std::string day_name(const std::string& api) { return api + "/day"; }

}  // namespace

MinuteWindow::Time MinuteWindow::free_at(Time now, int limit) {
  while (!made_.empty() && made_.front() + kLength <= now) made_.pop_front();
  const auto allowed = static_cast<std::size_t>(limit);
  return made_.size() < allowed ? now : made_[made_.size() - allowed] + kLength;
}

Result<void> RateLimiter::acquire(const std::string& api, const protocol::RateLimits& limits,
                                  std::stop_token stop) {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (stop.stop_requested()) return Error{Errc::Cancelled, "stopped", ""};
    if (limits.per_day > 0) KANPAN_TRY(check_day(api, limits.per_day));
    if (limits.per_day_total > 0) KANPAN_TRY(check_day(kTotal, limits.per_day_total));
    Usage& usage = usage_[api];
    if (limits.per_minute > 0) KANPAN_TRY(load_minute(api, usage));
    const Time now = std::chrono::steady_clock::now();
    Time free = usage.held_until;
    if (limits.per_minute > 0) free = std::max(free, usage.minute.free_at(now, limits.per_minute));
    if (free <= now) {
      if (limits.per_minute > 0) usage.minute.add(now);
      return count(api, limits);
    }
    changed_.wait_until(lock, stop, free, [] { return false; });
  }
}

void RateLimiter::hold(const std::string& api, Time until) {
  const std::lock_guard lock(mutex_);
  Usage& usage = usage_[api];
  usage.held_until = std::max(usage.held_until, until);
}

/// When the calls before a restart were made within their minute is not known: as late as possible.
Result<void> RateLimiter::load_minute(const std::string& api, Usage& usage) {
  if (usage.is_loaded || store_ == nullptr) return {};
  const std::int64_t minute = minute_of(wall_.now());
  std::uint64_t made = 0;
  for (const std::int64_t window : {minute - 60, minute}) {
    KANPAN_LET(const std::uint64_t calls, store_->calls_used(minute_name(api), window));
    made += calls;
  }
  const Time now = std::chrono::steady_clock::now();
  for (; made > 0; --made) usage.minute.add(now);
  usage.is_loaded = true;
  return {};
}

Result<void> RateLimiter::check_day(const std::string& name, int limit) {
  Usage& usage = usage_[name];
  const std::int64_t today = day_of(wall_.now());
  if (usage.day != today) {
    usage.today = 0;
    if (store_ != nullptr) {
      KANPAN_LET(usage.today, store_->calls_used(day_name(name), today));
    }
    usage.day = today;
  }
  if (usage.today < static_cast<std::uint64_t>(limit)) return {};
  return Error{Errc::SourceQuota,
               fmt::format("{} calls of {} were made today, {} are allowed", usage.today,
                           name == kTotal ? "all interfaces" : name, limit),
               "go on tomorrow, or set source.points or source.calls_per_day to what you have"};
}

Result<void> RateLimiter::count(const std::string& api, const protocol::RateLimits& limits) {
  if (limits.per_day > 0) KANPAN_TRY(count_day(api));
  if (limits.per_day_total > 0) KANPAN_TRY(count_day(kTotal));
  if (limits.per_minute > 0 && store_ != nullptr)
    return store_->add_calls(minute_name(api), minute_of(wall_.now()), 1);
  return {};
}

Result<void> RateLimiter::count_day(const std::string& name) {
  Usage& usage = usage_[name];
  ++usage.today;
  if (store_ == nullptr) return {};
  return store_->add_calls(day_name(name), usage.day, 1);
}

}  // namespace kanpan::source::tushare
