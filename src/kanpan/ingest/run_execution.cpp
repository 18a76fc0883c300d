#include "kanpan/ingest/run_execution.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "kanpan/frame/codec.hpp"
#include "kanpan/ingest/held_days.hpp"
#include "kanpan/ingest/released_rows.hpp"
#include "kanpan/ingest/replacement.hpp"
#include "kanpan/ingest/row_order.hpp"

namespace kanpan::ingest {
namespace {

using catalog::TableSpec;
using journal::UnitState;

/// The rows in parts of at most `most` rows, of about equal size.
std::vector<frame::Batch> parts(frame::Batch rows, std::size_t most) {
  std::vector<frame::Batch> out;
  if (rows.rows() <= most) {
    out.push_back(std::move(rows));
    return out;
  }
  const std::size_t count = (rows.rows() + most - 1) / most;
  for (std::size_t part = 0; part < count; ++part)
    out.push_back(rows.slice(rows.rows() * part / count, rows.rows() * (part + 1) / count));
  return out;
}

}  // namespace

RunExecution::RunExecution(Collector& owner, std::string id, CollectRequest request,
                           std::stop_token stop)
    : owner_(owner),
      parts_(owner.parts_),
      id_(std::move(id)),
      request_(std::move(request)),
      stop_(std::move(stop)),
      report_(id_, parts_.progress, parts_.ledger, parts_.run_ledger),
      renewed_(parts_.clock.now()) {}

Result<RunOutcome> RunExecution::run(const std::vector<std::vector<const TableSpec*>>& stages) {
  parts_.progress.begin(id_);
  if (auto done = run_stages(stages); !done) report_.fail(std::move(done).error());
  parts_.writer.tidy();
  parts_.progress.end(id_);

  KANPAN_LET(const auto refused, refusals());
  const auto remark =
      refused.empty() ? std::nullopt : std::optional<Error>(refused.begin()->second);
  KANPAN_LET(const bool cut_off, is_cut_off(stages));
  KANPAN_LET(auto outcome, report_.finish(cut_off, remark));
  KANPAN_LET(outcome.unfinished, unfinished());
  outcome.unfinished.insert(refused.begin(), refused.end());
  return outcome;
}

Result<bool> RunExecution::is_cut_off(
    const std::vector<std::vector<const TableSpec*>>& stages) const {
  if (!stop_.stop_requested()) return false;
  for (const auto& stage : stages)
    for (const TableSpec* table : stage)
      if (!planned_.contains(table->name)) return true;
  for (const UnitState state : {UnitState::Failed, UnitState::Planned}) {
    KANPAN_LET(const auto units, parts_.ledger.units(id_, state));
    if (!units.empty()) return true;
  }
  return false;
}

Result<std::map<std::string, Error>> RunExecution::refusals() const {
  KANPAN_LET(const auto units, parts_.ledger.units(id_, UnitState::Refused));
  std::map<std::string, std::size_t> counts;
  for (const journal::Unit& unit : units) ++counts[unit.table];
  std::map<std::string, Error> refused;
  for (const journal::Unit& unit : units) {
    const std::size_t others = counts[unit.table] - 1;
    refused.emplace(unit.table,
                    Error{Errc::Quality,
                          fmt::format("{} {} was refused, {}{}", unit.table, unit.label, unit.error,
                                      others > 0 ? fmt::format("; and {} more", others) : ""),
                          fmt::format("see {0} quarantine list; it is asked for again by the next "
                                      "collection, or now by: {0} run resume {1}",
                                      owner_.options_.program, id_)});
  }
  return refused;
}

/// Tables of the request that were not reached, could not begin, or have calls left.
Result<std::map<std::string, Error>> RunExecution::unfinished() {
  auto left = unplanned_;
  const Error stopped{Errc::Cancelled, fmt::format("run {} was stopped before it was done", id_)};
  const Error why = stop_.stop_requested() ? stopped : report_.error().value_or(stopped);
  for (const std::string& table : request_.tables)
    if (!planned_.contains(table)) left.emplace(table, why);
  for (const UnitState state : {UnitState::Failed, UnitState::Planned}) {
    KANPAN_LET(const auto units, parts_.ledger.units(id_, state));
    for (const journal::Unit& unit : units)
      left.emplace(unit.table, report_.error_of(unit.table).value_or(why));
  }
  return left;
}

void RunExecution::work(Channel<Work>& queue) {
  while (auto work = queue.receive()) {
    if (stop_.stop_requested()) return;
    if (!given_up_.has(work->slice.table->name)) take(*work);
  }
}

/// What a person who waits wants to see of the calls of a unit.
CallWatch RunExecution::watch(const journal::Unit& unit) const {
  const auto event = [&unit](const char* kind, std::string message) {
    return Event{
        .kind = kind, .table = unit.table, .unit = unit.label, .message = std::move(message)};
  };
  return {.page =
              [this, event](const std::string& call, std::size_t rows, std::size_t calls) {
                Event page = event("page", call);
                page.rows = rows;
                page.calls = calls;
                report_.tell(std::move(page));
              },
          .retry =
              [this, event](const std::string& call, auto pause, const Error& why) {
                Event retry =
                    event("retry", fmt::format("{} failed, again in {:.1f} s", call,
                                               std::chrono::duration<double>(pause).count()));
                retry.cause = why.message;
                report_.tell(std::move(retry));
              }};
}

void RunExecution::take(const Work& work) {
  if (auto renewed = renew_leases(); !renewed) return report_.fail(std::move(renewed).error());
  Fetched fetched = owner_.fetcher_.fetch(work.slice, stop_, watch(work.unit));
  if (stop_.stop_requested() && fetched.error) return note_attempts(work, std::move(fetched));
  // That its rows are invented, a source may say only in its answer.
  if (!fetched.error)
    if (auto admitted = parts_.writer.admits(owner_.fetcher_.source().simulated()); !admitted)
      fetched.error = std::move(admitted).error();
  Submission made = submission(work, std::move(fetched));
  const journal::Unit unit = *made.landing.unit;
  made.done = [this, unit](const auto& outcome) {
    if (!outcome) given_up_.note(unit.table, outcome.error(), false);
    report_.settled(unit, outcome);
  };
  if (!parts_.writer.submit(std::move(made)))
    report_.fail({Errc::Cancelled, "the writer closed before the run was done"});
}

/// Of a fetch that was stopped: its unit stays planned, so the run is resumable.
void RunExecution::note_attempts(const Work& work, Fetched fetched) {
  Submission made;
  made.landing = landing(work, fetched);
  made.landing.unit.reset();
  made.done = [this](const auto& outcome) {
    if (!outcome) report_.fail(outcome.error());
  };
  if (!parts_.writer.submit(std::move(made)))
    report_.fail({Errc::Cancelled, "the writer closed before the run was done"});
}

/// The unit and its calls.
journal::Landing RunExecution::landing(const Work& work, Fetched& fetched) const {
  journal::Landing made;
  made.lease = leases_.at(work.unit.table);
  made.unit = work.unit;
  made.calls = std::move(fetched.calls);
  for (auto& call : made.calls) {
    call.run = id_;
    call.unit = work.unit.number;
  }
  return made;
}

Submission RunExecution::submission(const Work& work, Fetched fetched) {
  Submission made;
  made.landing = landing(work, fetched);
  journal::Unit& unit = *made.landing.unit;
  given_up_.note(work.unit.table, fetched.error, owner_.fetcher_.source().is_away());
  if (fetched.error) {
    unit.state = UnitState::Failed;
    unit.error = fetched.error->text();
    report_.fail(*fetched.error, work.unit.table);
  } else if (fetched.refusal) {
    refuse(fetched, *fetched.refusal, made);
  } else if (auto accepted = accept(work, fetched, made); !accepted) {
    unit.state = UnitState::Failed;
    unit.rows = 0;
    unit.error = accepted.error().text();
    made.proposals.clear();
    report_.fail(std::move(accepted).error(), work.unit.table);
  }
  return made;
}

Result<void> RunExecution::accept(const Work& work, Fetched& fetched, Submission& into) {
  const TableSpec& table = *work.slice.table;
  journal::Unit& unit = *into.landing.unit;
  const Instant now = parts_.clock.now();
  auto pages = std::move(fetched.harvest.pages);
  GateOptions options;
  options.calendar = &universe_->calendar();
  KANPAN_LET(auto verdict, judge(work.slice, std::move(fetched.harvest), owner_.history_, options));
  fetched.harvest.pages = std::move(pages);
  for (const std::string& note : verdict.notes)
    report_.tell({.kind = "note", .table = table.name, .unit = unit.label, .message = note});
  if (verdict.refused) {
    refuse(fetched, *verdict.refused, into);
    return {};
  }
  KANPAN_LET(const auto released, released_rows(table, verdict.held, parts_.ledger, parts_.store));
  for (std::size_t n = 0; n < verdict.held.size(); ++n)
    if (!released.is[n])
      into.landing.quarantined.push_back(quarantined_row(
          unit, origin(call_of(work.slice, "").text()), std::move(verdict.held[n]), now));
  KANPAN_TRY(leave_out_dropped(table, into.landing.quarantined, parts_.ledger));
  unit.quarantined = static_cast<std::uint32_t>(into.landing.quarantined.size());
  unit.rows = static_cast<std::uint32_t>(verdict.rows.rows());
  unit.state = UnitState::Committed;
  sort_by_key(table, verdict.rows);
  KANPAN_TRY(note_day(work, into, verdict.rows, released.rows, now));
  const bool replaces = work.slice.mode == journal::Mode::Replace;
  if (unit.state == UnitState::Unchanged || !replaces)
    owner_.history_.accepted(table, verdict.known);
  if (unit.state == UnitState::Unchanged) return {};
  if (replaces) return replace(work, fetched, std::move(verdict), into);
  const auto most = static_cast<std::size_t>(std::max(table.policy.batch_size, 1));
  if (verdict.rows.rows() > 0)
    for (frame::Batch& part : parts(std::move(verdict.rows), most))
      propose(work, work.slice.mode, std::move(part), into);
  return {};
}

/// The slice is the whole content of its scope: one commit, or where nulls keep stored values, a
/// merge and the closing of what is gone, which become visible together.
Result<void> RunExecution::replace(const Work& work, Fetched& fetched, Verdict verdict,
                                   Submission& into) {
  const bool forced = request_.mode == catalog::UpdateMode::Full;
  KANPAN_LET(auto replacement, judge_replacement(work.slice, verdict, parts_.store, forced));
  if (replacement.refused) {
    into.landing.days.clear();
    refuse(fetched, *replacement.refused, into);
    return {};
  }
  owner_.history_.accepted(*work.slice.table, verdict.known);
  frame::Batch& rows = verdict.rows;
  if (work.slice.table->policy.conflict == catalog::Conflict::Replace) {
    if (replacement.kept.rows() > 0) {
      rows.append(replacement.kept);
      sort_by_key(*work.slice.table, rows);
    }
    propose(work, journal::Mode::Replace, std::move(rows), into);
    return {};
  }
  if (rows.rows() > 0) propose(work, journal::Mode::Merge, std::move(rows), into);
  if (replacement.closed.rows() > 0)
    propose(work, journal::Mode::Delete, std::move(replacement.closed), into);
  return {};
}

void RunExecution::propose(const Work& work, journal::Mode mode, frame::Batch rows,
                           Submission& into) {
  Proposal proposal;
  proposal.table = work.slice.table;
  proposal.header.table = work.slice.table->name;
  proposal.header.mode = mode;
  if (mode == journal::Mode::Replace) proposal.header.scope = work.slice.scope();
  proposal.header.run = id_;
  proposal.header.unit = work.unit.number;
  Origin from = origin("");
  proposal.header.source = std::move(from.source);
  proposal.header.simulated = from.simulated;
  proposal.rows = std::move(rows);
  into.proposals.push_back(std::move(proposal));
}

void RunExecution::refuse(Fetched& fetched, const Refusal& refusal, Submission& into) {
  journal::Unit& unit = *into.landing.unit;
  unit.state = UnitState::Refused;
  unit.rows = 0;
  unit.error = fmt::format("{}: {}", refusal.rule, refusal.reason);
  for (auto& [call, body] : fetched.harvest.pages)
    into.landing.quarantined.push_back(quarantined_page(unit, origin(std::move(call)), refusal,
                                                        std::move(body), parts_.clock.now()));
}

Origin RunExecution::origin(std::string call) const {
  const bool simulated = owner_.fetcher_.source().simulated();
  return {std::move(call), simulated ? "sim" : owner_.options_.source, simulated};
}

}  // namespace kanpan::ingest
