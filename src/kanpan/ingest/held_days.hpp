// Rows that wait in quarantine for a person's word, and the days that they are missing from.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kanpan/base/date.hpp"
#include "kanpan/catalog/table_spec.hpp"
#include "kanpan/journal/ledger.hpp"
#include "kanpan/store/store.hpp"

namespace kanpan::ingest {

/// The day of a row as quarantine keeps it (a JSON object of raw values); nothing where it has
/// none, or none that can be read.
std::optional<Date> held_day(const catalog::TableSpec& table, std::string_view row);

/// The days of the rows that the run holds back. Errors: the ledger's.
Result<std::set<Date>> held_days(const catalog::TableSpec& table, std::string_view run,
                                 const journal::Ledger& ledger);

/// Keys (row_order.hpp) of rows, of one whose key cannot be told something of its own, with their
/// codes, "" where that cannot be told.
using HeldKeys = std::map<std::string, std::string>;

/// By day those of the range whose rows are held and not made up for: another row may have been
/// stored under the key since, or the key have come with all of a day that lacked nothing. Such a
/// one stays held, for a person, but its day does not lack it. Refused pages are not among them.
/// Errors: the ledger's and the store's.
Result<std::map<Date, HeldKeys>> held_keys(const catalog::TableSpec& table, DateRange range,
                                           const store::Store& store,
                                           const journal::Ledger& ledger);

/// Takes those out that were dropped before: they come again with every fetch of their day, and
/// have been decided on. So have released ones, but these are not held back again
/// (released_rows.hpp). Errors: the ledger's.
Result<void> leave_out_dropped(const catalog::TableSpec& table,
                               std::vector<journal::Quarantined>& held,
                               const journal::Ledger& ledger);

/// Of held rows those that are of the day, or may be, as their day cannot be told.
HeldKeys keys_of_day(const catalog::TableSpec& table, std::span<const journal::Quarantined> held,
                     Date day);

}  // namespace kanpan::ingest
