// How far a price may move in a day, by board, status and date. Prices in ticks of 0.01 yuan.
#pragma once

#include <cstdint>

#include "kanpan/base/date.hpp"

namespace kanpan::source::sim::world {

enum class Board : std::uint8_t { Main, ChiNext, Star, Beijing };

/// What stands before or behind a share's name.
enum class Mark : std::uint8_t { None, St, StarSt, Leaving };

struct Band {
  bool free = false;
  int up = 10, down = 10;  ///< percent
};

/// `debut` is the share's first session, `session` counts from it (0); `leaving` counts the
/// sessions of a delisting period.
///
/// Rules of the exchanges: main board 10 %, ST 5 % until 2026-07-05 and 10 % from 2026-07-06;
/// ChiNext as the main board until 2020-08-23, then 20 % whatever the status; STAR 20 %; Beijing
/// 30 %. Without limit: five sessions of a new share on STAR, on ChiNext since 2020-08-24 and on
/// the main board since 2023-04-10, one in Beijing, one of a delisting period since 2020-12-31.
/// Older first sessions: +44 %, -36 %.
Band band(Board board, Mark mark, Date date, Date debut, int session, int leaving);

struct Limits {
  bool free = false;
  std::int32_t up = 0, down = 0;
};

/// Half up to the tick, at least one tick away from `pre_close`, never below one tick.
Limits limits(Band band, std::int32_t pre_close);

}  // namespace kanpan::source::sim::world
