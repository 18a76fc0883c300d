// How a batch of rows changes its table: the words that journal and store share.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kanpan/base/date.hpp"

namespace kanpan::frame {

/// Position of a change in the order of all changes; the first is 1.
using Sequence = std::uint64_t;

enum class Mode : std::uint8_t {
  Upsert = 0,   ///< rows replace those of equal key
  Merge = 1,    ///< rows replace those of equal key, but a null keeps the stored value
  Replace = 2,  ///< rows are the whole content of the scope; stored rows beyond them are closed
  Delete = 3,   ///< rows (key columns count) are closed
};
std::string_view name(Mode mode);

/// What a Replace covers. Unset bounds are open; `codes` empty = every code.
struct Scope {
  std::optional<DateRange> time;
  std::vector<std::string> codes;
  friend bool operator==(const Scope&, const Scope&) = default;
};

}  // namespace kanpan::frame
