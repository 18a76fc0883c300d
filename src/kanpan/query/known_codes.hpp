// Which codes a table can have rows of, as far as that is held.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "kanpan/base/error.hpp"
#include "kanpan/catalog/catalog.hpp"
#include "kanpan/query/versions.hpp"
#include "kanpan/store/store.hpp"

namespace kanpan::query {

/// Thread-safe. A look-up reads nothing unless stock_basic has changed since.
class KnownCodes {
 public:
  KnownCodes(const catalog::Catalog& catalog, const store::Store& store, const Versions& versions)
      : catalog_(catalog), store_(store), versions_(versions) {}

  /// Codes that the read names and the table's reference does not: that is the list in the catalog
  /// where there is one, stock_basic for tables of shares. Sorted, none twice; none where the
  /// reference holds nothing, and of tables without one. Errors are the store's and the journal's.
  Result<std::vector<std::string>> strangers(const store::Read& read) const;

 private:
  using Codes = std::shared_ptr<const std::vector<std::string>>;
  Result<Codes> listed() const;

  const catalog::Catalog& catalog_;
  const store::Store& store_;
  const Versions& versions_;
  mutable std::mutex mutex_;
  mutable Codes listed_;  ///< sorted
  mutable std::optional<store::Sequence> listed_version_;
};

/// What the codes that are no strangers are in, as people are told: "stock_basic".
std::string reference_of(const catalog::TableSpec& table);

}  // namespace kanpan::query
