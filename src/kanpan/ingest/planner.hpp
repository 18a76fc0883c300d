// Which calls bring what is missing, the cheapest set of them, and when they will be done.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "kanpan/ingest/slice.hpp"
#include "kanpan/ingest/universe.hpp"

namespace kanpan::ingest {

struct PlanRequest {
  const catalog::TableSpec* table = nullptr;
  std::optional<Date> from, to;             ///< of the table's time column
  std::vector<std::string> codes;           ///< empty = every code
  std::optional<catalog::UpdateMode> mode;  ///< the table's own when unset
  /// Exactly these days (sorted, not empty) instead of what is not complete between from and to.
  std::optional<std::vector<Date>> days = std::nullopt;
  /// Where no day is held and `from` is unset: only the last so many days, and at least the last of
  /// the days that the table can have (the last week, month or quarter end).
  std::optional<int> first_days = std::nullopt;
};

struct Plan {
  std::vector<Slice> slices;
  std::size_t calls = 0;     ///< predicted, paging and splitting included
  std::size_t left_out = 0;  ///< days (periods) that need not be asked for
  std::string note;          ///< what was ignored or assumed; may be empty
  /// Why the days or codes that were named, or some of them, are not asked for; may be empty.
  std::string warning = {};
};

/// What the planner asks about the present. Pure data and functions, so that it can be tested on
/// invented worlds.
struct Knowledge {
  const Universe* universe = nullptr;
  Date today;
  std::optional<int> points;  ///< of the source's token: walks that need more are not taken; unset
                              ///< = any walk
  /// The days (periods) of the range that were fetched before; true where complete, so that they
  /// need not be asked again.
  std::function<Result<std::map<Date, bool>>(const catalog::TableSpec&, DateRange)> held;
  /// True when that day of the table is ready at the source.
  std::function<bool(const catalog::TableSpec&, Date)> is_ready;
};

/// Slices are disjoint and together cover exactly what is missing of the request.
/// Errors: Usage (range that ends before it begins, codes for a table without), Failed when the
/// table has no walk that can do it.
Result<Plan> plan(const PlanRequest& request, const Knowledge& knowledge);

/// Walks that ask for what was announced on each day of the range; none when the table has no
/// announcement walk.
Plan plan_announcements(const catalog::TableSpec& table, DateRange range);

/// Seconds that `calls` take at `per_minute` calls a minute (0 = no limit: `seconds_per_call` each,
/// `workers` at a time).
double predicted_seconds(std::size_t calls, int per_minute, double seconds_per_call, int workers);

}  // namespace kanpan::ingest
