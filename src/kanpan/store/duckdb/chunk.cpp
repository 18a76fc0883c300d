#include "kanpan/store/duckdb/chunk.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include <fmt/format.h>

#include "kanpan/base/utf8.hpp"

namespace kanpan::store::duckdb {
namespace {

using LogicalType = Handle<duckdb_logical_type, duckdb_destroy_logical_type>;
constexpr std::size_t kInlined = 12;  // duckdb_string_t holds this many bytes itself

duckdb_type c_type(frame::Type type) {
  switch (type) {
    case frame::Type::Text:
      return DUCKDB_TYPE_VARCHAR;
    case frame::Type::Date:
      return DUCKDB_TYPE_DATE;
    case frame::Type::Int:
      return DUCKDB_TYPE_BIGINT;
    case frame::Type::Real:
      return DUCKDB_TYPE_DOUBLE;
  }
  return DUCKDB_TYPE_INVALID;
}

template <typename T>
void copy_values(duckdb_vector vector, std::span<const T> values, std::size_t from,
                 std::size_t count) {
  std::memcpy(duckdb_vector_get_data(vector), values.data() + from, count * sizeof(T));
}

void copy_texts(duckdb_vector vector, const frame::Texts& texts, std::size_t from,
                std::size_t count) {
  auto* out = static_cast<duckdb_string_t*>(duckdb_vector_get_data(vector));
  const std::uint32_t* offsets = texts.offsets().data() + from;
  const char* bytes = texts.bytes().data();
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t length = offsets[i + 1] - offsets[i];
    const char* text = bytes + offsets[i];
    if (length > kInlined) {
      duckdb_vector_assign_string_element_len(vector, i, text, length);
      continue;
    }
    duckdb_string_t value{};  // zeroed: DuckDB compares all twelve bytes
    value.value.inlined.length = length;
    std::memcpy(value.value.inlined.inlined, text, length);
    out[i] = value;
  }
}

/// `from` is a multiple of the vector size, so the null words line up.
void copy_nulls(duckdb_vector vector, const std::vector<std::uint64_t>& nulls, std::size_t from,
                std::size_t count) {
  const std::size_t first = from / 64;
  if (first >= nulls.size()) return;
  const std::size_t words = std::min((count + 63) / 64, nulls.size() - first);
  duckdb_vector_ensure_validity_writable(vector);
  std::uint64_t* valid = duckdb_vector_get_validity(vector);
  for (std::size_t i = 0; i < words; ++i) valid[i] = ~nulls[first + i];
}

void copy_column(duckdb_vector vector, const frame::Column& column, std::size_t from,
                 std::size_t count) {
  switch (column.type()) {
    case frame::Type::Text:
      copy_texts(vector, column.texts(), from, count);
      break;
    case frame::Type::Date:
      copy_values(vector, column.dates(), from, count);
      break;
    case frame::Type::Int:
      copy_values(vector, column.ints(), from, count);
      break;
    case frame::Type::Real:
      copy_values(vector, column.reals(), from, count);
      break;
  }
  copy_nulls(vector, column.nulls(), from, count);
}

Result<void> check_texts(const frame::Batch& batch) {
  for (std::size_t c = 0; c < batch.width(); ++c) {
    if (batch.column(c).type() != frame::Type::Text) continue;
    const frame::Texts& texts = batch.column(c).texts();
    const bool ascii = std::all_of(texts.bytes().begin(), texts.bytes().end(),
                                   [](char byte) { return static_cast<signed char>(byte) >= 0; });
    for (std::size_t row = 0; !ascii && row < texts.size(); ++row)
      if (!is_utf8(texts[row]))
        return Error{
            Errc::Usage,
            fmt::format("column {}, row {}: text is not UTF-8", batch.fields()[c].name, row),
            "decode it before it is committed"};
  }
  return {};
}

}  // namespace

std::string_view sql_type(frame::Type type) {
  switch (type) {
    case frame::Type::Text:
      return "VARCHAR";
    case frame::Type::Date:
      return "DATE";
    case frame::Type::Int:
      return "BIGINT";
    case frame::Type::Real:
      return "DOUBLE";
  }
  return "VARCHAR";
}

Result<Appender> Appender::open(Connection& connection, const char* catalog,
                                const std::string& table, std::span<const frame::Field> fields,
                                bool numbered) {
  std::vector<LogicalType> owned;
  for (const frame::Field& field : fields)
    owned.emplace_back(duckdb_create_logical_type(c_type(field.type)));
  if (numbered) owned.emplace_back(duckdb_create_logical_type(DUCKDB_TYPE_UBIGINT));
  std::vector<duckdb_logical_type> types;
  for (const LogicalType& type : owned) types.push_back(type.get());

  Raw raw;
  if (duckdb_appender_create_ext(connection.raw(), catalog, nullptr, table.c_str(), raw.out()) ==
      DuckDBError)
    return connection.error(DUCKDB_ERROR_INVALID,
                            raw.get() ? duckdb_appender_error(raw.get()) : "no appender");
  Chunk chunk(duckdb_create_data_chunk(types.data(), types.size()));
  return Appender(connection, std::move(raw), std::move(chunk), numbered);
}

