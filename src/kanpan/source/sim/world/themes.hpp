// Themes that hot lists sort shares by. A share belongs to one to three of them for good.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "kanpan/source/sim/world/listing.hpp"

namespace kanpan::source::sim::world {

struct Theme {
  std::string_view kpl_code;  ///< 000101.KP
  std::string_view ths_code;  ///< 885101.TI
  std::string_view name;
};

std::span<const Theme> themes();
/// Indices into themes(), the main one first.
std::vector<int> themes_of(const Listing& share);

}  // namespace kanpan::source::sim::world
