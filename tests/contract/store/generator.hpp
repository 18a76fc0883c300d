// Random changes and reads over all_tables().
#pragma once

#include <random>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "backend.hpp"

namespace kanpan::store::contract {

inline const Date kFirst = Date::from_ymd(2024, 1, 1);

/// Small domains, so that keys meet often; values repeat, so that rows are often equal.
class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  int below(int n) { return std::uniform_int_distribution<int>(0, n - 1)(random_); }
  bool chance(int percent) { return below(100) < percent; }
  std::string code() { return fmt::format("{:06}.S{}", below(kCodes), below(kCodes) % 2); }
  /// Mostly a growing front of days, now and then an old one.
  Date day() { return kFirst + (chance(60) ? front_ + below(3) : below(front_ + 3)); }

  const catalog::TableSpec& table() {
    const auto tables = all_tables();
    return *tables[static_cast<std::size_t>(below(static_cast<int>(tables.size())))];
  }

  Row row(const catalog::TableSpec& table) {
    Row row;
    for (const catalog::ColumnSpec& column : table.columns) {
      const bool required = column.name == table.code || column.name == "trade_date" ||
                            column.name == "price" || column.name == "end_date";
      row.push_back(!required && chance(15) ? Cell{} : cell(table, column));
    }
    return row;
  }

  Change change(Sequence seq) {
    const catalog::TableSpec& spec = table();
    if (chance(30)) ++front_;
    std::vector<Row> rows;
    const int count = chance(10) ? 0 : 1 + below(chance(20) ? 300 : 12);
    const Cell one_day = day();
    const Cell one_code = code();
    const int shape = below(3);  // as pages come: a day, a code, anything
    for (int i = 0; i < count; ++i) {
      Row r = row(spec);
      for (std::size_t c = 0; c < spec.columns.size(); ++c) {
        if (shape == 0 && spec.columns[c].name == spec.time) r[c] = one_day;
        if (shape == 1 && spec.columns[c].name == spec.code) r[c] = one_code;
      }
      rows.push_back(std::move(r));
    }
    const Mode mode = chance(45)   ? Mode::Upsert
                      : chance(40) ? Mode::Merge
                      : chance(70) ? Mode::Replace
                                   : Mode::Delete;
    return change_of(seq, spec, mode, rows, mode == Mode::Replace ? scope(spec) : Scope{});
  }

  Read read(Sequence last) {
    const catalog::TableSpec& spec = table();
    Read read = all_of(spec);
    if (chance(50))
      for (int i = 0, n = 1 + below(chance(10) ? 80 : 3); i < n; ++i) read.codes.push_back(code());
    if (!spec.time.empty() && chance(50)) read.from = day();
    if (!spec.time.empty() && chance(50)) read.to = day() + below(5);
    if (chance(30)) read.as_of = static_cast<Sequence>(below(static_cast<int>(last) + 2));
    if (chance(30)) read.filters.push_back(filter(spec));
    if (chance(30)) {
      const auto& column =
          spec.columns[static_cast<std::size_t>(below(static_cast<int>(spec.columns.size())))];
      read.order.push_back({column.name, chance(50)});
    }
    if (chance(30)) read.limit = static_cast<std::uint64_t>(below(20));
    if (chance(20)) read.offset = static_cast<std::uint64_t>(below(20));
    if (chance(30)) read.columns = {spec.columns.back().name, spec.columns.front().name};
    return read;
  }

 private:
  static constexpr int kCodes = 7;

  Cell cell(const catalog::TableSpec& table, const catalog::ColumnSpec& column) {
    switch (column.type) {
      case frame::Type::Text:
        if (column.name == table.code) return code();
        if (column.name == "list_status") return std::string(chance(70) ? "L" : "D");
        if (column.name == "report_type") return std::string(chance(70) ? "1" : "2");
        return chance(50) ? std::string("短") : std::string("一段比十二个字节长得多的文字");
      case frame::Type::Date:
        return day();
      case frame::Type::Int:
        return std::int64_t{below(2)};
      case frame::Type::Real:
        return below(4) * 0.25;
    }
    return {};
  }

  Scope scope(const catalog::TableSpec& table) {
    Scope scope;
    if (!table.time.empty() && chance(70)) {
      const Date first = day();
      scope.time = DateRange{first, first + below(3)};
    }
    if (chance(50)) scope.codes = {code(), code()};
    return scope;
  }

  Filter filter(const catalog::TableSpec& table) {
    const auto& column =
        table.columns[static_cast<std::size_t>(below(static_cast<int>(table.columns.size())))];
    Filter filter;
    filter.column = column.name;
    filter.op = static_cast<Op>(below(9));
    const int values = filter.op == Op::In ? below(4) : filter.op >= Op::IsNull ? 0 : 1;
    for (int i = 0; i < values; ++i) {
      const Cell value = cell(table, column);
      if (const auto* text = std::get_if<std::string>(&value)) filter.values.push_back(*text);
      if (const auto* date = std::get_if<Date>(&value)) filter.values.push_back(*date);
      if (const auto* number = std::get_if<std::int64_t>(&value)) filter.values.push_back(*number);
      if (const auto* real = std::get_if<double>(&value)) filter.values.push_back(*real);
    }
    return filter;
  }

  std::mt19937 random_;
  int front_ = 0;
};

}  // namespace kanpan::store::contract
