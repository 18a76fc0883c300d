#include <fstream>
#include <memory>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kanpan/app/commands/commands.hpp"
#include "kanpan/app/grid.hpp"
#include "kanpan/app/options.hpp"
#include "kanpan/catalog/reference.hpp"
#include "kanpan/ingest/coverage.hpp"
#include "kanpan/query/spelling.hpp"

namespace kanpan::app {
namespace {

Result<catalog::Catalog> shipped_catalog(const Session& session) {
  KANPAN_LET(const auto directory,
             shipped(session.settings, "catalog.directory", "catalog/tables"));
  return catalog::Catalog::load(directory);
}

Result<int> list_tables(Session& session) {
  KANPAN_LET(const auto catalog, shipped_catalog(session));
  Grid grid({"table", "title", "category", "mode", "schedule", "columns", "key"});
  boost::json::array list;
  for (const catalog::TableSpec* table : catalog.tables()) {
    grid.add({table->name, table->title, table->category,
              std::string(catalog::name(table->policy.mode)), table->policy.schedule,
              std::to_string(table->columns.size()),
              fmt::format("{}", fmt::join(table->key, ","))});
    list.push_back({{"table", table->name},
                    {"title", table->title},
                    {"title_en", table->title_en},
                    {"category", table->category},
                    {"helper", table->helper},
                    {"update_mode", catalog::name(table->policy.mode)},
                    {"schedule", table->policy.schedule},
                    {"columns", table->columns.size()},
                    {"key", boost::json::value_from(table->key)}});
  }
  session.out(session.json ? boost::json::serialize(list) + "\n" : grid.text());
  return 0;
}

template <typename T>
boost::json::value or_null(const std::optional<T>& value) {
  return value ? boost::json::value(*value) : boost::json::value(nullptr);
}

/// What the source says of the table; null is what it does not state.
boost::json::object source_of(const catalog::SourceSpec& source) {
  boost::json::array parameters;
  for (const auto& parameter : source.parameters)
    parameters.push_back({{"name", parameter.name},
                          {"type", parameter.type},
                          {"required", parameter.required},
                          {"label", parameter.label}});
  boost::json::object object{{"api", source.api},
                             {"doc_id", or_null(source.doc_id)},
                             {"row_limit", or_null(source.row_limit)},
                             {"points", or_null(source.points)},
                             {"calls_per_minute", or_null(source.calls_per_minute)},
                             {"calls_per_day", or_null(source.calls_per_day)},
                             {"ready", nullptr},
                             {"ready_days", source.ready_days},
                             {"intraday", source.intraday},
                             {"parameters", std::move(parameters)}};
  if (source.ready_second > 0)
    object["ready"] =
        fmt::format("{:02}:{:02}", source.ready_second / 3600, source.ready_second / 60 % 60);
  return object;
}

/// 0 = for ever.
boost::json::object retention_of(const catalog::Retention& retention) {
  return {{"hot_days", retention.hot_days},
          {"cold_days", retention.cold_days},
          {"archive_days", retention.archive_days}};
}

Result<int> show_table(Session& session, const std::string& name) {
  KANPAN_LET(const auto catalog, shipped_catalog(session));
  KANPAN_LET(const catalog::TableSpec* table, catalog.find(name));
  if (!session.json) {
    session.out(catalog::reference_page(*table));
    return 0;
  }
  boost::json::array columns;
  for (const auto& column : table->columns)
    columns.push_back({{"name", column.name},
                       {"type", frame::name(column.type)},
                       {"unit", column.unit},
                       {"label", column.label},
                       {"label_en", column.label_en},
                       {"by_default", column.by_default}});
  session.line(boost::json::serialize(
      boost::json::object{{"table", table->name},
                          {"title", table->title},
                          {"title_en", table->title_en},
                          {"category", table->category},
                          {"api", table->source.api},
                          {"key", boost::json::value_from(table->key)},
                          {"time", table->time},
                          {"code", table->code},
                          {"since", table->since.iso()},
                          {"update_mode", catalog::name(table->policy.mode)},
                          {"schedule", table->policy.schedule},
                          {"batch_size", table->policy.batch_size},
                          {"retry_times", table->policy.retry_times},
                          {"conflict_resolution", catalog::name(table->policy.conflict)},
                          {"cache_invalidate", table->policy.cache_invalidate},
                          {"poll_interval", table->policy.poll_interval},
                          {"quality_checks", boost::json::value_from(table->policy.quality_checks)},
                          {"source", source_of(table->source)},
                          {"retention", retention_of(table->retention)},
                          {"columns", std::move(columns)}}));
  return 0;
}

/// Writes docs/reference/tables/*.md anew.
Result<int> write_reference(Session& session, const std::string& directory) {
  KANPAN_LET(const auto catalog, shipped_catalog(session));
  const auto folder = session.path(directory);
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  const auto write = [&](const std::string& name, const std::string& text) -> Result<void> {
    std::ofstream out(folder / name, std::ios::binary | std::ios::trunc);
    out << text;
    if (!out.flush())
      return Error{Errc::Io, fmt::format("'{}' cannot be written", (folder / name).string())};
    return {};
  };
  for (const catalog::TableSpec* table : catalog.tables())
    KANPAN_TRY(write(table->name + ".md", catalog::reference_page(*table)));
  KANPAN_TRY(write("index.md", catalog::reference_index(catalog)));
  session.note(fmt::format("{} pages in {}", catalog.tables().size() + 1, folder.string()));
  return 0;
}

struct CoverageFlags {
  std::string table, from, to;
  bool all_days = false;
};

Result<int> coverage(Session& session, const CoverageFlags& flags) {
  Instance& instance = *session.instance;
  KANPAN_LET(const catalog::TableSpec* table, instance.catalog().find(flags.table));
  KANPAN_LET(const auto from, date_flag("--from", flags.from));
  KANPAN_LET(const auto to, date_flag("--to", flags.to));
  KANPAN_TRY(query::check_range(from, to));
  KANPAN_LET(const auto universe, instance.collector().universe());
  KANPAN_LET(const auto coverage,
             ingest::coverage_of(*table, from, to, *universe, instance.store(), instance.ledger()));
  Grid grid({"day", "state", "rows", "expected", "missing codes"});
  boost::json::array days;
  for (const auto& day : coverage.days) {
    const std::string expected = day.expected ? std::to_string(*day.expected) : "";
    if (flags.all_days || day.state != "complete" || !day.missing.empty() || day.held > 0)
      grid.add(
          {day.day.iso(), day.state, std::to_string(day.rows), expected,
           fmt::format(
               "{}{}{}",
               fmt::join(day.missing.begin(),
                         day.missing.begin() + std::min<std::ptrdiff_t>(5, std::ssize(day.missing)),
                         " "),
               day.missing.size() > 5 ? fmt::format(" … {} in all", day.missing.size()) : "",
               day.held > 0 ? fmt::format(" {} in quarantine", day.held) : "")});
    boost::json::object object{{"day", day.day.iso()},
                               {"state", day.state},
                               {"rows", day.rows},
                               {"missing", boost::json::value_from(day.missing)},
                               {"held", day.held}};
    if (day.expected) object["expected"] = *day.expected;
    days.push_back(std::move(object));
  }
  if (session.json) {
    session.line(
        boost::json::serialize(boost::json::object{{"table", table->name},
                                                   {"complete", coverage.complete},
                                                   {"rows", coverage.rows},
                                                   {"missing_cells", coverage.missing_cells},
                                                   {"days", std::move(days)}}));
    return 0;
  }
  session.out(grid.text());
  session.note(fmt::format("{}: {} of {} days complete, {} rows, {} cells missing", table->name,
                           coverage.complete, coverage.days.size(), coverage.rows,
                           coverage.missing_cells));
  return 0;
}

}  // namespace

void add_tables(CLI::App& root, Parsed& parsed) {
  auto* table = root.add_subcommand("table", "the catalog");
  table->require_subcommand(1);
  const auto local = [&parsed](CLI::App* command, Action action) {
    command->callback([&parsed, action = std::move(action)] {
      parsed.chosen.needs_instance = false;
      parsed.chosen.action = action;
    });
  };
  local(table->add_subcommand("list", "every table"), list_tables);
  auto name = std::make_shared<std::string>();
  auto* show = table->add_subcommand("show", "columns, units, source facts and policy of a table");
  show->add_option("NAME", *name, "table")->required();
  local(show, [name](Session& session) { return show_table(session, *name); });
  auto directory = std::make_shared<std::string>("docs/reference/tables");
  auto* reference = table->add_subcommand("reference", "write the reference pages of all tables");
  reference->add_option("DIR", *directory, "directory (docs/reference/tables)");
  local(reference, [directory](Session& session) { return write_reference(session, *directory); });

  auto flags = std::make_shared<CoverageFlags>();
  auto* command =
      root.add_subcommand("coverage", "table × day × code: what is there, what is missing");
  command->add_option("TABLE", flags->table, "table")->required();
  command->add_option("--from", flags->from, "first day");
  command->add_option("--to", flags->to, "last day");
  command->add_flag("--all-days", flags->all_days, "complete days too");
  command->callback([&parsed, flags] {
    parsed.chosen.action = [flags](Session& session) { return coverage(session, *flags); };
  });
}

}  // namespace kanpan::app
