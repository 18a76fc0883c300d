#include "kanpan/api/rest/rows_question.hpp"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include "kanpan/api/rest/parameters.hpp"
#include "kanpan/base/hash.hpp"
#include "kanpan/base/suggest.hpp"
#include "kanpan/query/spelling.hpp"

namespace kanpan::api::rest {
namespace {

using catalog::TableSpec;
template <typename T>
using Read = boost::system::result<T, Refusal>;

constexpr std::int64_t kMostJsonRows = 10'000;
constexpr std::int64_t kRows = 1'000;

std::vector<std::string> column_names(const TableSpec& table) {
  std::vector<std::string> names;
  for (const auto& column : table.columns) names.push_back(column.name);
  return names;
}

Refusal no_column(const TableSpec& table, std::string parameter, const std::string& name) {
  return wrong_parameter(std::move(parameter), name,
                         fmt::format("table {} has no column '{}'", table.name, name),
                         nearest(name, column_names(table)));
}

Read<std::vector<store::Order>> read_order(const TableSpec& table, const Call& call) {
  std::vector<store::Order> order;
  for (std::string word : call.words("order")) {
    bool descending = word.starts_with('-');
    if (descending) word.erase(0, 1);
    if (const auto dot = word.rfind('.'); dot != std::string::npos) {
      const std::string direction = word.substr(dot + 1);
      if (direction != "asc" && direction != "desc")
        return wrong_parameter("order", word, "write column.asc, column.desc or -column");
      descending = direction == "desc";
      word.resize(dot);
    }
    if (!table.column(word)) return no_column(table, "order", word);
    order.push_back({word, descending});
  }
  return order;
}

/// The days asked for; `trade_date` is one day, the others bound.
Read<void> read_days(const TableSpec& table, const Call& call, store::Read& read) {
  for (const char* name : {"trade_date", "start_date", "end_date"})
    if (call.has(name) && !table.dated())
      return wrong_parameter(name, call.day(name)->iso(),
                             fmt::format("table {} has no days", table.name));
  if (call.has("trade_date") && table.time != "trade_date" && table.time != "cal_date")
    return wrong_parameter(
        "trade_date", call.day("trade_date")->iso(),
        fmt::format("table {} goes by {}; use start_date and end_date", table.name, table.time));
  read.from = call.day("start_date");
  read.to = call.day("end_date");
  if (const auto day = call.day("trade_date")) {
    if (read.from || read.to)
      return wrong_parameter("trade_date", day->iso(), "excludes start_date and end_date");
    read.from = read.to = day;
  }
  if (const auto range = query::check_range(read.from, read.to); !range)
    return wrong_parameter("end_date", read.to->iso(), range.error().message);
  return {};
}

Read<void> read_limit(const Call& call, RowsQuestion& question) {
  const auto limit = call.integer("limit");
  if (question.form == Form::Json && limit.value_or(kRows) > kMostJsonRows)
    return wrong_parameter("limit", std::to_string(*limit),
                           fmt::format("JSON gives at most {} rows a page; follow "
                                       "page.next_cursor, or ask for format=csv",
                                       kMostJsonRows));
  if (limit)
    question.limit = static_cast<std::uint64_t>(*limit);
  else if (question.form == Form::Json)
    question.limit = kRows;
  return {};
}

/// Everything that tells one question from another but its paging.
std::string key_of(const Call& call) {
  const std::string text = call.request.path + "?" + call.canonical({"cursor", "limit"});
  return hex(sha256({text})).substr(0, 16);
}

Read<void> read_cursor(const Call& call, RowsQuestion& question) {
  if (!call.has("cursor")) return {};
  const std::string text = call.text("cursor");
  unsigned long long seen = 0, offset = 0;
  char key[17] = {};
  int used = 0;
  if (std::sscanf(text.c_str(), "%16[0-9a-f]-%llx-%llx%n", key, &seen, &offset, &used) != 3 ||
      static_cast<std::size_t>(used) != text.size())
    return wrong_parameter("cursor", text, "is no cursor that this server gave");
  if (question.key != key)
    return wrong_parameter("cursor", text,
                           "belongs to another question; only limit may change between pages");
  question.pinned = seen;
  question.offset = offset;
  return {};
}

}  // namespace

std::vector<Parameter> rows_parameters() {
  return {
      {"name", ParameterType::Text, "table"},
      {"ts_code", ParameterType::Codes, "security codes, comma separated"},
      {"trade_date", ParameterType::Day, "one day"},
      {"start_date", ParameterType::Day, "first day of the table's time column"},
      {"end_date", ParameterType::Day, "last day of the table's time column"},
      {"fields", ParameterType::Words, "columns, in the order wanted; all when absent"},
      {"filter", ParameterType::Filter,
       "filter[column]=op.value with eq, ne, lt, le, gt, ge, in.(a,b), is.null, not.null"},
      {"order", ParameterType::Words, "column.asc, column.desc or -column; key order when absent"},
      {"limit", ParameterType::Integer, "rows: 1000 unless given, at most 10000 as JSON", {}, 1},
      {"cursor", ParameterType::Text, "page.next_cursor of the page before"},
      as_of_parameter(),
      units_parameter(),
      {"shape", ParameterType::Choice, "columns: arrays; rows: objects", {"columns", "rows"}},
      form_parameter(),
  };
}

Read<RowsQuestion> read_rows_question(const query::Query& query, const Call& call) {
  KANPAN_LET(const TableSpec* table, table_of(query, call));
  RowsQuestion question;
  store::Read& read = question.request.read;
  read.table = table;
  KANPAN_LET(question.form, form_of(call));
  question.objects = call.text("shape") == "rows";
  question.request.units = units_of(call);
  read.codes = call.words("ts_code");
  if (!read.codes.empty() && table->code.empty())
    return wrong_parameter("ts_code", read.codes.front(),
                           fmt::format("table {} has no security code", table->name));
  KANPAN_TRY(read_days(*table, call, read));
  read.columns = call.words("fields");
  for (const std::string& field : read.columns)
    if (!table->column(field)) return no_column(*table, "fields", field);
  for (const auto& [column, text] : call.filters()) {
    if (!table->column(column)) return no_column(*table, "filter[" + column + "]", column);
    auto filter = query::parse_condition(*table->column(column), text, question.request.units);
    if (!filter)
      return wrong_parameter("filter[" + column + "]", text, filter.error().message,
                             filter.error().hint);
    read.filters.push_back(*std::move(filter));
  }
  KANPAN_LET(read.order, read_order(*table, call));
  KANPAN_LET(read.as_of, as_of(query, call));
  question.key = key_of(call);
  KANPAN_TRY(read_cursor(call, question));
  KANPAN_TRY(read_limit(call, question));
  return question;
}

std::string make_cursor(const RowsQuestion& question, store::Sequence seen, std::uint64_t offset) {
  return fmt::format("{}-{:x}-{:x}", question.key, seen, offset);
}

}  // namespace kanpan::api::rest
