// A page held against the table's own history: units, slipped points, columns gone empty.
#pragma once

#include <memory>
#include <optional>

#include "kanpan/frame/batch.hpp"
#include "kanpan/ingest/gate.hpp"
#include "kanpan/ingest/history.hpp"
#include "kanpan/ingest/slice.hpp"

namespace kanpan::ingest {

struct Comparison {
  /// Why the rows cannot be what they say; nothing where they look as usual, are fewer than
  /// kLeastRows, or nothing near by is known.
  std::optional<Refusal> refused;
  /// What they look like, for History::accepted once they are stored; null where nothing compares.
  std::shared_ptr<const Known> known;
};

/// The rows of one whole-market day, report period or table asked at once beside those near by.
/// Errors are History's.
Result<Comparison> compare_with_history(const Slice& slice, const frame::Batch& rows,
                                        History& history, const GateOptions& options);

}  // namespace kanpan::ingest
