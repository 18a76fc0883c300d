// What a table's numbers usually look like, to notice a change of unit.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "kanpan/base/date.hpp"
#include "kanpan/catalog/table_spec.hpp"
#include "kanpan/frame/batch.hpp"
#include "kanpan/store/store.hpp"

namespace kanpan::ingest {

/// Median per column over the rows where it is neither null nor 0; NaN where fewer than kLeastRows
/// rows have one, the column is no number, or a value is negative: what has a sign is a movement,
/// and those of a crash are 50 times those of a calm day.
using Medians = std::vector<double>;
inline constexpr std::size_t kLeastRows = 30;

Medians medians(const frame::Batch& batch);

/// Thread-safe. Remembers the medians of accepted whole-market days and asks the store for a day
/// near by when it knows none.
class History {
 public:
  explicit History(const store::Store& store) : store_(store) {}

  /// Medians of the known day nearest to `day`, of batches in catalog order; nothing when the table
  /// has no day of at least kLeastRows rows within a month around. Errors are the store's.
  Result<std::optional<Medians>> near(const catalog::TableSpec& table, Date day);
  void accepted(const catalog::TableSpec& table, Date day, Medians medians);

 private:
  Result<std::optional<Medians>> from_store(const catalog::TableSpec& table, Date day) const;

  const store::Store& store_;
  std::mutex mutex_;
  std::map<std::string, std::map<Date, Medians>, std::less<>> known_;
};

}  // namespace kanpan::ingest
