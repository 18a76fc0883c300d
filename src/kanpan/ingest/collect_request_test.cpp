#include <gtest/gtest.h>

#include "kanpan/ingest/collector.hpp"

namespace kanpan::ingest {
namespace {

TEST(CollectRequest, IsReadBackFromTheLedger) {
  CollectRequest request;
  request.command = "repair";
  request.tables = {"daily", "adj_factor"};
  request.from = Date::from_ymd(2024, 6, 3);
  request.codes = {"600000.SH"};
  request.missing_cells = request.probe = true;
  request.first_days = 30;
  const auto read = CollectRequest::from_json(request.to_json());
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(read->to_json(), request.to_json());
}

TEST(CollectRequest, DamagedArgumentsAreAnErrorOfTheLedger) {
  for (const char* damaged : {"", "[]", "{}", R"({"tables":["daily"]})", R"({"command":7})"}) {
    const auto read = CollectRequest::from_json(damaged);
    ASSERT_FALSE(read) << damaged;
    EXPECT_EQ(read.error().code, Errc::Corrupt) << damaged;
  }
}

}  // namespace
}  // namespace kanpan::ingest
