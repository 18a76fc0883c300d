#include "kanpan/store/duckdb/writer.hpp"

#include <functional>
#include <utility>

#include <fmt/format.h>

#include "kanpan/store/duckdb/row_order.hpp"
#include "kanpan/store/duckdb/staged.hpp"

namespace kanpan::store::duckdb {
namespace {

Error wrong_change(const Change& change, std::string reason) {
  return {Errc::Usage,
          fmt::format("change {} of table {}: {}", change.seq, change.table->name, reason), ""};
}

}  // namespace

Result<std::vector<Applied>> Writer::apply(std::span<const Change> changes) {
  std::vector<Applied> applied;
  std::set<Table*> touched;
  Sequence last = this->applied();
  std::uint64_t rows = 0;
  std::string chain;
  for (const Change& change : changes) {
    if (change.seq <= this->applied()) continue;
    KANPAN_TRY(check(change));
    if (change.seq <= last) return wrong_change(change, "sequences must rise");
    last = change.seq;
    rows += change.rows.rows();
    chain = hex(change.chain);
    Table& table = *tables_.find(change.table->name)->second;
    touched.insert(&table);
    KANPAN_TRY(state(table));
  }
  if (last == this->applied()) {
    for (const Change& change : changes) applied.push_back({.seq = change.seq});
    return applied;
  }
  const auto work = [&]() -> Result<void> {
    KANPAN_TRY(apply_all(changes, applied));
    KANPAN_TRY(connection_->query("INSERT INTO _applied VALUES ($1, $2)", {last, chain}));
    return {};
  };
  const auto publish = [&] {
    for (Table* table : touched) table->has_tail = true;
    applied_.store(last, std::memory_order_release);
  };
  // A commit that starts a checkpoint compresses all that came since the last one, and whoever has
  // more to bring waits for it. A few rows are not worth a thread.
  const bool is_large = rows >= options_.fold_rows;
  KANPAN_TRY(in_transaction(touched, work, publish, is_large ? most_helpers() : 0));
  return applied;
}

Result<void> Writer::in_transaction(const std::set<Table*>& touched,
                                    const std::function<Result<void>()>& work,
                                    const std::function<void()>& publish, unsigned helpers) {
  KANPAN_TRY(connection_->run("BEGIN"));
  Result<void> done = work();
  if (!done) {
    // After a fatal error ROLLBACK fails as well; what it says adds nothing to that error.
    static_cast<void>(connection_->run("ROLLBACK"));
    return done;
  }
  for (Table* table : touched) ++table->version;  // odd: may become visible from now on
  {
    const Workers workers(connection_->database(), helpers);
    done = connection_->run("COMMIT");
  }
  if (done) publish();
  for (Table* table : touched) ++table->version;
  if (!done) static_cast<void>(connection_->run("ROLLBACK"));  // if COMMIT left it open
  return done;
}

Result<void> Writer::check(const Change& change) const {
  const auto found = tables_.find(change.table->name);
  if (found == tables_.end())
    return Error{Errc::NotFound, fmt::format("the store has no table {}", change.table->name), ""};
  const Table& table = *found->second;
  if (change.rows.fields() != table.fields && change.rows.width() + change.rows.rows() > 0)
    return wrong_change(change, "its columns are not those of the table");
  if (change.mode != Mode::Replace) return {};
  if (change.scope.time && table.time == kNone)
    return wrong_change(change, "its scope has days, the table is undated");
  if (!change.scope.codes.empty() && table.code == kNone)
    return wrong_change(change, "its scope has codes, the table has none");
  return {};
}

Result<void> Writer::apply_all(std::span<const Change> changes, std::vector<Applied>& applied) {
  Appenders open;
  for (const Change& change : changes) {
    if (change.seq <= this->applied()) {
      applied.push_back({.seq = change.seq});
      continue;
    }
    const Table& table = *tables_.find(change.table->name)->second;
    auto result = apply_one(table, change, open);
    if (!result)
      return std::move(result.error())
          .within(fmt::format("table {}, change {}", table.spec->name, change.seq));
    applied.push_back(*result);
  }
  for (auto& [table, appender] : open) KANPAN_TRY(appender.close());
  return {};
}

Result<Applied> Writer::apply_one(const Table& table, const Change& change, Appenders& open) {
  State& state = states_.at(&table);
  const auto kept = without_repeats(change.rows, table.key);
  const frame::Batch unique = kept ? change.rows.take(*kept) : frame::Batch();
  const frame::Batch& rows = kept ? unique : change.rows;

  const bool closes =
      change.mode == Mode::Replace &&
      (change.scope.time ? state.keys.may_hold(*change.scope.time) : !state.keys.empty());
  const bool is_new = change.mode != Mode::Delete && state.keys.admit(rows);
  Applied applied{.seq = change.seq};
  if (is_new && !closes) {
    auto found = open.find(&table);
    if (found == open.end()) {
      KANPAN_LET(Appender appender, Appender::open(*connection_, nullptr, "cur_" + table.spec->name,
                                                   table.fields, true));
      found = open.emplace(&table, std::move(appender)).first;
    }
    KANPAN_TRY(found->second.append(rows, change.seq));
    applied.added = rows.rows();
  } else {
    if (auto node = open.extract(&table); !node.empty()) KANPAN_TRY(node.mapped().close());
    KANPAN_LET(applied, apply_staged(*connection_, table, change, rows));
  }
  applied.repeated = change.rows.rows() - rows.rows();
  state.unfolded_rows += applied.added + applied.changed;
  return applied;
}

Result<Writer::State*> Writer::state(const Table& table) {
  if (const auto found = states_.find(&table); found != states_.end()) return &found->second;
  KANPAN_TRY(create_working_tables(*connection_, table));
  KANPAN_LET(KeyIndex keys, load_keys(table));
  State state{.keys = std::move(keys)};
  if (table.has_by_code()) {
    KANPAN_LET(state.folded_rows,
               connection_->number("SELECT count(*)::UBIGINT FROM " + table.by_code));
    KANPAN_LET(state.unfolded_rows,
               connection_->number(
                   fmt::format("SELECT count(*)::UBIGINT FROM {} WHERE _seq > $1", table.current),
                   {table.folded.load()}));
    KANPAN_LET(const std::uint64_t runs,
               connection_->number("SELECT count(*)::UBIGINT FROM _folded WHERE name = $1",
                                   {table.spec->name}));
    state.runs = static_cast<unsigned>(runs);
  }
  return &states_.emplace(&table, std::move(state)).first->second;
}

Result<KeyIndex> Writer::load_keys(const Table& table) {
  KeyIndex keys = KeyIndex::of(table);
  KANPAN_LET(const std::uint64_t some,
             connection_->number(fmt::format("SELECT count(*)::UBIGINT FROM (SELECT 1 FROM {} "
                                             "LIMIT 1)",
                                             table.current)));
  if (some == 0) return keys;
  keys.set_occupied();
  if (table.time_in_key) {
    const frame::Field fields[] = {{"day", frame::Type::Date}};
    Gather gather(fields);
    KANPAN_LET(Rows rows,
               connection_->query(fmt::format("SELECT DISTINCT {0} FROM {1} WHERE {0} IS NOT NULL",
                                              table.column(table.time), table.current)));
    KANPAN_TRY(gather.add_all(rows));
    const frame::Batch days = gather.take();
    for (Date day : days.column(0).dates()) keys.add_day(day);
  }
  if (table.code_in_key) {
    const frame::Field fields[] = {
        {"code", frame::Type::Text}, {"first", frame::Type::Date}, {"last", frame::Type::Date}};
    Gather gather(fields);
    const std::string day = table.time_in_key ? table.column(table.time) : "DATE '1970-01-01'";
    KANPAN_LET(Rows rows, connection_->query(fmt::format(
                              "SELECT {0}, min({1}), max({1}) FROM {2} WHERE {0} IS NOT NULL AND "
                              "{1} IS NOT NULL GROUP BY 1",
                              table.column(table.code), day, table.current)));
    KANPAN_TRY(gather.add_all(rows));
    const frame::Batch codes = gather.take();
    for (std::size_t row = 0; row < codes.rows(); ++row)
      keys.add_code(codes.column(0).texts()[row], codes.column(1).dates()[row],
                    codes.column(2).dates()[row]);
  }
  return keys;
}

Result<bool> Writer::checkpoint() {
  const Workers workers(connection_->database(), most_helpers());
  auto done = connection_->run("CHECKPOINT");
  if (done) return true;
  // An open read keeps row versions alive; the next checkpoint will do.
  if (done.error().message.find("annot CHECKPOINT") != std::string::npos) return false;
  return std::move(done).error();
}

}  // namespace kanpan::store::duckdb
