// From the words of a request to a question: which parameter bounds, equals or picks what.
#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "kanpan/catalog/table_spec.hpp"
#include "kanpan/source/sim/condition.hpp"
#include "kanpan/source/sim/dataset.hpp"
#include "kanpan/source/sim/request.hpp"
#include "kanpan/source/sim/wording.hpp"

namespace kanpan::source::sim {

/// What is asked, with the parts that only the protocol can judge.
struct Reading {
  Question question;
  /// Values that the source assumes when the parameter is not given (list_status L, SSE, 涨停); a
  /// row whose cell is null is kept.
  std::vector<std::pair<std::string, std::string>> assumed;
  /// Columns with several values asked for at once, comma separated.
  std::vector<std::pair<std::string, std::string>> among;
  std::vector<std::string> suffixes;  ///< of the code: SH, SZ, BJ; empty = any
  std::vector<std::string> boards;    ///< of the code: HS, GEM, STAR; empty = any
  /// Hot lists: only the last snapshot (rank_time) of each day and list.
  bool newest_snapshot_only = false;
  std::size_t offset = 0;
  std::size_t limit = std::numeric_limits<std::size_t>::max();

  /// True when the dataset's answer may hold rows that the protocol drops.
  bool filters() const;
};

/// Reads the parameters as the interface's page defines them. Unknown members are ignored, as the
/// source does; a missing required one, an impossible date and a wrong limit are refused.
std::variant<Reading, Verdict> read_parameters(const catalog::TableSpec& table,
                                               const Request& request);

/// The conditions of everything in `reading` that is judged row by row, over `batch`.
std::vector<Condition> conditions(const catalog::TableSpec& table, const Reading& reading,
                                  const frame::Batch& batch);

/// Of `rows`, those with the latest rank_time of their day and list.
std::vector<std::uint32_t> newest_snapshots(const frame::Batch& batch,
                                            const std::vector<std::uint32_t>& rows);

}  // namespace kanpan::source::sim
