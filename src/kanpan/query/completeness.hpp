// How complete what a read covers is: whole days, or the rows of the codes that it names.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "kanpan/base/error.hpp"
#include "kanpan/catalog/catalog.hpp"
#include "kanpan/query/versions.hpp"
#include "kanpan/store/store.hpp"

namespace kanpan::query {

struct Completeness {
  /// complete, provisional, partial, empty; unknown = the rows of the past have changed since, or
  /// which days were asked for is not known, as `missing` then says; provisional too of days that
  /// are yet to come. Partial and unknown come before provisional, partial before unknown.
  std::string status;
  /// The oldest 20, for people: "2024-06-27: 3 of 5361 rows", "2024-06-27: no row of 600000.SH",
  /// "2024-04-25..2024-04-30: 4 days not collected"; of days that may be empty "2024-06-28: not
  /// known to be collected", where no day is held "which days were collected is not known"; of days
  /// to come "2030-06-03..2030-06-05: not yet". Before them all codes that nothing is known of:
  /// "600000.SH: not in stock_basic".
  std::vector<std::string> missing;
  std::size_t missing_count = 0;  ///< days with missing rows
  std::size_t short_days = 0;     ///< days that lack rows of whatever code
};

/// What is known of the table that a read is of.
struct TableState {
  TableVersion table;                               ///< of the read's years
  std::shared_ptr<const DayStates> days;            ///< all of them
  std::shared_ptr<const std::vector<Date>> absent;  ///< as Absences gives them
  std::vector<std::string> strangers;               ///< as KnownCodes gives them
  bool is_past = false;     ///< rows that the read covers have changed since its `as_of`
  bool is_to_come = false;  ///< as Absences says of its days
  Date due;                 ///< the last day that the source has by now
};

/// The days that the read covers, at most provisional while rows of them cannot be seen yet; those
/// of now, so of rows that have changed since `as_of` nothing is known. Where the read names codes
/// of a table that must have a row of every listed one, of these codes alone: a day that lacks rows
/// of others is complete for those whose rows came after the source's ready time, but for those of
/// which a row is held back. Then, where days are short, the rows of the codes are looked up. The
/// absent days count too, up to the bounds, or to the first and the last day held, or where the one
/// bound lies beyond those, all on its other side; of codes those
/// on which one was listed, or one that nothing is known of might have been. Of tables by calendar
/// days they count without a bound as well, but any of them may be empty: they make the answer
/// unknown, as does a dated table with commits and without a day. A table that has a row of every
/// day is judged by its rows: days without one between the bounds, or the first and the last with a
/// row, are not collected, those to come after the last "not yet". Strangers without a row in the
/// read make it partial whatever the days are: most likely they are mistyped. Errors are the
/// store's and the ledger's.
Result<Completeness> judge(const store::Read& read, const TableState& known,
                           const catalog::Catalog& catalog, const store::Store& store,
                           const journal::Ledger& ledger);

/// Changes whenever what judge() says may have, for the same commits of the read's table. Cheap: no
/// rows are read, so it may change when it need not.
std::string fingerprint(const store::Read& read, const TableState& known);

/// The tables besides the read's own whose commits may change what judge() says of it.
std::vector<std::string> judged_by(const store::Read& read, const TableState& known);

}  // namespace kanpan::query
