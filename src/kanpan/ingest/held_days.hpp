// Rows that wait in quarantine for a person's word, and the days that they are missing from.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string_view>

#include "kanpan/base/date.hpp"
#include "kanpan/catalog/table_spec.hpp"
#include "kanpan/journal/ledger.hpp"

namespace kanpan::ingest {

/// The day of a row as quarantine keeps it (a JSON object of raw values); nothing where it has
/// none, or none that can be read.
std::optional<Date> held_day(const catalog::TableSpec& table, std::string_view row);

/// How many rows of each day of the range are held. Refused pages are not among them. Errors: the
/// ledger's.
Result<std::map<Date, std::uint32_t>> held_rows(const catalog::TableSpec& table,
                                                const journal::Ledger& ledger,
                                                DateRange range = DateRange::all());

/// How many of the rows that are to be held back are new: a row that was dropped before comes again
/// with every fetch of its day, and has been decided on. So has one that was released, but that is
/// not held back again (released_rows.hpp).
Result<std::uint32_t> undecided_rows(const catalog::TableSpec& table,
                                     std::span<const journal::Quarantined> held,
                                     const journal::Ledger& ledger);

}  // namespace kanpan::ingest
