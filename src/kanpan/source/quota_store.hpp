// Where the counts of calls outlive the process.
#pragma once

#include <cstdint>
#include <string_view>

#include "kanpan/base/error.hpp"

namespace kanpan::source {

/// Thread-safe.
class QuotaStore {
 public:
  virtual ~QuotaStore() = default;
  /// Calls counted under `name` in the window that starts at `window` (epoch seconds).
  virtual Result<std::uint64_t> calls_used(std::string_view name, std::int64_t window) const = 0;
  virtual Result<void> add_calls(std::string_view name, std::int64_t window, std::uint64_t n) = 0;
};

}  // namespace kanpan::source
