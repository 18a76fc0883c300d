#include "kanpan/api/tushare/question.hpp"

#include <algorithm>

#include "kanpan/catalog/parameters.hpp"
#include "kanpan/frame/cell.hpp"
#include "kanpan/source/protocol/required.hpp"

namespace kanpan::api::tushare {
namespace {

using catalog::Meaning;
using catalog::ParameterKind;
using catalog::TableSpec;
using frame::Type;
using source::protocol::split_list;
using source::protocol::Verdict;

std::optional<store::Value> typed(Type type, const std::string& text) {
  Date day;
  std::int64_t whole = 0;
  double real = 0;
  switch (type) {
    case Type::Text:
      return store::Value(text);
    case Type::Date:
      if (parse_date(text, day)) return store::Value(day);
      break;
    case Type::Int:
      if (frame::parse_int(text, whole)) return store::Value(whole);
      break;
    case Type::Real:
      if (frame::parse_real(text, real)) return store::Value(real);
      break;
  }
  return std::nullopt;
}

class Reader {
 public:
  Reader(const TableSpec& table, const source::protocol::Request& request)
      : table_(table), request_(request) {
    question_.read.table = &table;
  }

  std::variant<Question, Verdict> read() {
    if (auto verdict = source::protocol::missing_required(table_, request_)) return *verdict;
    for (const auto& [name, value] : request_.parameters)
      if (!take(name, value)) return source::protocol::wrong_parameter(name, value);
    for (const auto& [name, value] : catalog::assumed_parameters(table_))
      if (!request_.parameters.contains(name)) take(name, value);
    choose_fields();
    newest_first();
    const store::Read& read = question_.read;
    question_.is_empty = read.from && read.to && *read.from > *read.to;
    return std::move(question_);
  }

 private:
  bool take(const std::string& name, const std::string& value) {
    const Meaning meaning = catalog::meaning(table_, name);
    switch (meaning.kind) {
      case ParameterKind::Ignored:
        return true;
      case ParameterKind::Limit:
        return count(value, 1, question_.limit);
      case ParameterKind::Offset: {
        std::optional<std::uint64_t> offset;
        const bool readable = count(value, 0, offset);
        question_.offset = offset.value_or(0);
        return readable;
      }
      case ParameterKind::CodeSuffix:
      case ParameterKind::Board:
      case ParameterKind::Newest:
        return question_.selection.take(meaning, value);
      case ParameterKind::Equal:
        return equal(meaning.column, value);
      case ParameterKind::From:
      case ParameterKind::To:
        return bound(meaning.column, value, meaning.kind == ParameterKind::From);
    }
    return true;
  }

  static bool count(const std::string& value, std::int64_t least,
                    std::optional<std::uint64_t>& out) {
    std::int64_t read = 0;
    if (!frame::parse_int(value, read) || read < least) return false;
    out = static_cast<std::uint64_t>(read);
    return true;
  }

  bool equal(const std::string& column, const std::string& value) {
    const std::vector<std::string> words = split_list(value);
    if (column == table_.code) {
      question_.read.codes = words;
      return true;
    }
    if (column == table_.time && words.size() == 1)
      return bound(column, value, true) && bound(column, value, false);
    store::Filter filter{column, words.size() == 1 ? store::Op::Eq : store::Op::In, {}};
    for (const std::string& word : words) {
      const auto read = typed(table_.column(column)->type, word);
      if (!read) return false;
      filter.values.push_back(*read);
    }
    question_.read.filters.push_back(std::move(filter));
    return true;
  }

  bool bound(const std::string& column, const std::string& value, bool from) {
    Date day;
    if (!parse_date(value, day)) return false;
    if (column != table_.time) {
      question_.read.filters.push_back({column, from ? store::Op::Ge : store::Op::Le, {day}});
      return true;
    }
    auto& end = from ? question_.read.from : question_.read.to;
    end = !end ? day : from ? std::max(*end, day) : std::min(*end, day);
    return true;
  }

  /// Named fields replace the default ones; when none of them exists, the default ones stand.
  void choose_fields() {
    for (const std::string& field : request_.fields)
      if (table_.column(field) && !contains(question_.fields, field))
        question_.fields.push_back(field);
    if (question_.fields.empty())
      for (const auto& column : table_.columns)
        if (column.by_default) question_.fields.push_back(column.name);
    question_.read.columns = question_.fields;
    for (const std::string& needed : question_.selection.columns(table_))
      if (!contains(question_.read.columns, needed)) question_.read.columns.push_back(needed);
  }

  static bool contains(const std::vector<std::string>& list, const std::string& word) {
    return std::ranges::find(list, word) != list.end();
  }

  /// By the time column, then by the other dates of the key and the time of its lists, newest
  /// first; the rest ascending.
  void newest_first() {
    if (!table_.dated()) return;
    std::vector<store::Order>& order = question_.read.order;
    order.push_back({table_.time, true});
    for (const bool times : {true, false})
      for (const std::string& name : table_.key)
        if (name != table_.time && is_time(name) == times) order.push_back({name, times});
  }

  bool is_time(const std::string& name) const {
    const auto* column = table_.column(name);
    return (column && column->type == Type::Date) ||
           std::ranges::any_of(table_.source.parameters, [&](const auto& parameter) {
             const Meaning meaning = catalog::meaning(table_, parameter.name);
             return meaning.kind == ParameterKind::Newest && meaning.column == name;
           });
  }

  const TableSpec& table_;
  const source::protocol::Request& request_;
  Question question_;
};

}  // namespace

std::variant<Question, Verdict> read_question(const TableSpec& table,
                                              const source::protocol::Request& request) {
  return Reader(table, request).read();
}

}  // namespace kanpan::api::tushare
