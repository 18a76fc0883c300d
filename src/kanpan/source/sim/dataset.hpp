// What stands behind the simulator's protocol: an invented exchange, or files.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "kanpan/base/clock.hpp"
#include "kanpan/base/error.hpp"
#include "kanpan/catalog/table_spec.hpp"
#include "kanpan/frame/batch.hpp"

namespace kanpan::source::sim {

/// A question after the protocol's words were read. Unset members do not narrow.
struct Question {
  std::vector<std::string> codes;          ///< of the table's code column
  std::optional<Date> from, to;            ///< of the table's time column
  std::map<std::string, std::string> equal;  ///< other parameters that name a column
  Instant now;                             ///< rows not yet published then do not exist
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
