// Data versions and day states, kept in memory and brought up to date from the journal's feed.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "kanpan/journal/journal.hpp"
#include "kanpan/journal/ledger.hpp"

namespace kanpan::query {

/// What one table's commits have touched.
struct TableVersion {
  journal::Sequence last = 0;                ///< of any commit
  Instant time{};                            ///< of that commit
  std::map<int, journal::Sequence> by_year;  ///< last commit that touched days of the year
  std::string sources;                       ///< "tushare", "sim,csv:daily.csv"
  bool simulated = false;                    ///< any commit was
};

using DayStates = std::map<Date, journal::DayState>;

/// Thread-safe. Both look-ups are a map access unless something new was committed.
class Versions {
 public:
  Versions(const journal::Journal& journal, const journal::Ledger& ledger)
      : journal_(journal), ledger_(ledger) {}

  /// As of the commits visible in `applied`; all zero for a table without any.
  Result<TableVersion> of(std::string_view table, journal::Sequence applied) const;
  Result<std::shared_ptr<const DayStates>> days(std::string_view table) const;

 private:
  Result<void> follow(journal::Sequence to) const;

  const journal::Journal& journal_;
  const journal::Ledger& ledger_;
  mutable std::shared_mutex mutex_;
  mutable journal::Sequence followed_ = 0;
  mutable std::map<std::string, TableVersion, std::less<>> tables_;
  mutable std::mutex days_mutex_;
  mutable std::uint64_t days_as_of_ = 0;
  mutable std::map<std::string, std::shared_ptr<const DayStates>, std::less<>> days_;
};

}  // namespace kanpan::query
