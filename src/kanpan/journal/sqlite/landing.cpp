// SqliteJournal::land: everything of some units in one transaction.
#include <fmt/format.h>

#include "kanpan/frame/codec.hpp"
#include "kanpan/journal/chain.hpp"
#include "kanpan/journal/scope.hpp"
#include "kanpan/journal/sqlite/connection.hpp"
#include "kanpan/journal/sqlite/row.hpp"
#include "kanpan/journal/sqlite/sqlite_journal.hpp"

namespace kanpan::journal::sqlite {
namespace {

Result<void> check_fence(Connection& db, const Lease& lease) {
  KANPAN_LET(Statement row, db.query("SELECT holder, fence FROM lease WHERE name = ?", lease.name));
  KANPAN_LET(const bool found, row.step());
  if (found && row.view(0) == lease.holder && row.sequence(1) == lease.fence) return {};
  const std::string now = !found || row.view(0).empty() ? "nobody holds it"
                                                        : fmt::format("{} holds it with fence {}",
                                                                      row.view(0), row.sequence(1));
  return Error{Errc::Busy,
               fmt::format("{} is no longer held by {} with fence {}: {}", lease.name, lease.holder,
                           lease.fence, now),
               "resume the run once the table is free"};
}

Result<void> insert_commit(Connection& db, const Commit& header, const NewCommit& commit) {
  const auto first = header.touched ? std::optional(header.touched->first) : std::nullopt;
  const auto last = header.touched ? std::optional(header.touched->last) : std::nullopt;
  KANPAN_TRY(db.run("INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    header.seq, header.time, header.node, header.table, header.mode,
                    to_json(header.scope), header.run, header.unit, header.source, header.simulated,
                    header.rows, first, last, header.first_code, header.last_code, header.content,
                    header.chain));
  return db.run("INSERT INTO payload VALUES (?, ?, ?)", header.seq, crc_of(commit.compressed),
                Blob{commit.compressed});
}

Result<void> insert_calls(Connection& db, const std::vector<CallRecord>& calls) {
  for (const CallRecord& c : calls)
    KANPAN_TRY(db.run("INSERT INTO call VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)", c.run, c.unit,
                      c.attempt, c.text, c.at, c.milliseconds, c.rows, c.page, c.error));
  return {};
}

Result<void> upsert_days(Connection& db, const std::vector<DayState>& days) {
  for (const DayState& d : days)
    KANPAN_TRY(db.run("INSERT OR REPLACE INTO day VALUES (?, ?, ?, ?, ?, ?, ?)", d.table, d.day,
                      d.rows, d.expected, d.complete, d.content, d.seen));
  return {};
}

/// Whether somebody was asked about this very row, or this rule on the page of this call, before: a
/// day that is fetched again brings it again. What is held then takes the newest evidence and body.
Result<bool> is_known(Connection& db, const Quarantined& held, std::string_view page) {
  KANPAN_TRY(db.run(
      "UPDATE quarantine SET run = ?1, unit = ?2, call = ?3, reason = ?4, at = ?5, page = ?6, "
      "source = ?7, simulated = ?8 WHERE id = (SELECT max(id) FROM quarantine WHERE tab = ?9 AND "
      "row = ?10 AND rule = ?11 AND state = 'held' AND (?10 <> '' OR call = ?3))",
      held.run, held.unit, held.call, held.reason, held.at, Blob{page}, held.source, held.simulated,
      held.table, held.row, held.rule));
  if (db.changes() > 0) return true;
  if (held.row.empty()) return false;  // a whole page
  KANPAN_LET(Statement row, db.query("SELECT 1 FROM quarantine WHERE tab = ? AND row = ? AND "
                                     "rule = ? AND state = 'dropped' LIMIT 1",
                                     held.table, held.row, held.rule));
  return row.step();
}

/// Commits' times never go back with the clock, so `at` does not lie before `newest`, that of the
/// last commit before: or that one would count as having come since.
Result<void> insert_quarantined(Connection& db, const std::vector<Quarantined>& held,
                                Instant newest) {
  for (Quarantined q : held) {
    q.at = std::max(q.at, newest);
    const std::string page = q.page.empty() ? "" : frame::compress(q.page);
    KANPAN_LET(const bool known, is_known(db, q, page));
    if (known) continue;
    KANPAN_TRY(db.run("INSERT INTO quarantine VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                      q.run, q.unit, q.table, q.call, q.rule, q.reason, q.row, q.at, q.state,
                      Blob{page}, q.source, q.simulated));
  }
  return {};
}

Result<void> upsert_unit(Connection& db, const Unit& unit, Sequence seq) {
  return db.run(
      "INSERT INTO unit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (run, number) DO UPDATE "
      "SET tab = excluded.tab, label = excluded.label, plan = excluded.plan, "
      "state = excluded.state, rows = excluded.rows, quarantined = excluded.quarantined, "
      "seq = excluded.seq, error = excluded.error",
      unit.run, unit.number, unit.table, unit.label, unit.plan, unit.state, unit.rows,
      unit.quarantined, seq, unit.error);
}

}  // namespace

Result<std::vector<Commit>> SqliteJournal::land(std::span<const Landing> landings) {
  std::vector<Commit> made;
  if (landings.empty()) return made;
  std::vector<Sha256> contents;  // the costly part, before anybody has to wait for it
  for (const Landing& landing : landings) {
    for (const NewCommit& commit : landing.commits) {
      if (commit.compressed.empty())
        return Error{Errc::Failed,
                     fmt::format("a commit of table '{}' has no payload", commit.header.table), ""};
      contents.push_back(sha256({commit.payload}));
    }
  }

  const std::lock_guard lock(write_mutex_);
  Head head = head_;
  KANPAN_TRY(write_locked(Sync::Now, [&](Connection& db) -> Result<void> {
    std::span<const Sha256> rest = contents;
    for (const Landing& landing : landings) {
      KANPAN_TRY(insert(db, landing, rest.first(landing.commits.size()), head, made));
      rest = rest.subspan(landing.commits.size());
    }
    return db.run("UPDATE head SET seq = ?, time = ?, chain = ?, count = ?", head.seq, head.time,
                  head.chain, head.count);
  }));
  publish(head);
  count(landings);
  return made;
}

void SqliteJournal::count(std::span<const Landing> landings) {
  const std::lock_guard lock(counts_mutex_);
  for (const Landing& landing : landings)
    for (const DayState& day : landing.days) ++landings_of_days_[day.table];
  ++landings_;
}

Result<void> SqliteJournal::insert(Connection& db, const Landing& landing,
                                   std::span<const Sha256> contents, Head& head,
                                   std::vector<Commit>& made) {
  if (landing.lease) KANPAN_TRY(check_fence(db, *landing.lease));
  const std::size_t before = made.size();
  const Instant newest = head.time;
  for (const NewCommit& commit : landing.commits) {
    Commit header = commit.header;
    header.seq = head.seq + 1;
    header.time = std::max(head.time + std::chrono::microseconds{1}, clock_.now());
    header.node = node_;
    header.content = contents[made.size() - before];
    header.chain = chain_after(head.chain, header);
    KANPAN_TRY(insert_commit(db, header, commit));
    head = Head{header.seq, header.time, header.chain, head.count + 1};
    made.push_back(std::move(header));
  }
  if (landing.unit)
    KANPAN_TRY(upsert_unit(db, *landing.unit, made.size() > before ? head.seq : landing.unit->seq));
  KANPAN_TRY(insert_calls(db, landing.calls));
  KANPAN_TRY(upsert_days(db, landing.days));
  for (const std::uint64_t id : landing.released)
    KANPAN_TRY(db.run("UPDATE quarantine SET state = 'released' WHERE id = ?", id));
  return insert_quarantined(db, landing.quarantined, newest);
}

}  // namespace kanpan::journal::sqlite
