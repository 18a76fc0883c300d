// SqliteJournal: commits read back, found by time, and proven.
#include <algorithm>

#include <fmt/format.h>

#include "kanpan/frame/codec.hpp"
#include "kanpan/journal/chain.hpp"
#include "kanpan/journal/put_back.hpp"
#include "kanpan/journal/sqlite/connection.hpp"
#include "kanpan/journal/sqlite/row.hpp"
#include "kanpan/journal/sqlite/schema.hpp"
#include "kanpan/journal/sqlite/sqlite_journal.hpp"

namespace kanpan::journal::sqlite {
namespace {

constexpr const char* kRead =
    "SELECT " KANPAN_RECORD_COLUMNS
    ", crc, bytes FROM record LEFT JOIN payload ON payload.seq = record.seq "
    "WHERE record.seq > ? ORDER BY record.seq LIMIT ?";

Error corrupt(Sequence seq, std::string_view what) {
  return Error{Errc::Corrupt, fmt::format("commit {}: {}", seq, what), kPutBack};
}

Error stopped() { return {Errc::Cancelled, "the verification was stopped", ""}; }

constexpr const char* kReadHeaders =
    "SELECT " KANPAN_RECORD_COLUMNS " FROM record WHERE seq > ? ORDER BY seq LIMIT ?";

/// Hands the header of each commit after `after`, at most `limit`, to `take`, in order and without
/// a gap.
template <typename Take>
Result<void> each_header(Connection& db, Sequence after, std::size_t limit, const Take& take) {
  KANPAN_LET(Statement row, db.query(kReadHeaders, after, limit));
  for (Sequence expected = after + 1;; ++expected) {
    KANPAN_LET(const bool found, row.step());
    if (!found) return {};
    KANPAN_LET(const Commit header, commit_in(row));
    if (header.seq != expected) return corrupt(expected, "it is missing");
    KANPAN_TRY(take(header));
  }
}

/// Hands each commit after `after`, at most `limit`, with its payload to `take`, in order and
/// without a gap, until `take` wants no more.
template <typename Take>
Result<void> each(Connection& db, Sequence after, std::size_t limit, const Take& take) {
  KANPAN_LET(Statement row, db.query(kRead, after, limit));
  for (Sequence expected = after + 1;; ++expected) {
    KANPAN_LET(const bool found, row.step());
    if (!found) return {};
    KANPAN_LET(Commit header, commit_in(row));
    if (header.seq != expected) return corrupt(expected, "it is missing");
    KANPAN_LET(std::string payload, payload_in(row, header));
    KANPAN_LET(const bool more, take(std::move(header), payload));
    if (!more) return {};
  }
}

/// Chain of the last commit before `floor`: zero at the beginning.
Result<Sha256> chain_before(Connection& db, Sequence floor) {
  if (floor == 1) return Sha256{};
  KANPAN_LET(Statement row,
             db.query("SELECT last_chain FROM stretch WHERE last_seq = ?", floor - 1));
  KANPAN_TRY(row.step());
  return row.hash(0);
}

Result<std::vector<Commit>> all_commits(Statement& row) {
  std::vector<Commit> commits;
  for (;;) {
    KANPAN_LET(const bool found, row.step());
    if (!found) return commits;
    KANPAN_LET(Commit header, commit_in(row));
    commits.push_back(std::move(header));
  }
}

/// SQLite's own check: the form of every page, and that each index says what its table does; of
/// all tables, or of all but the one that takes nearly all of the room.
Result<void> check_integrity(Connection& db, const std::string& path, Extent extent) {
  KANPAN_LET(Statement row,
             extent == Extent::Everything
                 ? db.query("PRAGMA integrity_check(1)")
                 : db.query("SELECT c.integrity_check FROM sqlite_schema s, "
                            "pragma_integrity_check(s.name) c WHERE s.type = 'table' AND "
                            "s.name <> 'payload' AND c.integrity_check <> 'ok' LIMIT 1"));
  KANPAN_LET(const bool found, row.step());
  if (!found || row.view(0) == "ok") return {};
  return Error{Errc::Corrupt, fmt::format("{} is damaged: {}", path, row.view(0)), kPutBack};
}

}  // namespace

Result<std::vector<Record>> SqliteJournal::read(Sequence after, std::size_t limit,
                                                std::size_t bytes) const {
  if (after + 1 < floor_)
    return Error{
        Errc::NotFound,
        fmt::format("commits {} to {} are no longer in {}", after + 1, floor_ - 1, path_.string()),
        "they are in a sealed stretch: start from a snapshot"};
  KANPAN_LET(const auto db, readers_->borrow());
  std::vector<Record> records;
  std::size_t taken = 0;
  KANPAN_TRY(
      each(*db, after, limit, [&](Commit header, const std::string& payload) -> Result<bool> {
        auto rows = frame::decode(payload);
        if (!rows) return corrupt(header.seq, rows.error().message);
        if (rows->rows() != header.rows)
          return corrupt(header.seq, fmt::format("it has {} rows, its header says {}", rows->rows(),
                                                 header.rows));
        records.push_back({std::move(header), *std::move(rows)});
        taken += payload.size();
        return taken < bytes;
      }));
  return records;
}

Result<std::vector<Commit>> SqliteJournal::headers(Sequence after, std::size_t limit,
                                                   std::string_view table) const {
  KANPAN_LET(const auto db, readers_->borrow());
  KANPAN_LET(Statement row,
             table.empty()
                 ? db->query(kReadHeaders, after, limit)
                 : db->query("SELECT " KANPAN_RECORD_COLUMNS
                             " FROM record WHERE tab = ? AND seq > ? ORDER BY seq LIMIT ?",
                             table, after, limit));
  return all_commits(row);
}

Result<std::vector<Commit>> SqliteJournal::newest(std::size_t limit, std::string_view table) const {
  KANPAN_LET(const auto db, readers_->borrow());
  KANPAN_LET(Statement row, table.empty()
                                ? db->query("SELECT " KANPAN_RECORD_COLUMNS
                                            " FROM record ORDER BY seq DESC LIMIT ?",
                                            limit)
                                : db->query("SELECT " KANPAN_RECORD_COLUMNS
                                            " FROM record WHERE tab = ? ORDER BY seq DESC LIMIT ?",
                                            table, limit));
  KANPAN_LET(auto commits, all_commits(row));
  std::ranges::reverse(commits);
  return commits;
}

Result<bool> SqliteJournal::has_rows(bool simulated) const {
  KANPAN_LET(const auto db, readers_->borrow());
  KANPAN_LET(Statement row, db->query("SELECT 1 FROM record WHERE simulated = ? LIMIT 1",
                                      static_cast<std::uint64_t>(simulated ? 1 : 0)));
  return row.step();
}

Result<bool> SqliteJournal::has_collected(bool simulated) const {
  KANPAN_LET(const auto db, readers_->borrow());
  KANPAN_LET(Statement row, db->query("SELECT source FROM record WHERE simulated = ?",
                                      static_cast<std::uint64_t>(simulated ? 1 : 0)));
  for (;;) {
    KANPAN_LET(const bool found, row.step());
    if (!found || !is_file(row.text(0))) return found;
  }
}

Result<Sequence> SqliteJournal::at(Instant time) const {
  KANPAN_LET(const auto db, readers_->borrow());
  {
    KANPAN_LET(
        Statement row,
        db->query("SELECT seq FROM record WHERE time <= ? ORDER BY time DESC LIMIT 1", time));
    KANPAN_LET(const bool found, row.step());
    if (found) return row.sequence(0);
  }
  KANPAN_LET(Statement sealed, db->query("SELECT last_seq, last_time FROM stretch "
                                         "ORDER BY last_seq DESC LIMIT 1"));
  KANPAN_LET(const bool any, sealed.step());
  if (!any) return Sequence{0};
  if (time >= sealed.instant(1)) return sealed.sequence(0);
  return Error{Errc::NotFound,
               fmt::format("{} lies within a sealed stretch, which ends at {}", rfc3339(time),
                           rfc3339(sealed.instant(1))),
               "ask for a later moment, or restore the stretch"};
}

Result<std::uint64_t> SqliteJournal::verify(const std::function<void(Sequence)>& progress,
                                            Extent extent, std::stop_token stop) const {
  KANPAN_LET(const auto db, readers_->borrow());
  return verify(*db, path_, progress, extent, stop);
}

Result<std::uint64_t> SqliteJournal::verify_file(const std::filesystem::path& path,
                                                 const std::function<void(Sequence)>& progress,
                                                 std::stop_token stop) {
  KANPAN_LET(const auto db, open_frozen(path));
  return verify(*db, path, progress, Extent::Everything, stop);
}

Result<std::uint64_t> SqliteJournal::verify(Connection& db, const std::filesystem::path& path,
                                            const std::function<void(Sequence)>& progress,
                                            Extent extent, std::stop_token stop) {
  // So that no long read keeps the log from being emptied.
  const std::size_t at_once = extent == Extent::Everything ? 64 : 4096;
  {
    const std::stop_callback ends(stop, [&db] { db.interrupt(); });
    if (stop.stop_requested()) return stopped();
    const auto sound = check_integrity(db, path.string(), extent);
    if (stop.stop_requested()) return stopped();
    KANPAN_TRY(sound);
  }
  KANPAN_LET(const Head head, stored_head(db));
  KANPAN_LET(const Sequence floor, stored_floor(db));
  KANPAN_LET(Sha256 chain, chain_before(db, floor));
  Instant time = head.time;
  Sequence at = floor - 1;
  while (at < head.seq) {
    const Sequence start = at;
    const auto limit = std::min<std::size_t>(at_once, head.seq - at);
    const auto take = [&](const Commit& header) -> Result<void> {
      chain = chain_after(chain, header);
      if (chain != header.chain) return corrupt(header.seq, "the chain breaks here");
      at = header.seq;
      time = header.time;
      return {};
    };
    if (extent == Extent::WithoutRows)
      KANPAN_TRY(each_header(db, at, limit, take));
    else
      KANPAN_TRY(each(db, at, limit, [&](const Commit& header, const std::string&) -> Result<bool> {
        KANPAN_TRY(take(header));
        return true;
      }));
    if (at == start) return corrupt(at + 1, "it is missing, as are all after it");
    if (progress) progress(at);
    if (stop.stop_requested()) return stopped();
  }
  if (at != head.seq || chain != head.chain || time != head.time ||
      head.count != head.seq - (floor - 1))
    return corrupt(head.seq, "the head of the journal does not fit the newest commit");
  return head.count;
}

}  // namespace kanpan::journal::sqlite
