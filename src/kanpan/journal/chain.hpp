// The hash chain over commits: no record can be changed, moved, added or dropped unseen.
#pragma once

#include <string>

#include "kanpan/journal/record.hpp"

namespace kanpan::journal {

/// The bytes of a header that the chain covers, the same on every machine and in every journal.
/// In this order, integers little-endian, a text as its length (4 bytes) and its bytes, a list as
/// its length (4) and its members, an optional as 0 or 1 (1) and, with 1, its value:
///   seq (8), time in µs since 1970 (8), node, table, mode (1), scope: optional range (first 4,
///   last 4), codes, two empty texts; run, unit (4), source, simulated (1), rows (4),
///   touched: optional range (4, 4), first code, last code.
std::string canonical(const Commit& header);

/// sha256(previous ‖ canonical(header) ‖ header.content). The first record's previous chain is
/// zero.
Sha256 chain_after(const Sha256& previous, const Commit& header);

}  // namespace kanpan::journal
