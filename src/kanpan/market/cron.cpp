#include "kanpan/market/cron.hpp"

#include <array>
#include <charconv>
#include <string>

#include <fmt/format.h>

namespace kanpan::market {
namespace {

constexpr int kLongestSearchDays = 5 * 366;

struct FieldRange {
  std::string_view name;
  int low, high;
};
constexpr std::array<FieldRange, 5> kFields{
    {{"minute", 0, 59}, {"hour", 0, 23}, {"day", 1, 31}, {"month", 1, 12}, {"weekday", 0, 7}}};

bool number(std::string_view text, int& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size();
}

/// Sets the bits that one comma-separated part of a field names.
template <std::size_t N>
bool parse_part(std::string_view part, const FieldRange& range, std::bitset<N>& bits) {
  int step = 1;
  const auto slash = part.find('/');
  if (slash != std::string_view::npos && (!number(part.substr(slash + 1), step) || step < 1))
    return false;
  std::string_view span = part.substr(0, slash);
  int low = range.low, high = range.high;
  if (span != "*") {
    const auto dash = span.find('-');
    if (!number(span.substr(0, dash), low)) return false;
    high = slash == std::string_view::npos ? low : range.high;
    if (dash != std::string_view::npos && !number(span.substr(dash + 1), high)) return false;
  }
  if (low < range.low || high > range.high || low > high) return false;
  for (int value = low; value <= high; value += step)
    bits.set(static_cast<std::size_t>(range.high == 7 ? value % 7 : value));
  return true;
}

template <std::size_t N>
Result<void> parse_field(std::string_view text, const FieldRange& range, std::bitset<N>& bits) {
  std::string_view rest = text;
  for (bool more = true; more;) {
    const auto comma = rest.find(',');
    if (!parse_part(rest.substr(0, comma), range, bits))
      return Error{Errc::Usage, fmt::format("cron: {} '{}' is wrong", range.name, text),
                   fmt::format("{} to {}, as *, 5, 1-5, 1,3 or */15", range.low, range.high)};
    more = comma != std::string_view::npos;
    if (more) rest = rest.substr(comma + 1);
  }
  return {};
}

}  // namespace

Result<Cron> Cron::parse(std::string_view expression) {
  std::array<std::string_view, 5> fields;
  std::size_t count = 0;
  for (std::string_view rest = expression; !rest.empty();) {
    const auto start = rest.find_first_not_of(' ');
    if (start == std::string_view::npos) break;
    rest.remove_prefix(start);
    const auto end = std::min(rest.find(' '), rest.size());
    if (count < fields.size()) fields[count] = rest.substr(0, end);
    ++count;
    rest.remove_prefix(end);
  }
  if (count != fields.size())
    return Error{Errc::Usage, fmt::format("cron: '{}' has {} fields", expression, count),
                 "five are wanted: minute hour day month weekday"};
  Cron cron;
  KANPAN_TRY(parse_field(fields[0], kFields[0], cron.minutes_));
  KANPAN_TRY(parse_field(fields[1], kFields[1], cron.hours_));
  KANPAN_TRY(parse_field(fields[2], kFields[2], cron.days_));
  KANPAN_TRY(parse_field(fields[3], kFields[3], cron.months_));
  KANPAN_TRY(parse_field(fields[4], kFields[4], cron.weekdays_));
  cron.any_day_ = fields[2].starts_with('*');
  cron.any_weekday_ = fields[4].starts_with('*');
  return cron;
}

bool Cron::matches(Date day) const {
  if (!months_.test(static_cast<std::size_t>(day.month()))) return false;
  const bool by_day = days_.test(static_cast<std::size_t>(day.day()));
  const bool by_weekday = weekdays_.test(static_cast<std::size_t>(day.weekday() % 7));
  return any_day_ || any_weekday_ ? by_day && by_weekday : by_day || by_weekday;
}

std::optional<Instant> Cron::next(Instant after) const {
  const Date first = shanghai_date(after);
  for (Date day = first; day < first + kLongestSearchDays; ++day) {
    if (!matches(day)) continue;
    for (int hour = 0; hour < 24; ++hour) {
      if (!hours_.test(static_cast<std::size_t>(hour))) continue;
      for (int minute = 0; minute < 60; ++minute) {
        if (!minutes_.test(static_cast<std::size_t>(minute))) continue;
        const Instant candidate = shanghai_instant(day, hour * 3600 + minute * 60);
        if (candidate > after) return candidate;
      }
    }
  }
  return std::nullopt;
}

}  // namespace kanpan::market
