// The page about to be sent: columns picked from a batch, and what a fault does to single cells.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "kanpan/frame/batch.hpp"

namespace kanpan::source::sim {

/// Does not own its batch.
struct Sheet {
  struct Shown {
    std::string name;      ///< as sent
    std::size_t column{};  ///< of the batch; Batch::npos: 1 in every row
  };
  const frame::Batch* batch = nullptr;
  std::vector<Shown> columns;
  std::vector<std::uint32_t> rows;  ///< of the batch, in the order sent
  /// JSON text sent instead of a cell, by (position in `rows`, position in `columns`).
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::string> replaced;
  std::set<std::uint32_t> short_rows;  ///< positions of rows sent without their last cell

  /// The column shown at a position, or nullptr for one that no batch holds.
  const frame::Column* column(std::uint32_t position) const;
  /// True when the batch says all there is to say.
  bool plain() const;
};

/// `"fields":[…],"items":[[…],…]` as the source writes values: dates as YYYYMMDD text, reals with a
/// decimal point, nulls as null.
void append_items(std::string& out, const Sheet& sheet);

}  // namespace kanpan::source::sim
