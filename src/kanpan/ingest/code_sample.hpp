// Some codes of a page with their cells, to hold a code's number against the same code's of
// another day.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "kanpan/frame/batch.hpp"

namespace kanpan::ingest {

/// A column of two samples, code by code. Ratios are |now| / |then| where both are numbers, not 0.
struct Moved {
  std::size_t both = 0;     ///< codes with a ratio
  double median = 1;        ///< of the ratios; 1 without any
  double together = 0;      ///< share of the ratios within a factor of 2 of the median
  std::size_t filled = 0;   ///< codes of both samples whose cell was not empty then
  std::size_t emptied = 0;  ///< … and is now
};

/// 128 to 256 codes where a page has more, else all: the same ones of every page, since their
/// hashes decide. A code's first row counts. Immutable.
class CodeSample {
 public:
  CodeSample() = default;
  /// `code` names the column of codes. Without it, or without such a column, nobody is in it.
  CodeSample(const frame::Batch& batch, std::string_view code);

  std::size_t size() const { return codes_.size(); }
  /// `column` is one of the batch's that both were made of.
  Moved since(const CodeSample& then, std::size_t column) const;

 private:
  std::vector<std::uint64_t> codes_;  ///< hashes, ascending
  std::vector<std::vector<float>>
      columns_;  ///< by code; NaN where empty, 0 where there is no number
};

}  // namespace kanpan::ingest
