#include "kanpan/source/tushare/rate_limiter.hpp"

#include <atomic>
#include <future>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kanpan::source::tushare {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr MinuteWindow::Time kStart{};

/// The contract of the store, kept in memory.
class MemoryQuota final : public QuotaStore {
 public:
  Result<std::uint64_t> calls_used(std::string_view name, std::int64_t window) const override {
    const std::lock_guard lock(mutex_);
    const auto at = counts_.find({std::string(name), window});
    return at == counts_.end() ? 0 : at->second;
  }
  Result<void> add_calls(std::string_view name, std::int64_t window, std::uint64_t n) override {
    const std::lock_guard lock(mutex_);
    counts_[{std::string(name), window}] += n;
    return {};
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::pair<std::string, std::int64_t>, std::uint64_t> counts_;
};

class FailingQuota final : public QuotaStore {
 public:
  Result<std::uint64_t> calls_used(std::string_view, std::int64_t) const override { return 0u; }
  Result<void> add_calls(std::string_view, std::int64_t, std::uint64_t) override {
    return Error{Errc::NoSpace, "disk full", ""};
  }
};

/// A wall clock that a test moves.
class HandClock final : public Clock {
 public:
  explicit HandClock(std::string_view text) : now_(parse_rfc3339(text).value()) {}
  Instant now() const override { return now_; }
  double speed() const override { return 0; }
  void advance(std::chrono::seconds by) { now_ += by; }

 private:
  Instant now_;
};

TEST(MinuteWindow, never_holds_more_calls_than_allowed) {
  MinuteWindow window;
  auto now = kStart;
  std::vector<MinuteWindow::Time> made;
  for (int i = 0; i < 1'000; ++i, now += (i * 37 % 4'000) * 1ms) {
    now = std::max(now, window.free_at(now, 20));
    ASSERT_LE(window.free_at(now, 20), now);
    window.add(now);
    made.push_back(now);
    const auto earlier = i < 20 ? kStart - MinuteWindow::kLength : made[made.size() - 21];
    ASSERT_GE(now - earlier, MinuteWindow::kLength);
  }
}

TEST(MinuteWindow, the_next_call_is_free_when_the_oldest_leaves) {
  MinuteWindow window;
  window.add(kStart);
  window.add(kStart + 10s);
  EXPECT_EQ(window.free_at(kStart + 11s, 3), kStart + 11s);
  EXPECT_EQ(window.free_at(kStart + 11s, 2), kStart + MinuteWindow::kLength);
  EXPECT_EQ(window.free_at(kStart + 11s, 1), kStart + 10s + MinuteWindow::kLength);
  EXPECT_LE(window.free_at(kStart + 2min, 1), kStart + 2min);
}

/// Whether a call passes: one that has to wait is stopped after a moment.
bool passes(RateLimiter& limiter, const std::string& api, const protocol::RateLimits& limits) {
  Result<void> allowed{};
  std::promise<void> over;
  std::jthread caller([&](std::stop_token stop) {
    allowed = limiter.acquire(api, limits, stop);
    over.set_value();
  });
  over.get_future().wait_for(100ms);
  caller.request_stop();
  caller.join();
  EXPECT_TRUE(allowed || allowed.error().code == Errc::Cancelled);
  return allowed.has_value();
}

TEST(RateLimiter, a_call_beyond_the_minute_waits) {
  const HandClock clock("2024-06-28T10:00:00+08:00");
  RateLimiter limiter(clock, nullptr);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(limiter.acquire("daily", {.per_minute = 3}, {}));
  EXPECT_FALSE(passes(limiter, "daily", {.per_minute = 3}));
  EXPECT_TRUE(limiter.acquire("weekly", {.per_minute = 3}, {})) << "each interface has its own";
}

TEST(RateLimiter, a_restart_does_not_forget_the_minute) {
  const HandClock clock("2024-06-28T10:00:30+08:00");
  MemoryQuota quota;
  for (int i = 0; i < 3; ++i)
    ASSERT_TRUE(RateLimiter(clock, &quota).acquire("daily", {.per_minute = 3}, {}));
  RateLimiter restarted(clock, &quota);
  EXPECT_FALSE(passes(restarted, "daily", {.per_minute = 3}));
}

TEST(RateLimiter, a_days_calls_end_and_begin_again_at_midnight_in_shanghai) {
  HandClock clock("2024-06-28T23:59:00+08:00");
  MemoryQuota quota;
  RateLimiter limiter(clock, &quota);
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(limiter.acquire("daily", {.per_day = 5}, {}));
  const auto refused = limiter.acquire("daily", {.per_day = 5}, {});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Errc::SourceQuota);
  EXPECT_EQ(refused.error().message, "5 calls of daily were made today, 5 are allowed");
  EXPECT_FALSE(RateLimiter(clock, &quota).acquire("daily", {.per_day = 5}, {}).has_value())
      << "a restart does not forget";
  clock.advance(60s);
  EXPECT_TRUE(limiter.acquire("daily", {.per_day = 5}, {}).has_value());
}

TEST(RateLimiter, the_total_counts_all_interfaces) {
  const HandClock clock("2024-06-28T10:00:00+08:00");
  RateLimiter limiter(clock, nullptr);
  ASSERT_TRUE(limiter.acquire("daily", {.per_day_total = 2}, {}));
  ASSERT_TRUE(limiter.acquire("weekly", {.per_day_total = 2}, {}));
  const auto refused = limiter.acquire("monthly", {.per_day_total = 2}, {});
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().message, HasSubstr("all interfaces"));
}

TEST(RateLimiter, a_hold_stops_every_call_of_that_interface) {
  const HandClock clock("2024-06-28T10:00:00+08:00");
  RateLimiter limiter(clock, nullptr);
  limiter.hold("daily", std::chrono::steady_clock::now() + 1h);
  EXPECT_FALSE(passes(limiter, "daily", {}));
  EXPECT_TRUE(limiter.acquire("weekly", {}, {}));
  limiter.hold("weekly", std::chrono::steady_clock::now() + 20ms);
  EXPECT_TRUE(limiter.acquire("weekly", {}, {})) << "it ends";
}

TEST(RateLimiter, no_limit_is_no_wait_and_nothing_is_stored) {
  const HandClock clock("2024-06-28T10:00:00+08:00");
  FailingQuota quota;
  RateLimiter limiter(clock, &quota);
  for (int i = 0; i < 10'000; ++i) ASSERT_TRUE(limiter.acquire("daily", {}, {}));
}

TEST(RateLimiter, a_store_that_fails_fails_the_call) {
  const HandClock clock("2024-06-28T10:00:00+08:00");
  FailingQuota quota;
  RateLimiter limiter(clock, &quota);
  EXPECT_EQ(limiter.acquire("daily", {.per_minute = 3}, {}).error().code, Errc::NoSpace);
}

TEST(RateLimiter, workers_share_it) {
  const HandClock clock("2024-06-28T10:00:00+08:00");
  RateLimiter limiter(clock, nullptr);
  std::atomic<int> passed = 0;
  std::stop_source stop;
  {
    std::vector<std::jthread> workers;
    for (int w = 0; w < 4; ++w)
      workers.emplace_back([&] {
        while (limiter.acquire("daily", {.per_minute = 50}, stop.get_token()))
          if (++passed == 50) stop.request_stop();
      });
  }
  EXPECT_EQ(passed, 50);
}

}  // namespace
}  // namespace kanpan::source::tushare
