#include "kanpan/store/duckdb/parquet.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kanpan/frame/cell.hpp"
#include "kanpan/store/duckdb/chunk.hpp"
#include "kanpan/store/duckdb/engine.hpp"
#include "kanpan/store/duckdb/schema.hpp"

namespace kanpan::store::duckdb {
namespace {

using frame::Batch;
using frame::Field;
using frame::Type;

constexpr std::array<std::string_view, 7> kWhole{"TINYINT",  "SMALLINT",  "INTEGER", "BIGINT",
                                                 "UTINYINT", "USMALLINT", "UINTEGER"};

bool is_whole(std::string_view type) { return std::ranges::find(kWhole, type) != kWhole.end(); }

bool is_number(std::string_view type) {
  return is_whole(type) || type == "UBIGINT" || type == "HUGEINT" || type == "FLOAT" ||
         type == "DOUBLE" || type.starts_with("DECIMAL");
}

/// The type to read a column of the file as: the wanted one where the values convert exactly, else
/// text, which is then read as text always is.
Type read_as(Type wanted, std::string_view in_file) {
  switch (wanted) {
    case Type::Text:
      return Type::Text;
    case Type::Date:
      return in_file == "DATE" || in_file.starts_with("TIMESTAMP") ? Type::Date : Type::Text;
    case Type::Int:
      return is_whole(in_file) ? Type::Int : Type::Text;
    case Type::Real:
      return is_number(in_file) ? Type::Real : Type::Text;
  }
  return Type::Text;
}

}  // namespace

struct ParquetReader::Impl {
  std::string origin;
  std::vector<Field> wanted;
  std::vector<std::string> missing, unknown;
  std::vector<std::size_t> target;  ///< by column read: its place in `wanted`
  std::vector<Field> read;          ///< as what it is read
  std::unique_ptr<Database> database;
  std::unique_ptr<Connection> connection;
  std::optional<Rows> rows;
  std::optional<Gather> gather;
  Batch rest;             ///< read and not given out yet
  std::uint64_t row = 0;  ///< given out so far

  Result<void> start(const std::filesystem::path& file, const frame::ColumnNames& names) {
    KANPAN_LET(database, Database::open_in_memory(file));
    KANPAN_LET(connection, database->connect());
    auto described = connection->query(
        "SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM read_parquet($1))",
        {file.string()});
    if (!described)
      return Error{Errc::Quality,
                   fmt::format("it cannot be read as Parquet: {}", described.error().message),
                   "CSV and NDJSON are accepted too"};
    const std::vector<Field> two{{"name", Type::Text}, {"type", Type::Text}};
    Gather header(two);
    KANPAN_TRY(header.add_all(*described));
    const Batch columns = header.take();
    KANPAN_LET(const auto select, choose(columns, names));
    if (select.empty()) return {};
    auto streamed = connection->stream(
        fmt::format("SELECT {} FROM read_parquet($1)", fmt::join(select, ", ")), {file.string()});
    if (!streamed) return std::move(streamed).error();
    rows.emplace(std::move(*streamed));
    gather.emplace(read);
    return {};
  }

  Result<std::vector<std::string>> choose(const Batch& columns, const frame::ColumnNames& names) {
    std::vector<std::string> header, select;
    std::vector<bool> seen(wanted.size());
    for (std::size_t i = 0; i < columns.rows(); ++i) {
      header.emplace_back(columns.column(0).texts()[i]);
      const std::size_t at = frame::find_column(header.back(), wanted, names);
      if (at == Batch::npos) {
        unknown.push_back(header.back());
        continue;
      }
      if (seen[at])
        return Error{Errc::Quality, fmt::format("two columns stand for '{}'", wanted[at].name),
                     "remove or rename one of them"};
      seen[at] = true;
      const Type type = read_as(wanted[at].type, columns.column(1).texts()[i]);
      target.push_back(at);
      read.push_back({wanted[at].name, type});
      select.push_back(fmt::format("CAST({} AS {})", identifier(header.back()), sql_type(type)));
    }
    KANPAN_TRY(frame::check_header(names, header));
    for (std::size_t i = 0; i < wanted.size(); ++i)
      if (!seen[i]) missing.push_back(wanted[i].name);
    return select;
  }

