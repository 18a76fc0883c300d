// From the words of a request to a question: which parameter bounds, equals or picks what.
#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "kanpan/catalog/table_spec.hpp"
#include "kanpan/source/protocol/request.hpp"
#include "kanpan/source/protocol/selection.hpp"
#include "kanpan/source/protocol/wording.hpp"
#include "kanpan/source/sim/condition.hpp"
#include "kanpan/source/sim/dataset.hpp"

namespace kanpan::source::sim {

/// What is asked, with the parts that only the protocol can judge.
struct Reading {
  Question question;
  /// Columns with the value that the source assumes when the parameter is not given (list_status L,
  /// SSE, 涨停); a row whose cell is null is kept.
  std::vector<std::pair<std::string, std::string>> assumed;
  /// Columns with several values asked for at once, comma separated.
  std::vector<std::pair<std::string, std::string>> among;
  protocol::Selection selection;
  std::size_t offset = 0;
  std::size_t limit = std::numeric_limits<std::size_t>::max();

  /// True when the dataset's answer may hold rows that the protocol drops.
  bool filters() const;
};

/// Reads the parameters as the interface's page defines them. Unknown members are ignored, as the
/// source does; a missing required one, an impossible date and a wrong limit are refused.
std::variant<Reading, protocol::Verdict> read_parameters(const catalog::TableSpec& table,
                                                         const protocol::Request& request);

/// The conditions of everything in `reading` that is judged column by column, over `batch`.
std::vector<Condition> conditions(const Reading& reading, const frame::Batch& batch);

}  // namespace kanpan::source::sim
