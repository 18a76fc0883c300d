// A bounded number of connections that answer reads.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "kanpan/store/duckdb/duckdb_store.hpp"
#include "kanpan/store/duckdb/engine.hpp"
#include "kanpan/store/duckdb/plan.hpp"
#include "kanpan/store/duckdb/schema.hpp"
#include "kanpan/store/store.hpp"

namespace kanpan::store::duckdb {

/// Thread-safe. A read holds one connection while it runs; further reads wait. Long reads with a
/// slow sink get some of the connections only.
class Readers {
 public:
  static Result<std::unique_ptr<Readers>> open(Database& database, const Options& options);

  Result<void> read(const Table& table, const Read& read, const Sink& sink);
  Result<std::uint64_t> count(const Table& table, const Read& read);
  Result<bool> has_changed(const Table& table, const Read& read, Sequence since);
  Result<std::vector<DayCount>> day_counts(const Table& table, DateRange range);
  Result<std::vector<std::string>> codes_on(const Table& table, Date day);
  Result<Contradictions> contradictions(const Table& table, Sequence since);
  Result<std::uint64_t> rows_in(const std::string& physical_table);

 private:
  /// A connection on loan; gives itself back.
  class Loan {
   public:
    Loan(Readers& readers, std::unique_ptr<Connection> connection, bool slow)
        : readers_(readers), connection_(std::move(connection)), slow_(slow) {}
    ~Loan();
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;
    Connection* operator->() { return connection_.get(); }
    Connection& operator*() { return *connection_; }

   private:
    Readers& readers_;
    std::unique_ptr<Connection> connection_;
    const bool slow_;
  };
  Loan borrow();
  Result<void> read_long(const Plan& plan, const Read& read, const Sink& sink);

  unsigned most_slow_ = 1;
  std::chrono::milliseconds patience_{};
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<Connection>> idle_;
  unsigned slow_ = 0;  ///< lent to long reads with a slow sink
};

}  // namespace kanpan::store::duckdb
