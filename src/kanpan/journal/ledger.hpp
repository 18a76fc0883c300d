// Control data beside the journal: runs, units, calls, days, quarantine, leases, quotas.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kanpan/base/error.hpp"
#include "kanpan/journal/record.hpp"

namespace kanpan::journal {

struct RunSummary {
  Run run;
  std::uint64_t units = 0, planned = 0, committed = 0, unchanged = 0, refused = 0, failed = 0;
  std::uint64_t rows = 0, quarantined = 0, calls = 0;
};

/// A row as quarantine keeps it, and the rule that it broke. Both live elsewhere.
struct RowOfRule {
  std::string_view rule;
  std::string_view row;
};

/// Thread-safe. What belongs to rows is written by Journal::land, in the same transaction as they.
class Ledger {
 public:
  virtual ~Ledger() = default;

  /// To be called once by a process that has just become the owner of the data, before it acquires
  /// anything: runs that a dead owner left running become Partial, its leases are free. Returns how
  /// many runs that were.
  virtual Result<std::size_t> recover() = 0;

  virtual Result<void> start_run(const Run& run, std::span<const Unit> units) = 0;
  /// More units of runs that are going on.
  virtual Result<void> add_units(std::span<const Unit> units) = 0;
  /// A run that ended (or whose process did) is running again. Errors: NotFound, Busy when it runs.
  virtual Result<void> resume_run(std::string_view id) = 0;
  virtual Result<void> finish_run(std::string_view id, RunState state, std::string_view error) = 0;
  /// Forgets, with units and calls, the done runs of `command` that began before `before` and
  /// changed nothing: no commit, no row held back, no page refused. Returns how many. In short
  /// transactions, so that nobody waits long; what a failure leaves is forgotten the next time.
  virtual Result<std::size_t> forget_idle_runs(std::string_view command, Instant before) = 0;
  virtual Result<RunSummary> run(std::string_view id) const = 0;
  /// Newest first.
  virtual Result<std::vector<RunSummary>> runs(std::size_t limit) const = 0;
  /// Units of a run in order; only those in `state` when given.
  virtual Result<std::vector<Unit>> units(std::string_view run,
                                          std::optional<UnitState> state) const = 0;
  virtual Result<std::vector<CallRecord>> calls(std::string_view run, std::size_t limit) const = 0;
  /// Bytes that runs, units and calls take. Every page of theirs is looked at: for people, not for
  /// a loop.
  virtual Result<std::uint64_t> bytes_of_runs() const = 0;

  /// Grows with every landing that this process made: what was read here may be kept while it
  /// stands still.
  virtual std::uint64_t landings() const = 0;
  /// Grows with those that brought states of the table's days.
  virtual std::uint64_t landings_of_days(std::string_view table) const = 0;
  virtual Result<std::vector<DayState>> days(std::string_view table, DateRange range) const = 0;
  /// The newest day that is complete and lacks no row: a settled day may.
  virtual Result<std::optional<DayState>> last_complete_day(std::string_view table) const = 0;

  /// Newest first, of every table or state when that is ""; without the bodies of pages.
  virtual Result<std::vector<Quarantined>> quarantine(std::string_view table,
                                                      std::string_view state,
                                                      std::size_t limit) const = 0;
  /// How many that would be without a limit.
  virtual Result<std::uint64_t> quarantine_count(std::string_view table,
                                                 std::string_view state) const = 0;
  /// Whether a row of the table is held with a day of the range in its member `column`; not where
  /// that cannot be read. Pages are no rows.
  virtual Result<bool> has_held(std::string_view table, std::string_view column,
                                DateRange range) const = 0;
  /// By position in `rows` whether the very row, by the same rule, is there in `state`.
  virtual Result<std::vector<bool>> are_quarantined(std::string_view table, std::string_view state,
                                                    std::span<const RowOfRule> rows) const = 0;
  virtual Result<Quarantined> quarantined(std::uint64_t id) const = 0;
  virtual Result<void> set_quarantine_state(std::uint64_t id, std::string_view state) = 0;

  /// Takes the lease, or Errc::Busy naming the holder (even when that is the same one). A lease of
  /// a dead process (it expired by the clock given at open) is taken over with a higher fence.
  virtual Result<Lease> acquire(std::string_view name, std::string_view holder, int seconds) = 0;
  /// Both: Errc::Busy when the lease is no longer this one.
  virtual Result<void> renew(const Lease& lease, int seconds) = 0;
  virtual Result<void> release(const Lease& lease) = 0;

  /// Calls made of `api` in the window that starts at `window` (epoch seconds); kept across
  /// restarts. Windows that started more than two days before the newest are forgotten. A name
  /// belongs to windows of one length: minutes and days are counted under two names.
  virtual Result<std::uint64_t> calls_used(std::string_view api, std::int64_t window) const = 0;
  virtual Result<void> add_calls(std::string_view api, std::int64_t window, std::uint64_t n) = 0;

  /// Small named values (last scheduled run of a table, node name, …).
  virtual Result<std::optional<std::string>> value(std::string_view key) const = 0;
  virtual Result<void> set_value(std::string_view key, std::string_view value) = 0;
};

}  // namespace kanpan::journal
