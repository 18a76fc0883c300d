// How far each table is behind what the calendar lets expect.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kanpan/api/context.hpp"

namespace kanpan::api {

struct Freshness {
  std::string table;
  std::string state;                  ///< fresh, stale, empty, unknown (no rule for the table)
  std::optional<Date> last_complete;  ///< settled, with every row that is expected
  /// Asked for since its ready time, with every expected row, or as many as the source ever gave;
  /// without one only once it is settled that there is none.
  std::optional<Date> last_fetched;
  std::optional<Date> expected;    ///< newest day that the schedule has had an hour to collect
  std::optional<std::size_t> lag;  ///< open days from last_fetched to expected
};

/// Dated tables in order of name. Tables of trading days have a rule, the rest is "unknown" unless
/// empty.
Result<std::vector<Freshness>> freshness(const Context& context);

/// The newest open day that is collected by now when nothing is wrong: the schedule's first time
/// from the source's ready time on was an hour ago or more.
Date expected_day(const catalog::TableSpec& table, const market::Calendar& calendar, Instant now);

}  // namespace kanpan::api
