#include "kanpan/ingest/run_ledger.hpp"

#include <chrono>
#include <utility>

#include "kanpan/base/pause.hpp"

namespace kanpan::ingest {
namespace {

constexpr int kLeaseSeconds = 24 * 3600;
constexpr std::chrono::seconds kPatience{3};

}  // namespace

Result<journal::Lease> RunLedger::acquire(std::string_view table, std::string_view holder) {
  settle();
  return ledger_.acquire("lock:update:" + std::string(table), holder, kLeaseSeconds);
}

Result<journal::Lease> RunLedger::await(std::string_view table, std::string_view holder,
                                        const std::stop_token& stop) {
  const auto until = std::chrono::steady_clock::now() + kPatience;
  for (;;) {
    auto lease = acquire(table, holder);
    if (lease || lease.error().code != Errc::Busy || std::chrono::steady_clock::now() >= until ||
        !pause(kBetweenTries, stop))
      return lease;
  }
}

Result<void> RunLedger::renew(const journal::Lease& lease) {
  return ledger_.renew(lease, kLeaseSeconds);
}

Result<void> RunLedger::release(const journal::Lease& lease) {
  return conclude([this, lease] { return ledger_.release(lease); });
}

Result<void> RunLedger::finish(std::string_view run, journal::RunState state,
                               std::string_view why) {
  return conclude([this, run = std::string(run), state, why = std::string(why)] {
    return ledger_.finish_run(run, state, why);
  });
}

Result<void> RunLedger::conclude(std::function<Result<void>()> write) {
  auto done = write();
  if (done || done.error().code == Errc::Busy) return done;
  const std::lock_guard lock(mutex_);
  owed_.push_back(std::move(write));
  return done;
}

void RunLedger::settle() {
  const std::lock_guard lock(mutex_);
  std::erase_if(owed_, [](const auto& write) {
    const auto done = write();
    return done || done.error().code == Errc::Busy;
  });
}

}  // namespace kanpan::ingest
