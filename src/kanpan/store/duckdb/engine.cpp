#include "kanpan/store/duckdb/engine.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include <fmt/format.h>

namespace kanpan::store::duckdb {
namespace {

using Config = Handle<duckdb_config, duckdb_destroy_config>;
using LogicalType = Handle<duckdb_logical_type, duckdb_destroy_logical_type>;
using CValue = Handle<duckdb_value, duckdb_destroy_value>;

// Shapes come from what users ask, so their number is theirs to choose; beyond this many the cache
// starts anew.
constexpr std::size_t kMaxStatements = 256;

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// First line, lower case at the front, without a final full stop: the style of our messages.
std::string tidy(std::string_view text) {
  std::string line(text.substr(0, text.find('\n')));
  while (!line.empty() && (line.back() == '.' || line.back() == ' ')) line.pop_back();
  if (line.size() > 1 && line[1] >= 'a' && line[1] <= 'z')
    line[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(line[0])));
  return line;
}

bool is_disk_full(std::string_view text) {
  return contains(text, "No space left on device") || contains(text, "Disk quota exceeded");
}

/// duckdb_open_ext gives a text and no kind.
Error open_error(const std::filesystem::path& path, std::string_view text) {
  const std::string message = fmt::format("cannot open {}: {}", path.string(), tidy(text));
  if (contains(text, "Could not set lock"))
    return {Errc::Busy, message, "another process has this store open; stop it first"};
  if (is_disk_full(text)) return {Errc::NoSpace, message, "free some disk space"};
  if (contains(text, "Permission denied") || contains(text, "No such file or directory") ||
      contains(text, "Is a directory"))
    return {Errc::Io, message, "check that the directory exists and can be written to"};
  return {Errc::Corrupt, message, "set the file aside and rebuild the store from the journal"};
}

Result<Config> make_config(const std::filesystem::path& path, const Options& options) {
  Config config;
  if (duckdb_create_config(config.out()) == DuckDBError)
    return Error{Errc::Failed, "duckdb gives no configuration", ""};
  const std::pair<const char*, std::string> settings[] = {
      {"access_mode", "READ_WRITE"},
      // All of them external: a query runs on the thread that asked, never waiting for another to
      // be scheduled, and only where it pays (fold) are there more (see Workers).
      {"threads", fmt::to_string(std::max(1u, options.threads))},
      {"external_threads", fmt::to_string(std::max(1u, options.threads))},
      {"memory_limit", fmt::format("{}B", options.memory_limit)},
      {"temp_directory", path.string() + ".tmp"},
      {"max_temp_directory_size", fmt::format("{}B", options.temp_bytes)},
      {"checkpoint_threshold", fmt::format("{}B", options.checkpoint_bytes)},
      {"enable_external_access", "false"},
      // What was freed goes back to the kernel after a while; without them only further work would
      // do that, and an idle process keeps a third of its memory for nothing.
      {"allocator_background_threads", "true"},
      {"autoinstall_known_extensions", "false"},
      {"autoload_known_extensions", "false"},
      {"allow_community_extensions", "false"},
      {"lock_configuration", "true"},
  };
  for (const auto& [name, value] : settings)
    if (duckdb_set_config(config.get(), name, value.c_str()) == DuckDBError)
      return Error{Errc::Config, fmt::format("duckdb refuses {} = {}", name, value), ""};
  return config;
}

std::string literal(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out += c;
    out += c;
  }
  return out + "'";
}

