#include "kanpan/catalog/units.hpp"

#include <array>
#include <cmath>

namespace kanpan::catalog {
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

/// The cleaned value where that is the same number but for binary noise.
double short_decimal(double x) {
  const double cleaned = clean(x);
  return std::abs(cleaned - x) <= std::abs(x) * 1e-15 ? cleaned : x;
}

template <typename Values, typename Change>
void change(frame::Column& column, const Values& from, const Change& by) {
  std::vector<typename Values::value_type> values(from.begin(), from.end());
  for (auto& value : values) value = by(value);
  column = frame::Column::adopt(std::move(values), column.nulls());
}

}  // namespace

Conversion to_normal(std::string_view source_unit) {
  for (const Rule& rule : kRules)
    if (rule.source == source_unit) return {std::string(rule.normal), rule.factor};
  return {std::string(source_unit), 1};
}

void convert(frame::Column& column, double factor) {
  if (factor == 1) return;
  if (column.type() == frame::Type::Int)
    change(column, column.ints(),
           [factor](auto v) { return v * static_cast<std::int64_t>(factor); });
  else if (column.type() == frame::Type::Real)
    change(column, column.reals(), [factor](double v) { return clean(v * factor); });
}

std::vector<std::uint32_t> restore(frame::Column& column, double factor) {
  std::vector<std::uint32_t> broken;
  if (factor == 1) return broken;
  if (column.type() == frame::Type::Int) {
    const auto whole = static_cast<std::int64_t>(factor);
    for (std::uint32_t row = 0; row < column.size(); ++row)
      if (column.ints()[row] % whole != 0) broken.push_back(row);
    change(column, column.ints(), [whole](auto v) { return v % whole == 0 ? v / whole : v; });
  } else if (column.type() == frame::Type::Real) {
    change(column, column.reals(), [factor](double v) { return short_decimal(v / factor); });
  }
  return broken;
}

}  // namespace kanpan::catalog
