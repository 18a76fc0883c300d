#include "kanpan/query/rounding.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace kanpan::query {
namespace {

double round_cent_slowly(double x) {
  std::array<char, 400> buffer;
  const auto [end, error] =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), x, std::chars_format::fixed, 2);
  double rounded = x;
  if (error == std::errc{}) std::from_chars(buffer.data(), end, rounded);
  return rounded;
}

}  // namespace

double round_cent(double x) {
  const double scaled = x * 100;
  const double nearest = std::nearbyint(scaled);
  // Close to a tie the scaled value's own rounding could decide: let the exact digits do it.
  if (std::abs(scaled) > 1e13 || std::abs(std::abs(scaled - nearest) - 0.5) < 1e-4)
    return round_cent_slowly(x);
  return nearest / 100;
}

}  // namespace kanpan::query
