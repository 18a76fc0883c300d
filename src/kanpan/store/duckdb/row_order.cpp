#include "kanpan/store/duckdb/row_order.hpp"

#include <algorithm>
#include <compare>
#include <numeric>

#include "kanpan/frame/compare.hpp"

namespace kanpan::store::duckdb {
namespace {

std::weak_ordering compare(const frame::Batch& batch, std::span<const SortColumn> order,
                           std::size_t a, std::size_t b) {
  for (const SortColumn& by : order) {
    const frame::Column& column = batch.column(by.column);
    const bool a_null = column.is_null(a), b_null = column.is_null(b);
    if (a_null && b_null) continue;
    if (a_null || b_null) return a_null <=> b_null;
    if (const auto c = frame::compare(column, a, b); c != 0) return by.descending ? 0 <=> c : c;
  }
  return std::weak_ordering::equivalent;
}

/// True when neighbours never repeat and always go the same way, which is how pages come.
bool is_strictly_monotone(const frame::Batch& batch, std::span<const SortColumn> order) {
  int direction = 0;
  for (std::size_t row = 1; row < batch.rows(); ++row) {
    const auto c = compare(batch, order, row - 1, row);
    if (c == 0) return false;
    const int sign = c < 0 ? -1 : 1;
    if (direction != 0 && sign != direction) return false;
    direction = sign;
  }
  return true;
}

}  // namespace

std::optional<std::vector<std::uint32_t>> sorted(const frame::Batch& batch,
                                                 std::span<const SortColumn> order) {
  bool in_order = true;
  for (std::size_t row = 1; in_order && row < batch.rows(); ++row)
    in_order = compare(batch, order, row - 1, row) <= 0;
  if (in_order) return std::nullopt;
  std::vector<std::uint32_t> rows(batch.rows());
  std::iota(rows.begin(), rows.end(), 0u);
  std::ranges::stable_sort(
      rows, [&](std::uint32_t a, std::uint32_t b) { return compare(batch, order, a, b) < 0; });
  return rows;
}

std::optional<std::vector<std::uint32_t>> without_repeats(const frame::Batch& batch,
                                                          std::span<const std::size_t> key) {
  std::vector<SortColumn> order;
  for (std::size_t column : key) order.push_back({column, false});
  if (is_strictly_monotone(batch, order)) return std::nullopt;

  std::vector<std::uint32_t> rows(batch.rows());
  std::iota(rows.begin(), rows.end(), 0u);
  std::ranges::stable_sort(
      rows, [&](std::uint32_t a, std::uint32_t b) { return compare(batch, order, a, b) < 0; });
  std::vector<std::uint32_t> kept;
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (i + 1 == rows.size() || compare(batch, order, rows[i], rows[i + 1]) != 0)
      kept.push_back(rows[i]);
  if (kept.size() == rows.size()) return std::nullopt;
  std::ranges::sort(kept);
  return kept;
}

}  // namespace kanpan::store::duckdb
