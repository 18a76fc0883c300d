// A slice: the piece of a table that is fetched, proven and committed whole.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kanpan/base/date.hpp"
#include "kanpan/base/error.hpp"
#include "kanpan/catalog/table_spec.hpp"
#include "kanpan/journal/record.hpp"
#include "kanpan/source/source.hpp"

namespace kanpan::ingest {

/// One unit of a run before it is fetched. Small and self-contained: it is kept in the ledger as
/// JSON and is all that a resumed run needs.
struct Slice {
  const catalog::TableSpec* table = nullptr;
  catalog::Walk walk;              ///< how it is asked for
  std::optional<DateRange> range;  ///< of the walk's day, period or window
  std::string code;                ///< Code walks
  journal::Mode mode = journal::Mode::Upsert;

  /// "2024-06-28", "600000.SH 2020-01-01..2024-06-28", "2024-03-31", "all".
  std::string label() const;
  /// What a Replace of this slice covers.
  journal::Scope scope() const;
  /// True when the walk's day is the table's own time column (not, say, an announcement date of a
  /// table that is kept by period).
  bool by_time_column() const;

  /// True when the slice is one day or period of the table's time column.
  bool is_one_day() const;

  std::string to_json() const;
  static Result<Slice> from_json(const catalog::TableSpec& table, std::string_view json);
  /// Rows that nobody asked the source for: of a file. No window and no code to hold them against.
  static Slice of_file(const catalog::TableSpec& table, journal::Mode mode) {
    return {&table, {}, std::nullopt, {}, mode};
  }
};

/// The call that asks for the whole slice; `split_value` narrows it to one value of the table's
/// split parameter ("" = not narrowed).
source::Call call_of(const Slice& slice, std::string_view split_value);

}  // namespace kanpan::ingest
