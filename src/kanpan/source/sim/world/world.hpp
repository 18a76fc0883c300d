// The simulator's invented exchange as a data set: every table, from one seed.
#pragma once

#include <string_view>
#include <vector>

#include "kanpan/source/sim/dataset.hpp"
#include "kanpan/source/sim/world/exchange.hpp"

namespace kanpan::source::sim::world {

/// Every number is a function of the seed, the thing and the day: answers do not depend on the
/// order of questions, and history does not change when `now` advances. Tables that a share's books
/// or prices decide follow from them: limit lists from prices, ratios from statements.
///
/// Memory: a share's path and books are kept once asked for, about 50 KB each.
class World final : public Dataset {
 public:
  explicit World(const WorldOptions& options);

  /// Rows of days (or announcements) after `now`'s date in Shanghai do not exist. Errc::NotFound
  /// for a table that has no generator.
  Result<frame::Batch> rows(const catalog::TableSpec& table,
                            const Question& question) const override;

  /// Tables that can be asked for, in order of name.
  static std::vector<std::string_view> tables();

 private:
  Exchange exchange_;
};

}  // namespace kanpan::source::sim::world
