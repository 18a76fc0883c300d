// How a share met its limit on a day, for the lists that tell about it.
#pragma once

#include <string>

#include "kanpan/source/sim/world/ask.hpp"

namespace kanpan::source::sim::world {

enum class Seal : std::uint8_t { None, Up, Down, Broken };

struct Sealing {
  Seal seal = Seal::None;
  int first = 0, last = 0;  ///< seconds of the day; first touch and last sealing
  int opened = 0;           ///< times that the seal broke
  double waiting = 0;       ///< yuan of orders at the limit at the close
  double at_limit = 0;      ///< yuan traded at the limit
};

/// Of a day of trading. A bar that never left its limit was sealed from the opening auction.
Sealing sealing(const Listing& share, int day, const Bar& bar);

/// Sessions in a row, this one included, that closed at the upper (lower) limit.
int streak(const Exchange& exchange, int share, int day, Seal seal);

/// `N/T`: N closes at the upper limit in the last T sessions, a gap of one session allowed.
std::string up_stat(const Exchange& exchange, int share, int day);

/// `093105` with an empty separator, `09:31:05` with ":".
std::string clock_text(int second, std::string_view separator);

}  // namespace kanpan::source::sim::world
