#include "kanpan/store/duckdb/schema.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kanpan/store/duckdb/chunk.hpp"

namespace kanpan::store::duckdb {
namespace {

// Raised whenever the meaning of the file changes; an older file is rebuilt, never migrated.
constexpr std::uint64_t kFormat = 2;

constexpr Sequence kNewest = std::numeric_limits<Sequence>::max();

std::size_t position(const std::vector<frame::Field>& fields, std::string_view name) {
  for (std::size_t i = 0; i < fields.size(); ++i)
    if (fields[i].name == name) return i;
  return kNone;
}

Error mismatch(std::string message) {
  return {Errc::Corrupt, std::move(message),
          "set the file aside and rebuild the store from the journal"};
}

Result<void> create_bookkeeping(Connection& connection) {
  KANPAN_TRY(connection.run("CREATE TABLE _format (version UBIGINT)"));
  KANPAN_TRY(connection.run(fmt::format("INSERT INTO _format VALUES ({})", kFormat)));
  // Append-only: the greatest sequence counts. An update in place would keep checkpoints waiting
  // for readers.
  KANPAN_TRY(connection.run("CREATE TABLE _applied (seq UBIGINT, chain VARCHAR)"));
  KANPAN_TRY(connection.run("CREATE TABLE _folded (name VARCHAR, seq UBIGINT)"));
  return connection.run("CREATE TABLE _tables (name VARCHAR, definition VARCHAR)");
}

std::string text(std::string_view words) {
  std::string quoted = "'";
  for (const char c : words) c == '\'' ? void(quoted += "''") : void(quoted += c);
  return quoted + "'";
}

std::string comment(const catalog::TableSpec& table) {
  return fmt::format("{} {}", table.title, table.title_en);
}

std::string comment(const catalog::ColumnSpec& column) {
  const std::string unit = column.unit.empty() ? "" : fmt::format(" [{}]", column.unit);
  return fmt::format("{} {}{}", column.label, column.label_en, unit);
}

/// For people with DuckDB's own shell: what the columns are, in which unit, and the rows under the
/// name that the table has in the catalog.
Result<void> describe(Connection& connection, const Table& table) {
  const catalog::TableSpec& spec = *table.spec;
  std::string sql = fmt::format("COMMENT ON TABLE {} IS {};", table.current, text(comment(spec)));
  for (std::size_t i = 0; i < table.fields.size(); ++i)
    sql += fmt::format("COMMENT ON COLUMN {}.{} IS {};", table.current, table.column(i),
                       text(comment(spec.columns[i])));
  sql += fmt::format("CREATE OR REPLACE VIEW {} AS SELECT {} FROM {}", identifier(spec.name),
                     table.columns, table.current);
  return connection.run(sql);
}

/// Drops what the file has by its names: a table of another definition, which has no rows.
Result<void> create_table(Connection& connection, const Table& table) {
  for (const std::string* name : {&table.current, &table.old, &table.by_code})
    KANPAN_TRY(connection.run("DROP TABLE IF EXISTS " + *name));
  for (const char* of : {"_tables", "_folded"})
    KANPAN_TRY(
        connection.query(fmt::format("DELETE FROM {} WHERE name = $1", of), {table.spec->name}));
  std::vector<std::string> columns;
  for (std::size_t i = 0; i < table.fields.size(); ++i)
    columns.push_back(table.column(i) + " " + std::string(sql_type(table.fields[i].type)));
  const std::string list = fmt::format("{}", fmt::join(columns, ", "));
  const auto create = [&](const std::string& name, std::string_view more) {
    return connection.run(fmt::format("CREATE TABLE {} ({}, _seq UBIGINT{})", name, list, more));
  };
  KANPAN_TRY(create(table.current, ""));
  KANPAN_TRY(create(table.old, ", _until UBIGINT"));
  if (table.has_by_code()) KANPAN_TRY(create(table.by_code, ""));
  KANPAN_TRY(describe(connection, table));
  KANPAN_TRY(connection.query("INSERT INTO _tables VALUES ($1, $2)",
                              {table.spec->name, table.definition()}));
  return {};
}

/// Of a query of two columns.
Result<std::map<std::string, std::string>> pairs(Connection& connection, const std::string& sql) {
  const frame::Field fields[] = {{"name", frame::Type::Text}, {"value", frame::Type::Text}};
  Gather gather(fields);
  KANPAN_LET(Rows rows, connection.query(sql));
  KANPAN_TRY(gather.add_all(rows));
  const frame::Batch batch = gather.take();
  std::map<std::string, std::string> found;
  for (std::size_t row = 0; row < batch.rows(); ++row)
    found.emplace(batch.column(0).texts()[row], batch.column(1).texts()[row]);
  return found;
}

Result<std::map<std::string, std::string>> stored_definitions(Connection& connection) {
  return pairs(connection, "SELECT name, definition FROM _tables");
}

/// Tables of a file whose words are not today's: those of an older catalog, or none and no view, as
/// an older version made them. Gives whether there were any.
Result<bool> describe_anew(Connection& connection, const Tables& tables) {
  KANPAN_LET(const auto described,
             pairs(connection,
                   "SELECT t.table_name, concat_ws(chr(10), t.comment, string_agg(c.comment, "
                   "chr(10) ORDER BY c.column_index)) FROM duckdb_tables() t JOIN duckdb_columns() "
                   "c USING (table_name) JOIN duckdb_views() v ON t.table_name = 'cur_' || "
                   "v.view_name WHERE NOT t.internal AND c.column_name <> '_seq' "
                   "GROUP BY t.table_name, t.comment"));
  bool any = false;
  for (const auto& [name, table] : tables) {
    std::string wanted = comment(*table->spec);
    for (const catalog::ColumnSpec& column : table->spec->columns) wanted += '\n' + comment(column);
    const auto found = described.find("cur_" + name);
    if (found != described.end() && found->second == wanted) continue;
    KANPAN_TRY(describe(connection, *table));
    any = true;
  }
  return any;
}

/// How far the by-code copies go, and which tables have rows beyond: one question each for all
/// tables, as a question costs more than what it reads.
Result<void> read_folds(Connection& connection, Tables& tables) {
  const frame::Field fields[] = {{"name", frame::Type::Text}, {"number", frame::Type::Int}};
  const auto each = [&](const std::string& sql, auto&& use) -> Result<void> {
    Gather gather(fields);
    KANPAN_LET(Rows rows, connection.query(sql));
    KANPAN_TRY(gather.add_all(rows));
    const frame::Batch batch = gather.take();
    for (std::size_t row = 0; row < batch.rows(); ++row)
      if (const auto found = tables.find(batch.column(0).texts()[row]); found != tables.end())
        use(*found->second, static_cast<Sequence>(batch.column(1).ints()[row]));
    return {};
  };
  KANPAN_TRY(each("SELECT name, max(seq)::BIGINT FROM _folded GROUP BY name",
                  [](Table& table, Sequence seq) { table.folded = seq; }));
  std::vector<std::string> tails;
  for (const auto& [name, table] : tables)
    tails.push_back(
        fmt::format("SELECT '{}', count(*) FROM (SELECT 1 FROM {} WHERE _seq > {} LIMIT 1)", name,
                    table->current, table->folded.load()));
  if (tails.empty()) return {};
  return each(fmt::format("{}", fmt::join(tails, " UNION ALL ")),
              [](Table& table, Sequence rows) { table.has_tail = rows > 0; });
}

Result<std::uint64_t> count_tables(Connection& connection, std::string_view name) {
  return connection.number(
      "SELECT count(*)::UBIGINT FROM duckdb_tables() WHERE NOT temporary AND table_name LIKE $1",
      {std::string(name)});
}

Result<void> check_format(Connection& connection) {
  KANPAN_LET(const std::uint64_t ours, count_tables(connection, "_format"));
  if (ours == 0) return mismatch("the file was not written by kanpan: it has no table _format");
  KANPAN_LET(const std::uint64_t version, connection.number("SELECT max(version) FROM _format"));
  if (version != kFormat)
    return mismatch(
        fmt::format("the store has format {}, this program reads {}", version, kFormat));
  return {};
}

/// What the origin says; an empty question is answered with yes.
template <typename Ask, typename... What>
Result<bool> asked(const Ask& ask, const What&... what) {
  if (!ask) return true;
  auto answer = ask(what...);
  if (!answer && answer.error().code == Errc::Corrupt)  // the origin is, not the file
    return Error{Errc::Failed, answer.error().message, answer.error().hint};
  return answer;
}

/// The last commit that the file holds, which must be one of the origin.
Result<Sequence> read_applied(Connection& connection, const Origin& origin) {
  const frame::Field fields[] = {{"seq", frame::Type::Int}, {"chain", frame::Type::Text}};
  Gather gather(fields);
  {
    KANPAN_LET(Rows rows, connection.query(
                              "SELECT seq::BIGINT, chain FROM _applied ORDER BY seq DESC LIMIT 1"));
    KANPAN_TRY(gather.add_all(rows));
  }
  const frame::Batch last = gather.take();
  if (last.rows() == 0) return 0;
  const auto seq = static_cast<Sequence>(last.column(0).ints()[0]);
  KANPAN_LET(const bool is_ours, asked(origin.has, seq, std::string(last.column(1).texts()[0])));
  if (!is_ours)
    return mismatch(fmt::format("made from another journal: commit {} is not in this one", seq));
  return seq;
}

/// The tables that are missing, and those whose definition is another. All is decided before
/// anything is made: a start may be killed, and the next must find what this one found.
Result<std::vector<const Table*>> to_create(Connection& connection, const Tables& tables,
                                            const Origin& origin, Sequence applied) {
  KANPAN_LET(const auto definitions, stored_definitions(connection));
  std::vector<const Table*> create;
  for (const auto& [name, table] : tables) {
    const auto found = definitions.find(name);
    if (found != definitions.end() && found->second == table->definition()) continue;
    bool has_rows = false;
    if (applied > 0) {
      KANPAN_LET(has_rows, asked(origin.has_commits, name, Sequence{0}, applied));
    }
    if (has_rows && found == definitions.end())
      return mismatch(fmt::format("table {} has commits and is not in the file", name));
    if (has_rows)
      return mismatch(fmt::format("table {} is stored as ({}), the catalog has ({})", name,
                                  found->second, table->definition()));
    create.push_back(table.get());
  }
  return create;
}

/// Tables of the file that are not in the catalog and have commits ahead, which a replay will skip.
/// None for who names no table at all: nothing will be replayed, the file is only looked at.
Result<std::vector<std::string>> to_forget(Connection& connection, const Tables& tables,
                                           const Origin& origin, Sequence applied) {
  std::vector<std::string> forget;
  if (tables.empty()) return forget;
  KANPAN_LET(const auto definitions, stored_definitions(connection));
  for (const auto& [name, definition] : definitions) {
    if (tables.contains(name)) continue;
    KANPAN_LET(const bool ahead, asked(origin.has_commits, name, applied, kNewest));
    if (ahead) forget.push_back(name);
  }
  return forget;
}

}  // namespace

std::string identifier(std::string_view name) {
  std::string text = "\"";
  for (char c : name) {
    if (c == '"') text += '"';
    text += c;
  }
  return text + "\"";
}

Table::Table(const catalog::TableSpec& table)
    : spec(&table),
      fields(table.fields()),
      current(identifier("cur_" + table.name)),
      by_code(identifier("code_" + table.name)),
      old(identifier("old_" + table.name)),
      stage(identifier("stage_" + table.name)),
      match(identifier("match_" + table.name)) {
  for (const std::string& name : table.key)
    if (const std::size_t i = position(fields, name); i != kNone) key.push_back(i);
  time = position(fields, table.time);
  if (time != kNone && fields[time].type != frame::Type::Date) time = kNone;
  code = position(fields, table.code);
  if (code != kNone && fields[code].type != frame::Type::Text) code = kNone;
  const auto in_key = [&](std::size_t i) { return std::ranges::find(key, i) != key.end(); };
  time_in_key = in_key(time);
  code_in_key = in_key(code);
  columns = all("");
}

std::string Table::column(std::size_t i, std::string_view prefix) const {
  return prefix.empty() ? identifier(fields[i].name)
                        : fmt::format("{}.{}", prefix, identifier(fields[i].name));
}

std::string Table::all(std::string_view prefix) const {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < fields.size(); ++i) names.push_back(column(i, prefix));
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string Table::definition() const {
  std::string text;
  for (const frame::Field& field : fields)
    text += fmt::format("{} {}, ", field.name, frame::name(field.type));
  return text + fmt::format("key {}, code {}, time {}", fmt::join(spec->key, " "),
                            spec->code.empty() ? "-" : spec->code,
                            spec->time.empty() ? "-" : spec->time);
}

std::string Table::by_code_order() const {
  std::vector<std::string> names{column(code), column(time)};
  for (std::size_t i : key)
    if (i != code && i != time) names.push_back(column(i));
  return fmt::format("{}", fmt::join(names, ", "));
}

Result<void> create_working_tables(Connection& connection, const Table& table) {
  KANPAN_TRY(
      connection.run(fmt::format("CREATE TEMP TABLE IF NOT EXISTS {} AS SELECT {} FROM {} LIMIT 0",
                                 table.stage, table.columns, table.current)));
  return connection.run(fmt::format(
      "CREATE TEMP TABLE IF NOT EXISTS {} AS SELECT {}, _seq, true AS _same FROM {} LIMIT 0",
      table.match, table.columns, table.current));
}

Result<Sequence> prepare_schema(Connection& connection, Tables& tables, const Origin& origin) {
  KANPAN_LET(const std::uint64_t present, count_tables(connection, "%"));
  const bool fresh = present == 0;
  if (!fresh) KANPAN_TRY(check_format(connection));

  KANPAN_TRY(connection.run("BEGIN"));
  if (fresh) KANPAN_TRY(create_bookkeeping(connection));
  KANPAN_LET(const Sequence applied, read_applied(connection, origin));
  KANPAN_LET(const auto create, to_create(connection, tables, origin, applied));
  KANPAN_LET(const auto forget, to_forget(connection, tables, origin, applied));
  for (const Table* table : create) KANPAN_TRY(create_table(connection, *table));
  // Its rows stay until it is created anew: that it comes back is what is to be seen.
  for (const std::string& name : forget)
    KANPAN_TRY(connection.query("DELETE FROM _tables WHERE name = $1", {name}));
  KANPAN_LET(const bool described, describe_anew(connection, tables));
  KANPAN_TRY(connection.run("COMMIT"));
  // WAL replay of DDL is where DuckDB has failed others, so none is left in the WAL.
  if (fresh || described || !create.empty()) KANPAN_TRY(connection.run("CHECKPOINT"));

  KANPAN_TRY(read_folds(connection, tables));
  return applied;
}

}  // namespace kanpan::store::duckdb
