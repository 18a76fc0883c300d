#include "kanpan/ingest/run_report.hpp"

#include <utility>

namespace kanpan::ingest {

using journal::RunState;
using journal::UnitState;

void RunReport::tell(Event event) const {
  event.run = run_;
  event.elapsed_ms = std::chrono::duration_cast<std::chrono::milliseconds>(
                         std::chrono::steady_clock::now() - started_)
                         .count();
  progress_.tell(event);
}

void RunReport::fail(Error error, const std::string& table) {
  const std::lock_guard lock(mutex_);
  if (!table.empty()) failed_.emplace(table, error);
  if (!error_) error_ = std::move(error);
}

bool RunReport::is_news(const std::string& failure) {
  const std::lock_guard lock(mutex_);
  return told_.insert(failure).second;
}

std::optional<Error> RunReport::error() const {
  const std::lock_guard lock(mutex_);
  return error_;
}

std::optional<Error> RunReport::error_of(const std::string& table) const {
  const std::lock_guard lock(mutex_);
  const auto found = failed_.find(table);
  return found == failed_.end() ? std::nullopt : std::optional(found->second);
}

void RunReport::settled(const journal::Unit& unit,
                        const Result<std::vector<store::Applied>>& outcome) {
  Event event{.table = unit.table, .unit = unit.label};
  if (!outcome) {
    // Not acknowledged: still planned, or durable and made visible by the next replay.
    fail(outcome.error(), unit.table);
    event.kind = "error";
    event.message = outcome.error().text();
    if (is_news(event.message)) tell(event);
    return;
  }
  progress_.unit_done(unit);
  event.kind = "commit";
  event.message = journal::name(unit.state);
  if (unit.state == UnitState::Failed || unit.state == UnitState::Refused) {
    event.kind = unit.state == UnitState::Failed ? "error" : "quarantine";
    event.message = unit.error;
  } else {
    event.rows = unit.rows;
    event.seq = outcome->empty() ? 0 : outcome->back().seq;
  }
  tell(event);
  if (unit.quarantined == 0) return;
  tell({.kind = "quarantine",
        .table = unit.table,
        .unit = unit.label,
        .rows = unit.quarantined,
        .message = "rows held back"});
}

Result<RunOutcome> RunReport::finish(bool stopped, const std::optional<Error>& remark) {
  KANPAN_LET(auto summary, ledger_.run(run_));
  const auto failure = error();
  RunState state = RunState::Done;
  if (stopped)
    state = RunState::Cancelled;
  else if (summary.planned + summary.failed + summary.refused > 0 || failure)
    state = summary.committed + summary.unchanged > 0 ? RunState::Partial : RunState::Failed;
  const auto& why = failure ? failure : remark;
  if (auto noted = run_ledger_.finish(run_, state, why ? why->text() : ""); noted) {
    KANPAN_LET(summary, ledger_.run(run_));
  } else if (noted.error().code != Errc::NoSpace) {
    return std::move(noted).error();
  }
  summary.run.state = state;
  tell({.kind = "done",
        .table = summary.run.tables,
        .rows = summary.rows,
        .message = std::string(journal::name(state))});
  return RunOutcome{std::move(summary), why};
}

}  // namespace kanpan::ingest
