// Between the source's units and 元, 股 and %.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kanpan/frame/batch.hpp"

namespace kanpan::catalog {

struct Conversion {
  std::string unit;   ///< the normal one
  double factor = 1;  ///< normal = source × factor
};

/// 手 → 股 ×100; 千元, 万元, 百万元, 亿元 → 元; 万股, 亿股 → 股; 比例 → % ×100. Anything else
/// stays.
Conversion to_normal(std::string_view source_unit);

/// Multiplies every value, rounded to the decimals that a product of short decimals can have, so
/// that 525152.77 千元 is 525152770 元 and not 525152770.0000001. All factors of
/// to_normal() are whole, so that ints stay ints.
void convert(frame::Column& column, double factor);

/// The other way: normal to source. Positions of whole numbers that are no multiple of the factor,
/// which the source's unit cannot hold (150 股 in 手); those stay as they are.
std::vector<std::uint32_t> restore(frame::Column& column, double factor);

}  // namespace kanpan::catalog
