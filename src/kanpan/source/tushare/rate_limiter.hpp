// The waiting for the moment at which the source may be asked again.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <stop_token>
#include <string>

#include "kanpan/base/clock.hpp"
#include "kanpan/base/error.hpp"
#include "kanpan/source/protocol/limits.hpp"
#include "kanpan/source/quota_store.hpp"

namespace kanpan::source::tushare {

/// Calls of the last minute. Sliding, so that the count holds whenever the source's minute begins.
class MinuteWindow {
 public:
  using Time = std::chrono::steady_clock::time_point;
  /// A little more than the source's minute, as calls may arrive closer together than they left.
  static constexpr std::chrono::milliseconds kLength{60'500};

  /// The moment from which another call is within `limit`; at most `now` when that is at once.
  Time free_at(Time now, int limit);
  void add(Time now) { made_.push_back(now); }

 private:
  std::deque<Time> made_;
};

/// Thread-safe: all workers share one. Day counts (days of Shanghai) and the last minutes' go
/// through the store, when there is one, so that a restart does not forget them.
class RateLimiter {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// `wall` is real time, never a simulated clock. Both must outlive the limiter; `store` may be
  /// null.
  RateLimiter(const Clock& wall, QuotaStore* store) : wall_(wall), store_(store) {}

  /// Waits until `api` may be called once more and counts the call. SourceQuota when the day's
  /// calls are used up, Cancelled when `stop` is asked for, and what the store says.
  Result<void> acquire(const std::string& api, const protocol::RateLimits& limits,
                       std::stop_token stop);
  /// No call of `api` before `until`: the source said that it counted more calls than we did.
  void hold(const std::string& api, Time until);

 private:
  struct Usage {
    MinuteWindow minute;
    Time held_until = Time::min();
    bool is_loaded = false;
    std::int64_t day = 0;
    std::uint64_t today = 0;
  };

  Result<void> load_minute(const std::string& api, Usage& usage);
  Result<void> check_day(const std::string& name, int limit);
  Result<void> count(const std::string& api, const protocol::RateLimits& limits);
  Result<void> count_day(const std::string& name);

  const Clock& wall_;
  QuotaStore* store_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::map<std::string, Usage> usage_;
};

}  // namespace kanpan::source::tushare
