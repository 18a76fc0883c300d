// Text tables for terminals.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kanpan/frame/batch.hpp"

namespace kanpan::app {

/// Columns of a terminal that UTF-8 text takes: 2 for CJK and full-width characters.
std::size_t display_width(std::string_view text);

/// Rows under a header, columns padded to their widest cell. Numbers to the right.
class Grid {
 public:
  explicit Grid(std::vector<std::string> header) : rows_{std::move(header)} {}
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  std::string text() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

/// At most `columns` wide: what is longer ends at a word, with "…".
std::string shortened(std::string_view text, std::size_t columns);

/// A batch as a grid, its column names as header.
std::string grid_of(const frame::Batch& batch);

}  // namespace kanpan::app
