#include "kanpan/ingest/history.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iterator>
#include <utility>

#include "kanpan/ingest/relations.hpp"

namespace kanpan::ingest {
namespace {

/// Days kept per table: those far from where a run is are of no use to it.
constexpr std::size_t kMostDays = 128;
constexpr std::size_t kSampled = 1000;

int near_days(const catalog::TableSpec& table) {
  return table.days == catalog::Days::QuarterEnd ? 400 : 31;
}

/// How far off a known day is; the day itself comes last, since what it holds may be what is being
/// replaced. Statements add up over the year, so the same quarter comes first.
int distance(const catalog::TableSpec& table, Date known, Date day) {
  const int days = std::abs(known - day);
  if (table.days == catalog::Days::QuarterEnd && is_a_year(days)) return 1;
  return days == 0 ? near_days(table) : days;
}

/// Of every `step`-th row.
Usual sizes_of(const frame::Column& column, const std::vector<double>& values, std::size_t step) {
  Usual usual;
  std::vector<double> sizes;
  std::size_t negative = 0;
  for (std::size_t row = 0; row < values.size(); row += step) {
    const double value = values[row];
    if (value == 0 || !std::isfinite(value) || column.is_null(row)) continue;
    if (value < 0) ++negative;
    sizes.push_back(std::abs(value));
  }
  if (sizes.size() < kLeastRows) return step > 1 ? sizes_of(column, values, 1) : usual;
  const auto middle = sizes.begin() + static_cast<std::ptrdiff_t>(sizes.size() / 2);
  std::ranges::nth_element(sizes, middle);
  usual.median = *middle;
  usual.negative = static_cast<double>(negative) / static_cast<double>(sizes.size());
  return usual;
}

}  // namespace

Profile profile(const frame::Batch& batch) {
  Profile profile;
  const double rows = static_cast<double>(std::max<std::size_t>(batch.rows(), 1));
  const std::size_t step = std::max<std::size_t>(batch.rows() / kSampled, 1);
  for (std::size_t c = 0; c < batch.width(); ++c) {
    const frame::Column& column = batch.column(c);
    Usual& made = profile.emplace_back();
    if (column.type() == frame::Type::Int || column.type() == frame::Type::Real)
      made = sizes_of(column, numbers(column), step);
    made.filled = static_cast<double>(batch.rows() - column.null_count()) / rows;
  }
  return profile;
}

std::shared_ptr<const Known> History::remembered(const catalog::TableSpec& table, Date day) {
  const std::lock_guard lock(mutex_);
  const auto& days = known_[table.name];
  const auto nearest = std::ranges::min_element(
      days, {}, [&](const auto& known) { return distance(table, known.first, day); });
  if (nearest == days.end() || distance(table, nearest->first, day) > near_days(table))
    return nullptr;
  return nearest->second;
}

Result<std::shared_ptr<const Known>> History::near(const catalog::TableSpec& table, Date day,
                                                   int close) {
  auto nearest = remembered(table, day);
  const int off = nearest ? distance(table, nearest->day, day) : near_days(table) + 1;
  if (off <= close) return nearest;
  KANPAN_LET(auto stored, from_store(table, day, off - 1));
  if (!stored) return nearest;
  // What is asked at once is replaced at once, and seldom: the store knows it best.
  if (table.dated()) accepted(table, stored);
  return stored;
}

Result<void> History::learn(const catalog::TableSpec& table, Date day) {
  KANPAN_LET(auto stored, read(table, day));
  if (stored) {
    accepted(table, std::move(stored));
  } else {
    const std::lock_guard lock(mutex_);
    known_[table.name].erase(day);
  }
  return {};
}

void History::accepted(const catalog::TableSpec& table, std::shared_ptr<const Known> known) {
  if (!known) return;
  const Date day = known->day;
  const std::lock_guard lock(mutex_);
  auto& days = known_[table.name];
  days.insert_or_assign(day, std::move(known));
  if (days.size() <= kMostDays) return;
  const auto first = days.begin(), last = std::prev(days.end());
  days.erase(day - first->first > last->first - day ? first : last);
}

Result<std::shared_ptr<const Known>> History::from_store(const catalog::TableSpec& table, Date day,
                                                         int within) const {
  if (!table.dated()) return read(table, std::nullopt);
  KANPAN_LET(auto counts,
             store_.day_counts(table, {day - near_days(table), day + near_days(table)}));
  std::erase_if(counts, [&](const store::DayCount& count) {
    return count.rows < kLeastRows || distance(table, count.day, day) > within;
  });
  const auto found = std::ranges::min_element(
      counts, {}, [&](const store::DayCount& count) { return distance(table, count.day, day); });
  if (found == counts.end()) return std::shared_ptr<const Known>{};
  return read(table, found->day);
}

Result<std::shared_ptr<const Known>> History::read(const catalog::TableSpec& table,
                                                   std::optional<Date> day) const {
  store::Read read;
  read.table = &table;
  read.any_order = true;
  read.from = read.to = day;
  frame::Batch rows(table.fields());
  KANPAN_TRY(store_.read(read, [&](frame::Batch&& batch) -> Result<bool> {
    rows.append(batch);
    return true;
  }));
  if (rows.rows() < kLeastRows) return std::shared_ptr<const Known>{};
  return std::make_shared<const Known>(table, day.value_or(Date{}), rows);
}

}  // namespace kanpan::ingest
