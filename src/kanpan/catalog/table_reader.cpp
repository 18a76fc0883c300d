#include "kanpan/catalog/table_reader.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "kanpan/catalog/reader.hpp"
#include "kanpan/market/cron.hpp"

namespace kanpan::catalog {
namespace {

using Names = std::vector<std::string>;

bool contains(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

frame::Type column_type(Reader& column) {
  using frame::Type;
  return column.choice<Type>("type", {Type::Text, Type::Date, Type::Int, Type::Real});
}

std::vector<ColumnSpec> read_columns(Reader& table) {
  std::vector<ColumnSpec> columns;
  table.each("columns", true, [&](Reader& r) {
    ColumnSpec column;
    column.name = r.text("name");
    column.type = column_type(r);
    column.label = r.text("label");
    column.label_en = r.text_or("label_en", "");
    column.unit = r.text_or("unit", "");
    column.by_default = r.flag_or("default", true);
    if (std::any_of(columns.begin(), columns.end(),
                    [&](const ColumnSpec& earlier) { return earlier.name == column.name; }))
      r.refuse("name", fmt::format("column '{}' stands twice", column.name), "remove one of them");
    columns.push_back(std::move(column));
  });
  return columns;
}

std::vector<ParameterSpec> read_parameters(Reader& source) {
  std::vector<ParameterSpec> parameters;
  const Names kTypes{"str", "int", "float", "datetime"};
  source.each("parameters", true, [&](Reader& r) {
    ParameterSpec parameter;
    parameter.name = r.text("name");
    parameter.type = r.text_among("type", kTypes, "type");
    parameter.required = r.flag_or("required", false);
    parameter.label = r.text("label");
    if (std::any_of(parameters.begin(), parameters.end(),
                    [&](const ParameterSpec& p) { return p.name == parameter.name; }))
      r.refuse("name", fmt::format("parameter '{}' stands twice", parameter.name),
               "remove one of them");
    parameters.push_back(std::move(parameter));
  });
  return parameters;
}

void check_date_column(Reader& r, std::string_view key, const std::vector<ColumnSpec>& columns,
                       const std::string& name) {
  for (const ColumnSpec& column : columns)
    if (column.name == name && column.type != frame::Type::Date)
      r.refuse(key, fmt::format("column '{}' is {}", name, frame::name(column.type)),
               "this takes a date column");
}

Names names_of(const std::vector<ColumnSpec>& columns) {
  Names names;
  for (const ColumnSpec& column : columns) names.push_back(column.name);
  return names;
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

Split read_split(Reader& r, const Names& parameters, const Names& columns) {
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

SourceSpec read_source(Reader& r, const std::vector<ColumnSpec>& columns) {
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
  source.parameters = read_parameters(r);
  Names parameters;
  std::transform(source.parameters.begin(), source.parameters.end(), std::back_inserter(parameters),
                 [](const ParameterSpec& p) { return p.name; });
  if (r.has("twin")) r.map("twin", [&](Reader& twin) { source.twin = read_twin(twin); });
  r.each("walks", true,
         [&](Reader& walk) { source.walks.push_back(read_walk(walk, parameters, columns)); });
  if (r.has("split"))
    r.map("split",
          [&](Reader& split) { source.split = read_split(split, parameters, names_of(columns)); });
  source.fixed = r.pairs_if("fixed");
  check_source(r, source, parameters);
  return source;
}

Policy read_policy(Reader& r) {
  Policy policy;
  using enum UpdateMode;
  policy.mode =
      r.choice<UpdateMode>("update_mode", {Full, Incremental, UpdateMode::Merge, Realtime});
  policy.schedule = r.text("schedule");
  policy.batch_size = r.whole("batch_size", 1);
  policy.retry_times = r.whole("retry_times", 0);
  policy.conflict = r.choice<Conflict>("conflict_resolution", {Conflict::Replace, Conflict::Merge});
  policy.cache_invalidate = r.text("cache_invalidate");
  policy.quality_checks = r.texts("quality_checks", false);
  policy.poll_interval = r.whole_if("poll_interval", 1).value_or(0);
  const bool continuous = policy.schedule == "continuous";
  if (r.has("schedule") && !continuous && policy.schedule != "event_driven")
    if (const auto cron = market::Cron::parse(policy.schedule); !cron)
      r.refuse("schedule", cron.error().message,
               cron.error().hint + "; event_driven and continuous are schedules too");
  if (continuous != (policy.poll_interval > 0))
    r.refuse(continuous ? "schedule" : "poll_interval",
             "poll_interval goes with the schedule continuous, and only with it");
  return policy;
}

CachePolicy read_cache(Reader& r) {
  CachePolicy cache;
  cache.l1_seconds = r.duration_if("l1");
  cache.l2_seconds = r.duration_if("l2");
  cache.l3_seconds = r.duration_if("l3");
  cache.key = r.text("key");
  cache.trigger = r.text("trigger");
  return cache;
}

Retention read_retention(Reader& r) {
  Retention retention;
  retention.hot_days = r.whole_if("hot_days", 1).value_or(0);
  retention.cold_days = r.whole_if("cold_days", 1).value_or(0);
  retention.archive_days = r.whole_if("archive_days", 1).value_or(0);
  int reached = 0;
  for (const auto& [key, days] : {std::pair{"hot_days", retention.hot_days},
                                  {"cold_days", retention.cold_days},
                                  {"archive_days", retention.archive_days}}) {
    if (days != 0 && days <= reached)
      r.refuse(key, fmt::format("{} is not more than the {} of the tier before", days, reached),
               "ages count from the row's day: hot < cold < archive");
    reached = std::max(reached, days);
  }
  return retention;
}

struct Arity {
  std::size_t least, most;
};

/// How many columns a relation takes.
Arity arity(Relation relation) {
  constexpr std::size_t kAny = 1000;
  switch (relation) {
    case Relation::Ohlc:
    case Relation::PriceBetween:
    case Relation::Products:
      return {4, 4};
    case Relation::Change:
    case Relation::PctChg:
    case Relation::Product:
      return {3, 3};
    case Relation::Equal:
      return {2, 2};
    case Relation::Sum:
    case Relation::Balance:
    case Relation::Ascending:
      return {2, kAny};
    case Relation::Positive:
    case Relation::NotNegative:
    case Relation::Range:
      break;
  }
  return {1, kAny};
}

void check_columns(Reader& r, const Identity& identity, const TableSpec& spec) {
  const auto [least, most] = arity(identity.relation);
  const std::size_t count = identity.columns.size();
  if (count != 0 && (count < least || count > most))
    r.refuse("columns", fmt::format("{} takes {}{} columns, found {}", name(identity.relation),
                                    least, most == least ? "" : " or more", count));
  if (identity.relation == Relation::Balance && count % 2 != 0)
    r.refuse("columns", fmt::format("balance takes two equal halves, found {} columns", count));
  const bool dates =
      identity.relation == Relation::Ascending || identity.relation == Relation::Range;
  for (const std::string& column : identity.columns)
    if (const ColumnSpec* c = spec.column(column);
        c != nullptr && (c->type == frame::Type::Text || (c->type == frame::Type::Date && !dates)))
      r.refuse("columns", fmt::format("column '{}' is {}", column, frame::name(c->type)),
               "an identity takes int and real columns; ascending and range also take dates");
}

Identity read_identity(Reader& r, const TableSpec& spec, const Names& columns) {
  using enum Relation;
  Identity identity;
  identity.relation =
      r.choice<Relation>("relation", {Ohlc, PriceBetween, Change, PctChg, Sum, Balance, Equal,
                                      Product, Products, Positive, NotNegative, Ascending, Range});
  identity.columns = r.texts_among("columns", true, columns, "column");
  identity.tolerance = r.real_or("tolerance", 0);
  identity.scale = r.real_or("scale", 1);
  if (identity.relation == Products) identity.least = r.real_or("least", 0);
  if (r.has("since")) {
    identity.time = spec.time;
    identity.since = r.date("since");
    if (spec.time.empty()) r.refuse("since", "the table has no time column");
  }
  check_columns(r, identity, spec);
  if (identity.tolerance < 0) r.refuse("tolerance", "is negative");
  if (identity.relation != Range) return identity;
  for (std::string_view key : {"minimum", "maximum"}) (void)r.text(key);
  identity.minimum = r.real_or("minimum", 0);
  identity.maximum = r.real_or("maximum", 0);
  if (identity.minimum > identity.maximum) r.refuse("minimum", "is above the maximum");
  return identity;
}

/// The keys that say which columns play which part.
void read_roles(Reader& r, TableSpec& spec, const Names& columns) {
  spec.key = r.texts_among("key", true, columns, "column");
  if (r.has("code")) spec.code = r.text_among("code", columns, "column");
  spec.codes = r.texts("codes", false);
  if (!r.has("time")) return;
  spec.time = r.text_among("time", columns, "column");
  check_date_column(r, "time", spec.columns, spec.time);
  using enum Days;
  spec.days = r.choice<Days>("days", {Trading, WeekEnd, MonthEnd, QuarterEnd, Calendar});
  spec.since = r.date("since");
}

/// The columns whose cells the source always fills, or fills all together.
void read_nulls(Reader& r, TableSpec& spec, const Names& columns) {
  for (const auto& [key, nulls] :
       {std::pair{"not_null", Nulls::Never}, std::pair{"all_or_none", Nulls::AllOrNone}})
    for (const std::string& name : r.texts_among(key, false, columns, "column")) {
      const auto column = std::ranges::find(spec.columns, name, &ColumnSpec::name);
      if (column == spec.columns.end()) continue;
      if (column->nulls != Nulls::Any)
        r.refuse(key, fmt::format("column '{}' stands twice", name), "remove one of them");
      column->nulls = nulls;
    }
}

void read_expectation(Reader& r, TableSpec& spec) {
  using enum Expect;
  if (r.has("expect"))
    spec.expect = r.choice<Expect>("expect", {Unknown, ListedCodes, ListedAll, OneRow, Splits});
  const Names kExchanges{"SH", "SZ", "BJ"};
  spec.expect_exchanges = r.texts_among("expect_exchanges", false, kExchanges, "exchange");
  if (spec.expect == Splits && (!spec.source.split || spec.source.split->column.empty()))
    r.refuse("expect", "'splits' needs source.split with a column");
  if ((spec.expect == ListedCodes || spec.expect == ListedAll) && spec.code.empty())
    r.refuse("expect", fmt::format("'{}' needs a code column", name(spec.expect)),
             "add code: with the column of the security code");
  if (spec.expect != Unknown && spec.time.empty())
    r.refuse("expect", fmt::format("'{}' needs a time column", name(spec.expect)));
}

/// A walk asks by something; the table must have the column that it fills.
void check_walks(Reader& r, const TableSpec& spec) {
  for (const Walk& walk : spec.source.walks) {
    const bool by_time = walk.kind == WalkKind::Date || walk.kind == WalkKind::Period ||
                         walk.kind == WalkKind::Window;
    if (by_time && spec.time.empty())
      r.refuse("source", fmt::format("a {} walk needs a time column", name(walk.kind)),
               "add time: with the column that the walk bounds");
    if (walk.kind == WalkKind::Code && spec.code.empty())
      r.refuse("source", "a code walk needs a code column",
               "add code: with the column of the security code");
  }
}

void read_body(Reader& r, TableSpec& spec) {
  const Names categories(kCategories.begin(), kCategories.end());
  spec.name = r.text("table");
  spec.title = r.text("title");
  spec.title_en = r.text("title_en");
  spec.category = r.text_among("category", categories, "category");
  spec.helper = r.flag_or("helper", false);
  spec.columns = read_columns(r);
  const Names columns = names_of(spec.columns);
  read_roles(r, spec, columns);
  read_nulls(r, spec, columns);
  r.map("source", [&](Reader& source) { spec.source = read_source(source, spec.columns); });
  read_expectation(r, spec);
  check_walks(r, spec);
  spec.with = r.texts("with", false);
  r.each("identities", false, [&](Reader& identity) {
    spec.identities.push_back(read_identity(identity, spec, columns));
  });
  r.map("policy", [&](Reader& policy) { spec.policy = read_policy(policy); });
  r.map("cache", [&](Reader& cache) { spec.cache = read_cache(cache); });
  r.map("retention", [&](Reader& retention) { spec.retention = read_retention(retention); });
}

}  // namespace

Result<TableSpec> read_table(const std::filesystem::path& file) {
  KANPAN_LET(const Node document, read_document(file));
  Findings findings(file.string());
  Reader reader(document, "", findings);
  TableSpec spec;
  spec.file = file.string();
  read_body(reader, spec);
  if (!spec.name.empty() && spec.name != file.stem().string())
    reader.refuse("table", fmt::format("'{}' stands in {}", spec.name, file.filename().string()),
                  "name the file as the table");
  reader.done();
  KANPAN_TRY(findings.result());
  return spec;
}

}  // namespace kanpan::catalog
