// Rows that wait in quarantine for a person's word, and the days that they are missing from.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "kanpan/base/date.hpp"
#include "kanpan/catalog/table_spec.hpp"
#include "kanpan/journal/ledger.hpp"
#include "kanpan/store/store.hpp"

namespace kanpan::ingest {

/// The day of a row as quarantine keeps it (a JSON object of raw values); nothing where it has
/// none, or none that can be read.
std::optional<Date> held_day(const catalog::TableSpec& table, std::string_view row);

/// Keys (row_order.hpp) of rows; of one whose key cannot be told something of its own.
using HeldKeys = std::set<std::string>;

/// By day those of the range whose rows are held and not made up for: another row may have been
/// stored under the key since, or the key have come with all of a day that lacked nothing. Such a
/// one stays held, for a person, but its day does not lack it. Refused pages are not among them.
/// Errors: the ledger's and the store's.
Result<std::map<Date, HeldKeys>> held_keys(const catalog::TableSpec& table, DateRange range,
                                           const store::Store& store,
                                           const journal::Ledger& ledger);

/// Of rows that are about to be held back those that are new: a row that was dropped before comes
/// again with every fetch of its day, and has been decided on. So has one that was released, but
/// that is not held back again (released_rows.hpp). Errors: the ledger's.
Result<HeldKeys> undecided_keys(const catalog::TableSpec& table,
                                std::span<const journal::Quarantined> held,
                                const journal::Ledger& ledger);

}  // namespace kanpan::ingest
