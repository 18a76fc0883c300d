#include "kanpan/source/protocol/wording.hpp"

#include <gtest/gtest.h>

#include "kanpan/source/protocol/refusal.hpp"

namespace kanpan::source::protocol {
namespace {

Errc read(const Verdict& verdict) { return classify(verdict.code, verdict.message); }

TEST(Wording, sentences_are_those_on_record) {
  EXPECT_EQ(
      rate_exceeded(RateWording::Current, "stk_mins", 1, Span::Day).message,
      "抱歉，您访问接口(stk_mins)频率超限(1次/天)，具体频次详情：https://tushare.pro/document/"
      "1?doc_id=108。");
  EXPECT_EQ(rate_exceeded(RateWording::Older, "daily", 200, Span::Minute).message,
            "抱歉，您每分钟最多访问该接口200次，权限的具体详情访问：https://tushare.pro/document/"
            "1?doc_id=108。");
  EXPECT_EQ(
      no_permission("fund_daily").message,
      "抱歉，您没有接口(fund_daily)访问权限，权限的具体详情访问：https://tushare.pro/document/"
      "1?doc_id=108。");
  EXPECT_EQ(wrong_token().message, "您的token不对，请确认。");
  EXPECT_EQ(unknown_interface().message, "请指定正确的接口名");
  EXPECT_EQ(method_not_allowed().message, "抱歉, 不合法的请求，(HTTP 405: Method Not Allowed)！");
}

TEST(Wording, client_tells_the_sentences_apart) {
  for (const RateWording wording : {RateWording::Current, RateWording::Older}) {
    EXPECT_EQ(read(rate_exceeded(wording, "daily", 500, Span::Minute)), Errc::SourceRate);
    EXPECT_EQ(read(rate_exceeded(wording, "daily", 8000, Span::Day)), Errc::SourceQuota);
  }
  EXPECT_EQ(read(no_permission("daily")), Errc::SourcePermission);
  EXPECT_EQ(read(wrong_token()), Errc::SourceToken);
  EXPECT_EQ(read(unknown_interface()), Errc::SourceParameter);
  EXPECT_EQ(read(missing_parameter("ts_code")), Errc::SourceParameter);
  EXPECT_EQ(read(wrong_parameter("trade_date", "soon")), Errc::SourceParameter);
  EXPECT_EQ(read(unreadable_request()), Errc::SourceParameter);
}

}  // namespace
}  // namespace kanpan::source::protocol
