// Files that a person names, opened by what is in them.
#pragma once

#include <filesystem>

#include "kanpan/catalog/table_spec.hpp"
#include "kanpan/frame/row_reader.hpp"
#include "kanpan/ingest/import.hpp"

namespace kanpan::app {

/// CSV or NDJSON (plain, gzip or zstd) or Parquet, known by the first bytes, with the columns of
/// the table. `name` is what the person wrote. Errors are the readers'.
Result<ingest::ImportFile> open_rows(const std::filesystem::path& file, const std::string& name,
                                     const catalog::TableSpec& table,
                                     const frame::ColumnNames& names);

}  // namespace kanpan::app
