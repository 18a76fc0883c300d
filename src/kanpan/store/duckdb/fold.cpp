// The by-code copy: appending sorted runs, and sorting all of it anew.
#include <algorithm>

#include <fmt/format.h>

#include "kanpan/store/duckdb/writer.hpp"

namespace kanpan::store::duckdb {

Result<bool> Writer::fold(bool everything) {
  bool did_something = false;
  for (const auto& [name, table] : tables_) {
    if (!table->has_by_code()) continue;
    auto folded = fold_table(*table, everything);
    if (!folded) return std::move(folded.error()).within("fold table " + name);
    did_something |= *folded;
  }
  if (!did_something) return false;
  KANPAN_TRY(connection_->query("DELETE FROM _applied WHERE seq < $1", {applied()}));
  // Bulk writes leave only block pointers in the WAL, so its size starts no checkpoint; and DDL
  // must not stay in it.
  KANPAN_TRY(checkpoint());
  return true;
}

Result<bool> Writer::fold_table(Table& table, bool everything) {
  KANPAN_LET(State* const state, state(table));
  if (state->unfolded_rows == 0 && (!everything || state->runs <= 1)) return false;
  if (!everything && state->unfolded_rows < options_.fold_rows) return false;

  // A rewrite costs as much as all rows, a run as much as its own; runs cost every reader. Growing
  // by half pays for a rewrite, so that a back-fill is sorted a bounded number of times.
  const bool rewrite = everything || state->runs >= options_.fold_runs ||
                       state->unfolded_rows * 2 >= state->folded_rows;
  const Sequence upto = applied();
  const Workers workers(connection_->database(), most_helpers());
  const auto work = [&]() -> Result<void> {
    const std::string rows = fmt::format("SELECT {}, _seq FROM {}", table.columns, table.current);
    if (rewrite) {
      KANPAN_TRY(connection_->run(fmt::format("CREATE OR REPLACE TABLE {} AS {} ORDER BY {}",
                                              table.by_code, rows, table.by_code_order())));
      KANPAN_TRY(connection_->query("DELETE FROM _folded WHERE name = $1", {table.spec->name}));
    } else {
      KANPAN_TRY(connection_->query(fmt::format("INSERT INTO {} {} WHERE _seq > $1 ORDER BY {}",
                                                table.by_code, rows, table.by_code_order()),
                                    {table.folded.load()}));
    }
    KANPAN_TRY(connection_->query("INSERT INTO _folded VALUES ($1, $2)", {table.spec->name, upto}));
    return {};
  };
  const auto publish = [&] {
    table.folded = upto;
    table.has_tail = false;
  };
  KANPAN_TRY(in_transaction({&table}, work, publish));
  state->folded_rows += state->unfolded_rows;
  state->unfolded_rows = 0;
  state->runs = rewrite ? 1 : state->runs + 1;
  return true;
}

}  // namespace kanpan::store::duckdb
