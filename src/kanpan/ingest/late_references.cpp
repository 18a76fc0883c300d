#include "kanpan/ingest/late_references.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "kanpan/catalog/roles.hpp"
#include "kanpan/ingest/days.hpp"

namespace kanpan::ingest {
namespace {

using catalog::TableSpec;
using journal::DayState;

/// Days that may lack less than was thought, or more. Neighbours among the days held are one range.
std::vector<DateRange> ranges_of(const TableSpec& table, const std::vector<DayState>& held,
                                 const Universe& universe) {
  std::vector<DateRange> ranges;
  bool goes_on = false;
  for (const DayState& day : held) {
    const bool wanted = !day.expected || day.is_short() ||
                        universe.expected_rows(table, day.day).value_or(0) > *day.expected;
    if (wanted && goes_on)
      ranges.back().last = day.day;
    else if (wanted)
      ranges.push_back({day.day, day.day});
    goes_on = wanted;
  }
  return ranges;
}

Result<void> judge_days(const TableSpec& table, const std::vector<DateRange>& ranges,
                        const Universe& universe, const Parts& parts, const journal::Lease& lease) {
  Submission made;
  made.landing.lease = lease;
  for (const DateRange& days : ranges) {
    KANPAN_LET(auto states, stored_days(table, days, Asked::Nothing, universe, parts.store,
                                        parts.ledger, parts.clock.now()));
    std::ranges::move(states, std::back_inserter(made.landing.days));
  }
  KANPAN_TRY(parts.writer.write(std::move(made)));
  return {};
}

}  // namespace

Result<void> judge_after(const TableSpec& reference, const Parts& parts,
                         const std::string& holder) {
  if (reference.name != catalog::role::kListings && reference.name != catalog::role::kSuspensions)
    return {};
  std::optional<Universe> universe;
  for (const TableSpec* table : parts.catalog.tables()) {
    if (!expects_codes(*table)) continue;
    KANPAN_LET(const auto held, parts.ledger.days(table->name, DateRange::all()));
    if (held.empty()) continue;
    if (!universe) {
      KANPAN_LET(universe, Universe::load(parts.catalog, parts.store));
    }
    if (universe->listings().empty()) return {};
    const auto ranges = ranges_of(*table, held, *universe);
    if (ranges.empty()) continue;
    auto lease = parts.run_ledger.acquire(table->name, holder);
    if (!lease && lease.error().code == Errc::Busy) continue;
    if (!lease) return std::move(lease).error();
    const auto judged = judge_days(*table, ranges, *universe, parts, *lease);
    KANPAN_TRY(parts.run_ledger.release(*lease));
    KANPAN_TRY(judged);
  }
  return {};
}

}  // namespace kanpan::ingest
