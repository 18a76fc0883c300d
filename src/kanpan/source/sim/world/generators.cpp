#include "kanpan/source/sim/world/generators.hpp"

#include <array>

namespace kanpan::source::sim::world {

std::span<const Generator> generators() {
  static constexpr auto kAll = std::to_array<Generator>({
      {"adj_factor", adj_factor},
      {"daily", daily},
      {"namechange", namechange},
      {"stk_limit", stk_limit},
      {"stock_basic", stock_basic},
      {"stock_company", stock_company},
      {"suspend_d", suspend_d},
      {"trade_cal", trade_cal},
  });
  return kAll;
}

}  // namespace kanpan::source::sim::world
