#include "kanpan/base/stop_registry.hpp"

#include <gtest/gtest.h>

namespace kanpan {
namespace {

TEST(StopRegistry, stops_what_is_named) {
  StopRegistry registry;
  {
    const StopRegistry::Entry one(registry, "one", {});
    const StopRegistry::Entry two(registry, "two", {});
    EXPECT_FALSE(registry.cancel("three"));
    EXPECT_TRUE(registry.cancel("two"));
    EXPECT_TRUE(registry.cancel("two")) << "a second time it is still there";
    EXPECT_FALSE(one.stop().stop_requested());
    EXPECT_TRUE(two.stop().stop_requested());
  }
  EXPECT_FALSE(registry.cancel("one"));
}

TEST(StopRegistry, passes_on_the_stop_of_whoever_started_it) {
  StopRegistry registry;
  std::stop_source caller;
  const StopRegistry::Entry run(registry, "run", caller.get_token());
  caller.request_stop();
  EXPECT_TRUE(run.stop().stop_requested());
}

TEST(StopRegistry, a_second_entry_of_one_name_leaves_the_first_alone) {
  StopRegistry registry;
  const StopRegistry::Entry first(registry, "run", {});
  { const StopRegistry::Entry second(registry, "run", {}); }
  EXPECT_TRUE(registry.cancel("run"));
  EXPECT_TRUE(first.stop().stop_requested());
}

TEST(StopRegistry, what_is_cancelled_before_it_comes_is_stopped_once_it_does) {
  StopRegistry registry;
  registry.cancel_on_arrival("early");
  {
    const StopRegistry::Entry other(registry, "other", {});
    EXPECT_FALSE(other.stop().stop_requested());
    const StopRegistry::Entry early(registry, "early", {});
    EXPECT_TRUE(early.stop().stop_requested());
    registry.cancel_on_arrival("other");
    EXPECT_TRUE(other.stop().stop_requested());
  }
  const StopRegistry::Entry again(registry, "early", {});
  EXPECT_FALSE(again.stop().stop_requested());
  for (int other = 0; other < 1000; ++other) registry.cancel_on_arrival(std::to_string(other));
  const StopRegistry::Entry forgotten(registry, "0", {});
  EXPECT_FALSE(forgotten.stop().stop_requested());
}

TEST(StopRegistry, all_that_goes_on_is_told_and_what_comes_later_is_not) {
  StopRegistry registry;
  const StopRegistry::Entry one(registry, "one", {}), two(registry, "two", {});
  registry.cancel_all();
  EXPECT_TRUE(one.stop().stop_requested());
  EXPECT_TRUE(two.stop().stop_requested());
  const StopRegistry::Entry later(registry, "later", {});
  EXPECT_FALSE(later.stop().stop_requested());
}

}  // namespace
}  // namespace kanpan
