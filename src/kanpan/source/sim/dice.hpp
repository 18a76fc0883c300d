// Random numbers that depend on nothing but what they are seeded with.
#pragma once

#include <cstdint>
#include <string_view>

#include "kanpan/source/sim/world/dice.hpp"

namespace kanpan::source::sim {

/// A sequence, seeded by a number and the FNV-1a hash of a name; the same on every machine.
class Dice {
 public:
  explicit Dice(std::uint64_t seed, std::string_view name = {}) : state_(seed ^ hash(name)) {}

  std::uint64_t next() { return state_ = world::mix(state_); }
  /// In [0, 1).
  double unit() { return static_cast<double>(next() >> 11) * 0x1p-53; }
  /// In [0, n), n > 0.
  std::uint64_t below(std::uint64_t n) { return next() % n; }

 private:
  static std::uint64_t hash(std::string_view name) {
    std::uint64_t h = 0xcbf29ce484222325U;
    for (const char c : name) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    return h;
  }
  std::uint64_t state_;
};

}  // namespace kanpan::source::sim
