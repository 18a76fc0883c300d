#include "kanpan/source/protocol/limits.hpp"

#include <gtest/gtest.h>

namespace kanpan::source::protocol {
namespace {

catalog::SourceSpec interface(std::optional<int> per_minute, std::optional<int> per_day) {
  catalog::SourceSpec source;
  source.calls_per_minute = per_minute;
  source.calls_per_day = per_day;
  return source;
}

TEST(LimitsOf, the_points_set_them) {
  const catalog::SourceSpec plain = interface({}, {});
  EXPECT_EQ(limits_of(plain, {.points = 120}), (RateLimits{50, 0, 8'000}));
  EXPECT_EQ(limits_of(plain, {.points = 2'000}), (RateLimits{200, 100'000, 0}));
  EXPECT_EQ(limits_of(plain, {.points = 5'000}), (RateLimits{500, 0, 0}));
  EXPECT_EQ(limits_of(plain, {.points = 10'000}), (RateLimits{500, 0, 0}));
  EXPECT_EQ(limits_of(plain, {.points = 15'000}), (RateLimits{1'000, 0, 0}));
}

TEST(LimitsOf, the_interface_overrides_the_points_and_the_user_overrides_both) {
  const catalog::SourceSpec special = interface(30, 10'000);
  EXPECT_EQ(limits_of(special, {.points = 2'000}), (RateLimits{30, 10'000, 0}));
  EXPECT_EQ(limits_of(special, {.points = 120, .calls_per_minute = 7, .calls_per_day = 9}),
            (RateLimits{7, 9, 0}));
  EXPECT_EQ(limits_of(special, {.points = 120, .calls_per_minute = 0, .calls_per_day = 0}),
            RateLimits{});
}

}  // namespace
}  // namespace kanpan::source::protocol
