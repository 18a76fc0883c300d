#include "kanpan/source/sim/world/rows.hpp"

#include <cmath>
#include <utility>

#include <fmt/format.h>

namespace kanpan::source::sim::world {

Rows::Rows(const catalog::TableSpec& table) : fields_(table.fields()), filled_(fields_.size()) {
  columns_.reserve(fields_.size());
  for (const frame::Field& field : fields_) {
    by_name_.emplace(field.name, columns_.size());
    columns_.emplace_back(field.type);
  }
}

Cell Rows::cell(std::string_view name) const {
  const auto it = by_name_.find(name);
  return it == by_name_.end() ? Cell() : Cell(it->second);
}

void Rows::reserve(std::size_t rows) {
  for (frame::Column& column : columns_) column.reserve(rows);
}

void Rows::begin() {
  close_row();
  ++rows_;
}

void Rows::close_row() {
  for (std::size_t i = 0; i < columns_.size(); ++i)
    for (; filled_[i] < rows_; ++filled_[i]) columns_[i].push_null();
}

frame::Column* Rows::open(Cell cell) {
  if (!cell.present() || filled_[cell.at_] == rows_) return nullptr;  // first value stands
  filled_[cell.at_] = rows_;
  return &columns_[cell.at_];
}

void Rows::set(Cell cell, double value) {
  if (!std::isfinite(value)) return;
  frame::Column* column = open(cell);
  if (!column) return;
  switch (column->type()) {
    case frame::Type::Real:
      return column->push(value);
    case frame::Type::Int:
      return column->push(static_cast<std::int64_t>(std::llround(value)));
    case frame::Type::Text:
      return column->push(std::string_view(fmt::to_string(value)));
    case frame::Type::Date:
      return column->push_null();
  }
}

void Rows::set(Cell cell, std::int64_t value) {
  frame::Column* column = open(cell);
  if (!column) return;
  switch (column->type()) {
    case frame::Type::Real:
      return column->push(static_cast<double>(value));
    case frame::Type::Int:
      return column->push(value);
    case frame::Type::Text:
      return column->push(std::string_view(fmt::to_string(value)));
    case frame::Type::Date:
      return column->push_null();
  }
}

void Rows::set(Cell cell, Date value) {
  frame::Column* column = open(cell);
  if (!column) return;
  if (column->type() == frame::Type::Date) return column->push(value);
  if (column->type() == frame::Type::Text) return column->push(std::string_view(value.compact()));
  column->push_null();
}

void Rows::set(Cell cell, std::string_view value) {
  frame::Column* column = open(cell);
  if (!column) return;
  if (column->type() == frame::Type::Text) return column->push(value);
  column->push_null();
}

frame::Batch Rows::finish() && {
  close_row();
  return frame::Batch(std::move(fields_), std::move(columns_));
}

}  // namespace kanpan::source::sim::world
