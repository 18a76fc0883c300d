#include "kanpan/store/duckdb/duckdb_store.hpp"

#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "kanpan/store/duckdb/engine.hpp"
#include "kanpan/store/duckdb/readers.hpp"
#include "kanpan/store/duckdb/schema.hpp"
#include "kanpan/store/duckdb/writer.hpp"

namespace kanpan::store::duckdb {

namespace fs = std::filesystem;

namespace {

// All the names DuckDB gives to files beside the database's own.
constexpr std::string_view kCompanions[] = {"", ".wal", ".wal.checkpoint", ".wal.recovery"};

fs::path with_suffix(const fs::path& path, std::string_view suffix) {
  return path.string() + std::string(suffix);
}

}  // namespace

/// Members are destroyed from the last to the first: connections before the database.
struct DuckdbStore::Impl {
  fs::path path;
  Tables tables;
  std::unique_ptr<Database> database;
  std::unique_ptr<Writer> writer;
  std::unique_ptr<Readers> readers;
  std::vector<std::string> added;

  Result<const Table*> find(const catalog::TableSpec* spec) const {
    if (!spec) return Error{Errc::Usage, "no table was named", ""};
    const auto found = tables.find(spec->name);
    if (found == tables.end())
      return Error{Errc::NotFound, fmt::format("the store has no table {}", spec->name), ""};
    return found->second.get();
  }
};

DuckdbStore::DuckdbStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
DuckdbStore::~DuckdbStore() = default;

Result<std::unique_ptr<DuckdbStore>> DuckdbStore::open(const fs::path& path,
                                                       const catalog::Catalog& catalog,
                                                       const Options& options) {
  return open(path, catalog.tables(), options);
}

Result<std::unique_ptr<DuckdbStore>> DuckdbStore::open(
    const fs::path& path, const std::vector<const catalog::TableSpec*>& tables,
    const Options& options) {
  auto impl = std::make_unique<Impl>();
  impl->path = path;
  for (const catalog::TableSpec* spec : tables)
    impl->tables.emplace(spec->name, std::make_unique<Table>(*spec));
  KANPAN_LET(impl->database, Database::open(path, options));
  KANPAN_LET(auto connection, impl->database->connect());
  auto opened = prepare_schema(*connection, impl->tables);
  if (!opened) return std::move(opened.error()).within(path.string());
  impl->added = std::move(opened->added);
  impl->writer =
      std::make_unique<Writer>(std::move(connection), impl->tables, options, opened->applied);
  KANPAN_LET(impl->readers, Readers::open(*impl->database, options));
  return std::unique_ptr<DuckdbStore>(new DuckdbStore(std::move(impl)));
}

Result<std::vector<Applied>> DuckdbStore::apply(std::span<const Change> changes) {
  return impl_->writer->apply(changes);
}

Sequence DuckdbStore::applied() const { return impl_->writer->applied(); }

Result<bool> DuckdbStore::fold(bool everything) { return impl_->writer->fold(everything); }

Result<bool> DuckdbStore::checkpoint() { return impl_->writer->checkpoint(); }

bool DuckdbStore::invalidated() const { return impl_->database->invalidated(); }
bool DuckdbStore::damaged() const { return impl_->database->damaged(); }

const std::vector<std::string>& DuckdbStore::added_tables() const { return impl_->added; }

Result<void> DuckdbStore::read(const Read& read, const Sink& sink) const {
  KANPAN_LET(const Table* table, impl_->find(read.table));
  return impl_->readers->read(*table, read, sink);
}

Result<std::uint64_t> DuckdbStore::count(const Read& read) const {
  KANPAN_LET(const Table* table, impl_->find(read.table));
  return impl_->readers->count(*table, read);
}

Result<std::vector<DayCount>> DuckdbStore::day_counts(const catalog::TableSpec& spec,
                                                      DateRange range) const {
  KANPAN_LET(const Table* table, impl_->find(&spec));
  if (table->time == kNone)
    return Error{Errc::Usage, fmt::format("table {} is undated", spec.name), ""};
  return impl_->readers->day_counts(*table, range);
}

Result<std::vector<std::string>> DuckdbStore::codes_on(const catalog::TableSpec& spec,
                                                       Date day) const {
  KANPAN_LET(const Table* table, impl_->find(&spec));
  if (table->time == kNone || table->code == kNone)
    return Error{Errc::Usage, fmt::format("table {} has no codes by day", spec.name), ""};
  return impl_->readers->codes_on(*table, day);
}

Result<Contradictions> DuckdbStore::contradictions(const catalog::TableSpec& spec,
                                                   Sequence since) const {
  KANPAN_LET(const Table* table, impl_->find(&spec));
  return impl_->readers->contradictions(*table, since);
}

Result<std::map<std::string, Size>> DuckdbStore::sizes() const {
  std::map<std::string, Size> sizes;
  std::map<std::string, std::uint64_t> cells;
  std::uint64_t all_cells = 0;
  for (const auto& [name, table] : impl_->tables) {
    Size& size = sizes[name];
    KANPAN_LET(size.rows, impl_->readers->rows_in(table->current));
    KANPAN_LET(size.history_rows, impl_->readers->rows_in(table->old));
    std::uint64_t stored = size.rows + size.history_rows;
    if (table->has_by_code()) {
      KANPAN_LET(const std::uint64_t copies, impl_->readers->rows_in(table->by_code));
      stored += copies;
    }
    all_cells += cells[name] = stored * table->fields.size();
  }
  const auto total = static_cast<double>(bytes());
  for (auto& [name, size] : sizes)
    if (all_cells > 0)
      size.bytes = static_cast<std::uint64_t>(total * static_cast<double>(cells[name]) /
                                              static_cast<double>(all_cells));
  return sizes;
}

std::uint64_t DuckdbStore::bytes() const {
  std::uint64_t bytes = 0;
  for (std::string_view suffix : kCompanions) {
    std::error_code missing;  // a companion that is not there has no bytes
    const std::uint64_t size = fs::file_size(with_suffix(impl_->path, suffix), missing);
    if (!missing) bytes += size;
  }
  return bytes;
}

Result<std::vector<fs::path>> set_aside(const fs::path& path, std::string_view stamp) {
  std::vector<fs::path> moved;
  for (std::string_view suffix : kCompanions) {
    const fs::path from = with_suffix(path, suffix);
    const fs::path to = with_suffix(path, fmt::format(".{}{}", stamp, suffix));
    std::error_code error;
    if (!fs::exists(fs::symlink_status(from, error))) continue;
    if (fs::exists(fs::symlink_status(to, error)))
      return Error{Errc::Io,
                   fmt::format("cannot set {} aside: {} exists", from.string(), to.string()),
                   "move it elsewhere"};
    fs::rename(from, to, error);
    if (error)
      return Error{Errc::Io, fmt::format("cannot set {} aside: {}", from.string(), error.message()),
                   ""};
    moved.push_back(to);
  }
  return moved;
}

}  // namespace kanpan::store::duckdb
