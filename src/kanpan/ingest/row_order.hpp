// Rows in the order of their key: the same rows in any order become the same bytes.
#pragma once

#include "kanpan/catalog/table_spec.hpp"
#include "kanpan/frame/batch.hpp"

namespace kanpan::ingest {

/// Sorts by the table's key columns, nulls first; does nothing when that is the order already.
void sort_by_key(const catalog::TableSpec& table, frame::Batch& rows);

}  // namespace kanpan::ingest
