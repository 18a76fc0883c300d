#include "kanpan/ingest/run_registry.hpp"

#include <gtest/gtest.h>

namespace kanpan::ingest {
namespace {

TEST(RunRegistry, StopsTheRunThatIsNamed) {
  RunRegistry registry;
  {
    const RunRegistry::Entry one(registry, "one", {});
    const RunRegistry::Entry two(registry, "two", {});
    EXPECT_FALSE(registry.cancel("three"));
    EXPECT_TRUE(registry.cancel("two"));
    EXPECT_TRUE(registry.cancel("two")) << "a second time it is still there";
    EXPECT_FALSE(one.stop().stop_requested());
    EXPECT_TRUE(two.stop().stop_requested());
  }
  EXPECT_FALSE(registry.cancel("one"));
}

TEST(RunRegistry, PassesOnTheStopOfWhoeverStartedTheRun) {
  RunRegistry registry;
  std::stop_source caller;
  const RunRegistry::Entry run(registry, "run", caller.get_token());
  caller.request_stop();
  EXPECT_TRUE(run.stop().stop_requested());
}

TEST(RunRegistry, ASecondEntryOfARunLeavesTheFirstAlone) {
  RunRegistry registry;
  const RunRegistry::Entry first(registry, "run", {});
  { const RunRegistry::Entry second(registry, "run", {}); }
  EXPECT_TRUE(registry.cancel("run"));
  EXPECT_TRUE(first.stop().stop_requested());
}

TEST(RunRegistry, OneThatIsCancelledBeforeItComesIsStoppedOnceItDoes) {
  RunRegistry registry;
  registry.cancel_on_arrival("early");
  {
    const RunRegistry::Entry other(registry, "other", {});
    EXPECT_FALSE(other.stop().stop_requested());
    const RunRegistry::Entry early(registry, "early", {});
    EXPECT_TRUE(early.stop().stop_requested());
    registry.cancel_on_arrival("other");
    EXPECT_TRUE(other.stop().stop_requested());
  }
  const RunRegistry::Entry again(registry, "early", {});
  EXPECT_FALSE(again.stop().stop_requested());
  for (int other = 0; other < 1000; ++other) registry.cancel_on_arrival(std::to_string(other));
  const RunRegistry::Entry forgotten(registry, "0", {});
  EXPECT_FALSE(forgotten.stop().stop_requested());
}

}  // namespace
}  // namespace kanpan::ingest
