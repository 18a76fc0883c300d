#include "kanpan/app/readiness.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "kanpan/ingest/replay.hpp"

namespace kanpan::app {
Result<void> StoreReadiness::check() {
  if (is_damaged_())
    return Error{Errc::Corrupt, "the store is damaged", "it is being rebuilt from the journal"};
  const std::lock_guard lock(mutex_);
  const store::Sequence applied = store_.applied();
  const auto now = std::chrono::steady_clock::now();
  if (applied >= journal_.last()) {
    behind_.reset();
    return {};
  }
  if (!behind_ || behind_->applied != applied) {
    behind_ = Seen{applied, now};
    return {};
  }
  if (now - behind_->since < patience_) return {};
  KANPAN_LET(const bool stuck, ingest::has_to_apply(journal_, catalog_, applied));
  if (!stuck) return {};
  return Error{
      Errc::Busy,
      fmt::format("the store has stood at commit {} of {} for {}", applied, journal_.last(),
                  std::chrono::floor<std::chrono::seconds>(now - behind_->since)),
      "the log says why"};
}

}  // namespace kanpan::app
