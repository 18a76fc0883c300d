// The calls that fill the holes of the coverage matrix, and no others.
#pragma once

#include "kanpan/ingest/coverage.hpp"
#include "kanpan/ingest/planner.hpp"

namespace kanpan::ingest {

/// Days of the coverage that are ready at the source and lack something, oldest first: what the
/// expected set is looked up anew for before anything is fetched.
std::vector<Date> incomplete_days(const catalog::TableSpec& table, const Coverage& coverage,
                                  const Knowledge& knowledge);

/// Days that are absent or not complete and cells that are missing, each day either whole or code
/// by code over the span of the code's missing days, whichever split takes the fewest calls (a code
/// is assumed to take one). Complete days, days that have all that is expected and
/// days that are not ready at the source are not asked.
/// `plan.left_out` counts the days left out. Errors are the planner's.
Result<Plan> plan_repair(const catalog::TableSpec& table, const Coverage& coverage,
                         const Knowledge& knowledge);

}  // namespace kanpan::ingest
