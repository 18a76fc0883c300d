// Which rows have a key that is stored.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "kanpan/base/date.hpp"
#include "kanpan/base/error.hpp"
#include "kanpan/catalog/table_spec.hpp"
#include "kanpan/frame/batch.hpp"
#include "kanpan/store/store.hpp"

namespace kanpan::ingest {

/// The days of the table's time column; nothing of a table without days, or of no rows.
std::optional<DateRange> span_of(const catalog::TableSpec& table, const frame::Batch& rows);

/// A read of the days and codes that `rows` has, so of all stored rows with one of its keys, and
/// more. In any order.
store::Read read_under(const catalog::TableSpec& table, const frame::Batch& rows);

/// By key (row_order.hpp) all cells, as text that is equal where they are, of the stored rows that
/// have a key of `rows`: those of now, or as they were after commit `as_of`. Errors are the
/// store's.
Result<std::map<std::string, std::string>> stored_under(const catalog::TableSpec& table,
                                                        const frame::Batch& rows,
                                                        const store::Store& store,
                                                        std::optional<store::Sequence> as_of);

/// Positions of the rows, in order, whose key no stored row has. Thread-safe. Errors are the
/// store's.
Result<std::vector<std::uint32_t>> new_rows(const catalog::TableSpec& table,
                                            const frame::Batch& rows, const store::Store& store);

}  // namespace kanpan::ingest
