// One invented share: who it is, when it came and went, and what befell it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kanpan/source/sim/world/days.hpp"
#include "kanpan/source/sim/world/dice.hpp"
#include "kanpan/source/sim/world/limits.hpp"

namespace kanpan::source::sim::world {

/// Numbers of days, both included.
struct Span {
  int first = 0, last = -1;
  bool contains(int day) const { return first <= day && day <= last; }
};

struct Marked {
  Mark mark = Mark::None;
  Span days;
};

enum class Trade : std::uint8_t { General, Bank, Broker };

/// Immutable. Day numbers are those of the world's Days.
struct Listing {
  int index = 0;
  Dice dice;
  Board board = Board::Main;
  std::string ts_code;  ///< `600123.SH`
  std::string stem;     ///< two characters of the name
  std::string name;     ///< without marks
  std::string initials;
  std::string english;
  int industry = 0, area = 0;
  Trade trade = Trade::General;

  Date list_date;
  Span days;                  ///< sessions inside the world, from listing to last day
  bool debut = false;         ///< listed inside the world, so that its first session is days.first
  bool leaves = false;        ///< delisted after days.last
  std::vector<Marked> marks;  ///< disjoint, oldest first
  std::vector<Span> halts;    ///< days without trading, disjoint, oldest first
  Span paused;                ///< a halt of the listing itself (status P); also in `halts`

  std::int32_t start_price = 0;  ///< reference of the first session, ticks
  std::int64_t shares = 0;       ///< at the first session
  double earnings_yield = 0;     ///< yearly profit over market value that the price centres on
  double beta = 1, wildness = 1, turnover = 0.01;

  std::string_view symbol() const { return std::string_view(ts_code).substr(0, 6); }
  std::string_view exchange() const;  ///< SSE, SZSE, BSE
  std::string_view market() const;    ///< 主板, 创业板, 科创板, 北交所
  Mark mark(int day) const;
  int leaving(int day) const;  ///< sessions since the delisting period began, or -1
  bool halted(int day) const;
  /// The day after which it is gone; only when `leaves`.
  Date delist_date(const Days& days) const;
  /// With the marks of the day: `*ST…`, `ST…`, `…退`.
  std::string name_on(int day) const;
  std::string marked(Mark mark) const;
};

Listing make_listing(Dice world, int index, const Days& days);

}  // namespace kanpan::source::sim::world
