// When a day of a table counts as complete.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "kanpan/base/clock.hpp"
#include "kanpan/ingest/universe.hpp"
#include "kanpan/journal/ledger.hpp"
#include "kanpan/journal/record.hpp"
#include "kanpan/store/store.hpp"

namespace kanpan::ingest {

/// Whether an answer without rows says that there are none: on the day on which they should have
/// been there they may be late.
bool may_be_empty(Instant seen, Instant ready);

/// The moment from which the source answers for `day`.
Instant ready_at(const catalog::TableSpec& table, Date day);

/// The moment from which it has the whole of `day`: the same, but of a report period the end of the
/// time in which companies publish (market::disclosure_deadline).
Instant whole_at(const catalog::TableSpec& table, Date day);

/// Days after whole_at() at which a day without an expectation is settled: sources correct a
/// day in the evening or the next morning, not a week later.
inline constexpr int kSettledDays = 3;

/// What a fetch brought of a day.
struct DayFetch {
  std::uint32_t rows = 0;
  std::vector<std::string_view> codes;  ///< of the rows, as codes_of() gives them
  std::uint32_t held = 0;               ///< rows in quarantine that are missing
  Sha256 content{};
  Instant seen;
};

/// The codes of the rows, sorted, not without repetition; none where the table expects no codes.
/// They live as long as the rows.
std::vector<std::string_view> codes_of(const catalog::TableSpec& table, const frame::Batch& rows);

/// What `expected` of a day with `rows` rows is: the number of rows by the table's rule, or more
/// where rows are known to lack: codes that are missing though others that nobody expects make up
/// the number, or rows that are held back. So `rows` is below it whenever one lacks.
std::optional<std::uint32_t> expected_with(std::optional<std::uint32_t> by_rule, std::uint64_t rows,
                                           std::size_t missing, std::size_t held);

/// The state of a day after a fetch. Complete when every expected row, and of tables that expect
/// codes every code, is there; or the same content came twice, both after whole_at(), and where
/// that is no row, not both on that day: the source may be late; or nothing is
/// known to expect and the day is settled. With rows held back the second alone counts:
/// the source has nothing else to say, a person has.
journal::DayState judge_day(const catalog::TableSpec& table, Date day, const DayFetch& fetch,
                            const Universe& universe,
                            const std::optional<journal::DayState>& before);

/// How much of the range was asked for when the rows came. Nobody: they were given, by a file.
/// Nothing: a person decided on rows that had come before, so the last fetch (its time, its
/// content) stays the last.
enum class Asked { Everything, Part, Nobody, Nothing };

/// The states of the days between the bounds from what is stored now: after rows that did not come
/// day by day. None before the first day with rows unless everything was asked for: there nothing
/// is known. Nor is it of days without rows where nobody was asked, whatever others are stored. A
/// day that was complete stays so while no row is lost, unless it was full and more is expected of
/// it now; a day without an expectation is settled
/// only when everything was asked for, or when it had been but for rows that were held back then
/// and are not now. Errors are the store's and the ledger's.
Result<std::vector<journal::DayState>> stored_days(const catalog::TableSpec& table, DateRange range,
                                                   Asked asked, const Universe& universe,
                                                   const store::Store& store,
                                                   const journal::Ledger& ledger, Instant seen);

}  // namespace kanpan::ingest
