#include "kanpan/journal/sqlite/connection.hpp"

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "kanpan/journal/put_back.hpp"

namespace kanpan::journal::sqlite {
namespace {

constexpr int kBusyMilliseconds = 10'000;

Error no_space(const std::filesystem::path& path) {
  std::error_code ignored;
  const auto space = std::filesystem::space(path.parent_path(), ignored);
  return Error{Errc::NoSpace,
               fmt::format("no space left for {}: {} bytes free, nothing was written",
                           path.string(), ignored ? 0 : space.available),
               "free some space on that disk; the write can then be repeated"};
}

Error damaged(const std::filesystem::path& path, std::string_view what) {
  return Error{
      Errc::Corrupt, fmt::format("{} is damaged or no journal: {}", path.string(), what),
      fmt::format("{}; or move all three aside and begin with an empty journal", kPutBack)};
}

/// As a URI for a file that does not change; SQLite then looks for no log.
std::string immutable_uri(const std::filesystem::path& path) {
  std::string uri = "file:";
  for (const char c : path.string())
    c == '%' || c == '?' || c == '#' ? void(uri += fmt::format("%{:02x}", c)) : void(uri += c);
  return uri + "?immutable=1";
}

/// A log needs locks and a shared index beside it, unless a connection is alone with it by a VFS
/// that has no locks: then the index is in memory.
int frozen_database(const std::filesystem::path& path, sqlite3*& database) {
  std::error_code error;
  const auto log = std::filesystem::file_size(path.string() + "-wal", error);
  if (error || log == 0)
    return sqlite3_open_v2(immutable_uri(path).c_str(), &database,
                           SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI, nullptr);
  return sqlite3_open_v2(path.c_str(), &database, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX,
                         "unix-none");
}

}  // namespace

Result<bool> Statement::step() {
  errno = 0;
  const int code = error_ == SQLITE_OK ? sqlite3_step(statement_) : error_;
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return connection_->failure(code);
}

Result<void> Statement::run() {
  KANPAN_TRY(step());
  return {};
}

Result<std::unique_ptr<Connection>> Connection::open(const std::filesystem::path& path,
                                                     Access access, bool create) {
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (create ? SQLITE_OPEN_CREATE : 0);
  sqlite3* database = nullptr;
  errno = 0;
  const int code = access == Access::Frozen
                       ? frozen_database(path, database)
                       : sqlite3_open_v2(path.c_str(), &database, flags, nullptr);
  std::unique_ptr<Connection> connection(new Connection(path, database));
  if (code != SQLITE_OK) return connection->failure(code);
  sqlite3_extended_result_codes(database, 1);
  sqlite3_busy_timeout(database, kBusyMilliseconds);
  // In place of SQLite's own checkpoint after a commit, which keeps its errors to itself.
  sqlite3_wal_hook(
      database,
      [](void* pages, sqlite3*, const char*, int now) {
        *static_cast<int*>(pages) = now;
        return SQLITE_OK;
      },
      &connection->log_pages_);
  if (access == Access::Frozen) {
    // Closing leaves the log where it is.
    sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    KANPAN_TRY(connection->execute("PRAGMA locking_mode = EXCLUSIVE"));
  }
  if (access != Access::Write) KANPAN_TRY(connection->execute("PRAGMA query_only = 1"));
  return connection;
}

Result<void> Connection::execute(const std::string& sql) {
  errno = 0;
  const int code = sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return failure(code);
  return {};
}

Result<Statement> Connection::prepare(const char* sql) {
  auto& kept = statements_[sql];
  if (!kept) {
    sqlite3_stmt* statement = nullptr;
    errno = 0;
    const int code = sqlite3_prepare_v3(database_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT,
                                        &statement, nullptr);
    if (code == SQLITE_ERROR) return damaged(path_, sqlite3_errmsg(database_.get()));
    if (code != SQLITE_OK) return failure(code);
    kept.reset(statement);
  }
  return Statement(kept.get(), *this);
}

Result<void> Connection::checkpoint_beyond(int pages) {
  if (log_pages_ < pages) return {};
  errno = 0;
  const int code = sqlite3_wal_checkpoint_v2(database_.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE,
                                             nullptr, nullptr);
  if (code != SQLITE_OK && code != SQLITE_BUSY) return failure(code);
  return {};
}

Error Connection::failure(int code) const {
  const int system = errno;  // sqlite3_system_errno() keeps that of some earlier failure
  // A failed fsync leaves in doubt what is on disk, whatever its reason: never NoSpace.
  const bool full = code == SQLITE_FULL ||
                    ((system == ENOSPC || system == EDQUOT) && (code & 0xff) == SQLITE_IOERR &&
                     code != SQLITE_IOERR_FSYNC && code != SQLITE_IOERR_DIR_FSYNC);
  const std::string what =
      database_ ? fmt::format("{} (SQLite {})", sqlite3_errmsg(database_.get()), code)
                : fmt::format("{} (SQLite {})", sqlite3_errstr(code), code);
  if (full) return no_space(path_);
  switch (code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return damaged(path_, what);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Error{Errc::Busy,
                   fmt::format("{} is held by another process: {}", path_.string(), what),
                   "end the program that has it open"};
    case SQLITE_IOERR:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return Error{Errc::Io,
                   fmt::format("{}: {}{}", path_.string(), what,
                               system == 0 ? "" : fmt::format(": {}", std::strerror(system))),
                   "check the disk and the rights on the file"};
    default:
      return Error{Errc::Failed, fmt::format("{}: {}", path_.string(), what), ""};
  }
}

Result<Transaction> Transaction::begin(Connection& connection) {
  KANPAN_TRY(connection.run("BEGIN IMMEDIATE"));
  return Transaction(connection);
}

Transaction::~Transaction() {
  // After some errors SQLite has rolled back by itself, and says so here; there is nothing to add.
  if (connection_ != nullptr) (void)connection_->run("ROLLBACK");
}

Result<void> Transaction::commit() {
  KANPAN_TRY(connection_->run("COMMIT"));
  connection_ = nullptr;
  return {};
}

Result<ReadPool::Loan> ReadPool::borrow() {
  std::unique_lock lock(mutex_);
  returned_.wait(lock, [&] { return free_ > 0; });
  --free_;
  if (!idle_.empty()) {
    auto connection = std::move(idle_.back());
    idle_.pop_back();
    return Loan(*this, std::move(connection));
  }
  lock.unlock();
  auto opened = Connection::open(path_, Connection::Access::Read);
  if (!opened) {
    give_back(nullptr);
    return std::move(opened).error();
  }
  return Loan(*this, *std::move(opened));
}

void ReadPool::give_back(std::unique_ptr<Connection> connection) {
  {
    const std::lock_guard lock(mutex_);
    ++free_;
    if (connection) idle_.push_back(std::move(connection));
  }
  returned_.notify_one();
}

}  // namespace kanpan::journal::sqlite
