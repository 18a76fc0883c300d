#include "kanpan/api/tushare/question.hpp"

#include <algorithm>
#include <map>

#include "kanpan/catalog/parameters.hpp"
#include "kanpan/frame/cell.hpp"
#include "kanpan/market/code.hpp"

namespace kanpan::api::tushare {
namespace {

using catalog::Meaning;
using catalog::ParameterKind;
using catalog::TableSpec;
using frame::Type;
using source::sim::split_list;
using source::sim::Verdict;

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
  Reader(const TableSpec& table, const source::sim::Request& request)
      : table_(table), request_(request) {
    question_.read.table = &table;
  }

  std::variant<Question, Verdict> read() {
    for (const auto& [name, value] : request_.parameters)
      if (!take(name, value)) return source::sim::wrong_parameter(name, value);
    for (const auto& parameter : table_.source.parameters)
      if (parameter.required && !narrowed_) return source::sim::missing_parameter(parameter.name);
    for (const auto& [name, value] : catalog::assumed_parameters(table_))
      if (!request_.parameters.contains(name)) take(name, value);
    choose_fields();
    newest_first();
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
        question_.suffixes = split_list(value);
        return true;
      case ParameterKind::Board:
        question_.boards = split_list(value);
        return true;
      case ParameterKind::Newest:
        question_.newest_only = value == "Y";
        return true;
      case ParameterKind::Equal:
        narrowed_ = true;
        return equal(meaning.column, value);
      case ParameterKind::From:
      case ParameterKind::To:
        narrowed_ = true;
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
    if (!question_.sorts_out()) return;
    for (const std::string& needed :
         {table_.code, table_.time, std::string("data_type"), std::string("rank_time")})
      if (table_.column(needed) && !contains(question_.read.columns, needed))
        question_.read.columns.push_back(needed);
  }

  static bool contains(const std::vector<std::string>& list, const std::string& word) {
    return std::ranges::find(list, word) != list.end();
  }

  /// By the time column, then by the other dates of the key, newest first; the rest ascending.
  void newest_first() {
    if (!table_.dated()) return;
    std::vector<store::Order>& order = question_.read.order;
    order.push_back({table_.time, true});
    for (const bool dates : {true, false})
      for (const std::string& name : table_.key)
        if (const auto* column = table_.column(name);
            column && name != table_.time && (column->type == Type::Date) == dates)
          order.push_back({name, dates});
  }

  const TableSpec& table_;
  const source::sim::Request& request_;
  Question question_;
  bool narrowed_ = false;
};

bool has(const std::vector<std::string>& list, std::string_view word) {
  return list.empty() || std::ranges::find(list, word) != list.end();
}

std::string text_at(const frame::Batch& batch, std::string_view column, std::uint32_t row) {
  const std::size_t at = batch.find(column);
  return at == frame::Batch::npos ? "" : batch.column(at).text_of(row);
}

std::vector<std::uint32_t> newest_snapshots(const TableSpec& table, const frame::Batch& batch,
                                            const std::vector<std::uint32_t>& rows) {
  const auto list_of = [&](std::uint32_t row) {
    return text_at(batch, table.time, row) + text_at(batch, "data_type", row);
  };
  std::map<std::string, std::string> newest;
  for (const std::uint32_t row : rows) {
    std::string& last = newest[list_of(row)];
    last = std::max(last, text_at(batch, "rank_time", row));
  }
  std::vector<std::uint32_t> kept;
  for (const std::uint32_t row : rows)
    if (text_at(batch, "rank_time", row) == newest[list_of(row)]) kept.push_back(row);
  return kept;
}

}  // namespace

std::variant<Question, Verdict> read_question(const TableSpec& table,
                                              const source::sim::Request& request) {
  return Reader(table, request).read();
}

std::vector<std::uint32_t> sort_out(const Question& question, const frame::Batch& batch) {
  const TableSpec& table = *question.read.table;
  std::vector<std::uint32_t> rows;
  for (std::uint32_t row = 0; row < batch.rows(); ++row) {
    const std::string code = text_at(batch, table.code, row);
    if (has(question.suffixes, market::suffix(code)) &&
        has(question.boards, catalog::board_of(code)))
      rows.push_back(row);
  }
  return question.newest_only ? newest_snapshots(table, batch, rows) : rows;
}

}  // namespace kanpan::api::tushare
