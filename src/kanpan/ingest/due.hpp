// When a table is due, when what is due may begin, and how long to pause after a failure.
#pragma once

#include <chrono>
#include <optional>

#include "kanpan/base/clock.hpp"
#include "kanpan/base/error.hpp"
#include "kanpan/catalog/catalog.hpp"
#include "kanpan/market/calendar.hpp"

namespace kanpan::ingest {

enum class Trigger {
  Cron,
  Event,
  Continuous,  ///< polled while the exchange trades
  Ready,  ///< continuous by its policy; but before the ready time the source has nothing of a day
};
Trigger trigger_of(const catalog::TableSpec& table);

/// When a table is collected next, as a pure function of its policy, the calendar and the past.
/// Cron: the first matching time after `after`; where the expression names weekdays, the first on
/// an open day, so that holidays are skipped and dates of the year (1 January, 1 May) are not.
/// Where that lies before a ready time of the same evening, and so finds nothing of the day yet,
/// the ready time is one more. A table with one row a week or month is due at the expression's time
/// of day on the last trading day of each, whichever weekday that is. Event: every day at 21:00, in
/// the months of disclosure (January to April, July, August, October) at 12:30 too. Continuous:
/// every poll_interval seconds while the exchange trades or calls an auction, and once more when
/// the source has the whole of a trading day. Ready: only then.
std::optional<Instant> next_due(const catalog::TableSpec& table, Instant after,
                                const market::Calendar& calendar);

/// Hours in Shanghai in which whole tables are replaced when their time was missed.
inline constexpr int kLowTrafficFrom = 2 * 3600, kLowTrafficTo = 5 * 3600;

/// When what was due at `due` may begin, seen at `now`: at once; but a `full` table whose time was
/// missed, or that an event calls for, waits for the hours of low traffic. Where those of a night
/// have passed since it was due, because nothing ran then, it waits only while the exchange trades
/// (09:15 to 11:30 and 13:00 to 15:00). The catalog's cron is kept to, whatever its hour. Nobody
/// waits for a table of which nothing is stored (`is_empty`).
Instant begin_of(const catalog::TableSpec& table, Instant due, Instant now, bool is_empty,
                 const market::Calendar& calendar);

/// Pauses before a scheduled collection that failed is tried again: doubled from the first to the
/// longest. Each call of a run has been retried already, with pauses of up to half a minute
/// (source::RetryPolicy): what is wrong after that is an outage, and five minutes are a usual
/// restart. An hour, so that nobody waits longer than that for data once the source or its quota is
/// back, and an outage of a day costs 24 calls or so.
inline constexpr std::chrono::minutes kFirstRetry{5}, kLongestRetry{60};

/// After the `failures`th failure in a row, 1 or more.
std::chrono::minutes retry_pause(int failures);

/// Whether the same collection may do better later by itself. What was refused for good (a
/// permission, a token, a setting) waits for a person or for its next time.
bool may_heal(Errc code);

/// Whether more calls for a table are in vain until a person has done something: the token, its
/// permission or the settings are refused, whatever is asked for.
bool is_refusal(Errc code);

}  // namespace kanpan::ingest
