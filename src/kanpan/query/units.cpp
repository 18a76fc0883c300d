#include "kanpan/query/units.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace kanpan::query {
namespace {

struct Rule {
  std::string_view source, normal;
  double factor;
};
constexpr std::array kRules{
    Rule{"手", "股", 100},     Rule{"千元", "元", 1e3}, Rule{"万元", "元", 1e4},
    Rule{"百万元", "元", 1e6}, Rule{"亿元", "元", 1e8}, Rule{"万股", "股", 1e4},
    Rule{"亿股", "股", 1e8},   Rule{"千股", "股", 1e3}, Rule{"比例", "%", 100}};

/// Products of source decimals and powers of ten have few decimals; more of them are binary noise.
double clean(double x) {
  const double magnitude = std::abs(x);
  if (magnitude >= 1e12 || !std::isfinite(x)) return x;
  const double scale = magnitude < 1e6 ? 1e8 : magnitude < 1e9 ? 1e5 : 1e2;
  return std::round(x * scale) / scale;
}

double round_cent_slowly(double x) {
  std::array<char, 400> buffer;
  const auto [end, error] =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), x, std::chars_format::fixed, 2);
  double rounded = x;
  if (error == std::errc{}) std::from_chars(buffer.data(), end, rounded);
  return rounded;
}

}  // namespace

Conversion to_normal(std::string_view source_unit) {
  for (const Rule& rule : kRules)
    if (rule.source == source_unit) return {std::string(rule.normal), rule.factor};
  return {std::string(source_unit), 1};
}

void convert(frame::Column& column, double factor) {
  if (factor == 1) return;
  if (column.type() == frame::Type::Int) {
    auto values = std::vector<std::int64_t>(column.ints().begin(), column.ints().end());
    for (auto& value : values) value *= static_cast<std::int64_t>(factor);
    column = frame::Column::adopt(std::move(values), column.nulls());
  } else if (column.type() == frame::Type::Real) {
    auto values = std::vector<double>(column.reals().begin(), column.reals().end());
    for (auto& value : values) value = clean(value * factor);
    column = frame::Column::adopt(std::move(values), column.nulls());
  }
}

double round_cent(double x) {
  const double scaled = x * 100;
  const double nearest = std::nearbyint(scaled);
  // Close to a tie the scaled value's own rounding could decide: let the exact digits do it.
  if (std::abs(scaled) > 1e13 || std::abs(std::abs(scaled - nearest) - 0.5) < 1e-4)
    return round_cent_slowly(x);
  return nearest / 100;
}

}  // namespace kanpan::query
