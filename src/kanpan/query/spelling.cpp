#include "kanpan/query/spelling.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include <fmt/format.h>

#include "kanpan/base/suggest.hpp"
#include "kanpan/catalog/units.hpp"
#include "kanpan/frame/cell.hpp"

namespace kanpan::query {
namespace {

using catalog::ColumnSpec;
using catalog::TableSpec;
using frame::Type;
using store::Op;

/// In a condition of a command, and as PostgREST spells it; the first word is the usual one.
struct Operator {
  std::string_view sign;
  std::array<std::string_view, 2> words;
  Op op;
};
/// Longer signs first: `<=` begins with `<`.
constexpr std::array kOperators{
    Operator{"<=", {"le", "lte"}, Op::Le}, Operator{">=", {"ge", "gte"}, Op::Ge},
    Operator{"!=", {"ne", "neq"}, Op::Ne}, Operator{"==", {}, Op::Eq},
    Operator{"=", {"eq"}, Op::Eq},         Operator{"<", {"lt"}, Op::Lt},
    Operator{">", {"gt"}, Op::Gt},         Operator{" in ", {"in"}, Op::In}};

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

Result<void> each_part(std::string_view text,
                       const std::function<Result<void>(std::string_view)>& use) {
  while (!text.empty()) {
    const auto end = std::min(text.find(','), text.size());
    if (const auto part = trim(text.substr(0, end)); !part.empty()) KANPAN_TRY(use(part));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return {};
}

Error wrong_expression(std::string_view text) {
  return {Errc::Usage, fmt::format("'{}' is no condition", text),
          "write 'column operator value' with = != < <= > >= or in, or 'column is null'"};
}

Error wrong_operator(std::string_view word) {
  std::vector<std::string> words;
  for (const Operator& one : kOperators)
    for (const std::string_view other : one.words)
      if (!other.empty()) words.emplace_back(other);
  return {Errc::Usage, "needs an operator: eq, ne, lt, le, gt, ge, in.(a,b), is.null, not.null",
          nearest(std::string(word), words)};
}

/// With the values in `text`, which is a list where the operator takes one.
Result<store::Filter> filter_of(const ColumnSpec& column, Op op, std::string_view text,
                                Units units) {
  store::Filter filter{column.name, op, {}};
  const auto add = [&](std::string_view part) -> Result<void> {
    KANPAN_LET(auto value, parse_value(column, std::string(part), units));
    filter.values.push_back(std::move(value));
    return {};
  };
  KANPAN_TRY(op == Op::In ? each_part(text, add) : add(text));
  return filter;
}

}  // namespace

Result<const ColumnSpec*> find_column(const TableSpec& table, std::string_view name) {
  if (const ColumnSpec* column = table.column(name)) return column;
  std::vector<std::string> names;
  for (const ColumnSpec& column : table.columns) names.push_back(column.name);
  return Error{Errc::Usage, fmt::format("{} has no column '{}'", table.name, name),
               suggestion(name, names)};
}

Result<store::Value> parse_value(const ColumnSpec& column, const std::string& text, Units units) {
  if (column.type == Type::Text) return store::Value(text);
  if (column.type == Type::Date) {
    KANPAN_LET(const Date day, parse_date(text));
    return store::Value(day);
  }
  double number = 0;
  if (!frame::parse_real(text, number))
    return Error{Errc::Usage,
                 fmt::format("'{}' is no {} as column {} holds", text, frame::name(column.type),
                             column.name),
                 "write a number"};
  const double raw =
      units == Units::Normal ? number / catalog::to_normal(column.unit).factor : number;
  if (column.type == Type::Int && raw == std::floor(raw))
    return store::Value(static_cast<std::int64_t>(raw));
  return store::Value(raw);
}

Result<store::Filter> parse_expression(const TableSpec& table, std::string_view text, Units units) {
  for (const auto& [ending, op] : {std::pair{std::string_view(" is null"), Op::IsNull},
                                   std::pair{std::string_view(" not null"), Op::NotNull}})
    if (text.ends_with(ending)) {
      KANPAN_LET(const ColumnSpec* column,
                 find_column(table, trim(text.substr(0, text.size() - ending.size()))));
      return store::Filter{column->name, op, {}};
    }
  auto at = std::string_view::npos;
  const Operator* found = nullptr;
  for (const Operator& candidate : kOperators)
    if (const auto where = text.find(candidate.sign); where < at) at = where, found = &candidate;
  if (!found) return wrong_expression(text);
  KANPAN_LET(const ColumnSpec* column, find_column(table, trim(text.substr(0, at))));
  KANPAN_LET(auto filter,
             filter_of(*column, found->op, trim(text.substr(at + found->sign.size())), units));
  if (filter.values.empty()) return wrong_expression(text);
  return filter;
}

Result<store::Filter> parse_condition(const ColumnSpec& column, std::string_view text,
                                      Units units) {
  if (text == "is.null") return store::Filter{column.name, Op::IsNull, {}};
  if (text == "not.null" || text == "not.is.null")
    return store::Filter{column.name, Op::NotNull, {}};
  const auto dot = text.find('.');
  const std::string_view word = text.substr(0, dot);
  const auto found = std::ranges::find_if(kOperators, [&](const Operator& one) {
    return !word.empty() && std::ranges::find(one.words, word) != one.words.end();
  });
  if (dot == std::string_view::npos || found == kOperators.end()) return wrong_operator(word);
  std::string_view values = text.substr(dot + 1);
  if (found->op == Op::In) {
    if (!values.starts_with('(') || !values.ends_with(')') || values.size() < 3)
      return Error{Errc::Usage, "write in.(a,b,c)"};
    values = values.substr(1, values.size() - 2);
  }
  auto filter = filter_of(column, found->op, values, units);
  if (!filter) return Error{Errc::Usage, filter.error().message};
  if (filter->values.empty()) return Error{Errc::Usage, "write in.(a,b,c)"};
  return filter;
}

Result<std::vector<std::string>> parse_fields(const TableSpec& table, std::string_view text) {
  std::vector<std::string> fields;
  KANPAN_TRY(each_part(text, [&](std::string_view name) -> Result<void> {
    KANPAN_LET(const ColumnSpec* column, find_column(table, name));
    fields.push_back(column->name);
    return {};
  }));
  return fields;
}

Result<std::vector<store::Order>> parse_order(const TableSpec& table, std::string_view text) {
  std::vector<store::Order> order;
  KANPAN_TRY(each_part(text, [&](std::string_view name) -> Result<void> {
    const bool descending = name.starts_with('-');
    KANPAN_LET(const ColumnSpec* column, find_column(table, descending ? name.substr(1) : name));
    order.push_back({column->name, descending});
    return {};
  }));
  return order;
}

Result<void> check_range(std::optional<Date> from, std::optional<Date> to) {
  if (!from || !to || *from <= *to) return {};
  return Error{Errc::Usage,
               fmt::format("the range ends on {}, before it begins on {}", to->iso(), from->iso()),
               "give the earlier day first"};
}

Result<Units> parse_units(std::string_view text) {
  for (const auto& [word, units] : kUnitWords)
    if (word == text) return units;
  return Error{
      Errc::Usage, fmt::format("units '{}' are unknown", text),
      "kanpan (元, 股, %), also called normal; or tushare (手, 千元, 万元), also called source"};
}

Result<Frequency> parse_frequency(std::string_view text) {
  if (text == "D" || text == "d") return Frequency::Day;
  if (text == "W" || text == "w") return Frequency::Week;
  if (text == "M" || text == "m") return Frequency::Month;
  return Error{Errc::Usage, fmt::format("frequency '{}' is unknown", text), "D, W or M"};
}

Result<Adjust> parse_adjust(std::string_view text) {
  if (text == "none" || text.empty()) return Adjust::None;
  if (text == "qfq") return Adjust::Qfq;
  if (text == "hfq") return Adjust::Hfq;
  return Error{Errc::Usage, fmt::format("adjustment '{}' is unknown", text), "none, qfq or hfq"};
}

}  // namespace kanpan::query