  Result<std::optional<frame::RowBlock>> next(std::size_t max_rows) {
    while (rows && rest.rows() + gather->rows() < max_rows) {
      KANPAN_LET(const Chunk chunk, rows->next());
      if (chunk.get())
        gather->add(chunk.get());
      else
        rows.reset();  // a stream that has ended must not be asked again
    }
    if (gather && gather->rows() > 0) {
      if (rest.rows() == 0)
        rest = gather->take();
      else
        rest.append(gather->take());
    }
    if (rest.rows() == 0) return std::optional<frame::RowBlock>{};
    const std::size_t count = std::min(max_rows, rest.rows());
    Batch taken = rest.slice(0, count);
    rest = rest.slice(count, rest.rows());
    return std::optional(block(std::move(taken)));
  }

  frame::RowBlock block(Batch&& batch) {
    frame::RowBlock out;
    const std::size_t count = batch.rows();
    for (std::size_t i = 0; i < count; ++i) out.lines.push_back(row + i + 1);
    std::vector<frame::Column> columns;
    for (const Field& field : wanted) columns.emplace_back(field.type);
    for (std::size_t c = 0; c < target.size(); ++c) {
      const std::size_t at = target[c];
      columns[at] = read[c].type == wanted[at].type
                        ? std::move(batch.column(c))
                        : parsed(batch.column(c), static_cast<std::uint16_t>(at), out);
    }
    for (frame::Column& column : columns)
      while (column.size() < count) column.push_null();
    out.batch = Batch(wanted, std::move(columns));
    row += count;
    return out;
  }

  frame::Column parsed(const frame::Column& texts, std::uint16_t at, frame::RowBlock& out) const {
    constexpr std::size_t kExcerpt = 80;
    frame::Column column(wanted[at].type);
    column.reserve(texts.size());
    for (std::uint32_t i = 0; i < texts.size(); ++i) {
      const std::string_view text = texts.texts()[i];
      if (texts.is_null(i) || text.empty())
        column.push_null();
      else if (!frame::push_text(column, text))
        out.bad_cells.push_back({i, at, row + i + 1, std::string(text.substr(0, kExcerpt))});
    }
    return column;
  }
};

ParquetReader::ParquetReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ParquetReader::ParquetReader(ParquetReader&&) noexcept = default;
ParquetReader& ParquetReader::operator=(ParquetReader&&) noexcept = default;
ParquetReader::~ParquetReader() {
  if (impl_) impl_->rows.reset();  // before the connection it belongs to
}

Result<ParquetReader> ParquetReader::open(const std::filesystem::path& file,
                                          std::vector<Field> wanted,
                                          const frame::ColumnNames& names) {
  KANPAN_TRY(frame::check_names(names, wanted));
  std::error_code error;
  const auto path = std::filesystem::canonical(file, error);
  if (error)
    return Error{error == std::errc::no_such_file_or_directory ? Errc::NotFound : Errc::Io,
                 fmt::format("'{}' cannot be read: {}", file.string(), error.message())};
  auto impl = std::make_unique<Impl>();
  impl->origin = file.string();
  impl->wanted = std::move(wanted);
  if (auto started = impl->start(path, names); !started)
    return std::move(started).error().within(impl->origin);
  return ParquetReader(std::move(impl));
}

const std::vector<std::string>& ParquetReader::missing() const { return impl_->missing; }
const std::vector<std::string>& ParquetReader::unknown() const { return impl_->unknown; }

Result<std::optional<frame::RowBlock>> ParquetReader::next(std::size_t max_rows) {
  auto block = impl_->next(max_rows);
  if (!block) return std::move(block).error().within(impl_->origin);
  return block;
}

}  // namespace kanpan::store::duckdb
