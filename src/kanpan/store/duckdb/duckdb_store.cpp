#include "kanpan/store/duckdb/duckdb_store.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <shared_mutex>
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

// How long a store waits to be left alone when it is to be opened again.
constexpr std::chrono::seconds kPatience{2};

fs::path with_suffix(const fs::path& path, std::string_view suffix) {
  return path.string() + std::string(suffix);
}

/// Shared by calls, held alone by the one that reopens. Once that one waits, new calls wait for it:
/// a std::shared_timed_mutex lets calls that overlap keep it out for ever.
class Occupancy {
 public:
  void lock_shared() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !claimed_; });
    ++calls_;
  }

  void unlock_shared() {
    change([&] { --calls_; });
  }

  bool try_lock_for(std::chrono::steady_clock::duration patience) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    std::unique_lock lock(mutex_);
    if (!changed_.wait_until(lock, deadline, [&] { return !claimed_; })) return false;
    claimed_ = true;
    if (changed_.wait_until(lock, deadline, [&] { return calls_ == 0; })) return true;
    lock.unlock();
    this->unlock();
    return false;
  }

  void unlock() {
    change([&] { claimed_ = false; });
  }

 private:
  template <typename Work>
  void change(Work work) {
    {
      const std::lock_guard lock(mutex_);
      work();
    }
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  unsigned calls_ = 0;
  bool claimed_ = false;  ///< held alone, or about to be
};

}  // namespace

/// Members are destroyed from the last to the first: connections before the database.
struct DuckdbStore::Impl {
  fs::path path;
  std::vector<const catalog::TableSpec*> specs;
  Options options;
  mutable Occupancy occupancy;
  Tables tables;
  std::unique_ptr<Database> database;
  std::unique_ptr<Writer> writer;
  std::unique_ptr<Readers> readers;  ///< null while the store is closed, as the two before it
  Sequence last_applied = 0;         ///< what was visible when it was closed
  bool is_damaged = false;           ///< found when it was opened again

  Result<void> open() {
    for (const catalog::TableSpec* spec : specs)
      tables.emplace(spec->name, std::make_unique<Table>(*spec));
    KANPAN_LET(database, Database::open(path, options));
    KANPAN_LET(auto connection, database->connect());
    auto opened = prepare_schema(*connection, tables, options.origin);
    if (!opened) return std::move(opened.error()).within(path.string());
    writer = std::make_unique<Writer>(std::move(connection), tables, options, *opened);
    KANPAN_LET(readers, Readers::open(*database, options));
    return {};
  }

  /// Also when it was opened only in part.
  void close() {
    if (readers) last_applied = writer->applied();
    readers.reset();
    writer.reset();
    database.reset();
    tables.clear();
  }

  Result<const Table*> find(const catalog::TableSpec* spec) const {
    if (!spec) return Error{Errc::Usage, "no table was named", ""};
    const auto found = tables.find(spec->name);
    if (found == tables.end())
      return Error{Errc::NotFound, fmt::format("the store has no table {}", spec->name), ""};
    return found->second.get();
  }
};

/// The right to use the parts, for the length of a call.
class DuckdbStore::Use {
 public:
  explicit Use(const Impl& impl) : impl_(impl), lock_(impl.occupancy) {}
  Result<void> check() const {
    if (impl_.readers) return {};
    return Error{Errc::NoSpace, fmt::format("the store {} is closed", impl_.path.string()),
                 "free some disk space: it is opened again by itself"};
  }

 private:
  const Impl& impl_;
  const std::shared_lock<Occupancy> lock_;
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
  impl->specs = tables;
  impl->options = options;
  KANPAN_TRY(impl->open());
  return std::unique_ptr<DuckdbStore>(new DuckdbStore(std::move(impl)));
}

Result<std::vector<Applied>> DuckdbStore::apply(std::span<const Change> changes) {
  const Use use(*impl_);
  KANPAN_TRY(use.check());
  return impl_->writer->apply(changes);
}

Sequence DuckdbStore::applied() const {
  const Use use(*impl_);
  return impl_->writer ? impl_->writer->applied() : impl_->last_applied;
}

Result<bool> DuckdbStore::fold(bool everything) {
  const Use use(*impl_);
  KANPAN_TRY(use.check());
  return impl_->writer->fold(everything);
}

