#include "kanpan/source/tushare/breaker.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace kanpan::source::tushare {

bool Breaker::admit(Time now) {
  if (state_ == State::Closed) return true;
  if (now < blocked_until_) return false;
  block(State::HalfOpen, now);
  return true;
}

void Breaker::succeeded() {
  state_ = State::Closed;
  failures_ = 0;
}

void Breaker::failed(Time now) {
  ++failures_;
  if (state_ == State::HalfOpen || failures_ >= policy_.failures) block(State::Open, now);
}

void Breaker::block(State state, Time now) {
  state_ = state;
  blocked_until_ = now + policy_.open;
}

Result<void> Breakers::enter(const std::string& api, std::stop_token stop) {
  std::unique_lock lock(mutex_);
  Breaker& breaker = of(api);
  const auto patience = std::chrono::steady_clock::now() + 2 * policy_.open;
  for (;;) {
    if (stop.stop_requested()) return Error{Errc::Cancelled, "stopped", ""};
    const auto now = std::chrono::steady_clock::now();
    if (breaker.admit(now)) return {};
    if (now >= patience)
      return Error{Errc::SourceTransient,
                   fmt::format("interface {} does not answer; no call is made for now", api),
                   "look at the errors of the calls before"};
    changed_.wait_until(lock, stop, std::min(patience, breaker.blocked_until()),
                        [&] { return breaker.state() == Breaker::State::Closed; });
  }
}

void Breakers::leave(const std::string& api, bool answered) {
  {
    const std::lock_guard lock(mutex_);
    if (answered)
      of(api).succeeded();
    else
      of(api).failed(std::chrono::steady_clock::now());
  }
  changed_.notify_all();
}

}  // namespace kanpan::source::tushare
