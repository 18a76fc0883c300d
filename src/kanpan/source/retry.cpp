#include "kanpan/source/retry.hpp"

#include <algorithm>

#include "kanpan/source/protocol/refusal.hpp"

namespace kanpan::source {

std::optional<std::chrono::milliseconds> Retry::next(const Error& error) {
  std::chrono::milliseconds pause{0};
  if (error.code == Errc::SourceRate) {
    pause = protocol::rate_window(error.message) + up_to(policy_.first);
  } else if (error.code == Errc::SourceTransient && failures_ < policy_.retries) {
    constexpr int kDoublings = 20;  // beyond any `longest`, and far from an overflow
    pause =
        up_to(std::min(policy_.longest, policy_.first * (1 << std::min(failures_, kDoublings))));
    ++failures_;
  } else {
    return std::nullopt;
  }
  if (spent_ + pause > policy_.budget) return std::nullopt;
  spent_ += pause;
  return pause;
}

std::chrono::milliseconds Retry::up_to(std::chrono::milliseconds longest) {
  if (!random_)
    random_.emplace(seed_ ? *seed_ : std::random_device{}());  // allowed: jitter, never data
  return std::chrono::milliseconds(
      std::uniform_int_distribution<std::int64_t>(0, longest.count())(*random_));
}

}  // namespace kanpan::source
