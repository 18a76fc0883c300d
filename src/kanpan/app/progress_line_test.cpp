#include "kanpan/app/progress_line.hpp"

#include <gtest/gtest.h>

namespace kanpan::app {
namespace {

class ProgressLineTest : public testing::Test {
 protected:
  void show(std::string unit, std::string cause) {
    line_.show({.kind = "retry",
                .table = "daily",
                .unit = std::move(unit),
                .message = "the call failed, again in 0.5 s",
                .cause = std::move(cause)},
               std::nullopt);
  }
  std::string told_;
  Terminal terminal_{[this](std::string_view text) { told_ += text; },
                     [this](std::string_view text) { told_ += text; },
                     false,
                     {},
                     {}};
  Session session_{terminal_, nullptr, {}, {}, false};
  ProgressLine line_{session_};
};

TEST_F(ProgressLineTest, why_the_calls_of_a_unit_fail_is_told_once) {
  show("2024-06-27", "no table");
  show("2024-06-28", "no table");
  show("2024-06-27", "no table");
  show("2024-06-27", "connection refused");
  EXPECT_EQ(told_,
            "retry daily 2024-06-27: the call failed, again in 0.5 s: no table\n"
            "retry daily 2024-06-28: the call failed, again in 0.5 s: no table\n"
            "retry daily 2024-06-27: the call failed, again in 0.5 s\n"
            "retry daily 2024-06-27: the call failed, again in 0.5 s: connection refused\n");
}

TEST_F(ProgressLineTest, an_event_as_json_always_has_the_cause) {
  session_.json = true;
  show("2024-06-28", "no table");
  told_.clear();
  show("2024-06-28", "no table");
  EXPECT_NE(told_.find(R"("message":"the call failed, again in 0.5 s: no table")"),
            std::string::npos)
      << told_;
}

}  // namespace
}  // namespace kanpan::app
