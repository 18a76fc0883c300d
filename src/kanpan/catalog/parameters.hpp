// What the parameters of a source interface mean for the rows of its table.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kanpan/catalog/table_spec.hpp"

namespace kanpan::catalog {

enum class ParameterKind {
  Equal,       ///< the column holds one of the comma separated values
  From,        ///< the column, a date, is this day or later
  To,          ///< the column, a date, is this day or earlier
  CodeSuffix,  ///< the part of the code behind the dot is one of the values (SH, SZ, BJ)
  Board,       ///< the code belongs to one of the boards HS, GEM, STAR, BJ (see board_of)
  Newest,      ///< `Y`: only the last snapshot (rank_time) of each day and list
  Limit,       ///< at most so many rows
  Offset,      ///< so many rows are skipped
  Ignored,     ///< it narrows nothing, as at the source
};

struct Meaning {
  ParameterKind kind = ParameterKind::Ignored;
  std::string column;  ///< of Equal, From, To
};

/// By the interface's parameter list, its labels (公告 and 报告期 tell which date a range bounds)
/// and the few names that differ from their column.
Meaning meaning(const TableSpec& table, std::string_view parameter);

/// Parameters that the source fills in when they are not given (list_status L, exchange SSE), as
/// parameter and value.
std::vector<std::pair<std::string, std::string>> assumed_parameters(const TableSpec& table);

/// The board by the code's number range: GEM (300, 301), STAR (688, 689), BJ, else HS.
std::string_view board_of(std::string_view code);

}  // namespace kanpan::catalog
