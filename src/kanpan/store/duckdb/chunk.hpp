// Batches into DuckDB's vectors and back, in blocks of a column, never value by value of an API.
#pragma once

#include <span>
#include <vector>

#include "kanpan/base/error.hpp"
#include "kanpan/frame/batch.hpp"
#include "kanpan/store/duckdb/engine.hpp"

namespace kanpan::store::duckdb {

/// DuckDB's name of a column type: VARCHAR, DATE, BIGINT, DOUBLE.
std::string_view sql_type(frame::Type type);

/// Appends batches to one table inside the connection's transaction. Rows may be buffered until
/// close(), which must be called before anything reads the table.
class Appender {
 public:
  /// `catalog` is "temp" for temporary tables, nullptr for the file. With `numbered`, the table has
  /// one more column than `fields`: the sequence.
  static Result<Appender> open(Connection& connection, const char* catalog,
                               const std::string& table, std::span<const frame::Field> fields,
                               bool numbered);
  /// Errc::Usage for text that is not UTF-8.
  Result<void> append(const frame::Batch& batch, Sequence seq);
  Result<void> close();

 private:
  using Raw = Handle<duckdb_appender, duckdb_appender_destroy>;
  Appender(Connection& connection, Raw raw, Chunk chunk, bool numbered)
      : connection_(&connection),
        raw_(std::move(raw)),
        chunk_(std::move(chunk)),
        numbered_(numbered) {}
  Error error();

  Connection* connection_;
  Raw raw_;
  Chunk chunk_;
  bool numbered_;
};

/// Gathers result chunks into one batch.
class Gather {
 public:
  explicit Gather(std::span<const frame::Field> fields);
  void add(duckdb_data_chunk chunk);
  Result<void> add_all(Rows& rows);
  std::size_t rows() const { return rows_; }
  /// What was added so far; starts anew.
  frame::Batch take();

 private:
  struct Column {
    explicit Column(frame::Type t) : type(t) {}
    frame::Type type;
    std::vector<std::uint32_t> offsets{0};
    std::string bytes;
    std::vector<Date> dates;
    std::vector<std::int64_t> ints;
    std::vector<double> reals;
    std::vector<std::uint64_t> nulls;
  };
  void add_column(Column& column, duckdb_vector vector, std::size_t count);

  std::vector<frame::Field> fields_;
  std::vector<Column> columns_;
  std::size_t rows_ = 0;
};

}  // namespace kanpan::store::duckdb
