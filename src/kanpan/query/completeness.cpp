#include "kanpan/query/completeness.hpp"

#include <algorithm>
#include <set>
#include <span>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kanpan/base/hash.hpp"
#include "kanpan/catalog/roles.hpp"
#include "kanpan/ingest/days.hpp"
#include "kanpan/ingest/held_days.hpp"
#include "kanpan/ingest/universe.hpp"
#include "kanpan/query/code_days.hpp"
#include "kanpan/query/known_codes.hpp"

namespace kanpan::query {
namespace {

using catalog::TableSpec;
using journal::DayState;
using store::Read;

constexpr std::size_t kMostMissing = 20;
constexpr std::size_t kMostCodes = 3;
constexpr std::size_t kMostGaps = 5;
constexpr std::string_view kNoDays = "which days were collected is not known";

/// The days of the read that are not both complete and full, oldest first.
std::vector<const DayState*> doubtful_days(const Read& read, const DayStates& days) {
  std::vector<const DayState*> doubtful;
  if (read.from && read.to && *read.to < *read.from) return doubtful;
  auto day = read.from ? days.lower_bound(*read.from) : days.begin();
  const auto end = read.to ? days.upper_bound(*read.to) : days.end();
  for (; day != end; ++day)
    if (day->second.is_short() || !day->second.complete) doubtful.push_back(&day->second);
  return doubtful;
}

/// What is said whatever the days are; "" where they count. Days may have been asked for and have
/// had nothing.
std::string status_without_days(const TableState& known) {
  const TableVersion& version = known.table;
  const bool was_before = version.newest > version.last;
  if (version.empty && (version.newest > 0 || known.days->empty()))
    return version.pending && !was_before ? "provisional" : "empty";
  return known.is_past ? "unknown" : "";
}

/// Where every day has a row, what is there needs no other proof.
bool proves_days(const Read& read) { return read.table->expect == catalog::Expect::EveryDay; }

/// Rows that came otherwise than by day (announcements, single codes, files of days that may be
/// empty) leave no day of which it is known that all of it was asked for.
bool has_no_days(const Read& read, const TableState& known) {
  return read.table->dated() && known.days->empty() && !proves_days(read);
}

/// Days without a state may have been empty at the source, or have come with other days' rows.
bool may_be_empty(const Read& read) { return read.table->days == catalog::Days::Calendar; }

/// "2030-06-03..2030-06-05", "2030-06-03..", "2030-06-03"
std::string days_text(const Read& read) {
  if (read.from == read.to) return read.from->iso();
  return fmt::format("{}..{}", read.from->iso(), read.to ? read.to->iso() : "");
}

/// Of days to come nobody can have everything, though some have rows already (suspensions that were
/// announced). Those of the calendar are known beforehand, as far as it has rows.
void wait_for_days(Completeness& out, const Read& read, const TableState& known) {
  if (!known.is_to_come || out.status != "complete" || proves_days(read)) return;
  Read to_come = read;
  to_come.from = std::max(read.from.value_or(known.due + 1), known.due + 1);
  out.status = "provisional";
  out.missing.push_back(days_text(to_come) + ": not yet");
}

/// The days are known as soon as their rows are durable; these can be seen a little later.
void wait_for_rows(std::string& status, const TableVersion& version) {
  if (version.pending && status == "complete") status = "provisional";
}

/// The worst of the days is the status. `missing`: what the day lacks, "" for nothing. A day that
/// lacks rows does so even when it is complete: that only says that it need not be asked again.
void add_day(Completeness& out, const DayState& day, const std::string& missing) {
  if (missing.empty()) {
    if (!day.complete && out.status != "partial") out.status = "provisional";
    return;
  }
  out.status = "partial";
  ++out.missing_count;
  if (out.missing.size() < kMostMissing)
    out.missing.push_back(fmt::format("{}: {}", day.day.iso(), missing));
}

Completeness judge_whole(const std::vector<const DayState*>& doubtful) {
  Completeness out{"complete", {}, 0, 0};
  for (const DayState* day : doubtful)
    add_day(out, *day,
            day->is_short() ? fmt::format("{} of {} rows", day->rows, *day->expected) : "");
  out.short_days = out.missing_count;
  return out;
}

bool goes_by_code(const Read& read) {
  const auto expect = read.table->expect;
  return !read.codes.empty() &&
         (expect == catalog::Expect::ListedCodes || expect == catalog::Expect::ListedAll);
}

/// "A, B, C and 2 more"
std::string listed(const std::vector<std::string>& codes) {
  const std::size_t shown = std::min(codes.size(), kMostCodes);
  const std::string text = fmt::format("{}", fmt::join(std::span(codes).first(shown), ", "));
  return shown == codes.size() ? text : fmt::format("{} and {} more", text, codes.size() - shown);
}

/// When a code was listed is not known: it may have been on any day.
bool may_be_listed(const TableSpec& table, const std::string& code,
                   const ingest::Universe& universe) {
  return ingest::covers(table, code) &&
         std::ranges::find(universe.listings(), code, &ingest::Listing::code) ==
             universe.listings().end();
}

/// "no row of A, B, C and 2 more", "rows held back of A"; "" when every code expected on the day
/// has one, and none waits.
std::string lacking(const TableSpec& table, const CodeDays& held, std::size_t at, Date day,
                    const ingest::Universe& universe, const ingest::HeldKeys& waiting) {
  std::vector<std::string> absent, held_back;
  for (std::size_t code = 0; code < held.codes().size(); ++code) {
    const std::string& name = held.codes()[code];
    const auto is_of_it = [&](const auto& row) { return row.second == name; };
    if (held.has(at, code)) {
      if (std::ranges::any_of(waiting, is_of_it)) held_back.push_back(name);
    } else if (universe.expects(table, name, day) || may_be_listed(table, name, universe)) {
      absent.push_back(name);
    }
  }
  std::vector<std::string> texts;
  if (!absent.empty()) texts.push_back("no row of " + listed(absent));
  if (!held_back.empty()) texts.push_back("rows held back of " + listed(held_back));
  return fmt::format("{}", fmt::join(texts, "; "));
}

using Dates = std::span<const Date>;

Dates within(Dates days, const DateRange& range) {
  if (range.empty()) return {};
  const auto first = std::ranges::lower_bound(days, range.first);
  return {first, std::ranges::upper_bound(first, days.end(), range.last)};
}

/// The absent days between the bounds of the read, or between the days held where it has none;
/// where its one bound lies beyond those, all on the other side of it. Of days that may be empty
/// the rows can lie anywhere, so there those held are no bounds.
Dates absent_days(const Read& read, const TableState& known) {
  if (known.absent->empty()) return {};
  const DateRange all = DateRange::all();
  const Date first = known.days->begin()->first, last = known.days->rbegin()->first;
  const bool any = may_be_empty(read);
  const bool before = any || (read.to && *read.to < first);
  const bool after = any || (read.from && *read.from > last);
  return within(*known.absent, {read.from.value_or(before ? all.first : first),
                                read.to.value_or(after ? all.last : last)});
}

/// When at least one of the codes was listed, oldest first, none twice. A code that is not among
/// the listings may have been at any time.
Result<std::vector<DateRange>> listed_periods(const Read& read, const catalog::Catalog& catalog,
                                              const store::Store& store) {
  std::set<std::string_view> unknown;
  for (const std::string& code : read.codes)
    if (ingest::covers(*read.table, code)) unknown.insert(code);
  std::vector<DateRange> periods;
  KANPAN_LET(const auto listings, ingest::load_listings(catalog, store, read.codes));
  for (const ingest::Listing& listing : listings) {
    if (unknown.erase(listing.code) == 0) continue;
    const Date end = listing.delisted ? *listing.delisted - 1 : DateRange::all().last;
    periods.push_back({listing.listed, end});
  }
  if (!unknown.empty()) return std::vector<DateRange>{DateRange::all()};
  std::ranges::sort(periods, {}, &DateRange::first);
  std::vector<DateRange> merged;
  for (const DateRange& period : periods)
    if (!merged.empty() && period.first <= merged.back().last + 1)
      merged.back().last = std::max(merged.back().last, period.last);
    else
      merged.push_back(period);
  return merged;
}

/// "2024-06-18: not collected", "2024-06-24..2024-06-25: 2 days not collected"
std::string absence(DateRange gap, std::size_t days, std::string_view what) {
  if (days == 1) return fmt::format("{}: {}", gap.first.iso(), what);
  return fmt::format("{}..{}: {} days {}", gap.first.iso(), gap.last.iso(), days, what);
}

/// Absent days with none that is held between them are one entry.
void add_absent(Completeness& out, Dates absent, const Read& read, const DayStates& days) {
  if (absent.empty()) return;
  const bool known = !may_be_empty(read);
  if (known) {
    out.status = "partial";
    out.missing_count += absent.size();
    out.short_days += absent.size();
  } else if (out.status != "partial") {
    out.status = "unknown";
  }
  for (std::size_t gaps = 0; gaps < kMostGaps && !absent.empty(); ++gaps) {
    const auto held = days.upper_bound(absent.front());
    const auto end =
        held == days.end() ? absent.end() : std::ranges::lower_bound(absent, held->first);
    const Dates gap(absent.begin(), end);
    out.missing.push_back(absence({gap.front(), gap.back()}, gap.size(),
                                  known ? "not collected" : "not known to be collected"));
    absent = absent.subspan(gap.size());
  }
}

Result<void> judge_absent(Completeness& out, const Read& read, const TableState& known,
                          const catalog::Catalog& catalog, const store::Store& store) {
  const Dates absent = absent_days(read, known);
  if (absent.empty()) return {};
  std::vector<DateRange> periods{DateRange::all()};
  if (goes_by_code(read)) {
    KANPAN_LET(periods, listed_periods(read, catalog, store));
  }
  for (const DateRange& period : periods)
    add_absent(out, within(absent, period), read, *known.days);
  // All of them begin with their day.
  std::ranges::sort(out.missing);
  if (out.missing.size() > kMostMissing) out.missing.resize(kMostMissing);
  return {};
}

void add_gap(Completeness& out, const DateRange& gap) {
  if (gap.empty()) return;
  const auto days = static_cast<std::size_t>(gap.last - gap.first) + 1;
  out.status = "partial";
  out.missing_count += days;
  out.short_days += days;
  if (out.missing.size() >= kMostGaps) return;
  out.missing.push_back(absence(gap, days, "not collected"));
}

/// By the rows of a table that has one of every day.
Result<void> judge_rows(Completeness& out, const Read& read, const TableState& known,
                        const store::Store& store) {
  if (!proves_days(read)) return {};
  const Date since = read.table->since;
  DateRange range{std::max(read.from.value_or(since), since),
                  read.to.value_or(DateRange::all().last)};
  if (range.empty()) return {};
  KANPAN_LET(const auto counts, store.day_counts(*read.table, range));
  if (!read.from && counts.empty()) return {};
  Date next = read.from ? range.first : counts.front().day;
  for (const store::DayCount& held : counts) {
    add_gap(out, {next, held.day - 1});
    next = held.day + 1;
  }
  if (read.to) add_gap(out, {next, std::min(range.last, known.due)});
  // Without an end they are those to come only where there is nothing else.
  const bool waits = read.to ? range.last > known.due : counts.empty() && next > known.due;
  if (!waits || next > range.last) return {};
  Read to_come = read;
  to_come.from = std::max(next, known.due + 1);
  if (out.status == "complete") out.status = "provisional";
  out.missing.push_back(days_text(to_come) + ": not yet");
  return {};
}

Result<Completeness> judge_codes(const Read& read, const std::vector<const DayState*>& doubtful,
                                 const catalog::Catalog& catalog, const store::Store& store,
                                 const journal::Ledger& ledger) {
  std::vector<Date> days;
  for (const DayState* day : doubtful)
    if (day->is_short()) days.push_back(day->day);
  if (days.empty()) return judge_whole(doubtful);
  std::vector<std::string> codes = read.codes;
  std::ranges::sort(codes);
  codes.erase(std::ranges::unique(codes).begin(), codes.end());
  KANPAN_LET(const auto universe, ingest::Universe::of_codes(catalog, store, codes));
  KANPAN_LET(auto waiting,
             ingest::held_keys(*read.table, {days.front(), days.back()}, store, ledger));
  Completeness out{"complete", {}, 0, days.size()};
  CodeDays held(std::move(days), std::move(codes));
  KANPAN_TRY(held.read(read, store));
  std::size_t at = 0;
  for (const DayState* day : doubtful) {
    std::string missing;
    if (day->is_short()) {
      missing = lacking(*read.table, held, at++, day->day, universe, waiting[day->day]);
      if (missing.empty() && day->seen >= ingest::whole_at(*read.table, day->day)) continue;
    }
    add_day(out, *day, missing);
  }
  return out;
}

/// A code with rows is none of those that were mistyped, whatever stock_basic has.
Result<void> judge_strangers(Completeness& out, const Read& asked, const TableState& known,
                             const store::Store& store) {
  if (known.strangers.empty()) return {};
  Read read;
  read.table = asked.table;
  read.columns = {asked.table->code};
  read.codes = known.strangers;
  read.from = asked.from;
  read.to = asked.to;
  read.as_of = asked.as_of;
  read.any_order = true;
  std::vector<std::string> unseen = known.strangers;
  KANPAN_TRY(store.read(read, [&](frame::Batch&& batch) -> Result<bool> {
    for (std::size_t row = 0; row < batch.rows(); ++row)
      std::erase(unseen, batch.column(0).texts()[row]);
    return !unseen.empty();
  }));
  if (unseen.empty()) return {};
  out.status = "partial";
  out.missing.insert(out.missing.begin(),
                     fmt::format("{}: not in {}", listed(unseen), reference_of(*asked.table)));
  if (out.missing.size() > kMostMissing) out.missing.pop_back();
  return {};
}

}  // namespace

Result<Completeness> judge(const Read& read, const TableState& known,
                           const catalog::Catalog& catalog, const store::Store& store,
                           const journal::Ledger& ledger) {
  if (auto status = status_without_days(known); !status.empty())
    return Completeness{std::move(status), {}, 0, 0};
  const auto doubtful = doubtful_days(read, *known.days);
  auto out = has_no_days(read, known)
                 ? Result<Completeness>({"unknown", {std::string(kNoDays)}, 0, 0})
             : goes_by_code(read) ? judge_codes(read, doubtful, catalog, store, ledger)
                                  : Result<Completeness>(judge_whole(doubtful));
  if (!out) return out;
  KANPAN_TRY(judge_absent(*out, read, known, catalog, store));
  KANPAN_TRY(judge_rows(*out, read, known, store));
  KANPAN_TRY(judge_strangers(*out, read, known, store));
  wait_for_days(*out, read, known);
  wait_for_rows(out->status, known.table);
  return out;
}

std::string fingerprint(const Read& read, const TableState& known) {
  if (auto status = status_without_days(known); !status.empty()) return status;
  // Not "unknown": that is of the past, of which nothing is missing.
  std::string status = has_no_days(read, known) ? "no-days" : "complete", text;
  for (const DayState* day : doubtful_days(read, *known.days))
    if (day->is_short())
      text += fmt::format("{} {} {} {} {}\n", day->day.iso(), day->rows, *day->expected,
                          day->seen >= ingest::whole_at(*read.table, day->day), day->complete);
    else
      status = "provisional";
  if (known.is_to_come && status == "complete")
    status = fmt::format("to-come-{}", known.due.compact());
  wait_for_rows(status, known.table);
  if (!text.empty()) status += fmt::format("-short-{:.8}", hex(sha256({text})));
  // Days come to the end and leave anywhere, so these two tell one set from another. Bars have a
  // first day even where none was asked for, so the bounds do not matter here.
  if (const Dates absent = absent_days(read, known); !absent.empty())
    status += fmt::format("-absent-{}-{}", absent.size(), absent.back().compact());
  if (proves_days(read) && read.to.value_or(DateRange::all().last) > known.due)
    status += fmt::format("-due-{}", known.due.compact());
  if (!known.strangers.empty()) {
    const std::string names = fmt::format("{}", fmt::join(known.strangers, ","));
    status += fmt::format("-strange-{:.8}", hex(sha256({names})));
  }
  return status;
}

std::vector<std::string> judged_by(const Read& read, const TableState& known) {
  if (!goes_by_code(read)) return {};
  const auto is_short_day = [](const DayState* day) { return day->is_short(); };
  if (std::ranges::any_of(doubtful_days(read, *known.days), is_short_day))
    return {std::string(catalog::role::kListings), std::string(catalog::role::kSuspensions)};
  if (absent_days(read, known).empty()) return {};
  return {std::string(catalog::role::kListings)};
}

}  // namespace kanpan::query
