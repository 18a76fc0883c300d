// What the parameters of a source interface mean for the rows of its table.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kanpan/catalog/table_spec.hpp"

namespace kanpan::catalog {

struct Meaning {
  ParameterKind kind = ParameterKind::Ignored;
  std::string column;  ///< of Equal, From, To, Newest
};

/// What the table's file says of the parameter, else what its name says, alike in every table:
/// - limit, offset: as everywhere in the protocol, declared or not;
/// - start_date, and end_date beside it: the bounds of the time column;
/// - the parameter of the split: the split's column;
/// - period: end_date; any other name: the column of that name.
/// Ignored where that leads to no column of the table, and for parameters that it does not declare.
Meaning meaning(const TableSpec& table, std::string_view parameter);

/// Parameters that the source fills in when they are not given (list_status L, exchange SSE), as
/// parameter and value.
std::vector<std::pair<std::string, std::string>> assumed_parameters(const TableSpec& table);

/// What tells the lists of a table of snapshots apart: its key without the code and `snapshot`.
std::vector<std::string> list_columns(const TableSpec& table, std::string_view snapshot);

/// The board by the code's number range: GEM (300, 301), STAR (688, 689), BJ, else HS.
std::string_view board_of(std::string_view code);

}  // namespace kanpan::catalog
