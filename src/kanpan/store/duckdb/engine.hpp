// DuckDB's C API as values: connections, prepared statements, results, and its errors as ours.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <variant>
#include <vector>

#include <duckdb.h>

#include "kanpan/base/date.hpp"
#include "kanpan/base/error.hpp"
#include "kanpan/store/duckdb/duckdb_store.hpp"

namespace kanpan::store::duckdb {

/// Owns a C handle; `Destroy` takes its address.
template <typename T, auto Destroy>
class Handle {
 public:
  Handle() = default;
  explicit Handle(T raw) : raw_(raw) {}
  Handle(Handle&& other) noexcept : raw_(std::exchange(other.raw_, T{})) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(raw_, other.raw_);
    return *this;
  }
  ~Handle() {
    if (raw_) Destroy(&raw_);
  }
  T get() const { return raw_; }
  T* out() { return &raw_; }

 private:
  T raw_{};
};

using Chunk = Handle<duckdb_data_chunk, duckdb_destroy_data_chunk>;
using Parameter = std::variant<std::string, Date, std::int64_t, double, std::uint64_t, bool,
                               std::vector<std::string>>;

class Database;

/// The rows of one statement, chunk by chunk.
class Rows {
 public:
  Rows(Database& database, duckdb_result result) : database_(&database), result_(result) {}
  Rows(Rows&& other) noexcept
      : database_(other.database_), result_(std::exchange(other.result_, {})) {}
  Rows& operator=(Rows&&) = delete;
  ~Rows() { duckdb_destroy_result(&result_); }

  /// An empty handle at the end.
  Result<Chunk> next();
  /// Rows that an INSERT, DELETE or UPDATE touched.
  std::uint64_t changed() { return duckdb_rows_changed(&result_); }

 private:
  Database* database_;
  duckdb_result result_{};
};

/// One connection with its prepared statements. One thread at a time.
///
/// DuckDB 1.5 plans a prepared statement anew at each execution only if it has parameters. One
/// without keeps its first plan, which rests on the statistics of that moment: after more rows came
/// it drops rows and mangles text (duckdb/duckdb#23704, #24182; mended after 1.5.5). So a statement
/// without parameters is never kept here, and never prepared apart from its execution.
class Connection {
 public:
  Connection(Database& database, duckdb_connection raw) : database_(database), raw_(raw) {}

  /// Runs SQL that has no parameters and no rows worth having.
  Result<void> run(const std::string& sql);
  /// Binds and executes; all rows are there when it returns. Prepared once per text if it has
  /// parameters.
  Result<Rows> query(const std::string& sql, const std::vector<Parameter>& parameters = {});
  /// The same, but rows are made as they are taken; nothing else may run meanwhile. At least one
  /// parameter.
  Result<Rows> stream(const std::string& sql, const std::vector<Parameter>& parameters);
  /// First column of the first row of a query whose answer is one integer; 0 for null.
  Result<std::uint64_t> number(const std::string& sql,
                               const std::vector<Parameter>& parameters = {});

  duckdb_connection raw() const { return raw_.get(); }
  Database& database() const { return database_; }
  Error error(duckdb_error_type type, std::string_view text) const;

 private:
  using Prepared = Handle<duckdb_prepared_statement, duckdb_destroy_prepare>;

  Result<duckdb_prepared_statement> bound(const std::string& sql,
                                          const std::vector<Parameter>& parameters);

  Database& database_;
  Handle<duckdb_connection, duckdb_disconnect> raw_;
  std::unordered_map<std::string, Prepared> statements_;
};

class Database {
 public:
  static Result<std::unique_ptr<Database>> open(const std::filesystem::path& path,
                                                const Options& options);
  /// A database without a file that may read `readable` and nothing else of this machine.
  static Result<std::unique_ptr<Database>> open_in_memory(const std::filesystem::path& readable);
  Result<std::unique_ptr<Connection>> connect();
  bool invalidated() const { return invalidated_.load(std::memory_order_relaxed); }
  bool damaged() const { return damaged_.load(std::memory_order_relaxed); }

  /// Translates and remembers when the instance was declared unusable.
  Error error(duckdb_error_type type, std::string_view text);

 private:
  friend class Workers;
  Handle<duckdb_database, duckdb_close> raw_;
  std::atomic<bool> invalidated_ = false;
  std::atomic<bool> damaged_ = false;
  std::atomic<bool> full_ = false;  ///< a full disk is why it was declared unusable
};

/// Threads that help with whatever the database has to do, for as long as this lives.
class Workers {
 public:
  Workers(Database& database, unsigned count);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

 private:
  duckdb_task_state state_;
  std::vector<std::jthread> threads_;
};

}  // namespace kanpan::store::duckdb
