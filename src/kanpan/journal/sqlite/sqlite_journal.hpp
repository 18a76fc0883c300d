// Journal and ledger of the embedded profile: one SQLite database, journal.db.
#pragma once

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "kanpan/journal/journal.hpp"
#include "kanpan/journal/ledger.hpp"

namespace kanpan::journal::sqlite {

class Connection;
class ReadPool;

/// One process at a time, whose right to the directory is the caller's to secure. Thread-safe: one
/// writing connection behind a mutex, a few for reading. A write that returned is on disk (WAL with
/// synchronous = FULL); only cursors, renewed leases and call counts may be lost with the machine's
/// power. After Errc::Io of a write every further one is refused until the file is opened anew:
/// what an fsync that failed left on disk is not known.
class SqliteJournal final : public Journal, public Ledger {
 public:
  /// Opens the journal in file `path`, or makes it there. `clock` outlives the journal; `node` goes
  /// into every commit. Errors: Corrupt with what to do when the file is damaged, empty or
  /// something else; Config when a newer program wrote it; Io, NoSpace.
  static Result<std::unique_ptr<SqliteJournal>> open(const std::filesystem::path& path,
                                                     const Clock& clock, std::string node);
  /// verify() of a file that nobody has open, with its log, without a byte written or a file made:
  /// for a disk that is full and for a copy that is read-only.
  /// Errors: NotFound for no file; Corrupt, Config, Io, Cancelled.
  static Result<std::uint64_t> verify_file(const std::filesystem::path& path,
                                           const std::function<void(Sequence)>& progress,
                                           std::stop_token stop = {});
  ~SqliteJournal() override;

  Result<std::vector<Commit>> land(std::span<const Landing> landings) override;
  Sequence last() const override { return last_; }
  Sequence floor() const override { return floor_; }
  Result<std::vector<Record>> read(Sequence after, std::size_t limit,
                                   std::size_t bytes = SIZE_MAX) const override;
  Result<std::vector<Commit>> headers(Sequence after, std::size_t limit,
                                      std::string_view table) const override;
  Result<std::vector<Commit>> newest(std::size_t limit, std::string_view table) const override;
  Result<bool> has_rows(bool simulated) const override;
  Result<bool> has_collected(bool simulated) const override;
  Result<Sequence> at(Instant time) const override;
  void wait_beyond(Sequence after, std::stop_token stop) const override;
  Result<std::uint64_t> verify(const std::function<void(Sequence)>& progress,
                               Extent extent = Extent::Everything,
                               std::stop_token stop = {}) const override;
  std::uint64_t size() const override;
  Result<Sequence> cursor(std::string_view name) const override;
  Result<void> move_cursor(std::string_view name, Sequence to) override;

  Result<std::size_t> recover() override;
  Result<void> start_run(const Run& run, std::span<const Unit> units) override;
  Result<void> add_units(std::span<const Unit> units) override;
  Result<void> resume_run(std::string_view id) override;
  Result<void> finish_run(std::string_view id, RunState state, std::string_view error) override;
  Result<std::size_t> forget_idle_runs(std::string_view command, Instant before) override;
  Result<RunSummary> run(std::string_view id) const override;
  Result<std::vector<RunSummary>> runs(std::size_t limit) const override;
  Result<std::vector<Unit>> units(std::string_view run,
                                  std::optional<UnitState> state) const override;
  Result<std::vector<CallRecord>> calls(std::string_view run, std::size_t limit) const override;
  std::uint64_t landings() const override { return landings_; }
  std::uint64_t landings_of_days(std::string_view table) const override;
  Result<std::vector<DayState>> days(std::string_view table, DateRange range) const override;
  Result<std::optional<DayState>> last_complete_day(std::string_view table) const override;
  Result<std::vector<Quarantined>> quarantine(std::string_view table, std::string_view state,
                                              std::size_t limit) const override;
  Result<std::uint64_t> quarantine_count(std::string_view table,
                                         std::string_view state) const override;
  Result<bool> has_held(std::string_view table, std::string_view column,
                        DateRange range) const override;
  Result<std::vector<bool>> are_quarantined(std::string_view table, std::string_view state,
                                            std::span<const RowOfRule> rows) const override;
  Result<Quarantined> quarantined(std::uint64_t id) const override;
  Result<void> set_quarantine_state(std::uint64_t id, std::string_view state) override;
  Result<Lease> acquire(std::string_view name, std::string_view holder, int seconds) override;
  Result<void> renew(const Lease& lease, int seconds) override;
  Result<void> release(const Lease& lease) override;
  Result<std::uint64_t> bytes_of_runs() const override;
  Result<std::uint64_t> calls_used(std::string_view api, std::int64_t window) const override;
  Result<void> add_calls(std::string_view api, std::int64_t window, std::uint64_t n) override;
  Result<std::optional<std::string>> value(std::string_view key) const override;
  Result<void> set_value(std::string_view key, std::string_view value) override;

 private:
  /// The newest record, as the next one needs it.
  struct Head {
    Sequence seq = 0;
    Instant time;
    Sha256 chain{};
    std::uint64_t count = 0;  ///< records held here
  };
  /// When a write must be on disk: before it returns, or with the next one that must.
  enum class Sync { Now, Later };
  using Body = std::function<Result<void>(Connection&)>;

  SqliteJournal(std::filesystem::path path, const Clock& clock, std::string node,
                std::unique_ptr<Connection> writer);
  /// Head and floor, held against the records.
  Result<void> load();
  Result<void> check_count();
  Error unusable(const std::string& what) const;
  static Result<Head> stored_head(Connection& connection);
  static Result<Sequence> stored_floor(Connection& connection);
  static Result<std::uint64_t> verify(Connection& connection, const std::filesystem::path& path,
                                      const std::function<void(Sequence)>& progress, Extent extent,
                                      std::stop_token stop);

  /// One transaction around `body`, with write_mutex_ held.
  Result<void> write_locked(Sync sync, const Body& body);
  Result<void> write(Sync sync, const Body& body);
  void checkpoint();
  Result<void> insert(Connection& db, const Landing& landing, std::span<const Sha256> contents,
                      Head& head, std::vector<Commit>& made);
  void publish(const Head& head);
  void count(std::span<const Landing> landings);

  const std::filesystem::path path_;
  const Clock& clock_;
  const std::string node_;

  std::mutex write_mutex_;  ///< guards the four below
  std::unique_ptr<Connection> writer_;
  Head head_;
  bool syncing_now_ = true;
  std::string broken_;  ///< the I/O error after which nothing is written

  std::unique_ptr<ReadPool> readers_;
  std::atomic<Sequence> floor_ = 1;
  std::atomic<Sequence> last_ = 0;
  std::atomic<std::uint64_t> landings_ = 0;
  mutable std::mutex counts_mutex_;
  std::map<std::string, std::uint64_t, std::less<>> landings_of_days_;  ///< by table
  mutable std::mutex feed_mutex_;
  mutable std::condition_variable_any landed_;
};

}  // namespace kanpan::journal::sqlite
