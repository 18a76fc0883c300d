#include "kanpan/source/retry.hpp"

#include <gtest/gtest.h>

namespace kanpan::source {
namespace {

using namespace std::chrono_literals;

const Error kTransient{Errc::SourceTransient, "dropped", ""};
const Error kRate{Errc::SourceRate, "抱歉，您每分钟最多访问该接口200次", ""};

TEST(Retry, transient_failures_are_repeated_as_often_as_allowed) {
  Retry retry({.retries = 3});
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(retry.next(kTransient).has_value());
  EXPECT_FALSE(retry.next(kTransient).has_value());
  EXPECT_FALSE(Retry({.retries = 0}).next(kTransient).has_value());
}

TEST(Retry, pauses_double_up_to_the_longest_and_are_spread_over_their_whole_length) {
  const RetryPolicy policy{.retries = 40, .first = 100ms, .longest = 1'000ms, .budget = 24h};
  std::chrono::milliseconds least[5], most[5];
  std::ranges::fill(least, 24h);
  std::ranges::fill(most, 0ms);
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    Retry retry(policy, seed);
    for (int i = 0; i < 5; ++i) {
      const auto pause = *retry.next(kTransient);
      least[i] = std::min(least[i], pause);
      most[i] = std::max(most[i], pause);
    }
  }
  const std::chrono::milliseconds bounds[] = {100ms, 200ms, 400ms, 800ms, 1'000ms};
  for (int i = 0; i < 5; ++i) {
    EXPECT_LE(most[i], bounds[i]);
    EXPECT_GT(most[i], bounds[i] * 9 / 10);
    EXPECT_LT(least[i], bounds[i] / 10);
  }
  Retry endless(policy, 1);
  for (int i = 0; i < 40; ++i) EXPECT_LE(*endless.next(kTransient), 1'000ms);
}

TEST(Retry, a_rate_refusal_waits_for_the_sources_window) {
  Retry retry({.retries = 0, .first = 500ms, .budget = 5min}, 1);
  for (int i = 0; i < 4; ++i) {
    const auto pause = retry.next(kRate);
    ASSERT_TRUE(pause.has_value());
    EXPECT_GE(*pause, 1min);
    EXPECT_LE(*pause, 1min + 500ms);
  }
  EXPECT_FALSE(retry.next(kRate).has_value()) << "the budget is spent";
}

TEST(Retry, an_hour_is_beyond_the_budget) {
  EXPECT_FALSE(Retry().next({Errc::SourceRate, "频率超限(1次/小时)", ""}).has_value());
  EXPECT_GE(*Retry({.budget = 2h}).next({Errc::SourceRate, "频率超限(1次/小时)", ""}), 1h);
}

TEST(Retry, what_would_be_refused_again_is_not_repeated) {
  for (const Errc code : {Errc::SourceQuota, Errc::SourcePermission, Errc::SourceParameter,
                          Errc::SourceToken, Errc::Cancelled, Errc::Io, Errc::Failed})
    EXPECT_FALSE(Retry().next({code, "", ""}).has_value()) << name(code);
}

}  // namespace
}  // namespace kanpan::source
