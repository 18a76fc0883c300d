#include "kanpan/source/sim/world/generators.hpp"

#include <array>

namespace kanpan::source::sim::world {

std::span<const Generator> generators() {
  static constexpr auto kAll = std::to_array<Generator>({
      {"adj_factor", adj_factor},
      {"balancesheet_vip", balancesheet_vip},
      {"cashflow_vip", cashflow_vip},
      {"cyq_chips", cyq_chips},
      {"cyq_perf", cyq_perf},
      {"daily", daily},
      {"daily_basic", daily_basic},
      {"dividend", dividend},
      {"express_vip", express_vip},
      {"fina_audit", fina_audit},
      {"fina_indicator", fina_indicator},
      {"forecast_vip", forecast_vip},
      {"hm_detail", hm_detail},
      {"income_vip", income_vip},
      {"index_daily", index_daily},
      {"kpl_concept", kpl_concept},
      {"kpl_list", kpl_list},
      {"limit_list_d", limit_list_d},
      {"margin", margin},
      {"moneyflow", moneyflow},
      {"moneyflow_hsgt", moneyflow_hsgt},
      {"monthly", monthly},
      {"namechange", namechange},
      {"stk_factor", stk_factor},
      {"stk_factor_pro", stk_factor_pro},
      {"stk_limit", stk_limit},
      {"stock_basic", stock_basic},
      {"stock_company", stock_company},
      {"suspend_d", suspend_d},
      {"ths_hot", ths_hot},
      {"top_list", top_list},
      {"trade_cal", trade_cal},
      {"weekly", weekly},
  });
  return kAll;
}

}  // namespace kanpan::source::sim::world
