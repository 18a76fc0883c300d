#include "kanpan/source/protocol/wording.hpp"

#include <fmt/format.h>

namespace kanpan::source::protocol {
namespace {

constexpr std::string_view kDetails = "https://tushare.pro/document/1?doc_id=108。";

// The numeric codes of rate, permission and token are on record; those of a wrong interface or
// parameter are not, -2001 is what client test suites use for them.
constexpr int kRefused = 40203;
constexpr int kToken = 40101;
constexpr int kParameter = -2001;
constexpr int kMethod = 405;

}  // namespace

Verdict rate_exceeded(RateWording wording, std::string_view api, int calls, Span span) {
  const bool minute = span == Span::Minute;
  if (wording == RateWording::Current)
    return {kRefused, fmt::format("抱歉，您访问接口({})频率超限({}次/{})，具体频次详情：{}", api,
                                  calls, minute ? "分钟" : "天", kDetails)};
  return {kRefused, fmt::format("抱歉，您每{}最多访问该接口{}次，权限的具体详情访问：{}",
                                minute ? "分钟" : "天", calls, kDetails)};
}

Verdict no_permission(std::string_view api) {
  return {kRefused,
          fmt::format("抱歉，您没有接口({})访问权限，权限的具体详情访问：{}", api, kDetails)};
}

Verdict wrong_token() { return {kToken, "您的token不对，请确认。"}; }

Verdict unknown_interface() { return {kParameter, "请指定正确的接口名"}; }

Verdict missing_parameter(std::string_view name) {
  return {kParameter, fmt::format("必填参数，{}", name)};
}

Verdict wrong_parameter(std::string_view name, std::string_view value) {
  return {kParameter, fmt::format("参数校验失败，{}不能是{}", name, value)};
}

Verdict unreadable_request() {
  return {kParameter, "参数校验失败，请求应是JSON对象，其中params也是对象"};
}

Verdict method_not_allowed() {
  return {kMethod, "抱歉, 不合法的请求，(HTTP 405: Method Not Allowed)！"};
}

}  // namespace kanpan::source::protocol
