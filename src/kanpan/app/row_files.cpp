#include "kanpan/app/row_files.hpp"

#include <array>

#include <fmt/format.h>

#include "kanpan/frame/byte_stream.hpp"
#include "kanpan/frame/csv.hpp"
#include "kanpan/frame/ndjson.hpp"
#include "kanpan/store/duckdb/parquet.hpp"

namespace kanpan::app {
namespace {

/// The first bytes, unpacked.
Result<std::string> head_of(const std::filesystem::path& file) {
  KANPAN_LET(const auto bytes, frame::open_bytes(file));
  std::array<char, 64> head{};
  const auto read = bytes->read(head);
  if (!read) return Error(read.error()).within(file.string());
  return std::string(head.data(), *read);
}

/// The first character that is no blank, 0 when there is none.
char first_of(std::string_view head) {
  if (head.starts_with("\xEF\xBB\xBF")) head.remove_prefix(3);
  const auto first = head.find_first_not_of(" \t\r\n");
  return first == std::string_view::npos ? '\0' : head[first];
}

template <typename Reader>
Result<ingest::ImportFile> opened(Result<Reader> reader, const std::string& name,
                                  std::string format) {
  if (!reader) return std::move(reader).error();
  return ingest::ImportFile{name, std::move(format), std::make_unique<Reader>(std::move(*reader))};
}

}  // namespace

Result<ingest::ImportFile> open_rows(const std::filesystem::path& file, const std::string& name,
                                     const catalog::TableSpec& table,
                                     const frame::ColumnNames& names) {
  std::error_code unknown;  // what cannot be looked at is said when it is opened
  if (std::filesystem::is_directory(file, unknown))
    return Error{Errc::Usage, fmt::format("'{}' is a directory", name), "name the files in it"};
  KANPAN_LET(const auto head, head_of(file));
  if (head.starts_with("PAR1"))
    return opened(store::duckdb::ParquetReader::open(file, table.fields(), names), name, "parquet");
  if (file.extension() == ".parquet")
    return Error{Errc::Quality,
                 fmt::format("'{}' is no Parquet file: it does not begin with PAR1", name),
                 "a file of another kind needs a name that says so, such as .csv"};
  const char first = first_of(head);
  if (first == '[')
    return Error{Errc::Usage, fmt::format("'{}' is one JSON value, not one object a line", name),
                 "export it with --format ndjson or csv"};
  if (first == '{')
    return opened(frame::NdjsonReader::open(file, table.fields(), names), name, "ndjson");
  return opened(frame::CsvReader::open(file, table.fields(), names), name, "csv");
}

}  // namespace kanpan::app
