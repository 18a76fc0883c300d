#include "kanpan/ingest/relations.hpp"

#include <algorithm>
#include <cmath>
#include <span>

#include <fmt/format.h>

namespace kanpan::ingest {
namespace {

using catalog::Identity;
using catalog::Relation;
using Row = std::span<const double>;

bool near(double left, double right, double tolerance) {
  return std::abs(left - right) <=
         tolerance * std::max({1.0, std::abs(left), std::abs(right)}) + 1e-9;
}

double sum(Row values) {
  double total = 0;
  for (double value : values) total += value;
  return total;
}

/// Nothing bounds a high but the low: a tenfold within one bar is a slipped point, not a market.
constexpr double kMostWithinABar = 10;

bool ohlc(Row v) {
  return v[2] > 0 && v[2] <= v[0] && v[2] <= v[3] && v[1] >= v[0] && v[1] >= v[3] &&
         v[1] < kMostWithinABar * v[2];
}

bool price_between(const Identity& identity, Row v) {
  // One traded share is 0.01 手, and its amount a few thousandths of a 千元: rounding decides
  // there.
  if (v[0] < 1 || v[1] < 1) return v[0] >= 0 && v[1] >= 0;
  const double price = v[0] * identity.scale / v[1];
  const double slack = identity.tolerance * v[3];
  return v[2] - slack <= price && price <= v[3] + slack;
}

bool pct_chg(const Identity& identity, Row v) {
  return v[1] == 0 ||
         std::abs((v[0] / v[1] - 1) * identity.scale - v[2]) <= identity.tolerance + 1e-9;
}

bool ascending(Row v) { return std::ranges::is_sorted(v); }

bool within(Row v, double minimum, double maximum) {
  return std::ranges::all_of(v, [&](double x) { return minimum <= x && x <= maximum; });
}

/// Whether one row, given as the identity's columns in order, satisfies it.
bool holds(const Identity& identity, Row v) {
  switch (identity.relation) {
    case Relation::Ohlc:
      return ohlc(v);
    case Relation::PriceBetween:
      return price_between(identity, v);
    case Relation::Change:
      return std::abs(v[0] - v[1] - v[2]) <= identity.tolerance + 1e-9;
    case Relation::PctChg:
      return pct_chg(identity, v);
    case Relation::Sum:
      return near(v[0] * identity.scale, sum(v.subspan(1)), identity.tolerance);
    case Relation::Balance:
      return near(sum(v.first(v.size() / 2)), sum(v.subspan(v.size() / 2)), identity.tolerance);
    case Relation::Equal:
      return near(v[0] * identity.scale, v[1], identity.tolerance);
    case Relation::Product:
      return near(v[0], v[1] * v[2] * identity.scale, identity.tolerance);
    case Relation::Positive:
      return std::ranges::all_of(v, [](double x) { return x > 0; });
    case Relation::NotNegative:
      return std::ranges::all_of(v, [](double x) { return x >= 0; });
    case Relation::Ascending:
      return ascending(v);
    case Relation::Range:
      return within(v, identity.minimum, identity.maximum);
  }
  return true;
}

}  // namespace

std::vector<double> numbers(const frame::Column& column) {
  if (column.type() == frame::Type::Real) {
    const auto values = column.reals();
    return {values.begin(), values.end()};
  }
  if (column.type() != frame::Type::Int) return {};
  const auto values = column.ints();
  return {values.begin(), values.end()};
}

std::vector<std::uint32_t> broken_rows(const Identity& identity, const frame::Batch& batch) {
  std::vector<const frame::Column*> columns;
  std::vector<std::vector<double>> values;
  for (const std::string& name : identity.columns) {
    const auto at = batch.find(name);
    if (at == frame::Batch::npos) return {};
    columns.push_back(&batch.column(at));
    values.push_back(numbers(batch.column(at)));
    if (values.back().size() != batch.rows()) return {};
  }
  const bool any_nulls =
      std::ranges::any_of(columns, [](const frame::Column* column) { return column->has_nulls(); });
  std::vector<std::uint32_t> broken;
  std::vector<double> row(columns.size());
  for (std::uint32_t r = 0; r < batch.rows(); ++r) {
    if (any_nulls && std::ranges::any_of(columns, [r](auto* column) { return column->is_null(r); }))
      continue;
    for (std::size_t c = 0; c < row.size(); ++c) row[c] = values[c][r];
    if (!holds(identity, row)) broken.push_back(r);
  }
  return broken;
}

std::string explain(const Identity& identity, const frame::Batch& batch, std::uint32_t row) {
  std::string out = fmt::format("{}: ", catalog::name(identity.relation));
  for (std::size_t i = 0; i < identity.columns.size(); ++i) {
    const auto at = batch.find(identity.columns[i]);
    const std::string value = at == frame::Batch::npos ? "absent" : batch.column(at).text_of(row);
    out += fmt::format("{}{} {}", i ? ", " : "", identity.columns[i], value);
  }
  return out;
}

}  // namespace kanpan::ingest
