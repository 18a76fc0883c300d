#include "kanpan/source/tushare/breaker.hpp"

#include <atomic>
#include <thread>

#include <gtest/gtest.h>

namespace kanpan::source::tushare {
namespace {

using namespace std::chrono_literals;
using State = Breaker::State;

constexpr Breaker::Time kStart{};

TEST(Breaker, opens_after_failures_in_a_row_only) {
  Breaker breaker({.failures = 3, .open = 10s});
  breaker.failed(kStart);
  breaker.failed(kStart);
  breaker.succeeded();
  breaker.failed(kStart);
  breaker.failed(kStart);
  EXPECT_EQ(breaker.state(), State::Closed);
  breaker.failed(kStart);
  EXPECT_EQ(breaker.state(), State::Open);
  EXPECT_FALSE(breaker.admit(kStart + 9s));
  EXPECT_EQ(breaker.blocked_until(), kStart + 10s);
}

Breaker open_breaker() {
  Breaker breaker({.failures = 1, .open = 10s});
  breaker.failed(kStart);
  return breaker;
}

TEST(Breaker, lets_one_probe_through_after_the_open_time) {
  Breaker breaker = open_breaker();
  EXPECT_TRUE(breaker.admit(kStart + 10s));
  EXPECT_EQ(breaker.state(), State::HalfOpen);
  EXPECT_FALSE(breaker.admit(kStart + 11s));
}

TEST(Breaker, the_probe_decides) {
  Breaker breaker = open_breaker();
  ASSERT_TRUE(breaker.admit(kStart + 10s));
  breaker.failed(kStart + 12s);
  EXPECT_EQ(breaker.state(), State::Open);
  EXPECT_FALSE(breaker.admit(kStart + 21s));
  ASSERT_TRUE(breaker.admit(kStart + 22s));
  breaker.succeeded();
  EXPECT_EQ(breaker.state(), State::Closed);
  EXPECT_TRUE(breaker.admit(kStart + 22s));
}

TEST(Breaker, a_probe_that_never_reports_is_forgotten) {
  Breaker breaker = open_breaker();
  ASSERT_TRUE(breaker.admit(kStart + 10s));
  EXPECT_TRUE(breaker.admit(kStart + 20s));
}

TEST(Breakers, other_interfaces_are_not_touched) {
  Breakers breakers({.failures = 1, .open = 1h});
  ASSERT_TRUE(breakers.enter("daily", {}).has_value());
  breakers.leave("daily", false);
  EXPECT_TRUE(breakers.enter("weekly", {}).has_value());
}

TEST(Breakers, patience_ends_while_probe_after_probe_is_out) {
  Breakers breakers({.failures = 1, .open = 20ms});
  breakers.leave("daily", false);
  std::atomic<bool> done = false;
  std::jthread prober([&] {  // takes every probe and fails it
    while (!done)
      if (breakers.enter("daily", {})) breakers.leave("daily", false);
  });
  Result<void> entered{};
  while (entered) entered = breakers.enter("daily", {});
  done = true;
  EXPECT_EQ(entered.error().code, Errc::SourceTransient);
}

TEST(Breakers, those_who_wait_go_on_when_the_probe_succeeds) {
  Breakers breakers({.failures = 1, .open = 300ms});
  breakers.leave("daily", false);
  ASSERT_TRUE(breakers.enter("daily", {}).has_value()) << "the probe";
  Result<void> entered = Error{};
  std::jthread waiter([&] { entered = breakers.enter("daily", {}); });
  breakers.leave("daily", true);
  waiter.join();
  EXPECT_TRUE(entered.has_value());
}

TEST(Breakers, a_stop_request_ends_the_wait) {
  Breakers breakers({.failures = 1, .open = 1h});
  breakers.leave("daily", false);
  std::stop_source stop;
  std::jthread stopper([&] { stop.request_stop(); });
  const auto entered = breakers.enter("daily", stop.get_token());
  ASSERT_FALSE(entered.has_value());
  EXPECT_EQ(entered.error().code, Errc::Cancelled);
}

}  // namespace
}  // namespace kanpan::source::tushare
