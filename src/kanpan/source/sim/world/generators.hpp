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

}  // namespace kanpan::source::sim::world
