// When to ask a source again: exponential backoff with full jitter, within a budget.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <random>

#include "kanpan/base/error.hpp"

namespace kanpan::source {

struct RetryPolicy {
  int retries = 3;                       ///< after transient failures; the catalog's retry_times
  std::chrono::milliseconds first{500};  ///< longest pause before the first of them
  std::chrono::milliseconds longest{30'000};      ///< longest pause before any of them
  std::chrono::milliseconds budget{10 * 60'000};  ///< all pauses of one call together
};

/// The retries of one call. Pure but for its random numbers: it waits for nothing and reads no
/// clock. One thread.
class Retry {
 public:
  /// Without a seed the machine gives one, once a pause is needed: most calls need none.
  explicit Retry(RetryPolicy policy = {}, std::optional<std::uint64_t> seed = {})
      : policy_(policy), seed_(seed) {}

  /// How long to pause before asking again after `error`, or nothing: give up.
  ///
  /// SourceTransient: a random pause up to first × 2^n, at most `longest` ("full jitter", as in
  /// "Exponential Backoff And Jitter", AWS Architecture Blog, 2015), `retries` times. SourceRate:
  /// until the source's window is over, plus up to `first`; as often as the budget allows. Anything
  /// else: nothing, asking again would get the same answer.
  std::optional<std::chrono::milliseconds> next(const Error& error);

 private:
  std::chrono::milliseconds up_to(std::chrono::milliseconds longest);

  RetryPolicy policy_;
  std::optional<std::uint64_t> seed_;
  std::optional<std::mt19937_64> random_;
  int failures_ = 0;
  std::chrono::milliseconds spent_{0};
};

}  // namespace kanpan::source
