// The source's call counts, kept in the ledger.
#pragma once

#include "kanpan/journal/ledger.hpp"
#include "kanpan/source/quota_store.hpp"

namespace kanpan::app {

/// Thread-safe, as the ledger is.
class LedgerQuota final : public source::QuotaStore {
 public:
  explicit LedgerQuota(journal::Ledger& ledger) : ledger_(ledger) {}

  Result<std::uint64_t> calls_used(std::string_view api, std::int64_t window) const override {
    return ledger_.calls_used(api, window);
  }
  Result<void> add_calls(std::string_view api, std::int64_t window, std::uint64_t n) override {
    return ledger_.add_calls(api, window, n);
  }

 private:
  journal::Ledger& ledger_;
};

}  // namespace kanpan::app
