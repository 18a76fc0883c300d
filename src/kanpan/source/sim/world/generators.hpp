// One function per table. A new table of the simulator is one function and one line of the list.
#pragma once

#include <span>
#include <string_view>

#include "kanpan/source/sim/world/ask.hpp"
#include "kanpan/source/sim/world/rows.hpp"

namespace kanpan::source::sim::world {

/// Appends the rows asked for, in any order; the world sorts dated tables newest first.
using Generate = void (*)(const Ask& ask, Rows& out);

struct Generator {
  std::string_view table;
  Generate generate;
};

/// In order of table name.
std::span<const Generator> generators();

// basics.cpp
void trade_cal(const Ask&, Rows&);
void stock_basic(const Ask&, Rows&);
void stock_company(const Ask&, Rows&);
void namechange(const Ask&, Rows&);
// quotes.cpp
void daily(const Ask&, Rows&);
void adj_factor(const Ask&, Rows&);
void stk_limit(const Ask&, Rows&);
void suspend_d(const Ask&, Rows&);
// periods.cpp
void weekly(const Ask&, Rows&);
void monthly(const Ask&, Rows&);
// indices.cpp
void index_daily(const Ask&, Rows&);
// valuation.cpp
void daily_basic(const Ask&, Rows&);
// flows.cpp
void moneyflow(const Ask&, Rows&);
void margin(const Ask&, Rows&);
void moneyflow_hsgt(const Ask&, Rows&);
// limit_lists.cpp
void limit_list_d(const Ask&, Rows&);
// top_lists.cpp
void top_list(const Ask&, Rows&);
void hm_detail(const Ask&, Rows&);
// hot_lists.cpp
void kpl_list(const Ask&, Rows&);
void kpl_concept(const Ask&, Rows&);
void ths_hot(const Ask&, Rows&);
// chips.cpp
void cyq_chips(const Ask&, Rows&);
void cyq_perf(const Ask&, Rows&);
// statements.cpp
void income_vip(const Ask&, Rows&);
void balancesheet_vip(const Ask&, Rows&);
void cashflow_vip(const Ask&, Rows&);
// ratios.cpp
void fina_indicator(const Ask&, Rows&);
// announcements.cpp
void dividend(const Ask&, Rows&);
void forecast_vip(const Ask&, Rows&);
void express_vip(const Ask&, Rows&);
void fina_audit(const Ask&, Rows&);
// factors.cpp
void stk_factor(const Ask&, Rows&);
void stk_factor_pro(const Ask&, Rows&);

}  // namespace kanpan::source::sim::world
