// The part `source` of a table's file: the interface, its parameters and the ways of asking.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kanpan/catalog/reader.hpp"
#include "kanpan/catalog/table_spec.hpp"

namespace kanpan::catalog {

using Names = std::vector<std::string>;

Names names_of(const std::vector<ColumnSpec>& columns);

/// Refuses the value `name` of `key` where that column is no date.
void check_date_column(Reader& r, std::string_view key, const std::vector<ColumnSpec>& columns,
                       std::string_view name);

/// `table` is read as far as its columns, code and time; what is wrong is noted in `r`.
SourceSpec read_source(Reader& r, const TableSpec& table);

/// A walk asks by something: the table must have the column, and the parameter must pick by it.
void check_walks(Reader& r, const TableSpec& table);

}  // namespace kanpan::catalog
