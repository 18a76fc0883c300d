// Comma-separated values to columns and back.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kanpan/base/error.hpp"
#include "kanpan/frame/batch.hpp"
#include "kanpan/frame/csv_records.hpp"
#include "kanpan/frame/row_reader.hpp"

namespace kanpan::frame {

/// Reads a CSV with a header line, block by block, columns found by name. An empty cell is null; ""
/// in quotes is an empty text. Dates come as 20240628 or 2024-06-28. Blank lines are skipped where
/// there is more than one column. UTF-8 only. One thread at a time.
class CsvReader final : public RowReader {
 public:
  /// Opens a plain, gzip or zstd file and reads its header. Errors: NotFound, Io, Corrupt; Usage
  /// for a name of `names` that the header or `wanted` lacks; Quality for a header that is empty or
  /// names a wanted column twice, and for text that is not UTF-8.
  static Result<CsvReader> open(const std::filesystem::path& file, std::vector<Field> wanted,
                                const ColumnNames& names = {});
  /// The same of a stream; `origin` is what messages call it.
  static Result<CsvReader> read(std::unique_ptr<ByteStream> bytes, std::string origin,
                                std::vector<Field> wanted, const ColumnNames& names = {});

  const std::vector<std::string>& missing() const override { return missing_; }
  const std::vector<std::string>& unknown() const override { return unknown_; }

  /// The next rows, at most `max_rows`; nothing at the end. A record with another number of cells
  /// than the header is a bad line; Errc::Quality names the first of more than a note, a sum and
  /// the like: 3, and 1 % of the rows before it. So it does the line of text that is not UTF-8.
  Result<std::optional<RowBlock>> next(std::size_t max_rows) override;

 private:
  CsvReader(std::unique_ptr<ByteStream> bytes, std::string origin, std::vector<Field> wanted)
      : records_(std::move(bytes)), origin_(std::move(origin)), wanted_(std::move(wanted)) {}

  Result<void> read_rows(RowBlock& block, std::size_t max_rows);
  Result<void> read_header(const ColumnNames& names);
  Result<void> read_row(RowBlock& block);
  Result<void> set_aside(RowBlock& block);
  Result<void> read_cell(RowBlock& block, std::size_t column, const CsvCell& cell);

  CsvRecords records_;
  std::string origin_;
  std::vector<Field> wanted_;
  std::vector<std::size_t> target_;  ///< by place in the header; Batch::npos = unknown
  std::vector<CsvCell> cells_;
  std::uint64_t rows_ = 0, ragged_ = 0;  ///< so far
  std::vector<std::string> missing_, unknown_;
};

struct CsvStyle {
  std::string_view line_end = "\r\n";  ///< as RFC 4180 has it; "\n" for a Unix pipe
};

/// Appends the names of the columns named, with a line end.
void append_csv_header(std::string& out, const Batch& batch, std::span<const std::size_t> columns,
                       const CsvStyle& style = {});
/// Appends the rows in their order. Null is an empty cell, an empty text is "". Cells are as they
/// are stored, whatever a spreadsheet would make of them: what is written reads back.
void append_csv_rows(std::string& out, const Batch& batch, std::span<const std::size_t> columns,
                     const CsvStyle& style = {});

}  // namespace kanpan::frame
