// How often the source may be asked.
#pragma once

#include <optional>

#include "kanpan/catalog/table_spec.hpp"

namespace kanpan::source::protocol {

/// Of one interface; 0 = no limit.
struct RateLimits {
  int per_minute = 0;
  int per_day = 0;
  int per_day_total = 0;  ///< of all interfaces together
  friend bool operator==(const RateLimits&, const RateLimits&) = default;
};

struct LimitSettings {
  int points = 2000;
  std::optional<int> calls_per_minute = {};  ///< set by the user: decides alone; 0 = no limit
  std::optional<int> calls_per_day = {};
};

/// The user's settings, else what the interface's page says, else the level of the points
/// (doc_id=290: 120 points 50 a minute and 8,000 a day in all; 2,000 points 200 and 100,000 per
/// interface; 5,000 points 500, 15,000 points 1,000, no daily limit from 5,000 on. For 10,000
/// points sources differ between 500 and 1,000: 500 is taken).
RateLimits limits_of(const catalog::SourceSpec& source, const LimitSettings& settings);

}  // namespace kanpan::source::protocol
