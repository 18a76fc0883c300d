// Rows of a batch compared with each other: sorting short answers, finding repeated keys.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "kanpan/frame/batch.hpp"

namespace kanpan::store::duckdb {

struct SortColumn {
  std::size_t column = 0;
  bool descending = false;
};

/// The permutation that sorts the rows as DuckDB's ORDER BY … NULLS LAST does: text by bytes, NaN
/// above every number, nulls last both ways. Nothing when they are in order already.
std::optional<std::vector<std::uint32_t>> sorted(const frame::Batch& batch,
                                                 std::span<const SortColumn> order);

/// The rows to keep, in order, so that each key occurs once and the last row of a key wins. Nothing
/// when no key repeats. Nulls count as equal.
std::optional<std::vector<std::uint32_t>> without_repeats(const frame::Batch& batch,
                                                          std::span<const std::size_t> key);

}  // namespace kanpan::store::duckdb
