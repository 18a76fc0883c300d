#include <charconv>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "kanpan/catalog/table_reader.hpp"

namespace kanpan::catalog {
namespace {

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t end; (end = text.find(separator)) != std::string_view::npos;) {
    parts.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  parts.push_back(text);
  return parts;
}

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

struct Bounds {
  int low, high;
};

bool is_range(std::string_view text, Bounds bounds) {
  if (text == "*") return true;
  const auto ends = split(text, '-');
  if (ends.size() > 2) return false;
  const std::optional<int> first = number(ends.front()), last = number(ends.back());
  return first && last && bounds.low <= *first && *first <= *last && *last <= bounds.high;
}

/// `*`, `5`, `1-5`, and `/step` behind `*` or a range.
bool is_item(std::string_view text, Bounds bounds) {
  const auto parts = split(text, '/');
  if (parts.size() > 2 || !is_range(parts.front(), bounds)) return false;
  if (parts.size() == 1) return true;
  const bool steppable = parts.front().find_first_of("*-") != std::string_view::npos;
  const std::optional<int> step = number(parts.back());
  return steppable && step && *step > 0;
}

}  // namespace

bool is_cron(std::string_view text) {
  constexpr Bounds kFields[] = {{0, 59}, {0, 23}, {1, 31}, {1, 12}, {0, 7}};
  const auto fields = split(text, ' ');
  if (fields.size() != std::size(kFields)) return false;
  for (std::size_t i = 0; i < fields.size(); ++i)
    for (std::string_view item : split(fields[i], ','))
      if (!is_item(item, kFields[i])) return false;
  return true;
}

}  // namespace kanpan::catalog
