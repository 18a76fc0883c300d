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

bool products(const Identity& identity, Row v) {
  if (std::ranges::any_of(v, [&](double x) { return std::abs(x) < identity.least; })) return true;
  return near(v[0] * v[1] * identity.scale, v[2] * v[3], identity.tolerance);
}

bool ascending(const Identity& identity, Row v) {
  for (std::size_t i = 1; i < v.size(); ++i)
    if (v[i - 1] > v[i] && (identity.tolerance == 0 || !near(v[i - 1], v[i], identity.tolerance)))
      return false;
  return true;
}

bool within(Row v, double minimum, double maximum) {
  return std::ranges::all_of(v, [&](double x) { return minimum <= x && x <= maximum; });
}

/// What says something of each cell alone.
bool is_of_cells(Relation relation) {
  return relation == Relation::Positive || relation == Relation::NotNegative ||
         relation == Relation::Range;
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
    case Relation::Products:
      return products(identity, v);
    case Relation::Positive:
      return std::ranges::all_of(v, [](double x) { return x > 0; });
    case Relation::NotNegative:
      return std::ranges::all_of(v, [](double x) { return x >= 0; });
    case Relation::Ascending:
      return ascending(identity, v);
    case Relation::Range:
      return within(v, identity.minimum, identity.maximum);
  }
  return true;
}

}  // namespace

std::vector<double> numbers(const frame::Column& column) {
  std::vector<double> values;
  switch (column.type()) {
    case frame::Type::Text:
      break;
    case frame::Type::Date:
      values.reserve(column.size());
      for (const Date day : column.dates())
        values.push_back(day.year() * 10000 + day.month() * 100 + day.day());
      break;
    case frame::Type::Int:
      values.assign(column.ints().begin(), column.ints().end());
      break;
    case frame::Type::Real:
      values.assign(column.reals().begin(), column.reals().end());
      break;
  }
  return values;
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
  const auto time = identity.time.empty() ? frame::Batch::npos : batch.find(identity.time);
  const auto days =
      time == frame::Batch::npos ? std::span<const Date>{} : batch.column(time).dates();
  std::vector<std::uint32_t> broken;
  const bool of_cells = is_of_cells(identity.relation);
  std::vector<double> row(columns.size());
  for (std::uint32_t r = 0; r < batch.rows(); ++r) {
    if (!days.empty() && days[r] < identity.since) continue;
    row.clear();
    for (std::size_t c = 0; c < columns.size(); ++c)
      if (!any_nulls || !columns[c]->is_null(r)) row.push_back(values[c][r]);
    if (row.size() < columns.size() && !of_cells) continue;
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
