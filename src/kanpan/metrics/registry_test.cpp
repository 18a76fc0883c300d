#include "kanpan/metrics/registry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kanpan::metrics {
namespace {

using testing::HasSubstr;

TEST(Registry, counts_and_prints) {
  Registry registry;
  Counter& counter = registry.counter("rows_total", "Rows", {{"table", "daily"}});
  counter.Increment(3);
  EXPECT_EQ(&counter, &registry.counter("rows_total", "Rows", {{"table", "daily"}}));
  registry.gauge("queue_depth", "Depth").Set(7);
  registry.histogram("wait_seconds", "Wait").Observe(0.003);
  const std::string text = registry.text();
  EXPECT_THAT(text, HasSubstr("# TYPE rows_total counter\nrows_total{table=\"daily\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("queue_depth 7\n"));
  EXPECT_THAT(text, HasSubstr("wait_seconds_bucket{le=\"0.005\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("wait_seconds_bucket{le=\"0.002\"} 0\n"));
}

TEST(Registry, one_name_cannot_be_two_kinds) {
  Registry registry;
  registry.counter("thing_total", "x");
  EXPECT_THROW(registry.gauge("thing_total", "x"), std::invalid_argument);
}

TEST(Registry, readers_are_asked_at_every_print) {
  Registry registry;
  double lag = 1;
  registry.add_reader([&] {
    return std::vector<Registry::Reading>{{"lag_days", "Lag", false, {{"table", "a"}}, lag},
                                          {"lag_days", "Lag", false, {{"table", "b"}}, 9}};
  });
  EXPECT_THAT(registry.text(), HasSubstr("# TYPE lag_days gauge\nlag_days{table=\"a\"} 1\n"
                                         "lag_days{table=\"b\"} 9\n"));
  lag = 2;
  EXPECT_THAT(registry.text(), HasSubstr("lag_days{table=\"a\"} 2\n"));
}

TEST(Process, reads_itself) {
  double memory = 0, descriptors = 0;
  for (const auto& reading : read_process()) {
    if (reading.name == "process_resident_memory_bytes") memory = reading.value;
    if (reading.name == "process_open_fds") descriptors = reading.value;
  }
  EXPECT_GT(memory, 1e6);
  EXPECT_GE(descriptors, 3);
}

}  // namespace
}  // namespace kanpan::metrics
