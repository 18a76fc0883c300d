// The hot store of the embedded profile: one DuckDB file, a cache of the journal.
//
// Per table the file holds `cur_<t>` (current rows in order of arrival, with `_seq`), `code_<t>`
// (the same rows up to a folded sequence, sorted by code and time; only for tables that have both),
// `old_<t>` (superseded and closed versions, with `_until`). There is no index and no constraint:
// physical order is the index, and the writer keeps keys unique by construction.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "kanpan/base/error.hpp"
#include "kanpan/catalog/catalog.hpp"
#include "kanpan/store/store.hpp"

namespace kanpan::store::duckdb {

/// The journal that a file is held against, asked while it is opened and by that thread. An error
/// of it is no error of the file: it is passed on, as Errc::Failed where it is Corrupt.
struct Origin {
  /// Whether it has this very commit. Empty: as if it had.
  std::function<Result<bool>(Sequence seq, const std::string& chain)> has;
  /// Whether a table has commits with after < seq ≤ upto. Empty: as if every table had some.
  std::function<Result<bool>(const std::string& table, Sequence after, Sequence upto)> has_commits;
};

struct Options {
  std::uint64_t memory_limit = std::uint64_t{1} << 30;  ///< bytes that DuckDB may hold
  unsigned threads = 2;       ///< that fold() may use; a read uses its caller's
  unsigned readers = 6;       ///< reads at the same time; more wait their turn
  unsigned slow_readers = 4;  ///< of them, for long reads with a slow sink; at least one is left
  std::chrono::milliseconds patience{5'000};  ///< of a long read with a slow sink, for its turn
  std::uint64_t checkpoint_bytes = std::uint64_t{64} << 20;  ///< WAL that starts a checkpoint
  std::uint64_t temp_bytes = std::uint64_t{16} << 30;        ///< spilled by sorts, at the most
  std::uint64_t fold_rows = 20'000;  ///< unfolded rows that make an idle fold worth its while
  unsigned fold_runs = 8;            ///< sorted runs in the by-code copy before it is rewritten
  Origin origin{};
};

/// Thread rule as in Store: apply(), fold() and checkpoint() by one writer thread, the rest by any.
/// Destroy it when no call is running. The catalog must outlive it.
///
/// After reopen() has failed the store is closed: every call says so (NoSpace) until it succeeds.
class DuckdbStore final : public Store {
 public:
  /// Opens or creates. Errc::Busy: another process has the file open. Errc::Corrupt: the file
  /// cannot be used (damaged, foreign, made from another journal, or its tables differ from the
  /// catalog and the origin has commits of them) and the owner should set it aside and rebuild; the
  /// tables in it are as they were. Errc::Io, Errc::NoSpace: the file system refuses.
  static Result<std::unique_ptr<DuckdbStore>> open(const std::filesystem::path& path,
                                                   const catalog::Catalog& catalog,
                                                   const Options& options = {});
  /// The same for tables that come from elsewhere; they must outlive the store. With none of them
  /// the file is only looked at: no table in it is made, forgotten or changed.
  static Result<std::unique_ptr<DuckdbStore>> open(
      const std::filesystem::path& path, const std::vector<const catalog::TableSpec*>& tables,
      const Options& options = {});
  ~DuckdbStore() override;

  Result<std::vector<Applied>> apply(std::span<const Change> changes) override;
  Sequence applied() const override;
  Result<bool> fold(bool everything) override;

  Result<void> read(const Read& read, const Sink& sink) const override;
  Result<std::uint64_t> count(const Read& read) const override;
  Result<bool> has_changed(const Read& read, Sequence since) const override;
  Result<std::vector<DayCount>> day_counts(const catalog::TableSpec& table,
                                           DateRange range) const override;
  Result<std::vector<std::string>> codes_on(const catalog::TableSpec& table,
                                            Date day) const override;
  Result<Contradictions> contradictions(const catalog::TableSpec& table,
                                        Sequence since) const override;
  /// Bytes are an estimate: the file's bytes shared out by rows times columns.
  Result<std::map<std::string, Size>> sizes() const override;
  std::uint64_t bytes() const override;

  /// Moves the WAL into the file. Writer thread. False when open reads stood in the way.
  Result<bool> checkpoint();
  /// True once DuckDB has declared this instance unusable (a FATAL error, as on a full disk), and
  /// while the store is closed. Every call fails until reopen() succeeds.
  bool invalidated() const;
  /// Closes the file and opens it again, when no other call is running: others wait for it, and it
  /// waits a little for those that are (Errc::Busy: some did not end). What the file does not hold
  /// is the journal's to replay. Other errors as of open(). Any thread.
  Result<void> reopen();
  /// True once a read or a write met bytes of the file that cannot be right, or a FATAL error other
  /// than a full disk: the owner sets the file aside and rebuilds.
  bool damaged() const;

 private:
  struct Impl;
  class Use;
  explicit DuckdbStore(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Moves a store's file and its companions (.wal, .wal.checkpoint, .wal.recovery) out of the way:
/// `hot.duckdb` becomes `hot.duckdb.<stamp>`, `hot.duckdb.wal` becomes `hot.duckdb.<stamp>.wal`, so
/// that the set can still be opened together. Gives the new paths; empty when there was nothing.
Result<std::vector<std::filesystem::path>> set_aside(const std::filesystem::path& path,
                                                     std::string_view stamp);

/// Undoes set_aside(): what lies at `path` by now is removed. Nobody may have either open.
Result<void> put_back(const std::filesystem::path& path, std::string_view stamp);

}  // namespace kanpan::store::duckdb
