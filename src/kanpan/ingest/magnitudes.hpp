// A page held against the table's own history: units, slipped points, columns gone empty.
#pragma once

#include <optional>

#include "kanpan/frame/batch.hpp"
#include "kanpan/ingest/gate.hpp"
#include "kanpan/ingest/history.hpp"
#include "kanpan/ingest/slice.hpp"

namespace kanpan::ingest {

/// Why the rows of one whole-market day, report period or table asked at once cannot be what they
/// say; nothing where they look as usual, are fewer than kLeastRows, or nothing near by is known.
/// Rows that pass become part of the history. Errors are History's.
Result<std::optional<Refusal>> unlike_history(const Slice& slice, const frame::Batch& rows,
                                              History& history, const GateOptions& options);

}  // namespace kanpan::ingest
