#include "kanpan/journal/sqlite/sqlite_journal.hpp"

#include <fmt/format.h>

#include "kanpan/base/log.hpp"
#include "kanpan/journal/put_back.hpp"
#include "kanpan/journal/sqlite/connection.hpp"
#include "kanpan/journal/sqlite/schema.hpp"

namespace kanpan::journal::sqlite {
namespace {

constexpr std::size_t kReaders = 4;

}  // namespace

Result<std::unique_ptr<SqliteJournal>> SqliteJournal::open(const std::filesystem::path& path,
                                                           const Clock& clock, std::string node) {
  const auto absolute = std::filesystem::absolute(path);
  KANPAN_LET(auto writer, open_writer(absolute));
  std::unique_ptr<SqliteJournal> journal(
      new SqliteJournal(absolute, clock, std::move(node), std::move(writer)));
  KANPAN_TRY(journal->load());
  return journal;
}

SqliteJournal::SqliteJournal(std::filesystem::path path, const Clock& clock, std::string node,
                             std::unique_ptr<Connection> writer)
    : path_(std::move(path)),
      clock_(clock),
      node_(std::move(node)),
      writer_(std::move(writer)),
      readers_(std::make_unique<ReadPool>(path_, kReaders)) {}

SqliteJournal::~SqliteJournal() = default;

Result<SqliteJournal::Head> SqliteJournal::stored_head(Connection& db) {
  KANPAN_LET(Statement row, db.query("SELECT seq, time, chain, count FROM head"));
  KANPAN_LET(const bool found, row.step());
  if (!found) return Error{Errc::Corrupt, "the journal's head is missing", kPutBack};
  return Head{row.sequence(0), row.instant(1), row.hash(2), row.sequence(3)};
}

Result<Sequence> SqliteJournal::stored_floor(Connection& db) {
  KANPAN_LET(Statement sealed, db.query("SELECT ifnull(max(last_seq), 0) FROM stretch"));
  KANPAN_TRY(sealed.step());
  return sealed.sequence(0) + 1;
}

Result<void> SqliteJournal::load() {
  KANPAN_LET(head_, stored_head(*writer_));
  KANPAN_LET(floor_, stored_floor(*writer_));
  KANPAN_LET(Statement newest,
             writer_->query("SELECT seq, time, chain FROM record ORDER BY seq DESC LIMIT 1"));
  KANPAN_LET(const bool found, newest.step());
  const Sequence seq = found ? newest.sequence(0) : floor_ - 1;
  const bool same = !found || (newest.instant(1) == head_.time && newest.hash(2) == head_.chain);
  if (seq != head_.seq || !same)
    return unusable(fmt::format("the newest commit is {}, the head says {}{}", seq, head_.seq,
                                seq == head_.seq ? " with another chain or time" : ""));
  KANPAN_TRY(check_count());
  publish(head_);
  return {};
}

/// An old log that was played into a backup leaves the newest record as it was and others missing.
/// SQLite counts in the smallest index: a million commits take 13 ms, 170 with nothing in memory.
Result<void> SqliteJournal::check_count() {
  KANPAN_LET(Statement counted, writer_->query("SELECT count(*) FROM record"));
  KANPAN_TRY(counted.step());
  const Sequence count = counted.sequence(0), wanted = head_.seq - (floor_ - 1);
  if (count == wanted && head_.count == wanted) return {};
  return unusable(fmt::format("it has {} commits, the head says {} of {} to {}", count, head_.count,
                              floor_, head_.seq));
}

Error SqliteJournal::unusable(const std::string& what) const {
  return {Errc::Corrupt, fmt::format("{}: {}", path_.string(), what),
          fmt::format("{}; or move all three aside and begin with an empty journal", kPutBack)};
}

void SqliteJournal::publish(const Head& head) {
  head_ = head;
  {
    const std::lock_guard lock(feed_mutex_);
    last_ = head.seq;
  }
  landed_.notify_all();
}

void SqliteJournal::wait_beyond(Sequence after, std::stop_token stop) const {
  std::unique_lock lock(feed_mutex_);
  landed_.wait(lock, stop, [&] { return last_ > after; });
}

Result<void> SqliteJournal::write(Sync sync, const Body& body) {
  const std::lock_guard lock(write_mutex_);
  return write_locked(sync, body);
}

Result<void> SqliteJournal::write_locked(Sync sync, const Body& body) {
  if (!broken_.empty())
    return Error{Errc::Io, fmt::format("nothing is written after an earlier failure: {}", broken_),
                 "check the disk, then start again"};
  const auto attempt = [&]() -> Result<void> {
    if (const bool now = sync == Sync::Now; now != syncing_now_) {
      KANPAN_TRY(
          writer_->execute(now ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL"));
      syncing_now_ = now;
    }
    KANPAN_LET(Transaction transaction, Transaction::begin(*writer_));
    KANPAN_TRY(body(*writer_));
    return transaction.commit();
  };
  Result<void> done = attempt();
  if (!done && done.error().code == Errc::Io) broken_ = done.error().message;
  if (done) checkpoint();
  return done;
}

void SqliteJournal::checkpoint() {
  const auto moved = writer_->checkpoint_beyond(kCheckpointPages);
  if (moved) return;
  // The commit before it is durable. A full disk will be met by the next one, or be over by then.
  log::warn("journal", "checkpoint: {}", moved.error().text());
  if (moved.error().code == Errc::Io) broken_ = moved.error().message;
}

std::uint64_t SqliteJournal::size() const {
  std::uint64_t bytes = 0;
  for (const char* suffix : {"", "-wal"}) {
    std::error_code missing;
    const auto size = std::filesystem::file_size(path_.string() + suffix, missing);
    if (!missing) bytes += size;
  }
  return bytes;
}

Result<Sequence> SqliteJournal::cursor(std::string_view name) const {
  KANPAN_LET(const auto db, readers_->borrow());
  KANPAN_LET(Statement row, db->query("SELECT seq FROM cursor WHERE name = ?", name));
  KANPAN_LET(const bool found, row.step());
  return found ? row.sequence(0) : 0;
}

Result<void> SqliteJournal::move_cursor(std::string_view name, Sequence to) {
  return write(Sync::Later, [&](Connection& db) -> Result<void> {
    if (to > head_.seq)
      return Error{Errc::Usage,
                   fmt::format("cursor '{}' cannot move to {}: the newest commit is {}", name, to,
                               head_.seq),
                   ""};
    return db.run("INSERT INTO cursor VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET seq = ?2",
                  name, to);
  });
}

}  // namespace kanpan::journal::sqlite
