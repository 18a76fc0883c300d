// RunExecution: how complete the days of its tables now are.
#include <algorithm>
#include <set>

#include "kanpan/catalog/roles.hpp"
#include "kanpan/frame/codec.hpp"
#include "kanpan/ingest/days.hpp"
#include "kanpan/ingest/held_days.hpp"
#include "kanpan/ingest/late_references.hpp"
#include "kanpan/ingest/row_order.hpp"
#include "kanpan/ingest/run_execution.hpp"

namespace kanpan::ingest {

using catalog::TableSpec;
using journal::UnitState;

namespace {

frame::Batch rows_of_day(const TableSpec& table, const frame::Batch& rows, Date day) {
  std::vector<std::uint32_t> of_day;
  if (rows.rows() == 0) return rows.take(of_day);
  const auto days = rows.column(rows.find(table.time)).dates();
  for (std::uint32_t row = 0; row < rows.rows(); ++row)
    if (days[row] == day) of_day.push_back(row);
  return rows.take(of_day);
}

void leave_out(HeldKeys& held, const TableSpec& table, const frame::Batch& rows) {
  for (std::size_t row = 0; row < rows.rows() && !held.empty(); ++row)
    held.erase(key_of(table, rows, row));
}

}  // namespace

/// A slice that is one day of the table's time column says how complete that day now is. What was
/// released before is not among the rows, but stored; what was held before is still missing unless
/// it came now.
Result<void> RunExecution::note_day(const Work& work, Submission& into, const frame::Batch& rows,
                                    const frame::Batch& released, Instant seen) {
  const Slice& slice = work.slice;
  const TableSpec& table = *slice.table;
  if (!slice.is_one_day()) return {};
  const Date day = slice.range->first;
  KANPAN_LET(const auto known, parts_.ledger.days(table.name, {day, day}));
  const std::optional<journal::DayState> before =
      known.empty() ? std::nullopt : std::optional(known.front());
  const frame::Batch others = rows_of_day(table, released, day);
  KANPAN_LET(auto lacking, held_keys(table, {day, day}, parts_.store, parts_.ledger));
  HeldKeys& held = lacking[day];
  held.merge(keys_of_day(table, into.landing.quarantined, day));
  for (const frame::Batch* brought : {&rows, &others}) leave_out(held, table, *brought);
  std::vector<std::string_view> codes = codes_of(table, rows), of_others = codes_of(table, others);
  codes.insert(codes.end(), of_others.begin(), of_others.end());
  if (!of_others.empty()) std::ranges::sort(codes);
  const DayFetch fetch{static_cast<std::uint32_t>(rows.rows() + others.rows()), std::move(codes),
                       static_cast<std::uint32_t>(held.size()), sha256({frame::encode(rows)}),
                       seen};
  journal::DayState state = judge_day(table, day, fetch, *universe_, before);
  const bool forced = request_.mode == catalog::UpdateMode::Full;
  if (!forced && before && before->content == state.content)
    into.landing.unit->state = UnitState::Unchanged;
  into.landing.days.push_back(std::move(state));
  return {};
}

/// Tables that were walked by code or window: what their units, of this process and of those before
/// it, covered. Codes are asked for the same days one after the other, windows each for its own.
Result<std::vector<RunExecution::Walked>> RunExecution::walked(Date asked) const {
  KANPAN_LET(const auto units, parts_.ledger.units(id_, std::nullopt));
  std::vector<Walked> walked;
  for (const journal::Unit& unit : units) {
    if (!leases_.contains(unit.table)) continue;
    KANPAN_LET(const TableSpec* table, parts_.catalog.find(unit.table));
    KANPAN_LET(const Slice slice, Slice::from_json(*table, unit.plan));
    if (slice.is_one_day() || !slice.by_time_column() || table->expect == catalog::Expect::EveryDay)
      continue;
    const bool by_window = slice.walk.kind == catalog::WalkKind::Window;
    const DateRange range = slice.range.value_or(DateRange{table->since, asked});
    auto all = std::ranges::find_if(walked, [&](const Walked& other) {
      return other.table == table && (!by_window || other.range == range);
    });
    if (all == walked.end())
      all = walked.insert(all, {table, range, !request_.is_part_of(*table), false});
    const bool done = unit.state == UnitState::Committed || unit.state == UnitState::Unchanged;
    all->everything = all->everything && done;
    all->any = all->any || done;
    all->range = {std::min(all->range.first, range.first), std::max(all->range.last, range.last)};
  }
  return walked;
}

/// Day states of what was not walked day by day, from what is stored now; and of days that were
/// stored before what they must have.
Result<void> RunExecution::settle_days() {
  KANPAN_LET(const auto summary, parts_.ledger.run(id_));
  // Calls before a resume may be days old: no answer is newer than the run for certain.
  const Instant asked = summary.run.started;
  KANPAN_LET(const auto walks, walked(shanghai_date(asked)));
  for (const Walked& walk : walks) {
    // Any day of the year may be empty: of a part of the codes it says nothing.
    const TableSpec& table = *walk.table;
    if (!walk.any || (table.days == catalog::Days::Calendar && !walk.everything)) continue;
    Submission made;
    made.landing.lease = leases_.at(table.name);
    KANPAN_LET(made.landing.days,
               stored_days(table, walk.range, walk.everything ? Asked::Everything : Asked::Part,
                           *universe_, parts_.store, parts_.ledger, asked));
    KANPAN_TRY(parts_.writer.write(std::move(made)));
  }
  for (const auto& [name, lease] : leases_) {
    KANPAN_LET(const TableSpec* table, parts_.catalog.find(name));
    KANPAN_TRY(settle_held(*table));
  }
  KANPAN_TRY(keep_first_days());
  return judge_anew_if_needed();
}

/// Days whose rows were held back of an answer that was not theirs alone: of announcements, of days
/// beside the one that was asked for.
Result<void> RunExecution::settle_held(const TableSpec& table) {
  KANPAN_LET(const auto days, held_days(table, id_, parts_.ledger));
  if (days.empty()) return {};
  Submission made;
  made.landing.lease = leases_.at(table.name);
  KANPAN_LET(made.landing.days,
             stored_days(table, {*days.begin(), *days.rbegin()}, Asked::Nothing, *universe_,
                         parts_.store, parts_.ledger, parts_.clock.now()));
  std::erase_if(made.landing.days, [&](const auto& state) { return !days.contains(state.day); });
  KANPAN_TRY(parts_.writer.write(std::move(made)));
  return {};
}

/// Where listings or suspensions have come since the stage began, by this run or by another.
Result<void> RunExecution::judge_anew_if_needed() {
  bool any = false;
  for (const std::string_view name : {catalog::role::kListings, catalog::role::kSuspensions}) {
    const auto reference = parts_.catalog.find(name);
    if (!reference) continue;
    store::Read read;
    read.table = *reference;
    KANPAN_LET(const bool changed, parts_.store.has_changed(read, universe_seq_));
    any = any || changed;
    // One that goes on may have been cut off between the rows and this.
    if (!leases_.contains(read.table->name) || !(changed || is_resumed_)) continue;
    KANPAN_LET(const DateRange days, days_brought(*read.table));
    KANPAN_TRY(judge_after(*read.table, days, parts_, "run " + id_, stop_));
  }
  if (!any) return {};
  KANPAN_LET(universe_, owner_.universe());
  for (const auto& [name, lease] : leases_) {
    KANPAN_LET(const TableSpec* table, parts_.catalog.find(name));
    if (expects_codes(*table) && !universe_->listings().empty())
      KANPAN_TRY(judge_anew(*table, DateRange::all(), *universe_, parts_, lease, stop_));
  }
  return {};
}

/// Of all units of the run.
Result<DateRange> RunExecution::days_brought(const TableSpec& table) const {
  KANPAN_LET(const auto units, parts_.ledger.units(id_, std::nullopt));
  std::optional<DateRange> days;
  for (const journal::Unit& unit : units) {
    if (unit.table != table.name) continue;
    KANPAN_LET(const Slice slice, Slice::from_json(table, unit.plan));
    const DateRange range = slice.range.value_or(DateRange::all());
    if (!days) days = range;
    days = {std::min(days->first, range.first), std::max(days->last, range.last)};
  }
  return days.value_or(DateRange::all());
}

/// A plan without a first day begins at the first one held. Where an earlier one was asked for in
/// vain it is held too, as incomplete, or nobody would ask for it again.
Result<void> RunExecution::keep_first_days() {
  KANPAN_LET(const auto units, parts_.ledger.units(id_, std::nullopt));
  std::map<const TableSpec*, Date> firsts;
  for (const journal::Unit& unit : units) {
    if (!leases_.contains(unit.table)) continue;
    if (unit.state == UnitState::Committed || unit.state == UnitState::Unchanged) continue;
    KANPAN_LET(const TableSpec* table, parts_.catalog.find(unit.table));
    KANPAN_LET(const Slice slice, Slice::from_json(*table, unit.plan));
    if (!slice.range || !slice.by_time_column() || request_.is_part_of(*table)) continue;
    Date& first = firsts.try_emplace(table, slice.range->first).first->second;
    first = std::min(first, slice.range->first);
  }
  for (const auto& [table, first] : firsts) {
    KANPAN_LET(const auto held, parts_.ledger.days(table->name, {first, DateRange::all().last}));
    const bool any = !held.empty() && held.front().day > first;
    const auto days =
        days_of(*table, universe_->calendar(), {first, any ? held.front().day - 1 : first - 1});
    if (days.empty()) continue;
    Submission made;
    made.landing.lease = leases_.at(table->name);
    made.landing.days.push_back({table->name, days.front(), 0,
                                 universe_->expected_rows(*table, days.front()), false, Sha256{},
                                 parts_.clock.now()});
    KANPAN_TRY(parts_.writer.write(std::move(made)));
  }
  return {};
}

}  // namespace kanpan::ingest
