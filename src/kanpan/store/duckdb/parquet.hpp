// Parquet files to columns, by DuckDB's reader.
#pragma once

#include <filesystem>
#include <memory>

#include "kanpan/frame/row_reader.hpp"

namespace kanpan::store::duckdb {

/// Streams row groups; holds one block. The database it runs in has no file, knows no other file
/// and is not the store's. `line` of a block is the number of the row, from 1.
class ParquetReader final : public frame::RowReader {
 public:
  /// Errors: NotFound, Io; Usage for a name of `names` that the file or `wanted` lacks; Quality for
  /// a file that is no Parquet.
  static Result<ParquetReader> open(const std::filesystem::path& file,
                                    std::vector<frame::Field> wanted,
                                    const frame::ColumnNames& names = {});
  ParquetReader(ParquetReader&&) noexcept;
  ParquetReader& operator=(ParquetReader&&) noexcept;
  ~ParquetReader() override;

  const std::vector<std::string>& missing() const override;
  const std::vector<std::string>& unknown() const override;
  Result<std::optional<frame::RowBlock>> next(std::size_t max_rows) override;

 private:
  struct Impl;
  explicit ParquetReader(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace kanpan::store::duckdb
