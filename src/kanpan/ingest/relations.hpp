// The catalog's identities, held against rows.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kanpan/catalog/table_spec.hpp"
#include "kanpan/frame/batch.hpp"

namespace kanpan::ingest {

/// The rows that break the identity, ascending. A row with a null among the identity's columns is
/// not judged, or by its other cells where the relation is of each cell alone (positive,
/// not_negative, range); an identity whose columns are not all in the batch judges nothing.
std::vector<std::uint32_t> broken_rows(const catalog::Identity& identity,
                                       const frame::Batch& batch);

/// Why: "ohlc: open 10.2, high 9.8, low 9.7, close 9.9".
std::string explain(const catalog::Identity& identity, const frame::Batch& batch,
                    std::uint32_t row);

/// One column as doubles, dates as YYYYMMDD; empty for text.
std::vector<double> numbers(const frame::Column& column);

}  // namespace kanpan::ingest
