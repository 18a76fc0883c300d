// Builds a batch of a table row by row, cells by column name.
#pragma once

#include <string_view>
#include <unordered_map>
#include <vector>

#include "kanpan/catalog/table_spec.hpp"
#include "kanpan/frame/batch.hpp"

namespace kanpan::source::sim::world {

/// Where a named column is. A column that the catalog does not list takes values and drops them, so
/// that generators need not know which of the source's columns a catalog chose.
class Cell {
 public:
  constexpr explicit Cell(std::size_t at = kAbsent) : at_(at) {}
  static constexpr std::size_t kAbsent = static_cast<std::size_t>(-1);
  constexpr bool present() const { return at_ != kAbsent; }

 private:
  friend class Rows;
  std::size_t at_;
};

/// Values are turned into the column's type: a whole number into "1" for a text column, a real into
/// a rounded whole for an int column, a date into YYYYMMDD for a text column. What a row does not
/// set is null. A value that is not finite is null.
class Rows {
 public:
  explicit Rows(const catalog::TableSpec& table);
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;

  Cell cell(std::string_view name) const;
  void reserve(std::size_t rows);
  void begin();  ///< starts a row
  void set(Cell cell, double value);
  void set(Cell cell, std::int64_t value);
  void set(Cell cell, int value) { set(cell, static_cast<std::int64_t>(value)); }
  void set(Cell cell, Date value);
  void set(Cell cell, std::string_view value);
  void set(Cell cell, const char* value) { set(cell, std::string_view(value)); }
  template <typename Value>
  void set(std::string_view name, Value value) {
    set(cell(name), value);
  }

  std::size_t size() const { return rows_; }
  frame::Batch finish() &&;

 private:
  frame::Column* open(Cell cell);
  void close_row();

  std::vector<frame::Field> fields_;
  std::unordered_map<std::string_view, std::size_t> by_name_;  ///< views into fields_
  std::vector<frame::Column> columns_;
  std::vector<std::size_t> filled_;  ///< rows written, per column
  std::size_t rows_ = 0;
};

}  // namespace kanpan::source::sim::world
