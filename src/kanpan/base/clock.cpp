#include "kanpan/base/clock.hpp"

#include <charconv>

#include <fmt/format.h>

namespace kanpan {
namespace {

using std::chrono::microseconds;

class SystemClock final : public Clock {
 public:
  Instant now() const override {
    return std::chrono::time_point_cast<microseconds>(std::chrono::system_clock::now());
  }
  double speed() const override { return 1; }
};

class ShiftedClock final : public Clock {
 public:
  ShiftedClock(Instant start, double speed)
      : start_(start), speed_(speed), epoch_(std::chrono::steady_clock::now()) {}
  Instant now() const override {
    const std::chrono::duration<double, std::micro> passed =
        (std::chrono::steady_clock::now() - epoch_) * speed_;
    return start_ + microseconds{static_cast<std::int64_t>(passed.count())};
  }
  double speed() const override { return speed_; }

 private:
  Instant start_;
  double speed_;
  std::chrono::steady_clock::time_point epoch_;
};

/// Digits only: from_chars alone would also take "-1".
bool number(std::string_view text, int& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size() && text.front() != '-';
}

/// "+08:00" or "Z" in minutes east of Greenwich.
bool offset_minutes(std::string_view text, int& out) {
  if (text == "Z" || text == "z") return out = 0, true;
  int hours = 0, minutes = 0;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':' ||
      !number(text.substr(1, 2), hours) || !number(text.substr(4, 2), minutes) || hours > 14 ||
      minutes > 59)
    return false;
  out = (hours * 60 + minutes) * (text[0] == '-' ? -1 : 1);
  return true;
}

bool fraction(std::string_view& rest, int& micros) {
  micros = 0;
  if (rest.empty() || rest[0] != '.') return true;
  std::size_t n = 1;
  int scale = 100000;
  for (; n < rest.size() && rest[n] >= '0' && rest[n] <= '9'; ++n, scale /= 10)
    micros += (rest[n] - '0') * scale;
  rest.remove_prefix(n);
  return n > 1;
}

}  // namespace

Date shanghai_date(Instant t) {
  return {static_cast<std::int32_t>(
      std::chrono::floor<std::chrono::days>(t + kShanghaiOffset).time_since_epoch().count())};
}

int shanghai_second_of_day(Instant t) {
  const auto local = t + kShanghaiOffset;
  return static_cast<int>(std::chrono::duration_cast<std::chrono::seconds>(
                              local - std::chrono::floor<std::chrono::days>(local))
                              .count());
}

Instant shanghai_instant(Date date, int second_of_day) {
  return Instant{std::chrono::days{date.days}} + std::chrono::seconds{second_of_day} -
         kShanghaiOffset;
}

std::string rfc3339(Instant t) {
  const int second = shanghai_second_of_day(t);
  const auto micros = (t.time_since_epoch() % std::chrono::seconds{1} + std::chrono::seconds{1}) %
                      std::chrono::seconds{1};
  const std::string fraction = micros.count() == 0 ? "" : fmt::format(".{:06}", micros.count());
  return fmt::format("{}T{:02}:{:02}:{:02}{}+08:00", shanghai_date(t).iso(), second / 3600,
                     second / 60 % 60, second % 60, fraction);
}

Result<Instant> parse_rfc3339(std::string_view text) {
  const auto refuse = [&] {
    return Error{Errc::Usage, fmt::format("'{}' is not a time", text),
                 "write it as 2024-06-28T18:00:00+08:00"};
  };
  Date date;
  int hour = 0, minute = 0, second = 0, micros = 0, offset = 0;
  if (text.size() < 20 || !parse_date(text.substr(0, 10), date) ||
      (text[10] != 'T' && text[10] != ' ') || text[13] != ':' || text[16] != ':' ||
      !number(text.substr(11, 2), hour) || !number(text.substr(14, 2), minute) ||
      !number(text.substr(17, 2), second) || hour > 23 || minute > 59 || second > 59)
    return refuse();
  std::string_view rest = text.substr(19);
  if (!fraction(rest, micros) || !offset_minutes(rest, offset)) return refuse();
  return Instant{std::chrono::days{date.days}} +
         std::chrono::seconds{hour * 3600 + minute * 60 + second - offset * 60} +
         microseconds{micros};
}

Result<std::unique_ptr<Clock>> make_clock(std::string_view setting) {
  if (setting.empty() || setting == "system") return std::make_unique<SystemClock>();
  double speed = 0;
  std::string_view start = setting;
  if (const auto x = setting.rfind('x'); x != std::string_view::npos) {
    int factor = 0;
    if (!number(setting.substr(x + 1), factor) || factor < 1)
      return Error{Errc::Config, fmt::format("clock: '{}' has no whole speed after x", setting),
                   "write …xN with N of 1 or more"};
    speed = factor;
    start = setting.substr(0, x);
  }
  auto instant = parse_rfc3339(start);
  if (!instant)
    return Error{Errc::Config, fmt::format("clock: {}", instant.error().message),
                 "system, 2024-06-28T18:00:00+08:00, or the same followed by xN"};
  return std::make_unique<ShiftedClock>(*instant, speed);
}

}  // namespace kanpan
