// How a catalog table lies in the file: names, columns, DDL, and the check that both agree.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kanpan/catalog/table_spec.hpp"
#include "kanpan/store/duckdb/duckdb_store.hpp"
#include "kanpan/store/duckdb/engine.hpp"

namespace kanpan::store::duckdb {

inline constexpr std::size_t kNone = static_cast<std::size_t>(-1);

/// A table as the store sees it. Everything but the atomics stays as made.
struct Table {
  explicit Table(const catalog::TableSpec& spec);

  const catalog::TableSpec* spec;
  std::vector<frame::Field> fields;
  std::vector<std::size_t> key;  ///< positions of the key columns
  std::size_t time = kNone;      ///< position of the time column, if its type is Date
  std::size_t code = kNone;      ///< position of the code column, if its type is Text
  bool time_in_key = false, code_in_key = false;
  std::string current, by_code, old, stage, match;  ///< quoted table names
  std::string columns;                              ///< quoted, comma separated, catalog order

  /// Rows of `current` up to this sequence are in `by_code`. Written by the writer after the
  /// commit; any value that a reader sees is right, as both copies hold `_seq`.
  std::atomic<Sequence> folded = 0;
  /// Whether `current` may hold rows beyond `folded`.
  std::atomic<bool> has_tail = true;
  /// Odd while a commit on the table may become visible. If it is even and the same before and
  /// after a read, the read saw exactly the state that `folded` and `has_tail` describe.
  std::atomic<std::uint64_t> version = 0;

  bool has_by_code() const { return time != kNone && code != kNone; }
  /// `prefix."name"`; the prefix may be empty.
  std::string column(std::size_t i, std::string_view prefix = "") const;
  /// All columns with a prefix.
  std::string all(std::string_view prefix) const;
  /// What the file must agree with: columns, types, key, code, time.
  std::string definition() const;
  /// Column names that sort the by-code copy: code, time, then the rest of the key.
  std::string by_code_order() const;
};

using Tables = std::map<std::string, std::unique_ptr<Table>, std::less<>>;

/// A double-quoted SQL identifier.
std::string identifier(std::string_view name);

/// Checks what is there, then creates what is missing, and anew what is of another definition,
/// where the origin has no commits of it; a table without its view gets that, and comments follow
/// the labels of the catalog. Forgets tables that the catalog lost while they have commits to come,
/// so that they are missing when they are in the catalog again. Without any table nothing in the
/// file changes. Gives the last sequence applied. Errc::Corrupt when the file is another program's,
/// of another format or another journal, or differs from the catalog in tables with commits: then
/// it is left as it was.
Result<Sequence> prepare_schema(Connection& connection, Tables& tables, const Origin& origin);

/// Makes the temporary tables `stage` and `match` of the writer's connection.
Result<void> create_working_tables(Connection& connection, const Table& table);

}  // namespace kanpan::store::duckdb
