// How far each table is behind what the calendar lets expect.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kanpan/api/context.hpp"

namespace kanpan::api {

struct Freshness {
  std::string table;
  std::string state;  ///< fresh, stale, empty, unknown (no rule for the table)
  std::optional<Date> last_complete;
  std::optional<Date> expected;    ///< newest day whose ready time has passed
  std::optional<std::size_t> lag;  ///< open days from last_complete to expected
};

/// Dated tables in order of name. Tables of trading days have a rule, the rest is "unknown" unless
/// empty.
Result<std::vector<Freshness>> freshness(const Context& context);

/// The newest open day on which the source has this table complete by now.
Date expected_day(const catalog::TableSpec& table, const market::Calendar& calendar, Instant now);

}  // namespace kanpan::api
