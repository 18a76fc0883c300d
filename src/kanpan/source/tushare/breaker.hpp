// Leaves an interface alone that does not answer.
#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <stop_token>
#include <string>

#include "kanpan/base/error.hpp"

namespace kanpan::source::tushare {

struct BreakerPolicy {
  int failures = 8;                        ///< transient failures in a row that open it
  std::chrono::milliseconds open{15'000};  ///< how long no call is made then
};

/// Closed: calls pass. Open: none does, for a while. Half-open: one call passes as a probe and its
/// outcome decides. Pure: the caller brings the time. One thread.
class Breaker {
 public:
  using Time = std::chrono::steady_clock::time_point;
  enum class State { Closed, Open, HalfOpen };

  explicit Breaker(BreakerPolicy policy) : policy_(policy) {}

  State state() const { return state_; }
  /// True when a call may be made now; its outcome is then reported. A probe that never reports
  /// (it was cancelled) is forgotten after the open time.
  bool admit(Time now);
  /// The earliest moment at which admit() may say yes, when it said no.
  Time blocked_until() const { return blocked_until_; }
  void succeeded();
  void failed(Time now);

 private:
  void block(State state, Time now);

  BreakerPolicy policy_;
  State state_ = State::Closed;
  int failures_ = 0;
  Time blocked_until_{};
};

/// One breaker per interface. Thread-safe.
class Breakers {
 public:
  explicit Breakers(BreakerPolicy policy) : policy_(policy) {}

  /// Waits, for two open times at the most, until `api` may be called. SourceTransient when it may
  /// not even then; Cancelled.
  Result<void> enter(const std::string& api, std::stop_token stop);
  /// Reports the outcome of a call that entered: whether the source answered it, be it a refusal.
  void leave(const std::string& api, bool answered);

 private:
  Breaker& of(const std::string& api) { return breakers_.try_emplace(api, policy_).first->second; }

  BreakerPolicy policy_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::map<std::string, Breaker> breakers_;
};

}  // namespace kanpan::source::tushare
