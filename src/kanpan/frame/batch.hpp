// A table of rows held column by column: what a source page, a journal record and a query answer
// are.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "kanpan/base/date.hpp"

namespace kanpan::frame {

enum class Type : std::uint8_t { Text, Date, Int, Real };

/// "text", "date", "int", "real".
std::string_view name(Type type);

struct Field {
  std::string name;
  Type type = Type::Text;
  friend bool operator==(const Field&, const Field&) = default;
};

/// Strings one after another in one buffer; string i is bytes [offsets[i], offsets[i + 1]).
class Texts {
 public:
  void push_back(std::string_view text) {
    bytes_.append(text);
    offsets_.push_back(static_cast<std::uint32_t>(bytes_.size()));
  }
  /// Appends strings [first, end) of `other`.
  void append(const Texts& other, std::size_t first, std::size_t end);
  std::string_view operator[](std::size_t i) const {
    return std::string_view(bytes_).substr(offsets_[i], offsets_[i + 1] - offsets_[i]);
  }
  std::size_t size() const { return offsets_.size() - 1; }
  void reserve(std::size_t rows, std::size_t bytes) {
    offsets_.reserve(rows + 1);
    bytes_.reserve(bytes);
  }
  /// size() + 1 positions, the first 0.
  const std::vector<std::uint32_t>& offsets() const { return offsets_; }
  const std::string& bytes() const { return bytes_; }
  /// For decoders: takes both buffers as they are. `offsets` must start with 0, never fall, and end
  /// with bytes.size().
  static Texts adopt(std::vector<std::uint32_t> offsets, std::string bytes);

 private:
  std::vector<std::uint32_t> offsets_{0};
  std::string bytes_;
};

/// One column. A null keeps its place in the values (as 0 or ""), so that values can be copied in
/// blocks; `is_null` decides.
class Column {
 public:
  using Values =
      std::variant<Texts, std::vector<Date>, std::vector<std::int64_t>, std::vector<double>>;

  explicit Column(Type type = Type::Text);

  Type type() const { return static_cast<Type>(values_.index()); }
  std::size_t size() const;
  bool is_null(std::size_t row) const {
    return !nulls_.empty() && row / 64 < nulls_.size() && (nulls_[row / 64] >> (row % 64) & 1);
  }
  bool has_nulls() const { return !nulls_.empty(); }
  std::size_t null_count() const;
  /// One bit a row, set where null, 64 rows a word, lowest bit first; empty or too short = no nulls
  /// from there on.
  const std::vector<std::uint64_t>& nulls() const { return nulls_; }

  const Texts& texts() const { return std::get<Texts>(values_); }
  std::span<const Date> dates() const { return std::get<std::vector<Date>>(values_); }
  std::span<const std::int64_t> ints() const {
    return std::get<std::vector<std::int64_t>>(values_);
  }
  std::span<const double> reals() const { return std::get<std::vector<double>>(values_); }

  void reserve(std::size_t rows);
  void push_null();
  void push(std::string_view v) { std::get<Texts>(values_).push_back(v); }
  void push(Date v) { std::get<std::vector<Date>>(values_).push_back(v); }
  void push(std::int64_t v) { std::get<std::vector<std::int64_t>>(values_).push_back(v); }
  void push(double v) { std::get<std::vector<double>>(values_).push_back(v); }
  /// Appends rows [first, end) of `from`, which has the same type, in blocks.
  void append(const Column& from, std::size_t first, std::size_t end);
  /// Appends the rows of `from` named, in that order.
  void append(const Column& from, std::span<const std::uint32_t> rows);
  /// For decoders: the values and the null bits as they are.
  static Column adopt(Values values, std::vector<std::uint64_t> nulls);

  /// The value as text: dates ISO, numbers in the shortest form that reads back the same, null "".
  std::string text_of(std::size_t row) const;

 private:
  void mark_null(std::size_t row);

  Values values_;
  std::vector<std::uint64_t> nulls_;
};

/// Rows of one table. All columns have the same size. Movable; copying copies the rows.
class Batch {
 public:
  Batch() = default;
  explicit Batch(std::vector<Field> fields);
  Batch(std::vector<Field> fields, std::vector<Column> columns);

  const std::vector<Field>& fields() const { return fields_; }
  std::size_t width() const { return fields_.size(); }
  std::size_t rows() const { return columns_.empty() ? 0 : columns_.front().size(); }

  Column& column(std::size_t i) { return columns_[i]; }
  const Column& column(std::size_t i) const { return columns_[i]; }
  /// Position of a column, or npos.
  std::size_t find(std::string_view name) const;
  static constexpr std::size_t npos = static_cast<std::size_t>(-1);

  /// Appends all rows of `other`, which has the same fields in the same order.
  void append(const Batch& other);
  /// The rows named, in that order.
  Batch take(std::span<const std::uint32_t> rows) const;
  /// Rows [first, end).
  Batch slice(std::size_t first, std::size_t end) const;

 private:
  std::vector<Field> fields_;
  std::vector<Column> columns_;
};

}  // namespace kanpan::frame
