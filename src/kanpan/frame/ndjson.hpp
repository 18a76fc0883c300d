// One JSON object a line to columns.
#pragma once

#include <filesystem>
#include <memory>

#include "kanpan/frame/byte_stream.hpp"
#include "kanpan/frame/row_reader.hpp"

namespace kanpan::frame {

/// Reads objects whose members are named as columns; the first one tells which columns the file
/// has, members that a later one lacks are null. Cells as parse_page() reads them. Empty lines are
/// skipped.
class NdjsonReader final : public RowReader {
 public:
  /// Opens a plain, gzip or zstd file and reads its first line. Errors: NotFound, Io, Corrupt;
  /// Usage for a name of `names` that the first object or `wanted` lacks; Quality for a file
  /// without a line and a first line that is no object.
  static Result<NdjsonReader> open(const std::filesystem::path& file, std::vector<Field> wanted,
                                   const ColumnNames& names = {});
  /// The same of a stream; `origin` is what messages call it.
  static Result<NdjsonReader> read(std::unique_ptr<ByteStream> bytes, std::string origin,
                                   std::vector<Field> wanted, const ColumnNames& names = {});
  NdjsonReader(NdjsonReader&&) noexcept;
  NdjsonReader& operator=(NdjsonReader&&) noexcept;
  ~NdjsonReader() override;

  const std::vector<std::string>& missing() const override;
  /// Grows with members that later lines bring.
  const std::vector<std::string>& unknown() const override;
  Result<std::optional<RowBlock>> next(std::size_t max_rows) override;

 private:
  struct Impl;
  explicit NdjsonReader(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace kanpan::frame
