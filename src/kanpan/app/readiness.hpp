// Whether the store keeps up with the journal, for /readyz.
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>

#include "kanpan/base/error.hpp"
#include "kanpan/catalog/catalog.hpp"
#include "kanpan/journal/journal.hpp"
#include "kanpan/store/store.hpp"

namespace kanpan::app {

/// While rows come in the store is always a few commits behind the journal, and of tables that the
/// catalog no longer has it applies none: neither keeps it from answering. Thread-safe.
class StoreReadiness {
 public:
  /// Not ready when the store is damaged, or has commits to apply and for `patience` applied none.
  StoreReadiness(const journal::Journal& journal, const store::Store& store,
                 const catalog::Catalog& catalog, std::function<bool()> is_damaged,
                 std::chrono::steady_clock::duration patience = std::chrono::seconds{30})
      : journal_(journal),
        store_(store),
        catalog_(catalog),
        is_damaged_(std::move(is_damaged)),
        patience_(patience) {}

  /// Errc::Corrupt or Errc::Busy.
  Result<void> check();

 private:
  struct Seen {
    store::Sequence applied = 0;
    std::chrono::steady_clock::time_point since;
  };

  const journal::Journal& journal_;
  const store::Store& store_;
  const catalog::Catalog& catalog_;
  const std::function<bool()> is_damaged_;
  const std::chrono::steady_clock::duration patience_;
  std::mutex mutex_;
  std::optional<Seen> behind_;  ///< since when, while it is
};

}  // namespace kanpan::app
