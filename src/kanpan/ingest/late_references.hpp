// Days that were stored before it was known what they must have.
#pragma once

#include <stop_token>
#include <string>

#include "kanpan/base/date.hpp"
#include "kanpan/base/error.hpp"
#include "kanpan/catalog/table_spec.hpp"
#include "kanpan/ingest/parts.hpp"
#include "kanpan/ingest/universe.hpp"

namespace kanpan::ingest {

/// Whether rows of the table tell which codes a day of another must have: listings, suspensions.
bool is_reference(const catalog::TableSpec& table);

/// Judges anew, from what is stored, the days of the range that the table, one with a rule by code,
/// holds and of which nothing was expected, for want of listings, or that lack rows, maybe only of
/// suspended codes, or that were full against fewer codes than are known now. The caller has the
/// lease. Errors are the store's and the ledger's; Errc::Cancelled when stopped: some are judged.
Result<void> judge_anew(const catalog::TableSpec& table, DateRange days, const Universe& universe,
                        const Parts& parts, const journal::Lease& lease, std::stop_token stop);

/// After rows of `reference`, listings or suspensions, of these days have come: judge_anew() of
/// every table. Of listings every day counts. So it does not matter which came first. Under leases
/// of each such table that `holder` takes, given back every few hundred days for others; a table
/// that is being written is left to whoever writes it. Thread-safe. Errors as above.
Result<void> judge_after(const catalog::TableSpec& reference, DateRange days, const Parts& parts,
                         const std::string& holder, std::stop_token stop);

}  // namespace kanpan::ingest
