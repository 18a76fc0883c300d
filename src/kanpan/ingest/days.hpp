// When a day of a table counts as complete.
#pragma once

#include <optional>
#include <vector>

#include "kanpan/base/clock.hpp"
#include "kanpan/ingest/universe.hpp"
#include "kanpan/journal/ledger.hpp"
#include "kanpan/journal/record.hpp"
#include "kanpan/store/store.hpp"

namespace kanpan::ingest {

/// The moment from which the source has the whole of `day`.
Instant ready_at(const catalog::TableSpec& table, Date day);

/// Days after its ready time at which a day without an expectation is settled: sources correct a
/// day in the evening or the next morning, not a week later.
inline constexpr int kSettledDays = 3;

/// The state of a day after a fetch at `seen` brought `rows` rows with this content. Complete when
/// the expected set is reached; or the same content came twice, both after the ready time; or
/// nothing is known to expect and the day is settled.
journal::DayState judge_day(const catalog::TableSpec& table, Date day, std::uint32_t rows,
                            const Sha256& content, Instant seen, const Universe& universe,
                            const std::optional<journal::DayState>& before);

/// How much of the range the rows that came were asked for.
enum class Asked { Everything, Part };

/// The states of the days between the bounds from what is stored now: after rows that did not come
/// day by day. None before the first day with rows, where nothing is known. A day that was complete
/// stays so while no row is lost; a day without an expectation is settled only when everything was
/// asked for. Errors are the store's and the ledger's.
Result<std::vector<journal::DayState>> stored_days(const catalog::TableSpec& table, DateRange range,
                                                   Asked asked, const Universe& universe,
                                                   const store::Store& store,
                                                   const journal::Ledger& ledger, Instant seen);

}  // namespace kanpan::ingest
