#include "gaps.hpp"

#include <algorithm>
#include <vector>

#include <boost/json.hpp>

namespace kanpan::mutation {
namespace {

using boost::json::value;
using catalog::ColumnSpec;
using frame::Type;

bool is_in(const std::vector<std::string>& names, const ColumnSpec& column) {
  return std::ranges::find(names, column.name) != names.end();
}

/// How the table's identities hold a column.
enum class Bound {
  Not,
  Sign,     ///< on one side of 0, or within a range
  Order,    ///< between its neighbours
  Loosely,  ///< as a part, or a factor, within a tolerance that a small one disappears in
  Tightly,
};

Bound bound_by(const catalog::Identity& identity) {
  using enum catalog::Relation;
  switch (identity.relation) {
    case Positive:
    case NotNegative:
      return Bound::Sign;
    case Range:
      return identity.minimum < 0 ? Bound::Order : Bound::Sign;
    case Ascending:
      return Bound::Order;
    case Balance:
      return Bound::Loosely;
    case Sum:
    case Product:
    case Products:
      return identity.tolerance < 0.01 ? Bound::Tightly : Bound::Loosely;
    default:
      return Bound::Tightly;
  }
}

Bound bound(const catalog::TableSpec& table, const ColumnSpec& column) {
  Bound most = Bound::Not;
  for (const catalog::Identity& identity : table.identities)
    if (is_in(identity.columns, column)) most = std::max(most, bound_by(identity));
  return most;
}

bool same_codes(const catalog::TableSpec& table) {
  return table.expect == catalog::Expect::ListedCodes || table.expect == catalog::Expect::ListedAll;
}

/// … in statements at least those of the same quarter.
bool comparable(const catalog::TableSpec& table) {
  return same_codes(table) || !table.dated() || table.days == catalog::Days::QuarterEnd;
}

/// Whether the gate knows what this page's columns usually look like.
bool has_history(const Sample& sample) {
  const auto kind = sample.slice.walk.kind;
  return (kind == catalog::WalkKind::Date || kind == catalog::WalkKind::Period ||
          (kind == catalog::WalkKind::Whole && !sample.slice.table->dated())) &&
         sample.truth.items.size() >= ingest::kLeastRows;
}

/// … this column among them.
bool is_known(const Sample& sample, const ColumnSpec& column, std::size_t c) {
  const auto filled = std::ranges::count_if(sample.truth.items, [&](const value& item) {
    const value& cell = item.as_array()[c];
    return !cell.is_null() && (!is_number(column) || cell.to_number<double>() != 0);
  });
  return has_history(sample) && static_cast<std::size_t>(filled) >= ingest::kLeastRows;
}

/// … and how large it usually is.
bool is_weighed(const Sample& sample, const ColumnSpec& column, std::size_t c) {
  return is_known(sample, column, c) &&
         (!column.unit.empty() || (column.type == Type::Real && same_codes(*sample.slice.table)));
}

constexpr const char* kOneRow = "one row of a column that no identity binds";
constexpr const char* kNoHistory =
    "a column that no identity binds, on a page that has no history to be held against";

const char* gap_of_nulls(const Sample& sample, const ColumnSpec& column, std::size_t c,
                         bool whole_column) {
  const auto& table = *sample.slice.table;
  if (column.name == table.time || column.name == table.code) return nullptr;
  if (column.nulls == catalog::Nulls::Never) return nullptr;
  if (column.nulls == catalog::Nulls::AllOrNone && !whole_column) return nullptr;
  const bool missed = comparable(table) || column.nulls == catalog::Nulls::AllOrNone;
  if (whole_column && missed && is_known(sample, column, c)) return nullptr;
  return column.nulls == catalog::Nulls::AllOrNone
             ? "a column that a source may lack, and no history that says it does not"
             : "a cell that the source may leave empty";
}

const char* gap_of_numbers(const Sample& sample, const ColumnSpec& column, std::size_t c,
                           std::string_view kind) {
  const auto& table = *sample.slice.table;
  const bool sign = kind.starts_with("sign"), whole_column = !kind.ends_with("row");
  const bool scale_of_column = !sign && whole_column && is_weighed(sample, column, c);
  const bool slipped = whole_column && kind.starts_with("decimal") && !comparable(table);
  const Bound by = bound(table, column);
  if (by == Bound::Tightly || (sign && by == Bound::Sign)) return nullptr;
  if (sign && whole_column && same_codes(table) && is_known(sample, column, c))
    return "signs of a column that has both";
  if (scale_of_column && !slipped) return nullptr;
  if (by == Bound::Loosely) return "a part or factor within the tolerance of its identity";
  if (by == Bound::Order) return "a number that is still between its neighbours";
  if (slipped) return "a slipped point in all of a column whose size moves as much by right";
  return whole_column ? kNoHistory : kOneRow;
}

}  // namespace

const char* gap(const Sample& sample, const ColumnSpec& column, std::size_t c,
                std::string_view kind) {
  const auto& table = *sample.slice.table;
  const bool time_or_code = column.name == table.time || column.name == table.code;
  if (kind.starts_with("null")) return gap_of_nulls(sample, column, c, kind == "nulls");
  if (kind.starts_with("another century"))
    return time_or_code || bound(table, column) != Bound::Not
               ? nullptr
               : "dates beside the time column have no window";
  if (kind.starts_with("contradicting"))
    return is_in(table.key, column) ? "another key is another row" : nullptr;
  if (kind.starts_with("values under"))
    return comparable(table) && has_history(sample)
               ? nullptr
               : "neighbours of one type, no identity between them, and no history of their codes";
  const bool scale =
      kind.starts_with("x1") || kind.starts_with("/100") || kind.starts_with("decimal");
  return scale || kind.starts_with("sign") ? gap_of_numbers(sample, column, c, kind) : nullptr;
}

}  // namespace kanpan::mutation
