// The four shapes of table that a store must handle, without a catalog on disk.
#pragma once

#include <vector>

#include "kanpan/catalog/table_spec.hpp"

namespace kanpan::store::contract {

/// One row per code and day, all numbers: daily.
const catalog::TableSpec& daily();
/// Undated, one row per code, longer texts: stock_basic.
const catalog::TableSpec& stock_basic();
/// Many rows per code and day: cyq_chips.
const catalog::TableSpec& chips();
/// Several announcements per code and period, parts of the key may be null: statements.
const catalog::TableSpec& statements();

std::vector<const catalog::TableSpec*> all_tables();

}  // namespace kanpan::store::contract
