#include <memory>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include "kanpan/app/commands/commands.hpp"
#include "kanpan/app/grid.hpp"
#include "kanpan/app/server.hpp"
#include "kanpan/ingest/scheduler.hpp"

namespace kanpan::app {
namespace {

Result<int> version(Session& session) {
  session.line(session.json ? fmt::format("{{\"version\":\"{}\"}}", kVersion)
                            : fmt::format("kanpan {}", kVersion));
  return 0;
}

Result<int> show_config(Session& session, bool origin) {
  boost::json::object object;
  Grid grid(origin ? std::vector<std::string>{"key", "value", "origin", "about"}
                   : std::vector<std::string>{"key", "value"});
  for (const SettingSpec& spec : setting_specs()) {
    const SettingValue& value = session.settings.at(spec.key);
    const std::string shown = shown_value(spec, value.value);
    origin ? grid.add({spec.key, shown, value.origin, spec.about}) : grid.add({spec.key, shown});
    object[spec.key] = boost::json::object{{"value", shown}, {"origin", value.origin}};
  }
  session.out(session.json ? boost::json::serialize(object) + "\n" : grid.text());
  return 0;
}

Result<int> check_config(Session& session) {
  KANPAN_LET(const auto tables, shipped(session.settings, "catalog.directory", "catalog/tables"));
  KANPAN_LET(const auto catalog, catalog::Catalog::load(tables));
  session.line(session.json
                   ? "{\"ok\":true}"
                   : fmt::format("settings and {} tables are right", catalog.names().size()));
  return 0;
}

/// When a scheduler that runs now collects the table next; `waits` is set where it is one that was
/// missed and waits for the night.
std::string next_run(const Session& session, const catalog::TableSpec& table,
                     const ingest::Attempts& past, bool is_empty, const market::Calendar& calendar,
                     bool& waits) {
  if (table.policy.schedule.empty()) return "";
  if (session.feed && past.retry) return rfc3339(*past.retry);
  const Instant now = session.instance->clock().now();
  const auto begin = ingest::first_begin(table, past, now, true, is_empty, calendar);
  if (!begin) return "";
  waits = waits || begin != ingest::first_due(table, past, now, true, calendar);
  return *begin <= now ? "now" : rfc3339(*begin);
}

Result<int> status(Session& session) {
  Instance& instance = *session.instance;
  if (session.json) {
    session.line(session.feed ? session.feed->snapshot()
                              : ProgressFeed(instance, nullptr).snapshot());
    return 0;
  }
  KANPAN_LET(const auto sizes, instance.store().sizes());
  KANPAN_LET(const auto held, instance.ledger().quarantine_count("", "held"));
  KANPAN_LET(const auto universe, instance.collector().universe());
  bool waits = false;
  Grid grid({"table", "title", "rows", "last day", "state", "last scheduled", "last success",
             "next scheduled", "source"});
  std::string failures;
  for (const catalog::TableSpec* table : instance.catalog().tables()) {
    KANPAN_LET(const auto version, instance.query().table_version(*table));
    KANPAN_LET(const auto days, instance.query().days(*table));
    KANPAN_LET(const auto past, ingest::attempts_of(instance.ledger(), *table));
    if (past.refused)
      failures += fmt::format(
          "{} is refused: {}; it is tried with one call at each of its times, and collected once "
          "that is answered\n",
          table->name, past.error);
    else if (!past.error.empty())
      failures +=
          fmt::format("{} failed when it was collected last: {}\n", table->name, past.error);
    if (held > 0) {
      KANPAN_LET(const auto of_table, instance.ledger().quarantine_count(table->name, "held"));
      if (of_table > 0)
        failures += fmt::format(
            "{}: {} rows or pages are held back; see them with: kanpan "
            "quarantine list --table {}\n",
            table->name, of_table, table->name);
    }
    const bool has_days = !days->empty();
    const auto size = sizes.find(table->name);
    const auto rows = size == sizes.end() ? 0 : size->second.rows;
    auto next = next_run(session, *table, past, rows == 0, universe->calendar(), waits);
    grid.add({table->name, table->title, std::to_string(rows),
              has_days ? days->rbegin()->first.iso() : "",
              version.last == 0                              ? "empty"
              : has_days && !days->rbegin()->second.complete ? "provisional"
                                                             : "stored",
              past.tried ? rfc3339(*past.tried) : "",
              past.succeeded ? rfc3339(*past.succeeded) : "", std::move(next), version.sources});
  }
  session.out(grid.text());
  session.out(failures);
  if (waits)
    session.line(
        "whole tables whose time was missed wait for the hours from 02:00 to 05:00, or once those "
        "were missed too, for the end of trading");
  session.line(fmt::format("{} commits, {} applied; {} rows or pages held back; {} run(s) going on",
                           instance.journal().last(), instance.store().applied(), held,
                           instance.progress().current().size()));
  return 0;
}

}  // namespace

void add_health(CLI::App& root, Parsed& parsed) {
  root.add_subcommand("status", "one screen of health")->callback([&parsed] {
    parsed.chosen.action = status;
  });
  root.add_subcommand("version", "version of the program")->callback([&parsed] {
    parsed.chosen.needs_instance = false;
    parsed.chosen.action = version;
  });
  auto* config = root.add_subcommand("config", "settings");
  config->require_subcommand(1);
  auto origin = std::make_shared<bool>(false);
  auto* show = config->add_subcommand("show", "every setting with its value");
  show->add_flag("--origin", *origin, "and where it comes from");
  show->callback([&parsed, origin] {
    parsed.chosen.needs_instance = false;
    parsed.chosen.action = [origin](Session& s) { return show_config(s, *origin); };
  });
  config->add_subcommand("check", "read settings and catalog, say what is wrong")
      ->callback([&parsed] {
        parsed.chosen.needs_instance = false;
        parsed.chosen.action = check_config;
      });
}

}  // namespace kanpan::app
