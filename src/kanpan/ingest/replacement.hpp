// A slice that is the whole content of its scope, held against what is stored there.
#pragma once

#include <optional>

#include "kanpan/base/error.hpp"
#include "kanpan/frame/batch.hpp"
#include "kanpan/ingest/gate.hpp"
#include "kanpan/ingest/slice.hpp"
#include "kanpan/store/store.hpp"

namespace kanpan::ingest {

/// Share of the stored rows, of all or of one split value, that a replacement may leave out before
/// it is taken for a broken answer. Fewer than 20 may all go.
inline constexpr double kMostLost = 0.3;

struct Replacement {
  /// "page.shrunk": more than kMostLost of the stored rows, or of those of one split value, are
  /// gone.
  std::optional<Refusal> refused;
  /// Stored rows of the scope whose key is not among the new ones: to be closed. Filled only for
  /// tables whose conflict rule is merge, which cannot use a plain Replace: there a null keeps the
  /// stored value.
  frame::Batch closed;
  /// Stored rows of the scope that are not to be closed although the new ones lack their key: a
  /// newer version was held back, and what is stored stays until a person has looked. For the other
  /// tables, to be part of the Replace.
  frame::Batch kept;
};

/// What passed the gate of the slice; rows are in catalog columns. `forced`: a full run was asked
/// for by name, so a loss is meant. Errors are the store's.
Result<Replacement> judge_replacement(const Slice& slice, const Verdict& verdict,
                                      const store::Store& store, bool forced);

}  // namespace kanpan::ingest
