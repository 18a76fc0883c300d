#include "kanpan/ingest/magnitudes.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "kanpan/market/calendar.hpp"

namespace kanpan::ingest {
namespace {

using catalog::ColumnSpec;
using catalog::TableSpec;
using catalog::WalkKind;

/// The same codes come every day.
bool same_codes(const TableSpec& table) {
  return table.expect == catalog::Expect::ListedCodes || table.expect == catalog::Expect::ListedAll;
}

/// The change of a price: small or large as the day was, and its identity fixes it anyway.
bool is_movement(const TableSpec& table, const ColumnSpec& column) {
  return std::ranges::any_of(table.identities, [&](const catalog::Identity& identity) {
    return (identity.relation == catalog::Relation::Change ||
            identity.relation == catalog::Relation::PctChg) &&
           identity.columns.back() == column.name;
  });
}

/// By which factor the column's median may move; nothing for one without a usual size. A plain
/// number has one only where the same codes come every day.
std::optional<double> most(const TableSpec& table, const ColumnSpec& column, bool has_sign,
                           const GateOptions& options) {
  const bool plain =
      column.unit.empty() && !(column.type == frame::Type::Real && same_codes(table));
  if (plain || is_movement(table, column)) return std::nullopt;
  // From quarter to quarter a sum grows by four or five, with or without a sign.
  if (table.days == catalog::Days::QuarterEnd) return options.unit_flip_factor;
  if (has_sign || column.unit == "%") return options.restless_factor;
  const bool steady = same_codes(table) && table.days == catalog::Days::Trading &&
                      (column.unit == "元" || column.unit == "万股");
  return steady ? options.steady_factor : options.unit_flip_factor;
}

std::optional<Refusal> size(const TableSpec& table, const ColumnSpec& column, const Usual& now,
                            const Usual& usual, const GateOptions& options) {
  const double ratio = now.median / usual.median;
  const auto factor = most(table, column, now.negative > 0 || usual.negative > 0, options);
  if (!factor || !std::isfinite(ratio) || (ratio < *factor && ratio > 1 / *factor))
    return std::nullopt;
  return Refusal{"page.unit_flip",
                 fmt::format("the median of {} is {:.6g}, {:.4g} times that of a day near by",
                             column.name, now.median, ratio)};
}

/// What the same codes have never had below 0 is not below 0 for all of them. Not so in statements,
/// where a standard may turn a loss into a negative gain.
std::optional<Refusal> sign(const TableSpec& table, const ColumnSpec& column, const Usual& now,
                            const Usual& usual) {
  const bool turned =
      (usual.negative == 0 && now.negative == 1) || (usual.negative == 1 && now.negative == 0);
  if (!same_codes(table) || is_movement(table, column) || !turned || std::isnan(usual.median) ||
      std::isnan(now.median))
    return std::nullopt;
  return Refusal{"page.sign_flip",
                 fmt::format("{} is {} throughout, unlike on a day near by", column.name,
                             now.negative > 0 ? "negative" : "positive")};
}

/// Which columns a row fills follows from what it is about; only the same codes fill the same ones,
/// and a statement those of its quarter and its year's standard.
std::optional<Refusal> emptiness(const TableSpec& table, const ColumnSpec& column, std::size_t rows,
                                 const Usual& now, const Usual& usual, const GateOptions& options) {
  const double expected = usual.filled * static_cast<double>(rows);
  if ((!same_codes(table) && column.nulls != catalog::Nulls::AllOrNone) || expected < kLeastRows ||
      now.filled * options.unit_flip_factor >= usual.filled)
    return std::nullopt;
  return Refusal{
      "page.empty_column",
      fmt::format("{} is filled in {:.3g} % of {} rows, and in {:.3g} % on a day near by",
                  column.name, now.filled * 100, rows, usual.filled * 100)};
}

/// Whether numbers are those of that day but for what a day brings. Volumes of the year 1994 moved
/// tenfold within weeks.
bool is_close(const TableSpec& table, Date day, Date known, const GateOptions& options) {
  const int days = std::abs(day - known);
  if (!table.dated()) return true;
  return table.days == catalog::Days::QuarterEnd ? is_a_year(days)
                                                 : days > 0 && days <= options.ratio_days;
}

/// Trading days of the week or month of a bar; 1 where a row is of one day or of a quarter.
double trading_days(const TableSpec& table, Date day) {
  static const auto kCalendar = market::Calendar::built_in();
  const bool week = table.days == catalog::Days::WeekEnd;
  if (!week && table.days != catalog::Days::MonthEnd) return 1;
  const Date first = (week ? week_of(day) : month_of(day)).first;
  return static_cast<double>(std::max<std::size_t>(kCalendar.count({first, day}), 1));
}

/// A unit or a slipped point moves all codes alike. Otherwise a plain number (an oscillator) and a
/// percentage may go anywhere. `longer`: trading days of this week for each of the other's, by
/// which a volume may move besides.
std::optional<Refusal> ratio(const TableSpec& table, const ColumnSpec& column, const Moved& moved,
                             double longer, const GateOptions& options) {
  if (moved.both < kLeastRows || is_movement(table, column)) return std::nullopt;
  const bool alike = moved.together >= options.together;
  if (!alike && (column.unit.empty() || column.unit == "%")) return std::nullopt;
  const double factor = alike ? options.together_factor : options.ratio_factor;
  if (moved.median < factor * std::max(longer, 1.0) &&
      moved.median > std::min(longer, 1.0) / factor)
    return std::nullopt;
  return Refusal{
      "page.unit_flip",
      fmt::format("{} of the code in the middle is {:.4g} times its own of a day near by",
                  column.name, moved.median)};
}

/// What a list fills depends on why a code is on it.
std::optional<Refusal> emptied(const TableSpec& table, const ColumnSpec& column, const Moved& moved,
                               const GateOptions& options) {
  const bool list = table.dated() && !same_codes(table) && table.days != catalog::Days::QuarterEnd;
  const auto filled = static_cast<double>(moved.filled);
  if (list || moved.filled < kLeastRows ||
      static_cast<double>(moved.emptied) < options.emptied_share * filled)
    return std::nullopt;
  return Refusal{"page.empty_column",
                 fmt::format("{} is empty in {} of {} codes that had it on a day near by",
                             column.name, moved.emptied, moved.filled)};
}

std::optional<Refusal> unlike(const TableSpec& table, std::size_t rows, const Known& now,
                              const Known& usual, const GateOptions& options) {
  const bool close = is_close(table, now.day, usual.day, options);
  const double longer = trading_days(table, now.day) / trading_days(table, usual.day);
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    const ColumnSpec& column = table.columns[c];
    const Usual &is = now.profile[c], &was = usual.profile[c];
    if (table.dated()) {  // otherwise one part of the table would be held against the whole
      if (auto found = size(table, column, is, was, options)) return found;
      if (auto found = sign(table, column, is, was)) return found;
      if (auto found = emptiness(table, column, rows, is, was, options)) return found;
    }
    if (!close) continue;
    const Moved moved = now.codes.since(usual.codes, c);
    if (auto found = ratio(table, column, moved, longer, options)) return found;
    if (auto found = emptied(table, column, moved, options)) return found;
  }
  return std::nullopt;
}

}  // namespace

Result<Comparison> compare_with_history(const Slice& slice, const frame::Batch& rows,
                                        History& history, const GateOptions& options) {
  const TableSpec& table = *slice.table;
  const auto kind = slice.walk.kind;
  const bool at_once = kind == WalkKind::Whole && !table.dated();
  const bool of_a_day = (kind == WalkKind::Date || kind == WalkKind::Period) && slice.range;
  if ((!of_a_day && !at_once) || rows.rows() < kLeastRows) return Comparison{};
  const Date day = at_once ? Date{} : slice.range->first;
  KANPAN_LET(const auto usual, history.near(table, day, options.ratio_days));
  auto now = std::make_shared<const Known>(table, day, rows);
  Comparison made;
  if (usual) made.refused = unlike(table, rows.rows(), *now, *usual, options);
  if (!at_once && !made.refused) made.known = std::move(now);
  return made;
}

}  // namespace kanpan::ingest
