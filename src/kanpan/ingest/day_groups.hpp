// Rows of a file in the groups that are committed together.
#pragma once

#include <vector>

#include "kanpan/catalog/table_spec.hpp"
#include "kanpan/frame/batch.hpp"

namespace kanpan::ingest {

/// The rows by day of the table's time column, oldest first, each day in the order of its key: the
/// store lays rows down as they come, and a day's rows are to lie together. Where a day has few of
/// them, as in a file of a few codes, all rows as one group in the order of their key.
std::vector<frame::Batch> day_groups(const catalog::TableSpec& table, frame::Batch rows);

}  // namespace kanpan::ingest
