#include "kanpan/frame/batch.hpp"

#include <bit>
#include <cassert>

#include <fmt/format.h>

namespace kanpan::frame {
namespace {

Column::Values empty_values(Type type) {
  switch (type) {
    case Type::Text:
      return Texts{};
    case Type::Date:
      return std::vector<Date>{};
    case Type::Int:
      return std::vector<std::int64_t>{};
    case Type::Real:
      return std::vector<double>{};
  }
  return Texts{};
}

}  // namespace

std::string_view name(Type type) {
  switch (type) {
    case Type::Text:
      return "text";
    case Type::Date:
      return "date";
    case Type::Int:
      return "int";
    case Type::Real:
      return "real";
  }
  return "text";
}

Texts Texts::adopt(std::vector<std::uint32_t> offsets, std::string bytes) {
  assert(!offsets.empty() && offsets.back() == bytes.size());
  Texts texts;
  texts.offsets_ = std::move(offsets);
  texts.bytes_ = std::move(bytes);
  return texts;
}

void Texts::append(const Texts& other, std::size_t first, std::size_t end) {
  const std::uint32_t begin = other.offsets_[first];
  const auto shift = static_cast<std::uint32_t>(bytes_.size()) - begin;  // modulo 2^32
  bytes_.append(other.bytes_, begin, other.offsets_[end] - begin);
  offsets_.reserve(offsets_.size() + end - first);
  for (std::size_t i = first + 1; i <= end; ++i) offsets_.push_back(other.offsets_[i] + shift);
}

Column::Column(Type type) : values_(empty_values(type)) {}

std::size_t Column::size() const {
  return std::visit([](const auto& values) { return values.size(); }, values_);
}

std::size_t Column::null_count() const {
  std::size_t count = 0;
  for (std::uint64_t word : nulls_) count += static_cast<std::size_t>(std::popcount(word));
  return count;
}

void Column::reserve(std::size_t rows) {
  std::visit(
      [rows](auto& values) {
        if constexpr (std::is_same_v<std::decay_t<decltype(values)>, Texts>)
          values.reserve(rows, rows * 10);
        else
          values.reserve(rows);
      },
      values_);
}

void Column::mark_null(std::size_t row) {
  if (nulls_.size() <= row / 64) nulls_.resize(row / 64 + 1);
  nulls_[row / 64] |= std::uint64_t{1} << (row % 64);
}

void Column::push_null() {
  mark_null(size());
  std::visit([](auto& values) { values.push_back({}); }, values_);
}

void Column::append(const Column& from, std::size_t first, std::size_t end) {
  const std::size_t base = size();
  std::visit(
      [&](auto& values) {
        using List = std::decay_t<decltype(values)>;
        const List& source = std::get<List>(from.values_);
        if constexpr (std::is_same_v<List, Texts>)
          values.append(source, first, end);
        else
          values.insert(values.end(), source.begin() + static_cast<std::ptrdiff_t>(first),
                        source.begin() + static_cast<std::ptrdiff_t>(end));
      },
      values_);
  if (!from.has_nulls()) return;
  for (std::size_t row = first; row < end; ++row)
    if (from.is_null(row)) mark_null(base + row - first);
}

void Column::append(const Column& from, std::span<const std::uint32_t> rows) {
  const std::size_t base = size();
  std::visit(
      [&](auto& values) {
        using List = std::decay_t<decltype(values)>;
        const List& source = std::get<List>(from.values_);
        if constexpr (!std::is_same_v<List, Texts>) values.reserve(values.size() + rows.size());
        for (const std::uint32_t row : rows) values.push_back(source[row]);
      },
      values_);
  if (!from.has_nulls()) return;
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (from.is_null(rows[i])) mark_null(base + i);
}

Column Column::adopt(Values values, std::vector<std::uint64_t> nulls) {
  Column column;
  column.values_ = std::move(values);
  column.nulls_ = std::move(nulls);
  return column;
}

std::string Column::text_of(std::size_t row) const {
  if (is_null(row)) return "";
  switch (type()) {
    case Type::Text:
      return std::string(texts()[row]);
    case Type::Date:
      return dates()[row].iso();
    case Type::Int:
      return fmt::to_string(ints()[row]);
    case Type::Real:
      return fmt::to_string(reals()[row]);
  }
  return "";
}

Batch::Batch(std::vector<Field> fields) : fields_(std::move(fields)) {
  columns_.reserve(fields_.size());
  for (const Field& field : fields_) columns_.emplace_back(field.type);
}

Batch::Batch(std::vector<Field> fields, std::vector<Column> columns)
    : fields_(std::move(fields)), columns_(std::move(columns)) {
  assert(fields_.size() == columns_.size());
}

std::size_t Batch::find(std::string_view name) const {
  for (std::size_t i = 0; i < fields_.size(); ++i)
    if (fields_[i].name == name) return i;
  return npos;
}

void Batch::append(const Batch& other) {
  assert(fields_ == other.fields_);
  for (std::size_t c = 0; c < columns_.size(); ++c)
    columns_[c].append(other.columns_[c], 0, other.rows());
}

Batch Batch::take(std::span<const std::uint32_t> rows) const {
  Batch taken(fields_);
  for (std::size_t c = 0; c < columns_.size(); ++c) taken.columns_[c].append(columns_[c], rows);
  return taken;
}

Batch Batch::slice(std::size_t first, std::size_t end) const {
  Batch part(fields_);
  for (std::size_t c = 0; c < columns_.size(); ++c)
    part.columns_[c].append(columns_[c], first, end);
  return part;
}

}  // namespace kanpan::frame
