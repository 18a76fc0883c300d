#include "kanpan/source/protocol/refusal.hpp"

#include <gtest/gtest.h>

namespace kanpan::source::protocol {
namespace {

using namespace std::chrono_literals;

struct Case {
  std::int64_t code;
  const char* message;
  Errc kind;
};

// Sentences as the protocol notes, client code and recordings have them.
constexpr Case kCases[] = {
    {40203,
     "抱歉，您访问接口(stk_mins)频率超限(1次/小时)，具体频次详情：https://tushare.pro/document/"
     "1?doc_id=108。",
     Errc::SourceRate},
    {40203,
     "抱歉，您访问接口(daily)频率超限(500次/分钟)，具体频次详情：https://tushare.pro/document/"
     "1?doc_id=108。",
     Errc::SourceRate},
    {40203,
     "抱歉，您访问接口(report_rc)频率超限(10次/天)，具体频次详情：https://tushare.pro/document/"
     "1?doc_id=108。",
     Errc::SourceQuota},
    {40203,
     "抱歉，您每分钟最多访问该接口200次，权限的具体详情访问：https://tushare.pro/document/"
     "1?doc_id=108。",
     Errc::SourceRate},
    {40203, "抱歉，您每小时最多访问该接口20次，权限的具体详情访问：", Errc::SourceRate},
    {40203, "抱歉，您每天最多访问该接口5次，权限的具体详情访问：", Errc::SourceQuota},
    {-2001, "抱歉，您每分钟最多访问该接口50次", Errc::SourceRate},
    {2002, "抱歉，您每分钟最多访问该接口80次，权限的具体详情访问：", Errc::SourceRate},
    {40203, "抱歉，您今天的调用次数已达上限", Errc::SourceQuota},
    {40203, "访问过于频繁，请稍后再试", Errc::SourceRate},
    {0x1ad, "Too Many Requests", Errc::SourceRate},
    {1, "rate limit exceeded, 100/day", Errc::SourceQuota},
    {40203,
     "抱歉，您没有接口(fund_daily)访问权限，权限的具体详情访问：https://tushare.pro/document/"
     "1?doc_id=108。",
     Errc::SourcePermission},
    {-2002, "抱歉，您没有权限访问该接口，权限的具体详情访问：", Errc::SourcePermission},
    {2002, "抱歉，您没有访问该接口的权限", Errc::SourcePermission},
    {40001, "积分不足，无法访问", Errc::SourcePermission},
    {40203, "抱歉，您的积分不够", Errc::SourcePermission},
    {40203, "权限不足", Errc::SourcePermission},
    {1, "您的IP数量超限，最大数量为2个", Errc::SourcePermission},
    {40101, "您的token不对，请确认。", Errc::SourceToken},
    {40101, "抱歉，您的 Token 无效", Errc::SourceToken},
    {-1, "您的token不对，请确认权限。", Errc::SourceToken},
    {40101, "token已过期", Errc::SourceToken},
    {7, "请指定正确的接口名", Errc::SourceParameter},
    {7, "抱歉，请指定正确的接口名", Errc::SourceParameter},
    {7, "必填参数，ts_code", Errc::SourceParameter},
    {7, "必填参数", Errc::SourceParameter},
    {7, "参数校验失败", Errc::SourceParameter},
    {7, "查询数据失败，请确认参数！", Errc::SourceParameter},
    {405, "抱歉, 不合法的请求，(HTTP 405: Method Not Allowed)！", Errc::SourceParameter},
    {40203, "抱歉", Errc::SourceRate},
    {40101, "", Errc::SourceToken},
    {-2002, "", Errc::SourcePermission},
    {2002, "", Errc::SourcePermission},
    {-2001, "", Errc::SourceParameter},
    {500, "系统内部错误", Errc::SourceTransient},
    {-1, "服务器繁忙，请稍后再试", Errc::SourceTransient},
    {12345, "", Errc::SourceTransient},
};

TEST(Classify, every_known_wording_has_its_kind) {
  for (const Case& c : kCases)
    EXPECT_EQ(name(classify(c.code, c.message)), name(c.kind)) << c.code << ' ' << c.message;
}

TEST(RateWindow, is_the_one_that_the_sentence_names) {
  EXPECT_EQ(rate_window("频率超限(500次/分钟)"), 1min);
  EXPECT_EQ(rate_window("频率超限(1次/小时)，具体频次详情：https://tushare.pro/document/1"), 1h);
  EXPECT_EQ(rate_window("频率超限(10次/天)"), 24h);
  EXPECT_EQ(rate_window("抱歉，您每分钟最多访问该接口200次"), 1min);
  EXPECT_EQ(rate_window("抱歉，您每小时最多访问该接口2次"), 1h);
  EXPECT_EQ(rate_window("抱歉，您每天最多访问该接口2次"), 24h);
  EXPECT_EQ(rate_window(""), 1min);
}

}  // namespace
}  // namespace kanpan::source::protocol
