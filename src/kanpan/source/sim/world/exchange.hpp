// The invented exchange: its days, its shares, and their paths, made when first asked for.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "kanpan/source/sim/world/accounts.hpp"
#include "kanpan/source/sim/world/days.hpp"
#include "kanpan/source/sim/world/factor_window.hpp"
#include "kanpan/source/sim/world/listing.hpp"
#include "kanpan/source/sim/world/path.hpp"

namespace kanpan::source::sim::world {

struct WorldOptions {
  std::uint64_t seed = 7;
  int codes = 300;  ///< shares ever listed, 1 … 5,500; share i is the same in a larger world
  Date first_day = Date::from_ymd(2018, 1, 2);
  Date last_day = Date::from_ymd(2030, 12, 31);
};

/// Thread-safe; nothing that it tells ever changes.
class Exchange {
 public:
  explicit Exchange(const WorldOptions& options);

  const Days& days() const { return days_; }
  const Dice& dice() const { return dice_; }
  const Tides& tides() const { return tides_; }
  int size() const { return static_cast<int>(shares_.size()); }
  const Listing& share(int i) const { return shares_[static_cast<std::size_t>(i)]; }
  /// -1 for a code that is not listed here.
  int find(std::string_view ts_code) const;
  const Path& path(int i) const { return life(i).path.front(); }
  const Books& books(int i) const { return life(i).books; }
  /// Listed that day, suspended or not.
  bool listed(int i, int day) const { return share(i).days.contains(day); }
  bool trades(int i, int day) const { return listed(i, day) && !share(i).halted(day); }
  /// Computed indicators, kept between questions.
  FactorMemo& factors() const { return *factors_; }

 private:
  struct Life {
    std::once_flag once;
    Books books;
    std::vector<Path> path;  ///< one, once made
  };
  const Life& life(int i) const;

  Days days_;
  Dice dice_;
  Tides tides_;
  std::vector<Listing> shares_;
  std::unordered_map<std::string, int> by_code_;
  std::unique_ptr<Life[]> lives_;
  std::unique_ptr<FactorMemo> factors_;
};

}  // namespace kanpan::source::sim::world
