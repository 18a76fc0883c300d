// Connections to one SQLite file. Internal to journal/sqlite: includes sqlite3.h.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "kanpan/base/error.hpp"
#include "kanpan/journal/sqlite/statement.hpp"

namespace kanpan::journal::sqlite {

/// One thread at a time. Keeps its prepared statements, found by the address of their SQL: pass
/// literals. A statement must not be asked for again while it is in use.
class Connection {
 public:
  /// Frozen: reads a file that nobody else has open, its log too where it has one, without locks;
  /// writes and makes nothing, so that the directory may be read-only.
  enum class Access { Read, Write, Frozen };

  /// `path` must exist, unless `create`. Waits up to 10 s for a lock of another connection.
  static Result<std::unique_ptr<Connection>> open(const std::filesystem::path& path, Access access,
                                                  bool create = false);

  /// Statements without values; rows are dropped.
  Result<void> execute(const std::string& sql);

  template <typename... Values>
  Result<void> run(const char* sql, const Values&... values) {
    KANPAN_LET(Statement statement, prepare(sql));
    statement.bind(SQLITE_STATIC, values...);
    return statement.run();
  }

  /// Copies texts among `values`; step() gives the rows.
  template <typename... Values>
  Result<Statement> query(const char* sql, const Values&... values) {
    KANPAN_LET(Statement statement, prepare(sql));
    statement.bind(SQLITE_TRANSIENT, values...);
    return statement;
  }

  /// Moves the log into the file once it has grown to `pages`, as far as readers let it. What was
  /// committed stays durable in the log when this fails.
  Result<void> checkpoint_beyond(int pages);

  /// Ends a statement that runs meanwhile with an error soon, none that begins later; by any
  /// thread.
  void interrupt() { sqlite3_interrupt(database_.get()); }

  /// Rows that the last run() changed.
  int changes() const { return sqlite3_changes(database_.get()); }

  /// What `code`, just returned, means for this file. Takes the reason from errno, which was 0
  /// before the call.
  Error failure(int code) const;

 private:
  struct Close {
    void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };

  Connection(std::filesystem::path path, sqlite3* database)
      : path_(std::move(path)), database_(database) {}
  Result<Statement> prepare(const char* sql);

  std::filesystem::path path_;
  int log_pages_ = 0;  ///< after the last commit
  std::unique_ptr<sqlite3, Close> database_;
  std::unordered_map<const char*, std::unique_ptr<sqlite3_stmt, Finalize>> statements_;
};

/// Write transaction; rolled back when it goes without commit().
class Transaction {
 public:
  static Result<Transaction> begin(Connection& connection);
  Transaction(Transaction&& other) noexcept
      : connection_(std::exchange(other.connection_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  Result<void> commit();

 private:
  explicit Transaction(Connection& connection) : connection_(&connection) {}
  Connection* connection_;
};

/// A few connections for reading, opened when first needed. Thread-safe.
class ReadPool {
 public:
  ReadPool(std::filesystem::path path, std::size_t size) : path_(std::move(path)), free_(size) {}

  /// Goes back to the pool with its holder; statements must go first.
  class Loan {
   public:
    Loan(ReadPool& pool, std::unique_ptr<Connection> connection)
        : pool_(&pool), connection_(std::move(connection)) {}
    Loan(Loan&&) = default;
    ~Loan() {
      if (connection_) pool_->give_back(std::move(connection_));
    }
    Connection* operator->() const { return connection_.get(); }
    Connection& operator*() const { return *connection_; }

   private:
    ReadPool* pool_;
    std::unique_ptr<Connection> connection_;
  };

  /// Waits while all are lent.
  Result<Loan> borrow();

 private:
  void give_back(std::unique_ptr<Connection> connection);

  const std::filesystem::path path_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::size_t free_;
  std::vector<std::unique_ptr<Connection>> idle_;
};

}  // namespace kanpan::journal::sqlite
