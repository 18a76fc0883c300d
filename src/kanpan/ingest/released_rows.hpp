// Rows that a person has released from quarantine and that come again.
#pragma once

#include <span>
#include <vector>

#include "kanpan/catalog/table_spec.hpp"
#include "kanpan/ingest/gate.hpp"
#include "kanpan/journal/ledger.hpp"
#include "kanpan/store/store.hpp"

namespace kanpan::ingest {

struct ReleasedRows {
  std::vector<bool> is;  ///< by position in what the gate held back
  frame::Batch rows;     ///< those, in order
};

/// Which of the rows that the gate has just held back were released before and stand in the store
/// as they were released. They have been decided on, and are there: they need not be held anew. One
/// that has gone since, or whose place another version has taken, is not among them. Thread-safe.
/// Errors are the ledger's and the store's.
Result<ReleasedRows> released_rows(const catalog::TableSpec& table, std::span<const HeldRow> held,
                                   const journal::Ledger& ledger, const store::Store& store);

}  // namespace kanpan::ingest
