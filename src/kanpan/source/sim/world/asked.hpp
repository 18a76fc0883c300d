// For tests of the world: asks tables by name and reads cells.
#pragma once

#include <cmath>
#include <limits>
#include <string>
#include <string_view>

#include "kanpan/catalog/catalog.hpp"
#include "kanpan/source/sim/world/world.hpp"

namespace kanpan::source::sim::world {

inline const catalog::TableSpec& spec(std::string_view table) {
  static const catalog::Catalog all =
      catalog::Catalog::load(std::string(KANPAN_SOURCE_DIR) + "/catalog/tables").value();
  return *all.find(table).value();
}

/// An answer, cells by row and column name.
class Asked {
 public:
  explicit Asked(frame::Batch batch) : batch_(std::move(batch)) {}

  std::size_t size() const { return batch_.rows(); }
  const frame::Batch& batch() const { return batch_; }
  /// NaN for a null.
  double number(std::size_t row, std::string_view name) const {
    const frame::Column& column = at(name);
    if (column.is_null(row)) return std::numeric_limits<double>::quiet_NaN();
    return column.type() == frame::Type::Int ? static_cast<double>(column.ints()[row])
                                             : column.reals()[row];
  }
  std::string text(std::size_t row, std::string_view name) const { return at(name).text_of(row); }
  Date date(std::size_t row, std::string_view name) const { return at(name).dates()[row]; }
  bool null(std::size_t row, std::string_view name) const { return at(name).is_null(row); }

 private:
  const frame::Column& at(std::string_view name) const { return batch_.column(batch_.find(name)); }

  frame::Batch batch_;
};

inline Date ymd(int compact) {
  return Date::from_ymd(compact / 10000, compact / 100 % 100, compact % 100);
}

/// Late in the evening of a day.
inline Instant evening(Date date) { return shanghai_instant(date, 23 * 3600); }

/// A question built up: `Asking(now).code("600001.SH").days(a, b)`.
struct Asking : Question {
  explicit Asking(Date today) { now = evening(today); }
  Asking& code(std::string code) { return codes.push_back(std::move(code)), *this; }
  Asking& days(Date first, Date last) { return from = first, to = last, *this; }
  Asking& where(const std::string& column, std::string value) {
    return equal[column] = std::move(value), *this;
  }
};

inline Asked ask(const World& world, std::string_view table, const Question& question) {
  return Asked(world.rows(spec(table), question).value());
}

/// One day, asked on a later day.
inline Asked ask_day(const World& world, std::string_view table, Date day,
                     Date now = ymd(20260630)) {
  return ask(world, table, Asking(now).days(day, day));
}

/// One code, all days.
inline Asked ask_code(const World& world, std::string_view table, const std::string& code,
                      Date now = ymd(20260630)) {
  return ask(world, table, Asking(now).code(code));
}

inline std::string all_text(const frame::Batch& batch) {
  std::string text;
  for (std::size_t row = 0; row < batch.rows(); ++row)
    for (std::size_t column = 0; column < batch.width(); ++column)
      text += batch.column(column).text_of(row) + (batch.column(column).is_null(row) ? "~" : "|");
  return text;
}

}  // namespace kanpan::source::sim::world
