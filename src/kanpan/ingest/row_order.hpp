// Rows in the order of their key: the same rows in any order become the same bytes.
#pragma once

#include <set>
#include <string>

#include "kanpan/catalog/table_spec.hpp"
#include "kanpan/frame/batch.hpp"

namespace kanpan::ingest {

/// Sorts by the table's key columns, nulls first; does nothing when that is the order already.
void sort_by_key(const catalog::TableSpec& table, frame::Batch& rows);

/// The row's key as bytes: equal where keys are. Of all rows.
std::string key_of(const catalog::TableSpec& table, const frame::Batch& rows, std::size_t row);
std::set<std::string> keys_of(const catalog::TableSpec& table, const frame::Batch& rows);

}  // namespace kanpan::ingest
