// Files of rows, whatever their format: wanted columns found by name, block by block.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kanpan/base/error.hpp"
#include "kanpan/frame/batch.hpp"

namespace kanpan::frame {

/// Names in the file that stand for another column: (source, column).
using ColumnNames = std::vector<std::pair<std::string, std::string>>;

struct RowBlock {
  /// A cell that could not be read as its column's type; null in the batch.
  struct BadCell {
    std::uint32_t row;     ///< in the batch
    std::uint16_t column;  ///< in the batch
    std::uint64_t line;    ///< of the file, where the record begins, from 1
    std::string raw;       ///< at most 80 bytes
  };
  /// A record that is no row, such as the sum below a table; not in the batch.
  struct BadLine {
    std::uint64_t line;  ///< where it begins, from 1
    std::string reason;
    std::string raw;  ///< its cells, at most 80 bytes
  };
  Batch batch;                       ///< exactly the wanted fields, in their order
  std::vector<std::uint64_t> lines;  ///< by row: where its record begins
  std::vector<BadCell> bad_cells;
  std::vector<BadLine> bad_lines;  ///< CSV only; a block may hold nothing else
  bool partial = false;  ///< NDJSON only: a row lacks a member that the file has; it is null
};

/// One thread at a time.
class RowReader {
 public:
  virtual ~RowReader() = default;

  /// Wanted fields that the file lacks (null in every row), and names in it that nobody wants.
  virtual const std::vector<std::string>& missing() const = 0;
  virtual const std::vector<std::string>& unknown() const = 0;

  /// The next rows, at most `max_rows`; nothing at the end. Errors: Quality for a record that
  /// cannot be read, naming its line; Io, Corrupt.
  virtual Result<std::optional<RowBlock>> next(std::size_t max_rows) = 0;
};

/// Position in `wanted` of the column that the file calls `source`, or Batch::npos. A name that
/// another one was mapped to is not its own any more.
std::size_t find_column(std::string_view source, std::span<const Field> wanted,
                        const ColumnNames& names);

/// Errc::Usage when `names` maps to a column that is not wanted.
Result<void> check_names(const ColumnNames& names, std::span<const Field> wanted);

/// Errc::Usage when `names` maps from a name that the file, whose names are `header`, lacks.
Result<void> check_header(const ColumnNames& names, std::span<const std::string> header);

}  // namespace kanpan::frame
