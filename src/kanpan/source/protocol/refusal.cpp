#include "kanpan/source/protocol/refusal.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <span>
#include <string>

namespace kanpan::source::protocol {
namespace {

using Words = std::span<const std::string_view>;

constexpr std::array<std::string_view, 13> kRate{
    "频率超限", "频次超限", "最多访问", "访问频次",        "访问频率",  "频率过高", "过于频繁",
    "请求频繁", "超过限制", "次数超限", "toomanyrequests", "ratelimit", "调用次数"};
constexpr std::array<std::string_view, 8> kToken{"token不对", "token无效",    "token错误",
                                                 "token失效", "token过期",    "无效的token",
                                                 "token已",   "token不能为空"};
constexpr std::array<std::string_view, 7> kPermission{
    "没有接口", "没有权限", "访问权限", "没有访问", "权限不足", "积分不", "ip数量"};
constexpr std::array<std::string_view, 6> kParameter{
    "指定正确的接口名", "必填参数", "参数校验", "参数", "不合法的请求", "接口不存在"};
constexpr std::array<std::string_view, 4> kHour{"/小时", "/时", "每小时", "/hour"};
constexpr std::array<std::string_view, 9> kDay{"/天",  "/日",  "每天", "每日", "当天",
                                               "当日", "今天", "今日", "/day"};

bool holds(std::string_view text, Words words) {
  return std::ranges::any_of(
      words, [&](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

/// Lower case and without spaces, as the source is not consistent about either ("您的 Token 不对").
std::string simplified(std::string_view text) {
  std::string out;
  for (char c : text)
    if (c != ' ') out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

Errc by_number(std::int64_t code) {
  switch (code) {
    case 40203:
      return Errc::SourceRate;
    case 40101:
      return Errc::SourceToken;
    case 2002:
    case -2002:
    case 40001:
      return Errc::SourcePermission;
    case -2001:
      return Errc::SourceParameter;
    default:
      return Errc::SourceTransient;
  }
}

}  // namespace

Errc classify(std::int64_t code, std::string_view message) {
  const std::string text = simplified(message);
  if (holds(text, kRate)) return holds(text, kDay) ? Errc::SourceQuota : Errc::SourceRate;
  if (holds(text, kToken)) return Errc::SourceToken;
  if (holds(text, kPermission)) return Errc::SourcePermission;
  if (holds(text, kParameter)) return Errc::SourceParameter;
  return by_number(code);
}

std::chrono::seconds rate_window(std::string_view message) {
  const std::string text = simplified(message);
  if (holds(text, kDay)) return std::chrono::hours(24);
  if (holds(text, kHour)) return std::chrono::hours(1);
  return std::chrono::minutes(1);
}

}  // namespace kanpan::source::protocol
