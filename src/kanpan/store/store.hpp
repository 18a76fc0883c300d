// The hot store: rows in columns, in both physical orders, rebuilt from the journal at any time.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "kanpan/base/error.hpp"
#include "kanpan/base/hash.hpp"
#include "kanpan/catalog/table_spec.hpp"
#include "kanpan/frame/batch.hpp"
#include "kanpan/frame/change.hpp"

namespace kanpan::store {

using frame::Mode;
using frame::Scope;
using frame::Sequence;

/// One commit of the journal, as the store needs it.
struct Change {
  Sequence seq = 0;
  const catalog::TableSpec* table = nullptr;
  Mode mode = Mode::Upsert;
  Scope scope;
  frame::Batch rows;  ///< all columns of the table, catalog order
  Sha256 chain{};     ///< of the commit: tells it from one of the same sequence in another journal
};

/// What became of a change. A change that was applied before has only its sequence.
struct Applied {
  Sequence seq = 0;
  std::uint64_t added = 0, changed = 0, unchanged = 0, closed = 0;
  std::uint64_t repeated = 0;  ///< rows dropped because a later row of the change has their key
};

enum class Op { Eq, Ne, Lt, Le, Gt, Ge, In, IsNull, NotNull };
using Value = std::variant<std::string, Date, std::int64_t, double>;

struct Filter {
  std::string column;
  Op op = Op::Eq;
  std::vector<Value> values;  ///< one, several for In, none for IsNull and NotNull
};

struct Order {
  std::string column;
  bool descending = false;
};

struct Read {
  const catalog::TableSpec* table = nullptr;
  std::vector<std::string> columns;  ///< empty = all, catalog order
  std::vector<std::string> codes;    ///< empty = every code
  std::optional<Date> from, to;      ///< of the table's time column
  std::vector<Filter> filters;
  std::vector<Order> order;  ///< empty = key order; nulls last; ties in key order
  bool any_order = false;    ///< no order at all: cheaper for a whole table
  bool by_code = false;      ///< from the by-code copy, where there is one: to see what that holds
  bool slow_sink = false;    ///< the sink may wait for somebody: see Store::read
  std::optional<std::uint64_t> limit;
  std::uint64_t offset = 0;
  std::optional<Sequence> as_of;  ///< rows as they were after this commit
};

/// Gets batches of a few thousand rows, a short answer (up to 32,768) in one; returns false to stop
/// early.
using Sink = std::function<Result<bool>(frame::Batch&&)>;

struct DayCount {
  Date day;
  std::uint64_t rows = 0;
};

/// Versions that other versions replaced which say something else.
struct Contradictions {
  std::uint64_t rows = 0;
  std::string example;  ///< key of the first, its parts joined by /
  Sequence seq = 0;     ///< commit that brought it: as_of this one it is still seen
};

struct Size {
  std::uint64_t bytes = 0, rows = 0, history_rows = 0;
  std::uint64_t history_bytes = 0;  ///< those of `bytes` that superseded rows take
};

/// apply(), fold() and checkpoints belong to one writer thread; everything else is thread-safe and
/// runs beside it on a bounded number of readers.
class Store {
 public:
  virtual ~Store() = default;

  /// Applies changes in order in one transaction that also stores the last sequence and its chain.
  /// Changes at or below applied() are skipped, so a replay is harmless. Writer thread.
  virtual Result<std::vector<Applied>> apply(std::span<const Change> changes) = 0;
  /// Last sequence whose rows are visible to readers.
  virtual Sequence applied() const = 0;
  /// Brings the by-code copy up to date where it pays. Writer thread, when idle. True if it did
  /// something.
  virtual Result<bool> fold(bool everything) = 0;

  /// A long read keeps its reader while the sink works. Of reads whose sink may wait for a client
  /// only so many run at once that readers are left for all others; one that finds no room in a few
  /// seconds is Errc::Busy before its sink is called.
  virtual Result<void> read(const Read& read, const Sink& sink) const = 0;
  virtual Result<std::uint64_t> count(const Read& read) const = 0;
  /// Whether any row that the read covers (its codes, days and filters) was added, changed or
  /// closed by a commit after `since`. A commit that brought what was there already changes none.
  virtual Result<bool> has_changed(const Read& read, Sequence since) const = 0;
  /// Rows per day of the time column, oldest first.
  virtual Result<std::vector<DayCount>> day_counts(const catalog::TableSpec& table,
                                                   DateRange range) const = 0;
  /// Codes stored for one day, sorted.
  virtual Result<std::vector<std::string>> codes_on(const catalog::TableSpec& table,
                                                    Date day) const = 0;
  /// Of the versions that commits after `since` brought and later ones superseded: those with a
  /// value that the row stored now does not have. An empty cell that was filled is none.
  virtual Result<Contradictions> contradictions(const catalog::TableSpec& table,
                                                Sequence since) const = 0;
  virtual Result<std::map<std::string, Size>> sizes() const = 0;
  /// Bytes of the store's files.
  virtual std::uint64_t bytes() const = 0;
};

}  // namespace kanpan::store
