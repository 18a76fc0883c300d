// Which days of a table were never collected though its source has them.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "kanpan/base/clock.hpp"
#include "kanpan/base/error.hpp"
#include "kanpan/catalog/catalog.hpp"
#include "kanpan/market/calendar.hpp"
#include "kanpan/query/versions.hpp"
#include "kanpan/store/store.hpp"

namespace kanpan::query {

/// Thread-safe. A look-up reads nothing unless a day, trade_cal or the date has changed since.
class Absences {
 public:
  using Calendar = std::shared_ptr<const market::Calendar>;

  Absences(const catalog::Catalog& catalog, const store::Store& store, const Versions& versions,
           const Clock& clock)
      : catalog_(catalog), store_(store), versions_(versions), clock_(clock) {}

  /// Days that the table's time column takes, from the first that the source has to the last whose
  /// ready time has passed, that are not among `held`; oldest first. Never null; none of an undated
  /// table and where no day is held at all. Errors are the store's and the journal's.
  Result<std::shared_ptr<const std::vector<Date>>> of(
      const catalog::TableSpec& table, const std::shared_ptr<const DayStates>& held) const;
  /// Whether the range begins after the last day that the source has by now, and has one that is to
  /// come. Errors as above.
  Result<bool> is_to_come(const catalog::TableSpec& table, DateRange range) const;
  /// The last day that the source has by now, whether the table takes it or not.
  Date due(const catalog::TableSpec& table) const;
  /// As it is stored. Errors as above.
  Result<Calendar> known_calendar() const;

 private:
  struct Known {
    Calendar calendar;
    Date until;             ///< last due day
    std::vector<Date> due;  ///< by these two
    std::shared_ptr<const DayStates> held;
    std::shared_ptr<const std::vector<Date>> absent;
  };
  Result<Calendar> calendar() const;

  const catalog::Catalog& catalog_;
  const store::Store& store_;
  const Versions& versions_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  mutable Calendar calendar_;
  mutable std::optional<store::Sequence> calendar_version_;
  mutable std::map<std::string, Known, std::less<>> known_;
};

}  // namespace kanpan::query
