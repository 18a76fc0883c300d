#include "kanpan/catalog/source_reader.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "kanpan/catalog/parameters.hpp"
#include "kanpan/frame/cell.hpp"

namespace kanpan::catalog {
namespace {

bool contains(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool goes_by_code(ParameterKind kind) {
  return kind == ParameterKind::CodeSuffix || kind == ParameterKind::Board;
}

/// By its name or by what the file says.
bool is_bound(const ParameterSpec& parameter) {
  using enum ParameterKind;
  if (parameter.matches) return *parameter.matches == From || *parameter.matches == To;
  return parameter.name == "start_date" || parameter.name == "end_date";
}

void check_matches(Reader& r, const ParameterSpec& parameter, const TableSpec& table) {
  const ParameterKind kind = *parameter.matches;
  if (goes_by_code(kind) && table.code.empty())
    r.refuse("matches", fmt::format("'{}' needs a code column", name(kind)),
             "add code: with the column of the security code");
  if (is_bound(parameter) && parameter.column.empty() && table.time.empty())
    r.refuse("matches", fmt::format("'{}' needs a time column", name(kind)),
             "or add column: with the date column that it bounds");
  const ColumnSpec* column = table.column(parameter.column);
  if (kind == ParameterKind::Newest && column != nullptr && column->type != frame::Type::Text &&
      column->type != frame::Type::Date)
    r.refuse("column", fmt::format("column '{}' is {}", column->name, frame::name(column->type)),
             "newest takes a text or date column");
}

/// The key `column`: which kinds need it, which have no use for it.
void read_column(Reader& r, ParameterSpec& parameter, const TableSpec& table) {
  const bool needed = parameter.matches == ParameterKind::Newest;
  if (!needed && !r.has("column")) return;
  parameter.column = r.text_among("column", names_of(table.columns), "column");
  if (parameter.matches && goes_by_code(*parameter.matches))
    r.refuse("column", fmt::format("'{}' goes by the code column", name(*parameter.matches)),
             "remove it");
  if (is_bound(parameter)) check_date_column(r, "column", table.columns, parameter.column);
}

bool is_readable(const ColumnSpec& column, const std::string& value) {
  frame::Column cells(column.type);
  return frame::push_text(cells, value);
}

/// The key `assumed`: only where the parameter equals a column, and as a value of that column; Y or
/// N of one that asks for the newest list.
void read_assumed(Reader& r, ParameterSpec& parameter, const TableSpec& table) {
  if (!r.has("assumed")) return;
  parameter.assumed = r.text_or("assumed", "");
  if (parameter.required)
    r.refuse("assumed", fmt::format("parameter '{}' is required", parameter.name),
             "what must be given is never filled in");
  if (parameter.matches == ParameterKind::Newest) {
    if (parameter.assumed != "Y" && parameter.assumed != "N")
      r.refuse("assumed", fmt::format("'{}' is neither Y nor N", parameter.assumed),
               "Y: the newest list only");
    return;
  }
  if (is_bound(parameter) ||
      parameter.matches.value_or(ParameterKind::Equal) != ParameterKind::Equal)
    r.refuse("assumed", fmt::format("parameter '{}' equals no column", parameter.name),
             "only matches: equal and matches: newest take it");
  TableSpec so_far = table;
  so_far.source.parameters = {parameter};
  const ColumnSpec* column = table.column(meaning(so_far, parameter.name).column);
  if (column == nullptr)
    r.refuse("assumed", fmt::format("no column '{}'", parameter.name),
             "add column: with the column that the parameter equals");
  else if (!is_readable(*column, parameter.assumed))
    r.refuse("assumed", fmt::format("'{}' is no {}, as column '{}' is", parameter.assumed,
                                    frame::name(column->type), column->name));
}

ParameterSpec read_parameter(Reader& r, const TableSpec& table) {
  using enum ParameterKind;
  const Names kTypes{"str", "int", "float", "datetime"};
  ParameterSpec parameter;
  parameter.name = r.text("name");
  parameter.type = r.text_among("type", kTypes, "type");
  parameter.required = r.flag_or("required", false);
  parameter.label = r.text("label");
  if (r.has("matches"))
    parameter.matches =
        r.choice<ParameterKind>("matches", {Equal, From, To, CodeSuffix, Board, Newest});
  read_column(r, parameter, table);
  if (parameter.matches) check_matches(r, parameter, table);
  read_assumed(r, parameter, table);
  return parameter;
}

std::vector<ParameterSpec> read_parameters(Reader& source, const TableSpec& table) {
  std::vector<ParameterSpec> parameters;
  source.each("parameters", true, [&](Reader& r) {
    ParameterSpec parameter = read_parameter(r, table);
    if (std::ranges::find(parameters, parameter.name, &ParameterSpec::name) != parameters.end())
      r.refuse("name", fmt::format("parameter '{}' stands twice", parameter.name),
               "remove one of them");
    parameters.push_back(std::move(parameter));
  });
  return parameters;
}

Walk read_walk(Reader& r, const Names& parameters, const std::vector<ColumnSpec>& columns) {
  using enum WalkKind;
  Walk walk;
  walk.kind = r.choice<WalkKind>("kind", {Whole, Date, Code, Period, Window, Announcement});
  const bool named = walk.kind != Whole && walk.kind != Window;
  const bool windowed = walk.kind == Window || (walk.kind == Code && r.has("from"));
  if (named) walk.parameter = r.text_among("parameter", parameters, "parameter");
  if (windowed) {
    walk.from = r.text_among("from", parameters, "parameter");
    walk.to = r.text_among("to", parameters, "parameter");
    walk.max_days = r.whole_if("max_days", 1).value_or(0);
  }
  if (walk.kind == Announcement || (windowed && r.has("column"))) {
    walk.column = r.text_among("column", names_of(columns), "column");
    check_date_column(r, "column", columns, walk.column);
  }
  walk.twin = r.flag_or("twin", false);
  return walk;
}

/// The split and its parameter must say the same.
void check_split(Reader& r, const Split& split, const std::vector<ParameterSpec>& parameters) {
  const auto parameter = std::ranges::find(parameters, split.parameter, &ParameterSpec::name);
  if (parameter == parameters.end()) return;
  if (!split.column.empty() && !parameter->column.empty() && parameter->column != split.column)
    r.refuse("column",
             fmt::format("'{}', but parameter '{}' says '{}'", split.column, parameter->name,
                         parameter->column),
             "name one of them, in both or in the split alone");
  if (!parameter->assumed.empty() && !contains(split.values, parameter->assumed))
    r.refuse("values",
             fmt::format("'{}' is missing, which parameter '{}' is assumed to be",
                         parameter->assumed, parameter->name),
             "add it, or correct assumed");
}

Split read_split(Reader& r, const std::vector<ParameterSpec>& declared, const Names& parameters,
                 const Names& columns) {
  Split split;
  split.parameter = r.text_among("parameter", parameters, "parameter");
  split.values = r.texts("values", true);
  split.always = r.flag_or("always", false);
  if (r.has("column")) split.column = r.text_among("column", columns, "column");
  for (const auto& [value, day] : r.pairs_if("since")) {
    if (!contains(split.values, value))
      r.refuse("since", fmt::format("'{}' is not among the values", value));
    if (!parse_date(day, split.since[value]))
      r.refuse("since", fmt::format("'{}' is not a date", day), "write 2024-06-28");
  }
  check_split(r, split, declared);
  return split;
}

Twin read_twin(Reader& r) {
  return {.api = r.text("api"),
          .row_limit = r.whole_if("row_limit", 1),
          .points = r.whole_if("points", 0)};
}

/// A walk must give every parameter that its interface demands. The twin's demands are not
/// declared.
void check_required(Reader& r, const SourceSpec& source) {
  for (const ParameterSpec& parameter : source.parameters) {
    const bool given =
        (source.split && source.split->parameter == parameter.name) ||
        std::any_of(source.fixed.begin(), source.fixed.end(),
                    [&](const auto& fixed) { return fixed.first == parameter.name; });
    for (const Walk& walk : source.walks)
      if (parameter.required && !given && !walk.twin && walk.parameter != parameter.name &&
          walk.from != parameter.name && walk.to != parameter.name)
        r.refuse("walks", fmt::format("the {} walk does not give the required parameter '{}'",
                                      name(walk.kind), parameter.name));
  }
}

void check_source(Reader& r, const SourceSpec& source, const Names& parameters) {
  for (const auto& [parameter, value] : source.fixed)
    if (!contains(parameters, parameter))
      r.refuse("fixed", fmt::format("no parameter '{}'", parameter));
  for (const Walk& walk : source.walks)
    if (walk.twin && !source.twin)
      r.refuse("walks", "a walk asks the twin, but the source has none",
               "add twin: {api: …} or drop twin: true");
  check_required(r, source);
}

/// Without this the simulator and our own endpoint would answer the walk with other rows than it
/// asks for.
void check_picks(Reader& r, const TableSpec& table, const Walk& walk, const std::string& parameter,
                 const Meaning& needed) {
  if (parameter.empty()) return;
  const Meaning found = meaning(table, parameter);
  if (found.kind == needed.kind && found.column == needed.column) return;
  const std::string kind =
      needed.kind == ParameterKind::Equal ? "" : fmt::format("matches: {}, ", name(needed.kind));
  r.refuse("source",
           fmt::format("the {} walk fills parameter '{}', which does not pick rows by '{}'",
                       name(walk.kind), parameter, needed.column),
           fmt::format("give the parameter {}column: {}", kind, needed.column));
}

}  // namespace

Names names_of(const std::vector<ColumnSpec>& columns) {
  Names names;
  for (const ColumnSpec& column : columns) names.push_back(column.name);
  return names;
}

void check_date_column(Reader& r, std::string_view key, const std::vector<ColumnSpec>& columns,
                       std::string_view name) {
  for (const ColumnSpec& column : columns)
    if (column.name == name && column.type != frame::Type::Date)
      r.refuse(key, fmt::format("column '{}' is {}", name, frame::name(column.type)),
               "this takes a date column");
}

SourceSpec read_source(Reader& r, const TableSpec& table) {
  SourceSpec source;
  source.api = r.text("api");
  source.doc_id = r.whole_if("doc_id", 1);
  source.row_limit = r.whole_if("row_limit", 1);
  source.points = r.whole_if("points", 0);
  source.calls_per_minute = r.whole_if("calls_per_minute", 1);
  source.calls_per_day = r.whole_if("calls_per_day", 1);
  source.pages = r.flag_or("pages", false);
  source.ready_second = r.time_of_day_or("ready", 0);
  source.ready_days = r.whole_if("ready_days", 0).value_or(0);
  source.intraday = r.flag_or("intraday", false);
  source.parameters = read_parameters(r, table);
  Names parameters;
  std::ranges::transform(source.parameters, std::back_inserter(parameters), &ParameterSpec::name);
  if (r.has("twin")) r.map("twin", [&](Reader& twin) { source.twin = read_twin(twin); });
  r.each("walks", true,
         [&](Reader& walk) { source.walks.push_back(read_walk(walk, parameters, table.columns)); });
  if (r.has("split"))
    r.map("split", [&](Reader& split) {
      source.split = read_split(split, source.parameters, parameters, names_of(table.columns));
    });
  source.fixed = r.pairs_if("fixed");
  check_source(r, source, parameters);
  return source;
}

void check_walks(Reader& r, const TableSpec& table) {
  using enum ParameterKind;
  for (const Walk& walk : table.source.walks) {
    const bool by_time = walk.kind == WalkKind::Date || walk.kind == WalkKind::Period;
    if ((by_time || walk.kind == WalkKind::Window) && table.time.empty())
      r.refuse("source", fmt::format("a {} walk needs a time column", name(walk.kind)),
               "add time: with the column that the walk bounds");
    if (walk.kind == WalkKind::Code && table.code.empty())
      r.refuse("source", "a code walk needs a code column",
               "add code: with the column of the security code");
    const std::string& days = walk.column.empty() ? table.time : walk.column;
    check_picks(r, table, walk, walk.parameter,
                {Equal, walk.kind == WalkKind::Code ? table.code : days});
    check_picks(r, table, walk, walk.from, {From, days});
    check_picks(r, table, walk, walk.to, {To, days});
  }
}

}  // namespace kanpan::catalog