Error Appender::error() {
  const char* text = duckdb_appender_error(raw_.get());
  return connection_->error(DUCKDB_ERROR_INVALID, text ? text : "append failed");
}

Result<void> Appender::append(const frame::Batch& batch, Sequence seq) {
  KANPAN_TRY(check_texts(batch));
  const std::size_t step = duckdb_vector_size();
  for (std::size_t from = 0; from < batch.rows(); from += step) {
    const std::size_t count = std::min(step, batch.rows() - from);
    duckdb_data_chunk_reset(chunk_.get());
    for (std::size_t c = 0; c < batch.width(); ++c)
      copy_column(duckdb_data_chunk_get_vector(chunk_.get(), c), batch.column(c), from, count);
    if (numbered_) {
      const duckdb_vector vector = duckdb_data_chunk_get_vector(chunk_.get(), batch.width());
      std::fill_n(static_cast<std::uint64_t*>(duckdb_vector_get_data(vector)), count, seq);
    }
    duckdb_data_chunk_set_size(chunk_.get(), count);
    if (duckdb_append_data_chunk(raw_.get(), chunk_.get()) == DuckDBError) return error();
  }
  return {};
}

Result<void> Appender::close() {
  if (duckdb_appender_close(raw_.get()) == DuckDBError) return error();
  return {};
}

Gather::Gather(std::span<const frame::Field> fields) : fields_(fields.begin(), fields.end()) {
  for (const frame::Field& field : fields_) columns_.emplace_back(field.type);
}

void Gather::add(duckdb_data_chunk chunk) {
  const std::size_t count = duckdb_data_chunk_get_size(chunk);
  for (std::size_t c = 0; c < columns_.size(); ++c)
    add_column(columns_[c], duckdb_data_chunk_get_vector(chunk, c), count);
  rows_ += count;
}

Result<void> Gather::add_all(Rows& rows) {
  while (true) {
    KANPAN_LET(const Chunk chunk, rows.next());
    if (!chunk.get()) return {};
    add(chunk.get());
  }
}

void Gather::add_column(Column& column, duckdb_vector vector, std::size_t count) {
  std::uint64_t* valid = duckdb_vector_get_validity(vector);
  const auto is_null = [&](std::size_t i) { return valid && !(valid[i / 64] >> (i % 64) & 1); };
  const auto take = [&](auto& values) {
    using T = typename std::decay_t<decltype(values)>::value_type;
    const auto* data = static_cast<const T*>(duckdb_vector_get_data(vector));
    const std::size_t start = values.size();
    values.insert(values.end(), data, data + count);
    for (std::size_t i = 0; valid && i < count; ++i)
      if (is_null(i)) values[start + i] = T{};  // a null slot holds anything
  };
  switch (column.type) {
    case frame::Type::Date:
      take(column.dates);
      break;
    case frame::Type::Int:
      take(column.ints);
      break;
    case frame::Type::Real:
      take(column.reals);
      break;
    case frame::Type::Text: {
      auto* texts = static_cast<duckdb_string_t*>(duckdb_vector_get_data(vector));
      for (std::size_t i = 0; i < count; ++i) {
        if (!is_null(i)) {
          const std::uint32_t length = texts[i].value.inlined.length;
          column.bytes.append(
              length <= kInlined ? texts[i].value.inlined.inlined : texts[i].value.pointer.ptr,
              length);
        }
        column.offsets.push_back(static_cast<std::uint32_t>(column.bytes.size()));
      }
    }
  }
  for (std::size_t i = 0; valid && i < count; ++i) {
    if (!is_null(i)) continue;
    const std::size_t row = rows_ + i;
    if (column.nulls.size() <= row / 64) column.nulls.resize(row / 64 + 1);
    column.nulls[row / 64] |= std::uint64_t{1} << (row % 64);
  }
}

frame::Batch Gather::take() {
  std::vector<frame::Column> columns;
  for (Column& column : columns_) {
    frame::Column::Values values;
    switch (column.type) {
      case frame::Type::Text:
        values = frame::Texts::adopt(std::move(column.offsets), std::move(column.bytes));
        break;
      case frame::Type::Date:
        values = std::move(column.dates);
        break;
      case frame::Type::Int:
        values = std::move(column.ints);
        break;
      case frame::Type::Real:
        values = std::move(column.reals);
        break;
    }
    columns.push_back(frame::Column::adopt(std::move(values), std::move(column.nulls)));
    column = Column(column.type);
  }
  rows_ = 0;
  return frame::Batch(fields_, std::move(columns));
}

}  // namespace kanpan::store::duckdb
