// The price path of one share, and the day's trading that fits between two closes.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kanpan/source/sim/world/accounts.hpp"
#include "kanpan/source/sim/world/listing.hpp"

namespace kanpan::source::sim::world {

/// From this day on until the next step.
struct Step {
  int day = 0;
  double factor = 1;  ///< adj_factor, not rounded
  std::int64_t shares = 0;
  std::int32_t cash = 0;   ///< what went off the reference price: thousandths of a yuan a share
  std::int32_t bonus = 0;  ///< … and new shares per thousand
};

/// One day of trading. Prices in ticks of 0.01 yuan.
struct Bar {
  std::int32_t open = 0, high = 0, low = 0, close = 0;
  std::int32_t pre_close = 0;  ///< ex-right reference
  std::int64_t lots = 0;       ///< 手
  double amount = 0;           ///< 千元, three decimals
  Limits limits;

  bool sealed_up() const { return !limits.free && close == limits.up; }
  bool sealed_down() const { return !limits.free && close == limits.down; }
  bool broken() const { return !limits.free && high == limits.up && close != limits.up; }
  double change() const { return static_cast<double>(close - pre_close) / pre_close; }
};

/// What moves many shares at once.
struct Tides {
  std::vector<double> market;  ///< return of each day
  std::vector<double> level;   ///< product so far, about 1

  Tides(const Dice& world, const Days& days);
};

class Path {
 public:
  Path(const Dice& world, const Listing& share, const Books& books, const Days& days,
       const Tides& tides);

  const Step& step(int day) const;
  std::span<const Step> steps() const { return steps_; }
  /// Close; on a day without trading the reference that the next session starts from.
  std::int32_t close(int day) const { return close_[index(day)]; }
  /// Ex-right reference of the day.
  std::int32_t pre_close(int day) const;
  Limits limits_on(int day) const;
  /// The day must be one of trading.
  Bar bar(int day) const;
  /// Shares that may be traded, and those of them that are not in fixed hands.
  double float_shares(int day) const;
  double free_shares(int day) const;

 private:
  Limits limits_of(int day, std::int32_t pre) const;
  bool free_debut() const;
  std::size_t index(int day) const { return static_cast<std::size_t>(day - share_->days.first); }
  void walk(const Dice& world, const Tides& tides, const Books& books);
  std::int32_t next_close(const Dice& world, const Tides& tides, int day, std::int32_t pre,
                          double centre, bool sealed) const;

  const Listing* share_;
  const Days* days_;
  std::int32_t issue_ = 0;  ///< reference of the first session
  std::vector<std::int32_t> close_;
  std::vector<Step> steps_;
};

/// (close - cash) / (1 + bonus), half up to the tick, at least one tick.
std::int32_t ex_right(std::int32_t close, std::int32_t cash, std::int32_t bonus);

}  // namespace kanpan::source::sim::world
