// From a Read to SQL with bound parameters: which copy to scan, in which order.
#pragma once

#include <string>
#include <vector>

#include "kanpan/store/duckdb/engine.hpp"
#include "kanpan/store/duckdb/row_order.hpp"
#include "kanpan/store/duckdb/schema.hpp"
#include "kanpan/store/store.hpp"

namespace kanpan::store::duckdb {

struct Question {
  std::string sql;
  std::vector<Parameter> parameters;
};

/// A checked read. Its SQL depends on the shape of the question only, so that statements can be
/// prepared once; all values are parameters.
struct Plan {
  std::vector<frame::Field> fields;  ///< of the answer; those behind `width` only serve to sort
  std::size_t width = 0;
  std::vector<SortColumn> order;  ///< positions in `fields`
  std::string source;             ///< SELECT of the fields without order
  std::vector<Parameter> parameters;
  bool is_short = false;     ///< few rows to be expected: cheaper to sort here
  bool by_code = false;      ///< reads the by-code copy
  bool needs_still = false;  ///< right only if no commit on the table came in between

  /// `source` with ORDER BY, LIMIT and OFFSET.
  Question ordered(const Read& read) const;
  Question counted() const;
};

/// What a plan may assume of the two copies.
struct Copies {
  Sequence folded = 0;
  bool has_tail = true;
  /// Nothing commits between planning and the end of the read: the by-code copy ends at `folded`
  /// and rows beyond it exist only if `has_tail`.
  bool is_still = false;
};

/// Errc::Usage for a column that the table does not have, a value of the wrong type, codes or days
/// on a table without such a column.
Result<Plan> plan(const Table& table, const Read& read, const Copies& copies);

/// A number above 0 if Store::has_changed(). Errors as above.
Result<Question> changes(const Table& table, const Read& read, Sequence since);

}  // namespace kanpan::store::duckdb
