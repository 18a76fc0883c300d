#include "kanpan/catalog/table_reader.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "kanpan/catalog/reader.hpp"
#include "kanpan/catalog/source_reader.hpp"
#include "kanpan/market/cron.hpp"

namespace kanpan::catalog {
namespace {

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
    spec.expect = r.choice<Expect>("expect", {Unknown, ListedCodes, ListedAll, EveryDay, Splits});
  const Names kExchanges{"SH", "SZ", "BJ"};
  spec.expect_exchanges = r.texts_among("expect_exchanges", false, kExchanges, "exchange");
  if (spec.expect == Splits && (!spec.source.split || spec.source.split->column.empty()))
    r.refuse("expect", "'splits' needs source.split with a column");
  if ((spec.expect == ListedCodes || spec.expect == ListedAll) && spec.code.empty())
    r.refuse("expect", fmt::format("'{}' needs a code column", name(spec.expect)),
             "add code: with the column of the security code");
  if (spec.expect == EveryDay && !spec.time.empty() && spec.days != Days::Calendar)
    r.refuse("expect", "'every_day' needs days: calendar",
             "of other days nobody knows that there are rows before they are ready");
  if (spec.expect != Unknown && spec.time.empty())
    r.refuse("expect", fmt::format("'{}' needs a time column", name(spec.expect)));
}

/// What is listed are shares, so a table that expects them need not say so.
void read_code_form(Reader& r, TableSpec& spec) {
  const bool listed = spec.expect == Expect::ListedCodes || spec.expect == Expect::ListedAll;
  spec.code_form = listed ? CodeForm::Share : CodeForm::Any;
  if (!r.has("code_form")) return;
  spec.code_form = r.choice<CodeForm>("code_form", {CodeForm::Any, CodeForm::Share});
  if (spec.code.empty())
    r.refuse("code_form", fmt::format("'{}' needs a code column", name(spec.code_form)),
             "add code: with the column of the security code");
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
  r.map("source", [&](Reader& source) { spec.source = read_source(source, spec); });
  read_expectation(r, spec);
  read_code_form(r, spec);
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
