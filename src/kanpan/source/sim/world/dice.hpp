// Random numbers that can be drawn alone: a number depends on the seed and on what it is drawn for,
// never on what was drawn before.
#pragma once

#include <cstdint>

namespace kanpan::source::sim::world {

/// What a number is drawn for. The order is part of the invented history: append only.
enum class Draw : std::uint32_t {
  Market,
  Industry,
  Listing,
  Identity,
  Dates,
  Size,
  Temper,
  Mark,
  Halt,
  Name,
  Company,
  Noise,
  Tail,
  Spell,
  Gap,
  Range,
  Turnover,
  Average,
  Pin,
  Debut,
  Level,
  Growth,
  Margin,
  Balance,
  Payout,
  Bonus,
  Announce,
  Restate,
  Forecast,
  Express,
  Audit,
  Order,
  Lending,
  Connect,
  Seal,
  Seat,
  Trader,
  Heat,
  Drift,
  Theme,
  Tag,
  Index,
  Fund,
};

/// SplitMix64's finaliser (Steele, Lea, Flood 2014), used as a counter-based generator.
constexpr std::uint64_t mix(std::uint64_t z) {
  z += 0x9e3779b97f4a7c15ULL;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

/// A source of numbers for one thing (a share, an index); a value, as cheap as its key.
class Dice {
 public:
  constexpr explicit Dice(std::uint64_t key = 0) : key_(key) {}

  constexpr std::uint64_t roll(Draw what, std::uint64_t a = 0, std::uint64_t b = 0) const {
    return mix(mix(key_ ^ (static_cast<std::uint64_t>(what) << 40) ^ a) + b);
  }
  /// The dice of a part.
  constexpr Dice of(Draw what, std::uint64_t a = 0) const { return Dice(roll(what, a, 0x51ed)); }
  /// In [0, 1).
  constexpr double unit(Draw what, std::uint64_t a = 0, std::uint64_t b = 0) const {
    return static_cast<double>(roll(what, a, b) >> 11) * 0x1p-53;
  }
  constexpr double between(double low, double high, Draw what, std::uint64_t a = 0,
                           std::uint64_t b = 0) const {
    return low + (high - low) * unit(what, a, b);
  }
  /// In 0 … n - 1.
  constexpr int below(int n, Draw what, std::uint64_t a = 0, std::uint64_t b = 0) const {
    return static_cast<int>((roll(what, a, b) >> 32) * static_cast<std::uint64_t>(n) >> 32);
  }
  constexpr bool chance(double p, Draw what, std::uint64_t a = 0, std::uint64_t b = 0) const {
    return unit(what, a, b) < p;
  }
  /// Mean 0, deviation 1: the sum of four uniform numbers (Irwin–Hall), so at most ±3.47. No
  /// libm in it: a path is the same wherever it is computed.
  constexpr double normal(Draw what, std::uint64_t a = 0, std::uint64_t b = 0) const {
    const std::uint64_t r = roll(what, a, b);
    const std::uint64_t sum = (r & 0xffff) + (r >> 16 & 0xffff) + (r >> 32 & 0xffff) + (r >> 48);
    return (static_cast<double>(sum) / 65536.0 - 1.99997) * 1.7320508;
  }

 private:
  std::uint64_t key_;
};

}  // namespace kanpan::source::sim::world
