// The journal applied to a store that is behind it: after a crash, into an empty store, after a
// failed transaction.
#pragma once

#include <cstddef>
#include <functional>
#include <stop_token>

#include "kanpan/catalog/catalog.hpp"
#include "kanpan/journal/journal.hpp"
#include "kanpan/store/store.hpp"

namespace kanpan::ingest {

store::Change to_change(const journal::Commit& commit, const catalog::TableSpec& table,
                        frame::Batch rows);

/// What a replay holds in memory: two reads, and the rows of one transaction. Commits are taken
/// whole: the one that passes a bound is the last.
struct ReplayLimits {
  std::size_t bytes_per_read = std::size_t{16} << 20;  ///< encoded rows
  std::size_t rows_per_transaction = 200'000;
  std::size_t cells_per_transaction = std::size_t{4}
                                      << 20;  ///< of wide tables; 8 bytes or more each
};

/// Applies every commit after store.applied(), oldest first, in large transactions. Commits of
/// tables that the catalog no longer has are skipped with one warning per table; rows of an older
/// column set get nulls in new columns. Reads ahead on a second thread. `progress(seq)` after each
/// transaction; may be empty. To be called on the store's writer thread. Errors: the journal's, the
/// store's, Cancelled. Returns the number of commits applied.
Result<std::uint64_t> replay(const journal::Journal& journal, store::Store& store,
                             const catalog::Catalog& catalog,
                             const std::function<void(journal::Sequence)>& progress,
                             std::stop_token stop, const ReplayLimits& limits = {});

/// Whether any commit after `after` is of a table that the catalog has: whether a replay from there
/// would do something. Reads headers only.
Result<bool> has_to_apply(const journal::Journal& journal, const catalog::Catalog& catalog,
                          journal::Sequence after);

}  // namespace kanpan::ingest
