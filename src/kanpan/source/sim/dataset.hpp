// What stands behind the simulator's protocol: an invented exchange, or files.
#pragma once

#include <cstddef>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "kanpan/base/clock.hpp"
#include "kanpan/base/error.hpp"
#include "kanpan/catalog/table_spec.hpp"
#include "kanpan/frame/batch.hpp"

namespace kanpan::source::sim {

/// A date column bounded on one side or both; both ends belong to it.
struct Between {
  std::string column;
  std::optional<Date> from, to;
};

/// A question after the protocol's words were read. Unset members do not narrow.
struct Question {
  std::vector<std::string> codes;  ///< of the table's code column
  std::optional<Date> from, to;    ///< of the table's time column
  /// Bounds of date columns other than the time column (ann_date of a statement). A dataset may use
  /// them to do less; the protocol filters by them once more.
  std::vector<Between> between;
  /// Other parameters with one value each, by column where one holds it, else under the parameter's
  /// own name (fina_mainbz's type); a dataset that cannot tell the latter ignores them.
  std::map<std::string, std::string> equal;
  Instant now;  ///< rows not yet published then do not exist
  /// That many of the first rows will do: a dataset may stop there.
  std::size_t most = std::numeric_limits<std::size_t>::max();
};

/// Thread-safe and deterministic: the same question gives the same rows.
class Dataset {
 public:
  virtual ~Dataset() = default;
  /// All rows that match, columns and order as in the catalog, newest first where the table is
  /// dated. No cap here: the protocol cuts.
  virtual Result<frame::Batch> rows(const catalog::TableSpec& table,
                                    const Question& question) const = 0;
};

}  // namespace kanpan::source::sim
