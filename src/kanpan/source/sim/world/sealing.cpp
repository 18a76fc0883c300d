#include "kanpan/source/sim/world/sealing.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace kanpan::source::sim::world {
namespace {

constexpr int kAuction = 9 * 3600 + 25 * 60;

/// Second of the day after `minute` minutes of continuous trading (0 … 240).
int trading_second(double minute) {
  const double begin = minute < 120 ? 9.5 * 60 : 13 * 60 - 120;
  return static_cast<int>((begin + minute) * 60);
}

bool closed_at(const Exchange& exchange, int i, int day, Seal seal) {
  const Path& path = exchange.path(i);
  const Limits limits = path.limits_on(day);
  return !limits.free && path.close(day) == (seal == Seal::Down ? limits.down : limits.up);
}

}  // namespace

Sealing sealing(const Listing& share, int day, const Bar& bar) {
  Sealing s;
  if (bar.sealed_up())
    s.seal = Seal::Up;
  else if (bar.sealed_down())
    s.seal = Seal::Down;
  else if (bar.broken())
    s.seal = Seal::Broken;
  if (s.seal == Seal::None) return s;

  const auto d = static_cast<std::uint64_t>(day);
  const Dice& dice = share.dice;
  const double traded = bar.amount * 1000;
  s.waiting = std::round(traded * dice.between(0.02, 0.6, Draw::Seal, d, 0));
  s.at_limit = std::round(traded * dice.between(0.05, 0.4, Draw::Seal, d, 1));
  s.first = s.last = kAuction;
  if (bar.open == bar.high && bar.high == bar.low) return s;  // never left it
  const double u = dice.unit(Draw::Seal, d, 2);
  const double touched = 230 * u * u;
  if (bar.open != bar.close || s.seal == Seal::Broken) s.first = trading_second(touched);
  s.opened = s.seal == Seal::Broken                ? 1 + dice.below(4, Draw::Seal, d, 3)
             : dice.chance(0.45, Draw::Seal, d, 4) ? 1 + dice.below(6, Draw::Seal, d, 5)
                                                   : 0;
  if (s.opened == 0) {
    s.last = s.first;
  } else {
    s.last = trading_second(touched + (239 - touched) * dice.unit(Draw::Seal, d, 6));
  }
  if (s.seal == Seal::Broken) s.waiting = 0;
  return s;
}

int streak(const Exchange& exchange, int i, int day, Seal seal) {
  const Listing& share = exchange.share(i);
  int count = 0;
  for (; day >= share.days.first; --day) {
    if (share.halted(day)) continue;
    if (!closed_at(exchange, i, day, seal)) break;
    ++count;
  }
  return count;
}

std::string up_stat(const Exchange& exchange, int i, int day) {
  const Listing& share = exchange.share(i);
  int sealed = 0, sessions = 0, length = 0, gap = 0;
  for (; day >= share.days.first && gap < 2; --day) {
    if (share.halted(day)) continue;
    ++sessions;
    if (closed_at(exchange, i, day, Seal::Up)) {
      ++sealed;
      length = sessions;
      gap = 0;
    } else {
      ++gap;
    }
  }
  return fmt::format("{}/{}", sealed, length);
}

std::string clock_text(int second, std::string_view separator) {
  return fmt::format("{:02}{}{:02}{}{:02}", second / 3600, separator, second / 60 % 60, separator,
                     second % 60);
}

}  // namespace kanpan::source::sim::world
