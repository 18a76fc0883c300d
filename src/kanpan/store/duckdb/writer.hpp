// The one writer: changes into tables, folding, checkpoints.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <vector>

#include "kanpan/store/duckdb/chunk.hpp"
#include "kanpan/store/duckdb/key_index.hpp"
#include "kanpan/store/duckdb/schema.hpp"
#include "kanpan/store/store.hpp"

namespace kanpan::store::duckdb {

/// One thread. Owns the only connection that writes, so that no checkpoint ever races a commit.
class Writer {
 public:
  Writer(std::unique_ptr<Connection> connection, Tables& tables, const Options& options,
         Sequence applied)
      : connection_(std::move(connection)), tables_(tables), options_(options), applied_(applied) {}

  Result<std::vector<Applied>> apply(std::span<const Change> changes);
  Sequence applied() const { return applied_.load(std::memory_order_acquire); }
  Result<bool> fold(bool everything);
  Result<bool> checkpoint();

 private:
  /// What only the writer knows of a table; read from the file when it is first written to.
  struct State {
    KeyIndex keys;
    std::uint64_t folded_rows = 0, unfolded_rows = 0;
    unsigned runs = 0;
  };
  using Appenders = std::map<const Table*, Appender>;

  Result<void> check(const Change& change) const;
  Result<State*> state(const Table& table);
  Result<KeyIndex> load_keys(const Table& table);
  Result<void> apply_all(std::span<const Change> changes, std::vector<Applied>& applied);
  Result<Applied> apply_one(const Table& table, const Change& change, Appenders& open);
  Result<bool> fold_table(Table& table, bool everything);
  /// Runs `work` in a transaction that changes the tables given, and `publish` once it is durable.
  /// `helpers` threads take part in its commit.
  Result<void> in_transaction(const std::set<Table*>& touched,
                              const std::function<Result<void>()>& work,
                              const std::function<void()>& publish, unsigned helpers = 0);
  /// Threads that may help this one.
  unsigned most_helpers() const { return std::max(1u, options_.threads) - 1; }

  std::unique_ptr<Connection> connection_;
  Tables& tables_;
  const Options options_;
  std::atomic<Sequence> applied_;
  std::map<const Table*, State> states_;
};

}  // namespace kanpan::store::duckdb
