// SqliteJournal as ledger: runs, their units and calls.
#include <algorithm>

#include <fmt/format.h>

#include "kanpan/journal/sqlite/connection.hpp"
#include "kanpan/journal/sqlite/sqlite_journal.hpp"

namespace kanpan::journal::sqlite {
namespace {

#define KANPAN_SUMMARIES                                                             \
  "SELECT id, command, tables, arguments, run.state, started, finished, run.error, " \
  "count(unit.number), count(*) FILTER (WHERE unit.state = 0), "                     \
  "count(*) FILTER (WHERE unit.state = 1), count(*) FILTER (WHERE unit.state = 2), " \
  "count(*) FILTER (WHERE unit.state = 3), count(*) FILTER (WHERE unit.state = 4), " \
  "ifnull(sum(unit.rows), 0), ifnull(sum(unit.quarantined), 0), "                    \
  "(SELECT count(*) FROM call WHERE call.run = run.id) "                             \
  "FROM run LEFT JOIN unit ON unit.run = run.id "

/// Runs whose rows go in one transaction.
constexpr std::size_t kForgottenAtOnce = 500;

Error no_run(std::string_view id) {
  return Error{Errc::NotFound, fmt::format("there is no run '{}'", id),
               "'kanpan run list' shows the runs"};
}

Result<RunSummary> summary_in(const Statement& row) {
  KANPAN_LET(const RunState state, enumerator(row, 4, RunState::Cancelled));
  Run run{.id = row.text(0),
          .command = row.text(1),
          .tables = row.text(2),
          .arguments = row.text(3),
          .state = state,
          .started = row.instant(5),
          .finished = {},
          .error = row.text(7)};
  if (!row.is_null(6)) run.finished = row.instant(6);
  return RunSummary{.run = std::move(run),
                    .units = row.sequence(8),
                    .planned = row.sequence(9),
                    .committed = row.sequence(10),
                    .unchanged = row.sequence(11),
                    .refused = row.sequence(12),
                    .failed = row.sequence(13),
                    .rows = row.sequence(14),
                    .quarantined = row.sequence(15),
                    .calls = row.sequence(16)};
}

Result<Unit> unit_in(const Statement& row) {
  KANPAN_LET(const UnitState state, enumerator(row, 5, UnitState::Failed));
  return Unit{.run = row.text(0),
              .number = row.count(1),
              .table = row.text(2),
              .label = row.text(3),
              .plan = row.text(4),
              .state = state,
              .rows = row.count(6),
              .quarantined = row.count(7),
              .seq = row.sequence(8),
              .error = row.text(9)};
}

Result<CallRecord> call_in(const Statement& row) {
  return CallRecord{.run = row.text(0),
                    .unit = row.count(1),
                    .attempt = row.count(2),
                    .text = row.text(3),
                    .at = row.instant(4),
                    .milliseconds = row.count(5),
                    .rows = row.count(6),
                    .page = row.hash(7),
                    .error = row.text(8)};
}

Result<RunState> state_of(Connection& db, std::string_view id) {
  KANPAN_LET(Statement row, db.query("SELECT state FROM run WHERE id = ?", id));
  KANPAN_LET(const bool found, row.step());
  if (!found) return no_run(id);
  return enumerator(row, 0, RunState::Cancelled);
}

Result<void> insert_units(Connection& db, std::span<const Unit> units) {
  for (const Unit& u : units)
    KANPAN_TRY(db.run("INSERT INTO unit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", u.run, u.number,
                      u.table, u.label, u.plan, u.state, u.rows, u.quarantined, u.seq, u.error));
  return {};
}

}  // namespace

Result<std::size_t> SqliteJournal::recover() {
  std::size_t runs = 0;
  KANPAN_TRY(write(Sync::Now, [&](Connection& db) -> Result<void> {
    KANPAN_TRY(
        db.run("UPDATE run SET state = ?, error = 'the process ended before the run did' "
               "WHERE state = ?",
               RunState::Partial, RunState::Running));
    runs = static_cast<std::size_t>(db.changes());
    return db.run("UPDATE lease SET holder = ''");
  }));
  return runs;
}

Result<void> SqliteJournal::start_run(const Run& run, std::span<const Unit> units) {
  return write(Sync::Now, [&](Connection& db) -> Result<void> {
    const auto known = state_of(db, run.id);
    if (known || known.error().code != Errc::NotFound)
      return known ? Error{Errc::Busy, fmt::format("run '{}' exists already", run.id),
                           fmt::format("'kanpan run resume {}' goes on with it", run.id)}
                   : known.error();
    KANPAN_TRY(db.run("INSERT INTO run VALUES (?, ?, ?, ?, ?, ?, ?, ?)", run.id, run.command,
                      run.tables, run.arguments, run.state, run.started, run.finished, run.error));
    return insert_units(db, units);
  });
}

Result<void> SqliteJournal::add_units(std::span<const Unit> units) {
  return write(Sync::Now, [&](Connection& db) { return insert_units(db, units); });
}

Result<void> SqliteJournal::resume_run(std::string_view id) {
  return write(Sync::Now, [&](Connection& db) -> Result<void> {
    KANPAN_LET(const RunState state, state_of(db, id));
    if (state == RunState::Running)
      return Error{Errc::Busy, fmt::format("run '{}' is running", id), "wait until it ends"};
    return db.run("UPDATE run SET state = ?, finished = NULL, error = '' WHERE id = ?",
                  RunState::Running, id);
  });
}

Result<void> SqliteJournal::finish_run(std::string_view id, RunState state,
                                       std::string_view error) {
  return write(Sync::Now, [&](Connection& db) -> Result<void> {
    KANPAN_TRY(state_of(db, id));
    return db.run("UPDATE run SET state = ?, finished = ?, error = ? WHERE id = ?", state,
                  clock_.now(), error, id);
  });
}

Result<std::size_t> SqliteJournal::forget_idle_runs(std::string_view command, Instant before) {
  std::vector<std::string> idle;
  {
    KANPAN_LET(const auto db, readers_->borrow());
    KANPAN_LET(
        Statement row,
        db->query("SELECT id FROM run WHERE command = ? AND state = ? AND started < ? AND "
                  "NOT EXISTS (SELECT 1 FROM unit WHERE unit.run = run.id AND (seq <> 0 OR "
                  "quarantined <> 0 OR unit.state NOT IN (?, ?)))",
                  command, RunState::Done, before, UnitState::Committed, UnitState::Unchanged));
    KANPAN_LET(idle, all<std::string>(row, [](const Statement& found) -> Result<std::string> {
                 return found.text(0);
               }));
  }
  for (std::size_t done = 0; done < idle.size(); done += kForgottenAtOnce)
    KANPAN_TRY(write(Sync::Later, [&](Connection& db) -> Result<void> {
      const std::size_t end = std::min(done + kForgottenAtOnce, idle.size());
      for (std::size_t n = done; n < end; ++n)
        for (const char* sql : {"DELETE FROM call WHERE run = ?", "DELETE FROM unit WHERE run = ?",
                                "DELETE FROM run WHERE id = ?"})
          KANPAN_TRY(db.run(sql, idle[n]));
      return {};
    }));
  return idle.size();
}

Result<RunSummary> SqliteJournal::run(std::string_view id) const {
  KANPAN_LET(const auto db, readers_->borrow());
  KANPAN_LET(Statement row, db->query(KANPAN_SUMMARIES "WHERE id = ? GROUP BY id", id));
  KANPAN_LET(const bool found, row.step());
  if (!found) return no_run(id);
  return summary_in(row);
}

Result<std::vector<RunSummary>> SqliteJournal::runs(std::size_t limit) const {
  KANPAN_LET(const auto db, readers_->borrow());
  KANPAN_LET(Statement row,
             db->query(KANPAN_SUMMARIES
                       "WHERE id IN (SELECT id FROM run ORDER BY started DESC, id DESC LIMIT ?) "
                       "GROUP BY id ORDER BY started DESC, id DESC",
                       limit));
  return all<RunSummary>(row, summary_in);
}

Result<std::vector<Unit>> SqliteJournal::units(std::string_view run,
                                               std::optional<UnitState> state) const {
  KANPAN_LET(const auto db, readers_->borrow());
  KANPAN_LET(Statement row,
             db->query("SELECT run, number, tab, label, plan, state, rows, quarantined, seq, error "
                       "FROM unit WHERE run = ?1 AND (?2 IS NULL OR state = ?2) ORDER BY number",
                       run, state));
  return all<Unit>(row, unit_in);
}

Result<std::vector<CallRecord>> SqliteJournal::calls(std::string_view run,
                                                     std::size_t limit) const {
  KANPAN_LET(const auto db, readers_->borrow());
  KANPAN_LET(Statement row,
             db->query("SELECT run, unit, attempt, text, at, milliseconds, rows, page, error "
                       "FROM call WHERE run = ? ORDER BY id DESC LIMIT ?",
                       run, limit));
  return all<CallRecord>(row, call_in);
}

Result<std::uint64_t> SqliteJournal::bytes_of_runs() const {
  KANPAN_LET(const auto db, readers_->borrow());
  KANPAN_LET(Statement row, db->query("SELECT coalesce(sum(pgsize), 0) FROM dbstat WHERE name IN "
                                      "(SELECT name FROM sqlite_schema WHERE tbl_name IN "
                                      "('run', 'unit', 'call'))"));
  KANPAN_TRY(row.step());
  return row.sequence(0);
}

}  // namespace kanpan::journal::sqlite
