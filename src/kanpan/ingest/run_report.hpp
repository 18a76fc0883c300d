// What a run or an import tells while it goes on, what went wrong, and how it ended.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "kanpan/base/error.hpp"
#include "kanpan/ingest/progress.hpp"
#include "kanpan/ingest/run_ledger.hpp"
#include "kanpan/ingest/run_outcome.hpp"
#include "kanpan/journal/ledger.hpp"
#include "kanpan/store/store.hpp"

namespace kanpan::ingest {

/// Thread-safe.
class RunReport {
 public:
  RunReport(std::string run, Progress& progress, const journal::Ledger& ledger,
            RunLedger& run_ledger)
      : run_(std::move(run)), progress_(progress), ledger_(ledger), run_ledger_(run_ledger) {}

  /// Fills in the run and the time since it began.
  void tell(Event event) const;
  /// The first failure is the run's, the first with a name of a table that table's.
  void fail(Error error, const std::string& table = "");
  std::optional<Error> error() const;
  std::optional<Error> error_of(const std::string& table) const;

  /// What has become of a unit that was submitted, told and counted; fails when it was not stored.
  /// Why it was not is told once: of a full disk all units in flight say the same.
  void settled(const journal::Unit& unit, const Result<std::vector<store::Applied>>& outcome);
  /// Writes the state that the run ended in; `stopped`: before everything was done. `remark` is the
  /// outcome's error where nothing failed. On a full disk the state is that of the outcome alone;
  /// the ledger has it once there is room.
  Result<RunOutcome> finish(bool stopped, const std::optional<Error>& remark = {});

 private:
  bool is_news(const std::string& failure);

  const std::string run_;
  Progress& progress_;
  const journal::Ledger& ledger_;
  RunLedger& run_ledger_;
  const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  mutable std::mutex mutex_;
  std::optional<Error> error_;
  std::map<std::string, Error> failed_;
  std::set<std::string> told_;
};

}  // namespace kanpan::ingest
