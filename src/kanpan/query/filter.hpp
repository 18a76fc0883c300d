// What people write to narrow and order rows, read against a table.
#pragma once

#include <string>
#include <string_view>
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

/// Comma-separated columns; empty = all.
Result<std::vector<std::string>> parse_fields(const catalog::TableSpec& table,
                                              std::string_view text);
/// Comma-separated columns, - before one for descending.
Result<std::vector<store::Order>> parse_order(const catalog::TableSpec& table,
                                              std::string_view text);

/// D, W, M.
Result<Frequency> parse_frequency(std::string_view text);
/// none, qfq, hfq.
Result<Adjust> parse_adjust(std::string_view text);

}  // namespace kanpan::query