duckdb_state bind(duckdb_prepared_statement statement, idx_t i, const Parameter& parameter) {
  struct Binder {
    duckdb_prepared_statement statement;
    idx_t i;
    duckdb_state operator()(const std::string& v) const {
      return duckdb_bind_varchar_length(statement, i, v.data(), v.size());
    }
    duckdb_state operator()(Date v) const { return duckdb_bind_date(statement, i, {v.days}); }
    duckdb_state operator()(std::int64_t v) const { return duckdb_bind_int64(statement, i, v); }
    duckdb_state operator()(double v) const { return duckdb_bind_double(statement, i, v); }
    duckdb_state operator()(std::uint64_t v) const { return duckdb_bind_uint64(statement, i, v); }
    duckdb_state operator()(bool v) const { return duckdb_bind_boolean(statement, i, v); }
    duckdb_state operator()(const std::vector<std::string>& texts) const {
      std::vector<CValue> owned;
      std::vector<duckdb_value> values;
      for (const std::string& text : texts) {
        owned.emplace_back(duckdb_create_varchar_length(text.data(), text.size()));
        values.push_back(owned.back().get());
      }
      const LogicalType type(duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR));
      const CValue list(duckdb_create_list_value(type.get(), values.data(), values.size()));
      return duckdb_bind_value(statement, i, list.get());
    }
  };
  return std::visit(Binder{statement, i}, parameter);
}

}  // namespace

Result<Chunk> Rows::next() {
  Chunk chunk(duckdb_fetch_chunk(result_));
  if (!chunk.get())
    if (const char* text = duckdb_result_error(&result_); text && *text)
      return database_->error(duckdb_result_error_type(&result_), text);
  return chunk;
}

Error Connection::error(duckdb_error_type type, std::string_view text) const {
  return database_.error(type, text);
}

Result<void> Connection::run(const std::string& sql) {
  KANPAN_TRY(query(sql));
  return {};
}

Result<duckdb_prepared_statement> Connection::bound(const std::string& sql,
                                                    const std::vector<Parameter>& parameters) {
  auto found = statements_.find(sql);
  if (found == statements_.end()) {
    Prepared prepared;
    if (duckdb_prepare(raw_.get(), sql.c_str(), prepared.out()) == DuckDBError)
      return error(DUCKDB_ERROR_INVALID, duckdb_prepare_error(prepared.get()));
    if (statements_.size() >= kMaxStatements) statements_.clear();
    found = statements_.emplace(sql, std::move(prepared)).first;
  }
  const duckdb_prepared_statement statement = found->second.get();
  for (std::size_t i = 0; i < parameters.size(); ++i)
    if (bind(statement, i + 1, parameters[i]) == DuckDBError)
      return error(DUCKDB_ERROR_INVALID, fmt::format("parameter {} does not fit: {}", i + 1, sql));
  return statement;
}

Result<Rows> Connection::query(const std::string& sql, const std::vector<Parameter>& parameters) {
  duckdb_result raw{};
  duckdb_state state = DuckDBError;
  if (parameters.empty()) {
    state = duckdb_query(raw_.get(), sql.c_str(), &raw);
  } else {
    KANPAN_LET(const duckdb_prepared_statement statement, bound(sql, parameters));
    state = duckdb_execute_prepared(statement, &raw);
  }
  Rows rows(database_, raw);
  if (state == DuckDBError) return error(duckdb_result_error_type(&raw), duckdb_result_error(&raw));
  return rows;
}

Result<Rows> Connection::stream(const std::string& sql, const std::vector<Parameter>& parameters) {
  assert(!parameters.empty());
  KANPAN_LET(const duckdb_prepared_statement statement, bound(sql, parameters));
  Handle<duckdb_pending_result, duckdb_destroy_pending> pending;
  if (duckdb_pending_prepared_streaming(statement, pending.out()) == DuckDBError)
    return error(DUCKDB_ERROR_INVALID, duckdb_pending_error(pending.get()));
  duckdb_result raw{};
  const duckdb_state state = duckdb_execute_pending(pending.get(), &raw);
  Rows rows(database_, raw);
  if (state == DuckDBError) return error(duckdb_result_error_type(&raw), duckdb_result_error(&raw));
  return rows;
}

