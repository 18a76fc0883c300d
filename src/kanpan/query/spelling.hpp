// What people write: conditions, columns, an order, units, the kind of bars.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kanpan/base/error.hpp"
#include "kanpan/catalog/table_spec.hpp"
#include "kanpan/query/query.hpp"
#include "kanpan/store/store.hpp"

namespace kanpan::query {

/// A column by name, or Errc::Usage with "did you mean".
Result<const catalog::ColumnSpec*> find_column(const catalog::TableSpec& table,
                                               std::string_view name);

/// A value as the column holds it; numbers are given in `units` and become the source's.
Result<store::Value> parse_value(const catalog::ColumnSpec& column, const std::string& text,
                                 Units units);

/// `pct_chg > 9`, `name = 平安银行`, `industry in 银行,保险`, `pe is null`, `pe not null`; the
/// operators are = != < <= > >= in.
Result<store::Filter> parse_expression(const catalog::TableSpec& table, std::string_view text,
                                       Units units);

/// The same of one column in PostgREST's spelling: eq.5, gte.5, in.(a,b), is.null, not.null. An
/// error's hint is the nearest operator, or none.
Result<store::Filter> parse_condition(const catalog::ColumnSpec& column, std::string_view text,
                                      Units units);

/// Comma-separated columns; empty = all.
Result<std::vector<std::string>> parse_fields(const catalog::TableSpec& table,
                                              std::string_view text);
/// Comma-separated columns, - before one for descending.
Result<std::vector<store::Order>> parse_order(const catalog::TableSpec& table,
                                              std::string_view text);

/// Errc::Usage, naming both days, when the range ends before it begins. Unset bounds are open.
Result<void> check_range(std::optional<Date> from, std::optional<Date> to);

/// The words for units on every surface, each unit's own one first.
inline constexpr std::array<std::pair<std::string_view, Units>, 4> kUnitWords{
    {{"normal", Units::Normal},
     {"kanpan", Units::Normal},
     {"source", Units::Source},
     {"tushare", Units::Source}}};
Result<Units> parse_units(std::string_view text);

/// D, W, M.
Result<Frequency> parse_frequency(std::string_view text);
/// none, qfq, hfq.
Result<Adjust> parse_adjust(std::string_view text);

}  // namespace kanpan::query
