#include "kanpan/ingest/day_groups.hpp"

#include <algorithm>
#include <numeric>
#include <span>

#include "kanpan/ingest/row_order.hpp"

namespace kanpan::ingest {
namespace {

/// Rows a day that are worth a commit of their own.
constexpr std::size_t kLeastRows = 500;

/// Where the days of a sorted column end.
std::vector<std::size_t> ends_of_days(std::span<const Date> days) {
  std::vector<std::size_t> ends;
  for (std::size_t row = 1; row <= days.size(); ++row)
    if (row == days.size() || days[row] != days[row - 1]) ends.push_back(row);
  return ends;
}

std::size_t count_days(std::span<const Date> days) {
  std::vector<Date> each(days.begin(), days.end());
  std::ranges::sort(each);
  return ends_of_days(each).size();
}

bool is_by_day(const catalog::TableSpec& table, const frame::Batch& rows) {
  const auto at = rows.find(table.time);
  if (at == frame::Batch::npos || rows.rows() == 0) return false;
  const frame::Column& time = rows.column(at);
  return time.type() == frame::Type::Date && !time.has_nulls() &&
         rows.rows() >= kLeastRows * count_days(time.dates());
}

void sort_by_day(frame::Batch& rows, std::size_t time) {
  const auto days = rows.column(time).dates();
  if (std::ranges::is_sorted(days)) return;
  std::vector<std::uint32_t> order(rows.rows());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::stable_sort(order, {}, [&](std::uint32_t row) { return days[row]; });
  rows = rows.take(order);
}

}  // namespace

std::vector<frame::Batch> day_groups(const catalog::TableSpec& table, frame::Batch rows) {
  std::vector<frame::Batch> groups;
  if (is_by_day(table, rows)) {
    const auto time = rows.find(table.time);
    sort_by_day(rows, time);
    std::size_t first = 0;
    for (const std::size_t end : ends_of_days(rows.column(time).dates())) {
      groups.push_back(rows.slice(first, end));
      first = end;
    }
  } else {
    groups.push_back(std::move(rows));
  }
  for (frame::Batch& group : groups) sort_by_key(table, group);
  return groups;
}

}  // namespace kanpan::ingest