Result<std::uint64_t> Connection::number(const std::string& sql,
                                         const std::vector<Parameter>& parameters) {
  KANPAN_LET(Rows rows, query(sql, parameters));
  KANPAN_LET(const Chunk chunk, rows.next());
  if (!chunk.get() || duckdb_data_chunk_get_size(chunk.get()) == 0) return 0;
  const duckdb_vector vector = duckdb_data_chunk_get_vector(chunk.get(), 0);
  std::uint64_t* validity = duckdb_vector_get_validity(vector);
  if (validity && !duckdb_validity_row_is_valid(validity, 0)) return 0;
  return *static_cast<const std::uint64_t*>(duckdb_vector_get_data(vector));
}

Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& path,
                                                 const Options& options) {
  KANPAN_LET(const Config config, make_config(path, options));
  auto database = std::make_unique<Database>();
  char* text = nullptr;
  const duckdb_state state =
      duckdb_open_ext(path.c_str(), database->raw_.out(), config.get(), &text);
  if (state == DuckDBError) {
    Error error = open_error(path, text ? text : "no reason given");
    duckdb_free(text);
    return error;
  }
  return database;
}

Result<std::unique_ptr<Database>> Database::open_in_memory(const std::filesystem::path& readable) {
  auto database = std::make_unique<Database>();
  if (duckdb_open(nullptr, database->raw_.out()) == DuckDBError)
    return Error{Errc::Failed, "duckdb gives no database in memory", ""};
  KANPAN_LET(const auto connection, database->connect());
  // In this order: once external access is off, the list of exceptions is closed. The zone is that
  // of the market, not of the machine: it decides the day of a zoned time.
  for (const std::string& sql :
       {std::string("SET threads = 1"), std::string("SET GLOBAL TimeZone = 'Asia/Shanghai'"),
        std::string("SET autoinstall_known_extensions = false"),
        std::string("SET allow_community_extensions = false"),
        fmt::format("SET allowed_paths = [{}]", literal(readable.string())),
        std::string("SET enable_external_access = false"),
        std::string("SET lock_configuration = true")})
    KANPAN_TRY(connection->run(sql));
  return database;
}

Result<std::unique_ptr<Connection>> Database::connect() {
  duckdb_connection raw = nullptr;
  if (duckdb_connect(raw_.get(), &raw) == DuckDBError)
    return Error{Errc::Failed, "duckdb gives no connection", ""};
  return std::make_unique<Connection>(*this, raw);
}

Workers::Workers(Database& database, unsigned count)
    : state_(duckdb_create_task_state(database.raw_.get())) {
  for (unsigned i = 0; i < count; ++i)
    threads_.emplace_back([this] { duckdb_execute_tasks_state(state_); });
}

Workers::~Workers() {
  duckdb_finish_execution(state_);
  threads_.clear();
  duckdb_destroy_task_state(state_);
}

Error Database::error(duckdb_error_type type, std::string_view text) {
  if (type == DUCKDB_ERROR_FATAL || contains(text, "database has been invalidated"))
    invalidated_.store(true, std::memory_order_relaxed);
  const bool fatal = invalidated();
  const std::string message = (fatal ? "store invalidated: " : "store: ") + tidy(text);
  if (fatal && is_disk_full(text)) full_.store(true, std::memory_order_relaxed);
  if (is_disk_full(text) || (fatal && full_.load(std::memory_order_relaxed)))
    return {Errc::NoSpace, message, "free some disk space, then open the store again"};
  // A block whose checksum is wrong, or that is not there, comes as an I/O error.
  const bool unreadable = contains(text, "Corrupt database file") ||
                          contains(text, "Could not read enough bytes from file");
  if (fatal || unreadable) damaged_.store(true, std::memory_order_relaxed);
  if (fatal) return {Errc::Corrupt, message, "open the store again; if that fails, rebuild it"};
  if (unreadable)
    return {Errc::Corrupt, message, "set the file aside and rebuild the store from the journal"};
  if (type == DUCKDB_ERROR_INTERRUPT) return {Errc::Cancelled, message, ""};
  if (type == DUCKDB_ERROR_IO) return {Errc::Io, message, ""};
  return {Errc::Failed, message, ""};
}

}  // namespace kanpan::store::duckdb
