// SqliteJournal as ledger: days, quarantine, leases, quotas and named values.
#include <fmt/format.h>

#include "kanpan/frame/codec.hpp"
#include "kanpan/journal/sqlite/connection.hpp"
#include "kanpan/journal/sqlite/sqlite_journal.hpp"

namespace kanpan::journal::sqlite {
namespace {

/// Quota windows older than this before the newest are of no use to anybody.
constexpr std::int64_t kQuotaSeconds = 2 * 24 * 3600;

Result<DayState> day_in(const Statement& row) {
  DayState day{.table = row.text(0),
               .day = row.date(1),
               .rows = row.count(2),
               .expected = {},
               .complete = row.flag(4),
               .content = row.hash(5),
               .seen = row.instant(6)};
  if (!row.is_null(3)) day.expected = row.count(3);
  return day;
}

Result<Quarantined> quarantined_in(const Statement& row) {
  return Quarantined{.id = row.sequence(0),
                     .run = row.text(1),
                     .unit = row.count(2),
                     .table = row.text(3),
                     .call = row.text(4),
                     .source = row.text(10),
                     .simulated = row.flag(11),
                     .rule = row.text(5),
                     .reason = row.text(6),
                     .row = row.text(7),
                     .page = {},
                     .at = row.instant(8),
                     .state = row.text(9),
                     .after = row.sequence(12)};
}

/// As quarantined_in() takes them; without the page, which may be long. A moment within a sealed
/// stretch counts as the stretch's end.
#define KANPAN_QUARANTINED                                                                   \
  "SELECT id, run, unit, tab, call, rule, reason, row, at, state, source, simulated, "       \
  "ifnull((SELECT seq FROM record WHERE time <= quarantine.at ORDER BY time DESC LIMIT 1), " \
  "(SELECT ifnull(max(last_seq), 0) FROM stretch))"

Error not_quarantined(std::uint64_t id) {
  return Error{Errc::NotFound, fmt::format("there is nothing with number {} in quarantine", id),
               "'kanpan quarantine list' shows what is there"};
}

/// Runs a statement that must change the row of `lease`.
template <typename... Values>
Result<void> change_lease(Connection& db, const Lease& lease, const char* sql,
                          const Values&... values) {
  KANPAN_TRY(db.run(sql, lease.name, lease.holder, lease.fence, values...));
  if (db.changes() == 1) return {};
  return Error{Errc::Busy,
               fmt::format("{} is no longer held by {} with fence {}", lease.name, lease.holder,
                           lease.fence),
               "another run has taken it over"};
}

}  // namespace

std::uint64_t SqliteJournal::landings_of_days(std::string_view table) const {
  const std::lock_guard lock(counts_mutex_);
  const auto found = landings_of_days_.find(table);
  return found == landings_of_days_.end() ? 0 : found->second;
}

Result<std::vector<DayState>> SqliteJournal::days(std::string_view table, DateRange range) const {
  KANPAN_LET(const auto db, readers_->borrow());
  KANPAN_LET(Statement row,
             db->query("SELECT tab, day, rows, expected, complete, content, seen FROM "
                       "day WHERE tab = ? AND day BETWEEN ? AND ? ORDER BY day",
                       table, range.first, range.last));
  return all<DayState>(row, day_in);
}

Result<std::optional<DayState>> SqliteJournal::last_complete_day(std::string_view table) const {
  KANPAN_LET(const auto db, readers_->borrow());
  KANPAN_LET(Statement row,
             db->query("SELECT tab, day, rows, expected, complete, content, seen FROM "
                       "day WHERE tab = ? AND complete AND rows >= ifnull(expected, 0) "
                       "ORDER BY day DESC LIMIT 1",
                       table));
  KANPAN_LET(const bool found, row.step());
  if (!found) return std::nullopt;
  KANPAN_LET(DayState day, day_in(row));
  return std::optional(std::move(day));
}

Result<std::vector<Quarantined>> SqliteJournal::quarantine(std::string_view table,
                                                           std::string_view state,
                                                           std::size_t limit) const {
  KANPAN_LET(const auto db, readers_->borrow());
  KANPAN_LET(Statement row,
             db->query(KANPAN_QUARANTINED " FROM quarantine WHERE (?1 = '' OR tab = ?1) AND (?2 = "
                                          "'' OR state = ?2) ORDER BY id DESC LIMIT ?3",
                       table, state, limit));
  return all<Quarantined>(row, quarantined_in);
}

Result<std::uint64_t> SqliteJournal::quarantine_count(std::string_view table,
                                                      std::string_view state) const {
  KANPAN_LET(const auto db, readers_->borrow());
  // Of one table by its index: this is asked of every table in turn.
  const char* sql = table.empty() ? "SELECT count(*) FROM quarantine "
                                    "WHERE ?1 = '' AND (?2 = '' OR state = ?2)"
                                  : "SELECT count(*) FROM quarantine "
                                    "WHERE tab = ?1 AND (?2 = '' OR state = ?2)";
  KANPAN_LET(Statement row, db->query(sql, table, state));
  KANPAN_TRY(row.step());
  return static_cast<std::uint64_t>(row.integer(0));
}

Result<bool> SqliteJournal::has_held(std::string_view table, std::string_view column,
                                     DateRange range) const {
  KANPAN_LET(const auto db, readers_->borrow());
  KANPAN_LET(Statement row, db->query("SELECT CAST(json_extract(row, ?2) AS TEXT) FROM quarantine "
                                      "WHERE tab = ?1 AND state = 'held' AND json_valid(row)",
                                      table, fmt::format("$.\"{}\"", column)));
  for (;;) {
    KANPAN_LET(const bool found, row.step());
    if (!found) return false;
    Date day;
    if (parse_date(row.view(0), day) && range.contains(day)) return true;
  }
}

Result<std::vector<bool>> SqliteJournal::are_quarantined(std::string_view table,
                                                         std::string_view state,
                                                         std::span<const RowOfRule> rows) const {
  std::vector<bool> are(rows.size(), false);
  if (rows.empty()) return are;
  KANPAN_LET(const auto db, readers_->borrow());
  for (std::size_t n = 0; n < rows.size(); ++n) {
    KANPAN_LET(Statement found, db->query("SELECT 1 FROM quarantine WHERE tab = ? AND row = ? AND "
                                          "rule = ? AND state = ? LIMIT 1",
                                          table, rows[n].row, rows[n].rule, state));
    KANPAN_LET(are[n], found.step());
  }
  return are;
}

Result<Quarantined> SqliteJournal::quarantined(std::uint64_t id) const {
  KANPAN_LET(const auto db, readers_->borrow());
  KANPAN_LET(Statement row,
             db->query(KANPAN_QUARANTINED ", page FROM quarantine WHERE id = ?", id));
  KANPAN_LET(const bool found, row.step());
  if (!found) return not_quarantined(id);
  KANPAN_LET(Quarantined held, quarantined_in(row));
  if (!row.view(13).empty()) {
    KANPAN_LET(held.page, frame::decompress(row.view(13)));
  }
  return held;
}

Result<void> SqliteJournal::set_quarantine_state(std::uint64_t id, std::string_view state) {
  if (state != "held" && state != "released" && state != "dropped")
    return Error{Errc::Usage, fmt::format("'{}' is no state of a quarantined row", state),
                 "one of held, released, dropped"};
  return write(Sync::Now, [&](Connection& db) -> Result<void> {
    KANPAN_TRY(db.run("UPDATE quarantine SET state = ? WHERE id = ?", state, id));
    if (db.changes() == 0) return not_quarantined(id);
    return {};
  });
}

Result<Lease> SqliteJournal::acquire(std::string_view name, std::string_view holder, int seconds) {
  Lease lease{.name = std::string(name), .holder = std::string(holder), .fence = 1};
  KANPAN_TRY(write(Sync::Now, [&](Connection& db) -> Result<void> {
    const Instant now = clock_.now();
    Result<Statement> row =
        db.query("SELECT holder, fence, expires FROM lease WHERE name = ?", name);
    if (!row) return row.error();
    const Result<bool> found = row->step();
    if (!found) return found.error();
    if (*found && !row->view(0).empty() && row->instant(2) > now)
      return Error{
          Errc::Busy,
          fmt::format("{} is held by {} until {}", name, row->view(0), rfc3339(row->instant(2))),
          "wait until it ends, or cancel it"};
    if (*found) lease.fence = row->sequence(1) + 1;
    return db.run("INSERT OR REPLACE INTO lease VALUES (?, ?, ?, ?)", name, holder, lease.fence,
                  now + std::chrono::seconds{seconds});
  }));
  return lease;
}

Result<void> SqliteJournal::renew(const Lease& lease, int seconds) {
  return write(Sync::Later, [&](Connection& db) {
    return change_lease(
        db, lease, "UPDATE lease SET expires = ?4 WHERE name = ?1 AND holder = ?2 AND fence = ?3",
        clock_.now() + std::chrono::seconds{seconds});
  });
}

Result<void> SqliteJournal::release(const Lease& lease) {
  return write(Sync::Now, [&](Connection& db) {
    return change_lease(
        db, lease, "UPDATE lease SET holder = '' WHERE name = ?1 AND holder = ?2 AND fence = ?3");
  });
}

Result<std::uint64_t> SqliteJournal::calls_used(std::string_view api, std::int64_t window) const {
  KANPAN_LET(const auto db, readers_->borrow());
  KANPAN_LET(Statement row,
             db->query("SELECT calls FROM quota WHERE api = ? AND window = ?", api, window));
  KANPAN_LET(const bool found, row.step());
  return found ? row.sequence(0) : 0;
}

Result<void> SqliteJournal::add_calls(std::string_view api, std::int64_t window, std::uint64_t n) {
  return write(Sync::Later, [&](Connection& db) -> Result<void> {
    KANPAN_TRY(
        db.run("INSERT INTO quota VALUES (?1, ?2, ?3) "
               "ON CONFLICT (api, window) DO UPDATE SET calls = calls + ?3",
               api, window, n));
    return db.run("DELETE FROM quota WHERE api = ? AND window < ?", api, window - kQuotaSeconds);
  });
}

Result<std::optional<std::string>> SqliteJournal::value(std::string_view key) const {
  KANPAN_LET(const auto db, readers_->borrow());
  KANPAN_LET(Statement row, db->query("SELECT value FROM setting WHERE key = ?", key));
  KANPAN_LET(const bool found, row.step());
  return found ? std::optional(row.text(0)) : std::nullopt;
}

Result<void> SqliteJournal::set_value(std::string_view key, std::string_view value) {
  return write(Sync::Now, [&](Connection& db) {
    return db.run("INSERT OR REPLACE INTO setting VALUES (?, ?)", key, value);
  });
}

}  // namespace kanpan::journal::sqlite
