// A data directory that this process owns, with everything that works on it.
#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "kanpan/app/directory_lock.hpp"
#include "kanpan/app/settings.hpp"
#include "kanpan/base/clock.hpp"
#include "kanpan/base/error.hpp"
#include "kanpan/base/stop_registry.hpp"
#include "kanpan/catalog/catalog.hpp"
#include "kanpan/ingest/collector.hpp"
#include "kanpan/ingest/progress.hpp"
#include "kanpan/ingest/writer.hpp"
#include "kanpan/journal/sqlite/sqlite_journal.hpp"
#include "kanpan/query/query.hpp"
#include "kanpan/source/quota_store.hpp"
#include "kanpan/source/source.hpp"
#include "kanpan/store/duckdb/duckdb_store.hpp"

namespace kanpan::app {

/// What opening has done, for a person who waits.
using OpenProgress = std::function<void(const std::string& message)>;

/// The composition of the embedded profile. Thread-safe where its parts are.
class Instance {
 public:
  /// Takes the directory, opens journal and store, rebuilds a store that cannot be used (the old
  /// one is set aside, never deleted), replays what was not applied. Errors: Busy, Config, Corrupt
  /// (the journal), NoSpace, Io, Cancelled: then nothing is left in a directory that held no data.
  static Result<std::unique_ptr<Instance>> open(const std::filesystem::path& directory,
                                                Settings settings, const OpenProgress& progress,
                                                std::stop_token stop);

  const std::filesystem::path& directory() const { return directory_; }
  const Settings& settings() const { return settings_; }
  const Clock& clock() const { return *clock_; }
  const catalog::Catalog& catalog() const { return catalog_; }
  journal::Journal& journal() { return *journal_; }
  journal::Ledger& ledger() { return *journal_; }
  store::Store& store() { return *store_; }
  source::Source& source() { return *source_; }
  ingest::Progress& progress() { return progress_; }
  StopRegistry& runs() { return runs_; }
  ingest::Collector& collector() { return *collector_; }
  /// What else collects, imports or decides is made of.
  ingest::Parts parts() {
    return {catalog_, *journal_, *store_, *writer_, *clock_, progress_, runs_, *run_ledger_};
  }
  const query::Query& query() const { return *query_; }

  std::filesystem::path store_path() const { return directory_ / kStoreName; }
  std::filesystem::path journal_path() const { return directory_ / kJournalName; }

  /// When destroyed, takes away what open() made in a directory that held no data, unless a run was
  /// begun or a commit landed since.
  void leave_nothing() { leaves_nothing_ = true; }
  ~Instance();

  /// Throws the store away (set aside under its old name and the time) and makes it anew from the
  /// journal; puts it back where that fails, unless it was damaged. Nothing else may be running.
  Result<std::uint64_t> rebuild_store(const std::string& reason, const OpenProgress& progress,
                                      std::stop_token stop);
  /// Asks who serves the instance to have the store made anew; by any thread. Busy while a run goes
  /// on; NoSpace as check_room_for_rebuild().
  Result<void> ask_for_rebuild();
  /// NoSpace when the disk has less room than the store takes, which stays beside the new one.
  Result<void> check_room_for_rebuild() const;
  bool rebuild_is_asked_for() const { return rebuild_asked_; }
  /// How often rebuild_store() was done, and how many commits the last one replayed.
  std::uint64_t rebuilds() const { return rebuilds_; }
  std::uint64_t last_replayed() const { return last_replayed_; }
  /// Whether work on the store has met damage: then only rebuild_store() helps.
  bool store_is_damaged() const { return store_ && store_->damaged(); }
  /// Opens a store again that a full disk has made unusable, and applies what it lacks of the
  /// journal; while runs and reads go on. To be called now and then by one thread; tries every few
  /// seconds only. True when it tried.
  bool revive_store();

 private:
  Instance(std::filesystem::path directory, Settings settings, DirectoryLock lock,
           catalog::Catalog catalog)
      : directory_(std::move(directory)),
        settings_(std::move(settings)),
        lock_(std::move(lock)),
        catalog_(std::move(catalog)) {}

  Result<void> open_journal();
  Result<void> open_store(const OpenProgress& progress, std::stop_token stop);
  Result<std::uint64_t> catch_up(const OpenProgress& progress, std::stop_token stop);
  /// Gives what its files are called by now: the name and this.
  Result<std::string> set_store_aside(const OpenProgress& progress, const std::string& reason);
  void put_back(const std::string& kept);
  Result<void> open_source();
  void connect();
  bool is_behind();
  void reopen_store();

  std::filesystem::path directory_;
  Settings settings_;
  DirectoryLock lock_;
  catalog::Catalog catalog_;
  std::unique_ptr<Clock> clock_;
  std::unique_ptr<journal::sqlite::SqliteJournal> journal_;
  std::unique_ptr<store::duckdb::DuckdbStore> store_;
  std::unique_ptr<Clock> wall_;
  std::unique_ptr<source::QuotaStore> quota_;
  std::unique_ptr<source::Source> source_;
  std::chrono::steady_clock::time_point revival_{};  ///< the last attempt
  journal::Sequence skipped_ = 0;  ///< commits between the applied one and this need not be
  bool store_is_lost_ = false;     ///< and that has been said
  bool leaves_nothing_ = true;     ///< while it is being opened
  bool journal_is_lost_ = false;   ///< the store was there without one
  std::atomic<bool> rebuild_asked_ = false;
  std::atomic<std::uint64_t> rebuilds_ = 0, last_replayed_ = 0;
  ingest::Progress progress_;
  StopRegistry runs_;
  std::unique_ptr<ingest::RunLedger> run_ledger_;
  std::unique_ptr<query::Query> query_;
  std::unique_ptr<ingest::Writer> writer_;
  std::unique_ptr<ingest::Collector> collector_;
};

/// The source that the settings name. `wall` and `quota` (may be null) must outlive it.
Result<std::unique_ptr<source::Source>> source_of(const Settings& settings, const Clock& wall,
                                                  source::QuotaStore* quota);

/// What a store's file is held against when it is opened. The journal must outlive it.
store::duckdb::Origin origin_of(const journal::Journal& journal);

/// 20240628T180000 of the real time: what set-aside files are called by.
std::string stamp();

/// Files that come with the program (catalog, page): beside it where it was built or installed.
Result<std::filesystem::path> shipped(const Settings& settings, std::string_view key,
                                      std::string_view name);

}  // namespace kanpan::app
