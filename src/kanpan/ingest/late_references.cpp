#include "kanpan/ingest/late_references.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "kanpan/base/pause.hpp"
#include "kanpan/catalog/roles.hpp"
#include "kanpan/ingest/days.hpp"

namespace kanpan::ingest {
namespace {

using catalog::TableSpec;
using journal::DayState;

/// As many as are judged under one lease: about a second.
constexpr std::size_t kMostDays = 250;
constexpr auto kBetweenLeases = 2 * RunLedger::kBetweenTries;

using Slice = std::vector<DateRange>;

/// Days that may lack less than was thought, or more. Neighbours among the days held are one range.
std::vector<Slice> slices_of(const TableSpec& table, const std::vector<DayState>& held,
                             const Universe& universe) {
  std::vector<Slice> slices;
  std::size_t days = kMostDays;  // of the last slice
  bool goes_on = false;
  for (const DayState& day : held) {
    const bool wanted = !day.expected || day.is_short() ||
                        universe.expected_rows(table, day.day).value_or(0) > *day.expected;
    if (wanted && days == kMostDays) {
      slices.emplace_back();
      days = 0;
      goes_on = false;
    }
    if (wanted && goes_on)
      slices.back().back().last = day.day;
    else if (wanted)
      slices.back().push_back({day.day, day.day});
    days += wanted ? 1 : 0;
    goes_on = wanted;
  }
  return slices;
}

Result<void> judge_slice(const TableSpec& table, const Slice& slice, const Universe& universe,
                         const Parts& parts, const journal::Lease& lease) {
  Submission made;
  made.landing.lease = lease;
  for (const DateRange& days : slice) {
    KANPAN_LET(auto states, stored_days(table, days, Asked::Nothing, universe, parts.store,
                                        parts.ledger, parts.clock.now()));
    KANPAN_LET(const auto known, parts.ledger.days(table.name, days));
    std::erase_if(states, [&](const DayState& state) {
      return std::ranges::find(known, state) != known.end();
    });
    std::ranges::move(states, std::back_inserter(made.landing.days));
  }
  if (made.landing.days.empty()) return {};
  KANPAN_TRY(parts.writer.write(std::move(made)));
  return {};
}

Error stopped() {
  return {Errc::Cancelled, "stopped before all days were judged by the listings that came"};
}

/// Others wait for the lease between two slices. Where one has come before, the rest is left to it.
Result<void> judge_slices(const TableSpec& table, const std::vector<Slice>& slices,
                          const Universe& universe, const Parts& parts, const std::string& holder,
                          const std::stop_token& stop) {
  for (const Slice& slice : slices) {
    const bool is_first = &slice == &slices.front();
    if (!is_first) pause(kBetweenLeases, stop);
    if (stop.stop_requested()) return stopped();
    const auto lease = is_first ? parts.run_ledger.acquire(table.name, holder)
                                : parts.run_ledger.await(table.name, holder);
    if (!lease && lease.error().code == Errc::Busy) return {};
    if (!lease) return lease.error();
    const auto judged = judge_slice(table, slice, universe, parts, *lease);
    KANPAN_TRY(parts.run_ledger.release(*lease));
    KANPAN_TRY(judged);
  }
  return {};
}

}  // namespace

bool is_reference(const TableSpec& table) {
  return table.name == catalog::role::kListings || table.name == catalog::role::kSuspensions;
}

Result<void> judge_anew(const TableSpec& table, DateRange days, const Universe& universe,
                        const Parts& parts, const journal::Lease& lease, std::stop_token stop) {
  KANPAN_LET(const auto held, parts.ledger.days(table.name, days));
  for (const Slice& slice : slices_of(table, held, universe)) {
    if (stop.stop_requested()) return stopped();
    KANPAN_TRY(judge_slice(table, slice, universe, parts, lease));
  }
  return {};
}

Result<void> judge_after(const TableSpec& reference, DateRange days, const Parts& parts,
                         const std::string& holder, std::stop_token stop) {
  if (reference.name == catalog::role::kListings) days = DateRange::all();
  std::optional<Universe> universe;
  for (const TableSpec* table : parts.catalog.tables()) {
    if (!expects_codes(*table)) continue;
    KANPAN_LET(const auto held, parts.ledger.days(table->name, days));
    if (held.empty()) continue;
    if (!universe) {
      KANPAN_LET(universe, Universe::load(parts.catalog, parts.store));
    }
    if (universe->listings().empty()) return {};
    const auto slices = slices_of(*table, held, *universe);
    KANPAN_TRY(judge_slices(*table, slices, *universe, parts, holder, stop));
  }
  return {};
}

}  // namespace kanpan::ingest
