#include "kanpan/store/duckdb/readers.hpp"

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kanpan/store/duckdb/chunk.hpp"

namespace kanpan::store::duckdb {
namespace {

// Answers up to this many rows are sorted here: DuckDB's sort costs more to start than they do.
constexpr std::size_t kSortHere = 32'768;
constexpr std::size_t kBatchRows = 4'096;

frame::Batch narrowed(frame::Batch&& batch, std::size_t width) {
  if (batch.width() == width) return std::move(batch);
  std::vector<frame::Column> columns;
  for (std::size_t c = 0; c < width; ++c) columns.push_back(std::move(batch.column(c)));
  return {{batch.fields().begin(), batch.fields().begin() + static_cast<std::ptrdiff_t>(width)},
          std::move(columns)};
}

/// Gives the rows [offset, offset + limit) of a short answer: as it came where it came in order and
/// all of it is asked for, else in batches of a few thousand.
Result<void> give_sorted(frame::Batch&& batch, const Plan& plan, const Read& read,
                         const Sink& sink) {
  std::optional<std::vector<std::uint32_t>> order = sorted(batch, plan.order);
  const std::size_t rows = batch.rows();
  const std::size_t from = std::min<std::uint64_t>(read.offset, rows);
  const std::size_t count = std::min<std::uint64_t>(read.limit.value_or(rows), rows - from);
  batch = narrowed(std::move(batch), plan.width);
  if (!order && count == rows) {
    if (rows > 0) KANPAN_TRY(sink(std::move(batch)));
    return {};
  }
  if (!order) {
    order.emplace(rows);
    std::iota(order->begin(), order->end(), 0u);
  }
  const auto wanted = std::span(*order).subspan(from, count);
  for (std::size_t at = 0; at < wanted.size(); at += kBatchRows) {
    const auto part = wanted.subspan(at, std::min(kBatchRows, wanted.size() - at));
    KANPAN_LET(const bool more, sink(batch.take(part)));
    if (!more) break;
  }
  return {};
}

/// The whole answer if it is short, nothing if it turns out long.
Result<std::optional<frame::Batch>> read_short(Connection& connection, const Plan& plan) {
  KANPAN_LET(Rows rows, connection.stream(plan.source, plan.parameters));
  Gather gather(plan.fields);
  while (true) {
    KANPAN_LET(const Chunk chunk, rows.next());
    if (!chunk.get()) return std::optional(gather.take());
    gather.add(chunk.get());
    if (gather.rows() > kSortHere) return std::optional<frame::Batch>();
  }
}

Result<void> give_long(Connection& connection, const Plan& plan, const Read& read,
                       const Sink& sink) {
  const Question question = plan.ordered(read);
  KANPAN_LET(Rows rows, connection.stream(question.sql, question.parameters));
  Gather gather(plan.fields);
  while (true) {
    KANPAN_LET(const Chunk chunk, rows.next());
    if (chunk.get()) gather.add(chunk.get());
    if (gather.rows() >= kBatchRows || (!chunk.get() && gather.rows() > 0)) {
      KANPAN_LET(const bool more, sink(narrowed(gather.take(), plan.width)));
      if (!more) return {};
    }
    if (!chunk.get()) return {};
  }
}

}  // namespace

Result<std::unique_ptr<Readers>> Readers::open(Database& database, const Options& options) {
  auto readers = std::make_unique<Readers>();
  const unsigned count = std::max(2u, options.readers);
  readers->most_slow_ = std::clamp(options.slow_readers, 1u, count - 1);
  readers->patience_ = options.patience;
  for (unsigned i = 0; i < count; ++i) {
    KANPAN_LET(auto connection, database.connect());
    readers->idle_.push_back(std::move(connection));
  }
  return readers;
}

Readers::Loan::~Loan() {
  {
    const std::lock_guard lock(readers_.mutex_);
    readers_.idle_.push_back(std::move(connection_));
    if (slow_) --readers_.slow_;
  }
  readers_.returned_.notify_all();  // who waits for a slow one's turn may not take any other
}

Readers::Loan Readers::borrow() {
  std::unique_lock lock(mutex_);
  returned_.wait(lock, [&] { return !idle_.empty(); });
  std::unique_ptr<Connection> connection = std::move(idle_.back());
  idle_.pop_back();
  return {*this, std::move(connection), false};
}

Result<void> Readers::read_long(const Plan& plan, const Read& read, const Sink& sink) {
  if (!read.slow_sink) return give_long(*borrow(), plan, read, sink);
  std::unique_lock lock(mutex_);
  if (!returned_.wait_for(lock, patience_, [&] { return slow_ < most_slow_ && !idle_.empty(); }))
    return Error{Errc::Busy, fmt::format("{} long reads are going on already", slow_),
                 "ask again in a moment, or for less at a time"};
  ++slow_;
  std::unique_ptr<Connection> connection = std::move(idle_.back());
  idle_.pop_back();
  lock.unlock();
  return give_long(*Loan{*this, std::move(connection), true}, plan, read, sink);
}

Result<void> Readers::read(const Table& table, const Read& read, const Sink& sink) {
  // First in the hope that no commit comes in between, which saves a scan; then in a way that is
  // right whatever happens. `version` must be read before what it vouches for.
  const std::uint64_t version = table.version;
  const Copies hoped{table.folded, table.has_tail, version % 2 == 0};
  KANPAN_LET(const Plan plan, duckdb::plan(table, read, hoped));
  if (plan.is_short) {
    KANPAN_LET(auto answer, read_short(*borrow(), plan));
    if (answer && (!plan.needs_still || table.version == version))
      return give_sorted(std::move(*answer), plan, read, sink);
  }
  KANPAN_LET(const Plan sure, duckdb::plan(table, read, {table.folded, true, false}));
  if (plan.needs_still) {
    KANPAN_LET(auto answer, read_short(*borrow(), sure));
    if (answer) return give_sorted(std::move(*answer), sure, read, sink);
  }
  return read_long(sure, read, sink);
}

Result<std::uint64_t> Readers::count(const Table& table, const Read& read) {
  KANPAN_LET(const Plan plan, duckdb::plan(table, read, {table.folded, true, false}));
  const Question question = plan.counted();
  Loan connection = borrow();
  return connection->number(question.sql, question.parameters);
}

Result<bool> Readers::has_changed(const Table& table, const Read& read, Sequence since) {
  KANPAN_LET(const Question question, changes(table, read, since));
  Loan connection = borrow();
  KANPAN_LET(const std::uint64_t found, connection->number(question.sql, question.parameters));
  return found > 0;
}

Result<std::vector<DayCount>> Readers::day_counts(const Table& table, DateRange range) {
  const std::string day = table.column(table.time);
  const frame::Field fields[] = {{"day", frame::Type::Date}, {"rows", frame::Type::Int}};
  Gather gather(fields);
  {
    Loan connection = borrow();
    KANPAN_LET(Rows rows,
               connection->query(fmt::format("SELECT {0}, count(*) FROM {1} WHERE {0} BETWEEN $1 "
                                             "AND $2 GROUP BY 1 ORDER BY 1",
                                             day, table.current),
                                 {range.first, range.last}));
    KANPAN_TRY(gather.add_all(rows));
  }
  const frame::Batch batch = gather.take();
  std::vector<DayCount> counts;
  for (std::size_t row = 0; row < batch.rows(); ++row)
    counts.push_back(
        {batch.column(0).dates()[row], static_cast<std::uint64_t>(batch.column(1).ints()[row])});
  return counts;
}

Result<std::vector<std::string>> Readers::codes_on(const Table& table, Date day) {
  const std::string code = table.column(table.code);
  const frame::Field fields[] = {{"code", frame::Type::Text}};
  Gather gather(fields);
  {
    Loan connection = borrow();
    KANPAN_LET(Rows rows,
               connection->query(fmt::format("SELECT DISTINCT {0} FROM {1} WHERE {2} = $1 AND {0} "
                                             "IS NOT NULL ORDER BY 1",
                                             code, table.current, table.column(table.time)),
                                 {day}));
    KANPAN_TRY(gather.add_all(rows));
  }
  const frame::Batch batch = gather.take();
  std::vector<std::string> codes;
  for (std::size_t row = 0; row < batch.rows(); ++row)
    codes.emplace_back(batch.column(0).texts()[row]);
  return codes;
}

Result<Contradictions> Readers::contradictions(const Table& table, Sequence since) {
  Contradictions found;
  Loan connection = borrow();
  // Mostly there is none, and then the rows stored need not be looked at.
  KANPAN_LET(
      const std::uint64_t superseded,
      connection->number(fmt::format("SELECT count(*)::UBIGINT FROM {} WHERE _seq > $1", table.old),
                         {since}));
  if (superseded == 0) return found;
  std::vector<std::string> key, same_key, differs;
  for (std::size_t i = 0; i < table.fields.size(); ++i) {
    const std::string before = table.column(i, "o"), now = table.column(i, "c");
    if (std::ranges::find(table.key, i) != table.key.end()) {
      key.push_back(before + "::VARCHAR");
      same_key.push_back(fmt::format("{} IS NOT DISTINCT FROM {}", before, now));
    } else {
      differs.push_back(fmt::format("{0} IS NOT NULL AND {0} IS DISTINCT FROM {1}", before, now));
    }
  }
  if (differs.empty()) return found;
  const frame::Field fields[] = {
      {"rows", frame::Type::Int}, {"example", frame::Type::Text}, {"seq", frame::Type::Int}};
  Gather gather(fields);
  KANPAN_LET(Rows rows, connection->query(
                            fmt::format("SELECT count(*), arg_min(concat_ws('/', {}), o._seq), "
                                        "min(o._seq)::BIGINT FROM {} AS o JOIN {} AS c ON {} "
                                        "WHERE o._seq > $1 AND c._seq > $1 AND ({})",
                                        fmt::join(key, ", "), table.old, table.current,
                                        fmt::join(same_key, " AND "), fmt::join(differs, " OR ")),
                            {since}));
  KANPAN_TRY(gather.add_all(rows));
  const frame::Batch batch = gather.take();
  found.rows = static_cast<std::uint64_t>(batch.column(0).ints()[0]);
  if (found.rows == 0) return found;
  found.example = batch.column(1).texts()[0];
  found.seq = static_cast<Sequence>(batch.column(2).ints()[0]);
  return found;
}

Result<std::uint64_t> Readers::rows_in(const std::string& physical_table) {
  Loan connection = borrow();
  return connection->number("SELECT count(*)::UBIGINT FROM " + physical_table);
}

}  // namespace kanpan::store::duckdb
