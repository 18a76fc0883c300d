#include "kanpan/source/sim/quota.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kanpan::source::sim {
namespace {

using std::chrono::minutes;

catalog::SourceSpec source(std::string api) {
  catalog::SourceSpec spec;
  spec.api = std::move(api);
  return spec;
}

class QuotaTest : public testing::Test {
 protected:
  Quota quota(int points, protocol::RateWording wording = protocol::RateWording::Current) {
    return Quota(points, wording, [this] { return now_; });
  }
  std::chrono::steady_clock::time_point now_{};
};

TEST_F(QuotaTest, minute_is_refused_when_full_and_opens_again) {
  Quota quota = this->quota(2000);
  catalog::SourceSpec spec = source("stk_mins");
  spec.calls_per_minute = 2;
  EXPECT_FALSE(quota.charge(spec));
  EXPECT_FALSE(quota.charge(spec));
  const auto verdict = quota.charge(spec);
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->code, 40203);
  EXPECT_EQ(verdict->message,
            "抱歉，您访问接口(stk_mins)频率超限(2次/分钟)，具体频次详情：https://tushare.pro/"
            "document/1?doc_id=108。");
  EXPECT_FALSE(quota.charge(source("daily")));
  now_ += minutes{1};
  EXPECT_FALSE(quota.charge(spec));
}

TEST_F(QuotaTest, day_is_refused_when_full_and_opens_again) {
  Quota quota = this->quota(2000, protocol::RateWording::Older);
  catalog::SourceSpec spec = source("report_rc");
  spec.calls_per_day = 1;
  EXPECT_FALSE(quota.charge(spec));
  now_ += minutes{2};
  EXPECT_EQ(quota.charge(spec)->message,
            "抱歉，您每天最多访问该接口1次，权限的具体详情访问：https://tushare.pro/document/"
            "1?doc_id=108。");
  now_ += minutes{1440};
  EXPECT_FALSE(quota.charge(spec));
}

TEST_F(QuotaTest, small_account_has_a_day_limit_over_all_interfaces) {
  Quota quota = this->quota(120);
  for (int call = 0; call < 8000; ++call) {
    EXPECT_FALSE(quota.charge(source(fmt::format("api{}", call % 2))));
    if (call % 100 == 99) now_ += minutes{1};
  }
  EXPECT_THAT(quota.charge(source("other"))->message, testing::HasSubstr("频率超限(8000次/天)"));
}

TEST_F(QuotaTest, older_wording_of_the_minute) {
  Quota quota = this->quota(2000, protocol::RateWording::Older);
  catalog::SourceSpec spec = source("daily");
  spec.calls_per_minute = 1;
  EXPECT_FALSE(quota.charge(spec));
  EXPECT_EQ(quota.charge(spec)->message,
            "抱歉，您每分钟最多访问该接口1次，权限的具体详情访问：https://tushare.pro/document/"
            "1?doc_id=108。");
}

TEST_F(QuotaTest, too_few_points_have_no_permission) {
  Quota quota = this->quota(120);
  catalog::SourceSpec spec = source("fund_daily");
  spec.points = 2000;
  const auto verdict = quota.charge(spec);
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->code, 40203);
  EXPECT_EQ(verdict->message,
            "抱歉，您没有接口(fund_daily)访问权限，权限的具体详情访问：https://tushare.pro/"
            "document/1?doc_id=108。");
}

}  // namespace
}  // namespace kanpan::source::sim