Result<bool> DuckdbStore::checkpoint() {
  const Use use(*impl_);
  KANPAN_TRY(use.check());
  return impl_->writer->checkpoint();
}

bool DuckdbStore::invalidated() const {
  const Use use(*impl_);
  return !impl_->database || impl_->database->invalidated();
}

bool DuckdbStore::damaged() const {
  const Use use(*impl_);
  return impl_->is_damaged || (impl_->database && impl_->database->damaged());
}

Result<void> DuckdbStore::reopen() {
  const std::unique_lock lock(impl_->occupancy, kPatience);
  if (!lock)
    return Error{Errc::Busy, fmt::format("{} is being read", impl_->path.string()),
                 "try again when the reads are done"};
  impl_->close();
  auto opened = impl_->open();
  if (opened) return {};
  impl_->is_damaged = opened.error().code == Errc::Corrupt;
  impl_->close();
  return opened;
}

Result<void> DuckdbStore::read(const Read& read, const Sink& sink) const {
  const Use use(*impl_);
  KANPAN_TRY(use.check());
  KANPAN_LET(const Table* table, impl_->find(read.table));
  return impl_->readers->read(*table, read, sink);
}

Result<std::uint64_t> DuckdbStore::count(const Read& read) const {
  const Use use(*impl_);
  KANPAN_TRY(use.check());
  KANPAN_LET(const Table* table, impl_->find(read.table));
  return impl_->readers->count(*table, read);
}

Result<bool> DuckdbStore::has_changed(const Read& read, Sequence since) const {
  const Use use(*impl_);
  KANPAN_TRY(use.check());
  KANPAN_LET(const Table* table, impl_->find(read.table));
  return impl_->readers->has_changed(*table, read, since);
}

Result<std::vector<DayCount>> DuckdbStore::day_counts(const catalog::TableSpec& spec,
                                                      DateRange range) const {
  const Use use(*impl_);
  KANPAN_TRY(use.check());
  KANPAN_LET(const Table* table, impl_->find(&spec));
  if (table->time == kNone)
    return Error{Errc::Usage, fmt::format("table {} is undated", spec.name), ""};
  return impl_->readers->day_counts(*table, range);
}

Result<std::vector<std::string>> DuckdbStore::codes_on(const catalog::TableSpec& spec,
                                                       Date day) const {
  const Use use(*impl_);
  KANPAN_TRY(use.check());
  KANPAN_LET(const Table* table, impl_->find(&spec));
  if (table->time == kNone || table->code == kNone)
    return Error{Errc::Usage, fmt::format("table {} has no codes by day", spec.name), ""};
  return impl_->readers->codes_on(*table, day);
}

Result<Contradictions> DuckdbStore::contradictions(const catalog::TableSpec& spec,
                                                   Sequence since) const {
  const Use use(*impl_);
  KANPAN_TRY(use.check());
  KANPAN_LET(const Table* table, impl_->find(&spec));
  return impl_->readers->contradictions(*table, since);
}

Result<std::map<std::string, Size>> DuckdbStore::sizes() const {
  const Use use(*impl_);
  KANPAN_TRY(use.check());
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
  const auto share = [&](std::uint64_t part) {
    return all_cells == 0 ? 0
                          : static_cast<std::uint64_t>(total * static_cast<double>(part) /
                                                       static_cast<double>(all_cells));
  };
  for (auto& [name, size] : sizes) {
    size.bytes = share(cells[name]);
    size.history_bytes = share(size.history_rows * impl_->tables.at(name)->fields.size());
  }
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

Result<void> put_back(const fs::path& path, std::string_view stamp) {
  for (std::string_view suffix : kCompanions) {
    const fs::path from = with_suffix(path, fmt::format(".{}{}", stamp, suffix));
    const fs::path to = with_suffix(path, suffix);
    std::error_code error;
    fs::remove_all(to, error);
    if (!error && fs::exists(fs::symlink_status(from, error))) fs::rename(from, to, error);
    if (error && error != std::errc::no_such_file_or_directory)
      return Error{
          Errc::Io,
          fmt::format("cannot put {} back as {}: {}", from.string(), to.string(), error.message()),
          ""};
  }
  return {};
}

}  // namespace kanpan::store::duckdb
