// Indicators of one share over a stretch of days, kept between questions.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

namespace kanpan::source::sim::world {

class Exchange;

enum class FactorSet : std::uint8_t { Basic, All };

/// Values of the sessions in a stretch of days.
struct FactorWindow {
  struct Name {
    std::string_view head, tail;
    bool price = false;
  };
  int first = 0, last = -1;      ///< days
  std::vector<int> row;          ///< of each day, -1 without trading
  std::vector<Name> names;       ///< indicators, columns of the matrices
  std::vector<double> adjusted;  ///< row by row, on prices × factor
  std::vector<double> raw;       ///< the same on raw prices; FactorSet::All only
  std::vector<double> counts;    ///< updays, downdays, lowdays, topdays; FactorSet::All only

  const double* adjusted_at(int day) const { return at(adjusted, day, names.size()); }
  const double* raw_at(int day) const { return at(raw, day, names.size()); }
  const double* counts_at(int day) const { return at(counts, day, 4); }

 private:
  const double* at(const std::vector<double>& matrix, int day, std::size_t width) const {
    const int r = row[static_cast<std::size_t>(day - first)];
    return r < 0 || matrix.empty() ? nullptr : &matrix[static_cast<std::size_t>(r) * width];
  }
};

/// Computed from the share's first session in the world on, so that a value does not depend on the
/// stretch that was asked for.
FactorWindow compute_window(const Exchange& exchange, int share, FactorSet set, int first,
                            int last);

/// One window a share and set: walks by day ask for neighbouring days of all shares.
class FactorMemo {
 public:
  explicit FactorMemo(std::size_t shares) : slots_(shares * 2) {}

  /// The window of the block of days that `day` lies in.
  std::shared_ptr<const FactorWindow> window(const Exchange& exchange, int share, FactorSet set,
                                             int day);
  /// Days in a block, which starts at a multiple of it.
  static constexpr int kBlock = 16;

 private:
  struct Slot {
    std::mutex lock;
    std::shared_ptr<const FactorWindow> window;
  };
  std::vector<Slot> slots_;
};

}  // namespace kanpan::source::sim::world
