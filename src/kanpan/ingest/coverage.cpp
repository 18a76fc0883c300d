#include "kanpan/ingest/coverage.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "kanpan/ingest/days.hpp"
#include "kanpan/ingest/held_days.hpp"

namespace kanpan::ingest {
namespace {

std::vector<std::string> difference(const std::vector<std::string>& wanted,
                                    const std::vector<std::string>& held) {
  std::vector<std::string> missing;
  std::ranges::set_difference(wanted, held, std::back_inserter(missing));
  return missing;
}

/// A settled day is complete in the ledger, which only says that it need not be asked for again.
/// One that was asked for in vain has a state there, but as little of it is held as of one that was
/// not.
std::string_view state_of(const catalog::TableSpec& table, const DayCoverage& day,
                          const journal::DayState* known) {
  if (table.expect == catalog::Expect::EveryDay) return day.rows > 0 ? "complete" : "absent";
  const bool lacks = day.expected && day.rows < *day.expected;
  if (known && known->complete) return lacks ? "partial" : "complete";
  const bool answered = known && known->was_fetched();
  return day.rows > 0 || answered ? "provisional" : "absent";
}

}  // namespace

Result<Coverage> coverage_of(const catalog::TableSpec& table, std::optional<Date> from,
                             std::optional<Date> to, const Universe& universe,
                             const store::Store& store, const journal::Ledger& ledger) {
  if (!table.dated())
    return Error{Errc::Usage, fmt::format("{} has no days", table.name),
                 "coverage is for dated tables; count its rows with: kanpan get … --count"};
  KANPAN_LET(const auto counts, store.day_counts(table, DateRange::all()));
  KANPAN_LET(const auto states, ledger.days(table.name, DateRange::all()));
  KANPAN_LET(const auto held_back, held_keys(table, DateRange::all(), store, ledger));
  std::map<Date, std::uint64_t> rows;
  for (const store::DayCount& count : counts) rows[count.day] = count.rows;
  std::map<Date, journal::DayState> known;
  for (const journal::DayState& state : states) known[state.day] = state;
  if (rows.empty() && known.empty() && !(from && to)) return Coverage{};
  const auto first_held = [](const auto& a, const auto& b) {
    return a.empty()   ? b.begin()->first
           : b.empty() ? a.begin()->first
                       : std::min(a.begin()->first, b.begin()->first);
  };
  const auto last_held = [](const auto& a, const auto& b) {
    return a.empty()   ? b.rbegin()->first
           : b.empty() ? a.rbegin()->first
                       : std::max(a.rbegin()->first, b.rbegin()->first);
  };
  const DateRange range{from ? *from : first_held(rows, known), to ? *to : last_held(rows, known)};

  Coverage coverage;
  for (const Date day : days_of(table, universe.calendar(), range)) {
    DayCoverage out;
    out.day = day;
    out.rows = rows.contains(day) ? rows.at(day) : 0;
    out.expected = universe.expected_rows(table, day);
    // Not only where rows are too few: some that nobody expects may make up for one that is
    // missing.
    if (const auto wanted = universe.expected_codes(table, day); !wanted.empty()) {
      std::vector<std::string> held;
      if (out.rows > 0) {
        KANPAN_LET(held, store.codes_on(table, day));
      }
      out.missing = difference(wanted, held);
    }
    if (const auto waiting = held_back.find(day); waiting != held_back.end())
      out.held = static_cast<std::uint32_t>(waiting->second.size());
    out.expected = expected_with(out.expected, out.rows, out.missing.size(), out.held);
    const auto state = known.find(day);
    out.state = state_of(table, out, state == known.end() ? nullptr : &state->second);
    coverage.rows += out.rows;
    coverage.missing_cells += out.missing.size();
    coverage.complete += out.state == "complete" ? 1 : 0;
    coverage.days.push_back(std::move(out));
  }
  return coverage;
}

}  // namespace kanpan::ingest
