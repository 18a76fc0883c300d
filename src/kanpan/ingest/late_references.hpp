// Days that were stored before it was known what they must have.
#pragma once

#include <string>

#include "kanpan/base/error.hpp"
#include "kanpan/catalog/table_spec.hpp"
#include "kanpan/ingest/parts.hpp"

namespace kanpan::ingest {

/// After rows of `reference` have come: where they are listings or suspensions, judges anew, from
/// what is stored, the days that tables with a rule by code hold and of which nothing was expected,
/// for want of listings, or that lack rows, maybe only of suspended codes, or that were full
/// against fewer codes than are known now. So it does not matter which came first. Under leases of
/// each such table that `holder` takes, given back every few hundred days for others; a table that
/// is being written is left as it is. Thread-safe. Errors are the store's and the ledger's.
Result<void> judge_after(const catalog::TableSpec& reference, const Parts& parts,
                         const std::string& holder);

}  // namespace kanpan::ingest
