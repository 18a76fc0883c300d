#include "kanpan/ingest/history.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iterator>
#include <limits>

#include "kanpan/ingest/relations.hpp"

namespace kanpan::ingest {
namespace {

constexpr int kNearDays = 31;
/// Days kept per table: older ones are as good as those around them.
constexpr std::size_t kMostDays = 400;

double median_magnitude(const frame::Column& column) {
  std::vector<double> values = numbers(column);
  if (std::ranges::any_of(values, [](double value) { return value < 0; }))
    return std::numeric_limits<double>::quiet_NaN();
  std::size_t kept = 0;
  for (std::size_t row = 0; row < values.size(); ++row)
    if (values[row] != 0 && std::isfinite(values[row]) && !column.is_null(row))
      values[kept++] = values[row];
  if (kept < kLeastRows) return std::numeric_limits<double>::quiet_NaN();
  values.resize(kept);
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(kept / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

Medians medians(const frame::Batch& batch) {
  Medians out;
  for (std::size_t c = 0; c < batch.width(); ++c) out.push_back(median_magnitude(batch.column(c)));
  return out;
}

Result<std::optional<Medians>> History::near(const catalog::TableSpec& table, Date day) {
  {
    const std::lock_guard lock(mutex_);
    const auto& days = known_[table.name];
    const auto after = days.lower_bound(day);
    auto nearest = after;
    if (after != days.begin())
      if (const auto before = std::prev(after);
          after == days.end() || day - before->first < after->first - day)
        nearest = before;
    if (nearest != days.end() && std::abs(nearest->first - day) <= kNearDays)
      return std::optional(nearest->second);
  }
  KANPAN_LET(auto stored, from_store(table, day));
  if (stored) accepted(table, day, *stored);
  return stored;
}

void History::accepted(const catalog::TableSpec& table, Date day, Medians medians) {
  const std::lock_guard lock(mutex_);
  auto& days = known_[table.name];
  days.insert_or_assign(day, std::move(medians));
  if (days.size() > kMostDays) days.erase(days.begin());
}

Result<std::optional<Medians>> History::from_store(const catalog::TableSpec& table,
                                                   Date day) const {
  KANPAN_LET(const auto counts, store_.day_counts(table, {day - kNearDays, day + kNearDays}));
  const auto found = std::ranges::find_if(
      counts, [](const store::DayCount& count) { return count.rows >= kLeastRows; });
  if (found == counts.end()) return std::optional<Medians>{};
  store::Read read;
  read.table = &table;
  read.from = read.to = found->day;
  frame::Batch rows(table.fields());
  KANPAN_TRY(store_.read(read, [&](frame::Batch&& batch) -> Result<bool> {
    rows.append(batch);
    return true;
  }));
  return std::optional(medians(rows));
}

}  // namespace kanpan::ingest
