#include "kanpan/frame/cell.hpp"

#include <charconv>
#include <cmath>

namespace kanpan::frame {

bool parse_real(std::string_view text, double& out) noexcept {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end || !std::isfinite(value)) return false;
  out = value;
  return true;
}

bool parse_int(std::string_view text, std::int64_t& out) noexcept {
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc{} && stop == end) return out = value, true;
  // Beyond 2^53 a double no longer holds every whole number.
  constexpr double kLargest = 0x1p53;
  double real = 0;
  if (!parse_real(text, real) || std::abs(real) > kLargest || real != std::trunc(real))
    return false;
  out = static_cast<std::int64_t>(real);
  return true;
}

bool push_text(Column& column, std::string_view text) {
  switch (column.type()) {
    case Type::Text:
      return column.push(text), true;
    case Type::Date:
      if (Date date; parse_date(text, date)) return column.push(date), true;
      break;
    case Type::Int:
      if (std::int64_t value = 0; parse_int(text, value)) return column.push(value), true;
      break;
    case Type::Real:
      if (double value = 0; parse_real(text, value)) return column.push(value), true;
      break;
  }
  column.push_null();
  return false;
}

}  // namespace kanpan::frame
