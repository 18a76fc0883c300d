#include "kanpan/journal/sqlite/schema.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "kanpan/journal/put_back.hpp"

namespace kanpan::journal::sqlite {
namespace {

namespace fs = std::filesystem;

/// "Kanp": what PRAGMA application_id of a journal says.
constexpr int kApplicationId = 0x4b616e70;

/// Larger pages write blobs faster (20 × 170 KB a transaction: 0.11, 0.086, 0.070 µs a row with 4,
/// 8, 16 KiB) but cost more log for every small commit.
constexpr int kPageSize = 8192;

/// `head` repeats the newest record, so that a lost tail is seen; `count` is how many are held
/// here. A `stretch` is a run of commits that was moved to `place`; a `snapshot` a verified copy of
/// the state after `seq`. Times are µs since 1970 UTC, days are days since 1970-01-01.
constexpr const char* kTables = R"(
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE head (
  id INTEGER PRIMARY KEY CHECK (id = 1), seq INTEGER NOT NULL, time INTEGER NOT NULL,
  chain BLOB NOT NULL, count INTEGER NOT NULL);
CREATE TABLE record (
  seq INTEGER PRIMARY KEY, time INTEGER NOT NULL, node TEXT NOT NULL, tab TEXT NOT NULL,
  mode INTEGER NOT NULL, scope TEXT NOT NULL, run TEXT NOT NULL, unit INTEGER NOT NULL,
  source TEXT NOT NULL, simulated INTEGER NOT NULL, rows INTEGER NOT NULL,
  touched_first INTEGER, touched_last INTEGER, first_code TEXT NOT NULL, last_code TEXT NOT NULL,
  content BLOB NOT NULL, chain BLOB NOT NULL);
CREATE INDEX record_tab ON record (tab);
CREATE INDEX record_time ON record (time);
CREATE TABLE payload (seq INTEGER PRIMARY KEY, crc INTEGER NOT NULL, bytes BLOB NOT NULL);
CREATE TABLE stretch (
  first_seq INTEGER PRIMARY KEY, last_seq INTEGER NOT NULL, last_time INTEGER NOT NULL,
  last_chain BLOB NOT NULL, place TEXT NOT NULL);
CREATE TABLE snapshot (
  seq INTEGER PRIMARY KEY, hash BLOB NOT NULL, place TEXT NOT NULL, verified_at INTEGER);
CREATE TABLE cursor (name TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE run (
  id TEXT PRIMARY KEY, command TEXT NOT NULL, tables TEXT NOT NULL, arguments TEXT NOT NULL,
  state INTEGER NOT NULL, started INTEGER NOT NULL, finished INTEGER, error TEXT NOT NULL)
  WITHOUT ROWID;
CREATE INDEX run_started ON run (started);
CREATE TABLE unit (
  run TEXT NOT NULL, number INTEGER NOT NULL, tab TEXT NOT NULL, label TEXT NOT NULL,
  plan TEXT NOT NULL, state INTEGER NOT NULL, rows INTEGER NOT NULL, quarantined INTEGER NOT NULL,
  seq INTEGER NOT NULL, error TEXT NOT NULL, PRIMARY KEY (run, number)) WITHOUT ROWID;
CREATE TABLE call (
  id INTEGER PRIMARY KEY, run TEXT NOT NULL, unit INTEGER NOT NULL, attempt INTEGER NOT NULL,
  text TEXT NOT NULL, at INTEGER NOT NULL, milliseconds INTEGER NOT NULL, rows INTEGER NOT NULL,
  page BLOB NOT NULL, error TEXT NOT NULL);
CREATE INDEX call_run ON call (run);
CREATE TABLE day (
  tab TEXT NOT NULL, day INTEGER NOT NULL, rows INTEGER NOT NULL, expected INTEGER,
  complete INTEGER NOT NULL, content BLOB NOT NULL, seen INTEGER NOT NULL, PRIMARY KEY (tab, day))
  WITHOUT ROWID;
CREATE TABLE quarantine (
  id INTEGER PRIMARY KEY AUTOINCREMENT, run TEXT NOT NULL, unit INTEGER NOT NULL, tab TEXT NOT NULL,
  call TEXT NOT NULL, rule TEXT NOT NULL, reason TEXT NOT NULL, row TEXT NOT NULL,
  at INTEGER NOT NULL,
  state TEXT NOT NULL, page BLOB NOT NULL, source TEXT NOT NULL, simulated INTEGER NOT NULL);
CREATE INDEX quarantine_tab ON quarantine (tab, state);
CREATE INDEX quarantine_row ON quarantine (tab, row);
CREATE TABLE lease (
  name TEXT PRIMARY KEY, holder TEXT NOT NULL, fence INTEGER NOT NULL, expires INTEGER NOT NULL)
  WITHOUT ROWID;
CREATE TABLE quota (
  api TEXT NOT NULL, window INTEGER NOT NULL, calls INTEGER NOT NULL, PRIMARY KEY (api, window))
  WITHOUT ROWID;
CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
)";

/// Makes what a rename did to a directory survive a power cut.
Result<void> sync_directory(const fs::path& directory) {
  const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool done = descriptor >= 0 && ::fsync(descriptor) == 0;
  const int error = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (done) return {};
  return Error{Errc::Io,
               fmt::format("cannot sync {}: {}", directory.string(), std::strerror(error)),
               "check the disk"};
}

/// Built beside and renamed when whole: a file of that name is a journal or it is damaged, never
/// one that was half made.
Result<void> create(const fs::path& path) {
  const fs::path made = path.string() + ".new";
  std::error_code error;
  for (const char* suffix : {"", "-wal", "-shm"}) fs::remove(made.string() + suffix, error);
  if (error)
    return Error{Errc::Io, fmt::format("cannot remove {}: {}", made.string(), error.message()), ""};
  {
    KANPAN_LET(auto connection, Connection::open(made, Connection::Access::Write, true));
    KANPAN_TRY(connection->execute(
        fmt::format("PRAGMA page_size = {}; PRAGMA application_id = {}; PRAGMA journal_mode = WAL;"
                    "PRAGMA synchronous = FULL; BEGIN; {} "
                    "INSERT INTO meta VALUES ('format', '{}');"
                    "INSERT INTO head VALUES (1, 0, 0, zeroblob(32), 0); COMMIT;"
                    "PRAGMA wal_checkpoint(TRUNCATE)",
                    kPageSize, kApplicationId, kTables, kFormat)));
  }
  fs::rename(made, path, error);
  if (error)
    return Error{
        Errc::Io,
        fmt::format("cannot rename {} to {}: {}", made.string(), path.string(), error.message()),
        ""};
  return sync_directory(path.parent_path());
}

Result<std::int64_t> integer_of(Connection& connection, const char* sql) {
  KANPAN_LET(Statement statement, connection.query(sql));
  KANPAN_LET(const bool found, statement.step());
  return found ? statement.integer(0) : 0;
}

/// From format 1: rows held back get the evidence of the commits of their run, or of their table.
constexpr const char* kUpgrade = R"(
BEGIN IMMEDIATE;
ALTER TABLE quarantine ADD COLUMN source TEXT NOT NULL DEFAULT 'unknown';
ALTER TABLE quarantine ADD COLUMN simulated INTEGER NOT NULL DEFAULT 0;
UPDATE quarantine AS q SET source = r.source, simulated = r.simulated FROM record AS r
  WHERE r.seq = (SELECT max(seq) FROM record WHERE tab = q.tab);
UPDATE quarantine AS q SET source = r.source, simulated = r.simulated FROM record AS r
  WHERE r.seq = (SELECT max(seq) FROM record WHERE tab = q.tab AND run = q.run);
CREATE INDEX IF NOT EXISTS quarantine_row ON quarantine (tab, row);
UPDATE meta SET value = '2' WHERE key = 'format';
COMMIT;
)";

/// Refuses what this program does not know and brings what is older up to its format.
Result<std::int64_t> format_of(const fs::path& path, Connection& connection) {
  KANPAN_LET(const auto id, integer_of(connection, "PRAGMA application_id"));
  if (id != kApplicationId)
    return Error{Errc::Corrupt,
                 fmt::format("{} is an SQLite database, but not a journal", path.string()),
                 "move it aside, or choose another data directory"};
  KANPAN_LET(
      const auto format,
      integer_of(connection, "SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'format'"));
  if (format > kFormat)
    return Error{Errc::Config,
                 fmt::format("{} has format {}, this program knows formats up to {}", path.string(),
                             format, kFormat),
                 "use the newer program that wrote it"};
  if (format < 1)
    return Error{Errc::Corrupt, fmt::format("{} does not say which format it has", path.string()),
                 kPutBack};
  return format;
}

Result<void> settle_format(const fs::path& path, Connection& connection) {
  KANPAN_LET(const auto format, format_of(path, connection));
  return format < kFormat ? connection.execute(kUpgrade) : Result<void>{};
}

/// What SQLite would take for a fresh database, or worse, play an old log into.
Result<bool> must_create(const fs::path& path) {
  std::error_code error;
  if (fs::is_directory(path, error))
    return Error{Errc::Config, fmt::format("{} is a directory, not a journal", path.string()),
                 "move it aside, or choose another data directory"};
  const bool there = fs::exists(path, error);
  if (!there && fs::exists(path.string() + "-wal", error))
    return Error{Errc::Corrupt,
                 fmt::format("{0} is missing, but its log {0}-wal is there", path.string()),
                 fmt::format("{}; or move the log aside to begin with an empty journal", kPutBack)};
  if (there && fs::file_size(path, error) == 0)
    return Error{Errc::Corrupt, fmt::format("{} is empty, a journal never is", path.string()),
                 fmt::format("{}; or remove all three to begin with an empty journal", kPutBack)};
  if (error)
    return Error{Errc::Io, fmt::format("{}: {}", path.string(), error.message()),
                 "check the rights on the file and its directory"};
  return !there;
}

}  // namespace

Result<std::unique_ptr<Connection>> open_writer(const fs::path& path) {
  KANPAN_LET(const bool fresh, must_create(path));
  if (fresh) KANPAN_TRY(create(path));
  KANPAN_LET(auto connection, Connection::open(path, Connection::Access::Write));
  KANPAN_TRY(settle_format(path, *connection));
  KANPAN_TRY(
      connection->execute(fmt::format("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                                      "PRAGMA journal_size_limit = {}",
                                      2LL * kCheckpointPages * kPageSize)));
  return connection;
}

Result<std::unique_ptr<Connection>> open_frozen(const fs::path& path) {
  KANPAN_LET(const bool absent, must_create(path));
  if (absent)
    return Error{Errc::NotFound, fmt::format("there is no journal {}", path.string()), ""};
  KANPAN_LET(auto connection, Connection::open(path, Connection::Access::Frozen));
  KANPAN_TRY(format_of(path, *connection));
  return connection;
}

}  // namespace kanpan::journal::sqlite
