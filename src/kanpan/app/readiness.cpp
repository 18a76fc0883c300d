#include "kanpan/app/readiness.hpp"

#include <algorithm>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace kanpan::app {
namespace {

constexpr std::size_t kHeadersPerRead = 1000;

}  // namespace

Result<void> StoreReadiness::check() {
  if (is_damaged_())
    return Error{Errc::Corrupt, "the store is damaged",
                 "it is rebuilt when the server starts again"};
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
  KANPAN_LET(const bool stuck, has_to_apply(applied));
  if (!stuck) return {};
  return Error{
      Errc::Busy,
      fmt::format("the store has stood at commit {} of {} for {}", applied, journal_.last(),
                  std::chrono::floor<std::chrono::seconds>(now - behind_->since)),
      "the log says why"};
}

/// Whether any commit after `after` is of a table that the catalog has.
Result<bool> StoreReadiness::has_to_apply(journal::Sequence after) const {
  for (;;) {
    KANPAN_LET(const auto headers, journal_.headers(after, kHeadersPerRead));
    if (headers.empty()) return false;
    if (std::ranges::any_of(headers, [&](const journal::Commit& commit) {
          return catalog_.find(commit.table).has_value();
        }))
      return true;
    after = headers.back().seq;
  }
}

}  // namespace kanpan::app
