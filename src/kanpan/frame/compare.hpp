// The order of cells within a column.
#pragma once

#include <compare>
#include <cstddef>

#include "kanpan/frame/batch.hpp"

namespace kanpan::frame {

/// Two cells of a column that are not null: texts by bytes, days and numbers by size, NaN equal to
/// itself and behind every other number.
std::weak_ordering compare(const Column& column, std::size_t a, std::size_t b);

/// … that may be null; nulls equal each other.
bool equal(const Column& column, std::size_t a, std::size_t b);

}  // namespace kanpan::frame
