#include "kanpan/ingest/row_order.hpp"

#include <algorithm>
#include <compare>
#include <numeric>

#include "kanpan/frame/compare.hpp"

namespace kanpan::ingest {
namespace {

/// Nulls first.
std::weak_ordering compare(const frame::Column& column, std::uint32_t a, std::uint32_t b) {
  if (column.is_null(a) || column.is_null(b)) return column.is_null(b) <=> column.is_null(a);
  return frame::compare(column, a, b);
}

}  // namespace

void sort_by_key(const catalog::TableSpec& table, frame::Batch& rows) {
  std::vector<const frame::Column*> key;
  for (const std::string& name : table.key)
    if (const auto at = rows.find(name); at != frame::Batch::npos) key.push_back(&rows.column(at));
  const auto before = [&](std::uint32_t a, std::uint32_t b) {
    for (const frame::Column* column : key)
      if (const auto order = compare(*column, a, b); order != 0) return order < 0;
    return false;
  };
  std::vector<std::uint32_t> order(rows.rows());
  std::iota(order.begin(), order.end(), 0);
  if (std::ranges::is_sorted(order, before)) return;
  std::ranges::stable_sort(order, before);
  rows = rows.take(order);
}

std::string key_of(const catalog::TableSpec& table, const frame::Batch& rows, std::size_t row) {
  std::string key;
  for (const std::string& name : table.key) {
    const frame::Column& column = rows.column(rows.find(name));
    key += column.is_null(row) ? std::string(1, '\0') : column.text_of(row);
    key += '\x1f';
  }
  return key;
}

std::set<std::string> keys_of(const catalog::TableSpec& table, const frame::Batch& rows) {
  std::set<std::string> keys;
  for (std::size_t row = 0; row < rows.rows(); ++row) keys.insert(key_of(table, rows, row));
  return keys;
}

}  // namespace kanpan::ingest
