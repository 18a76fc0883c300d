// The slower way in: rows whose keys may be stored already.
#pragma once

#include "kanpan/store/duckdb/schema.hpp"
#include "kanpan/store/store.hpp"

namespace kanpan::store::duckdb {

/// Brings one change to its table inside the open transaction: stored rows of equal key are
/// compared, equal ones left alone, others moved to the old versions. Keys of `rows` are unique.
/// No appender may be open on the table.
Result<Applied> apply_staged(Connection& connection, const Table& table, const Change& change,
                             const frame::Batch& rows);

}  // namespace kanpan::store::duckdb
