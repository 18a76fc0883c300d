// The ledger as runs, imports and releases use it: leases on tables, and what ends a run.
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "kanpan/base/error.hpp"
#include "kanpan/journal/ledger.hpp"

namespace kanpan::ingest {

/// What a full disk keeps out of the ledger at the end of a run, the freeing of its leases and the
/// state it ended in, is owed: it is tried again before the next lease is taken, by whomever, since
/// nobody else frees a lease while this process lives. Thread-safe.
class RunLedger {
 public:
  /// Between two tries of who waits for a lease: whoever gives one back for others to take waits
  /// longer before he asks again.
  static constexpr std::chrono::milliseconds kBetweenTries{50};

  explicit RunLedger(journal::Ledger& ledger) : ledger_(ledger) {}

  /// The lease on what the table holds, for a day: one writer at a time. A dead process frees its
  /// leases earlier, by Ledger::recover(). Errc::Busy names the holder.
  Result<journal::Lease> acquire(std::string_view table, std::string_view holder);
  /// The same, but tries again for a few seconds, so that who holds it only for a moment, as
  /// judge_after() does, turns nobody away.
  Result<journal::Lease> await(std::string_view table, std::string_view holder,
                               const std::stop_token& stop = {});
  Result<void> renew(const journal::Lease& lease);
  Result<void> release(const journal::Lease& lease);
  Result<void> finish(std::string_view run, journal::RunState state, std::string_view why);
  /// Tries again what is owed.
  void settle();

 private:
  Result<void> conclude(std::function<Result<void>()> write);

  journal::Ledger& ledger_;
  std::mutex mutex_;
  std::vector<std::function<Result<void>()>> owed_;
};

}  // namespace kanpan::ingest
