// Calls counted against the limits of points and interface, as the source does it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "kanpan/catalog/table_spec.hpp"
#include "kanpan/source/protocol/limits.hpp"
#include "kanpan/source/protocol/wording.hpp"

namespace kanpan::source::sim {

/// Thread-safe. Windows are whole minutes and days of real time since the quota was made: they do
/// not follow a simulated clock. What
/// points and interface allow is decided by the same table that the client goes by.
class Quota {
 public:
  using Now = std::function<std::chrono::steady_clock::time_point()>;

  Quota(int points, protocol::RateWording wording, Now now = std::chrono::steady_clock::now)
      : points_(points), wording_(wording), now_(std::move(now)), start_(now_()) {}

  /// Counts one call. A refusal (too few points, too many calls) is not counted.
  std::optional<protocol::Verdict> charge(const catalog::SourceSpec& source);

 private:
  struct Window {
    std::int64_t number = -1;
    int calls = 0;
    /// Begins anew when `current` is another window; limit 0 is none.
    bool is_full(std::int64_t current, int limit);
  };
  struct Used {
    Window minute, day;
  };

  const int points_;
  const protocol::RateWording wording_;
  const Now now_;
  const std::chrono::steady_clock::time_point start_;
  std::mutex mutex_;
  std::map<std::string, Used> used_;  ///< by interface; "" counts all of them
};

}  // namespace kanpan::source::sim
