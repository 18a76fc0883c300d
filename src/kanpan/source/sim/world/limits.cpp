#include "kanpan/source/sim/world/limits.hpp"

#include <algorithm>

namespace kanpan::source::sim::world {
namespace {

const Date kChiNextReform = Date::from_ymd(2020, 8, 24);
const Date kMainReform = Date::from_ymd(2023, 4, 10);
const Date kLeavingReform = Date::from_ymd(2020, 12, 31);
const Date kStReform = Date::from_ymd(2026, 7, 6);

int free_sessions(Board board, Date debut) {
  switch (board) {
    case Board::Main:
      return debut >= kMainReform ? 5 : 0;
    case Board::ChiNext:
      return debut >= kChiNextReform ? 5 : 0;
    case Board::Star:
      return 5;
    case Board::Beijing:
      return 1;
  }
  return 0;
}

int usual_percent(Board board, Mark mark, Date date) {
  if (board == Board::Beijing) return 30;
  if (board == Board::Star || (board == Board::ChiNext && date >= kChiNextReform)) return 20;
  const bool narrow = mark == Mark::St || mark == Mark::StarSt;
  return narrow && date < kStReform ? 5 : 10;
}

}  // namespace

Band band(Board board, Mark mark, Date date, Date debut, int session, int leaving) {
  if (session < free_sessions(board, debut)) return {.free = true};
  if (session == 0) return {.up = 44, .down = 36};
  if (mark == Mark::Leaving && leaving == 0 && date >= kLeavingReform) return {.free = true};
  const int percent = usual_percent(board, mark, date);
  return {.up = percent, .down = percent};
}

Limits limits(Band band, std::int32_t pre_close) {
  if (band.free) return {.free = true};
  const std::int32_t up = (pre_close * (100 + band.up) + 50) / 100;
  const std::int32_t down = (pre_close * (100 - band.down) + 50) / 100;
  return {.up = std::max(up, pre_close + 1), .down = std::max(1, std::min(down, pre_close - 1))};
}

}  // namespace kanpan::source::sim::world
