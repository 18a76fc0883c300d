#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <memory>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kanpan/app/commands/commands.hpp"
#include "kanpan/app/grid.hpp"
#include "kanpan/app/options.hpp"
#include "kanpan/app/watch.hpp"
#include "kanpan/ingest/slice.hpp"
#include "kanpan/query/spelling.hpp"
#include "kanpan/source/protocol/limits.hpp"

namespace kanpan::app {
namespace {

using ingest::CollectRequest;

/// Seconds a call takes when nothing limits it: what a plan assumes.
constexpr double kSecondsPerCall = 0.05;

Result<CollectRequest> request_of(const CollectFlags& flags, const catalog::Catalog& catalog) {
  CollectRequest request;
  if (flags.all && !flags.tables.empty())
    return Error{Errc::Usage, "--all and names of tables exclude each other", "give one of them"};
  request.tables = flags.all ? catalog.names() : flags.tables;
  if (request.tables.empty())
    return Error{Errc::Usage, "no table is named", "name tables, or --all"};
  KANPAN_LET(request.from, date_flag("--from", flags.from));
  KANPAN_LET(request.to, date_flag("--to", flags.to));
  KANPAN_LET(request.codes, codes_flag(flags.codes));
  KANPAN_LET(request.mode, mode_flag(flags.mode));
  KANPAN_TRY(query::check_range(request.from, request.to));
  return request;
}

int per_minute(const Settings& settings, const catalog::TableSpec& table) {
  if (settings.given("source.calls_per_minute"))
    return static_cast<int>(settings.number("source.calls_per_minute"));
  source::protocol::LimitSettings limits;
  limits.points = static_cast<int>(settings.number("source.points"));
  return source::protocol::limits_of(table.source, limits).per_minute;
}

std::string duration(double seconds) {
  const auto whole = std::llround(seconds);
  if (whole < 120) return fmt::format("{} s", whole);
  if (whole < 7200) return fmt::format("{} min", whole / 60);
  return fmt::format("{:.1f} h", seconds / 3600);
}

Result<int> show_plan(Session& session, const CollectRequest& request) {
  Instance& instance = *session.instance;
  KANPAN_LET(const auto plans, instance.collector().plan(request));
  const int workers = static_cast<int>(instance.settings().number("source.workers"));
  Grid grid({"table", "calls", "units", "left out", "per minute", "time", "first", "last", "note"});
  boost::json::array tables;
  std::size_t calls = 0;
  double seconds = 0;
  std::vector<std::string> later;
  for (const auto& [table, plan, is_later] : plans) {
    if (is_later) later.push_back(table->name);
    const int limit = per_minute(instance.settings(), *table);
    const double time = ingest::predicted_seconds(plan.calls, limit, kSecondsPerCall, workers);
    const std::string first = plan.slices.empty() ? "" : plan.slices.front().label();
    const std::string last = plan.slices.empty() ? "" : plan.slices.back().label();
    const std::string note = fmt::format(
        "{}{}{}", plan.warning, plan.warning.empty() || plan.note.empty() ? "" : "; ", plan.note);
    calls += plan.calls;
    seconds += time;
    grid.add({table->name, std::to_string(plan.calls), std::to_string(plan.slices.size()),
              std::to_string(plan.left_out), limit ? std::to_string(limit) : "no limit",
              duration(time), first, last, note});
    tables.push_back({{"table", table->name},
                      {"calls", plan.calls},
                      {"units", plan.slices.size()},
                      {"left_out", plan.left_out},
                      {"calls_per_minute", limit},
                      {"seconds", time},
                      {"first", first},
                      {"last", last},
                      {"note", note}});
  }
  const auto done_at =
      rfc3339(instance.clock().now() + std::chrono::seconds(static_cast<std::int64_t>(seconds)));
  if (session.json)
    session.line(
        boost::json::serialize(boost::json::object{{"tables", std::move(tables)},
                                                   {"calls", calls},
                                                   {"not_counted", boost::json::value_from(later)},
                                                   {"seconds", seconds},
                                                   {"finish", done_at}}));
  else
    session.out(grid.text() + fmt::format("{} calls{}, about {}, done at {}\n", calls,
                                          later.empty()
                                              ? ""
                                              : fmt::format(", without those of {} (known once "
                                                            "stock_basic is there)",
                                                            fmt::join(later, ", ")),
                                          duration(seconds), done_at));
  return 0;
}

Result<int> plan_command(Session& session, const CollectFlags& flags) {
  KANPAN_LET(const auto request, request_of(flags, session.instance->catalog()));
  return show_plan(session, request);
}

/// Without one every call would be made, refused, and counted.
Result<void> check_token(const Instance& instance) {
  const auto& settings = instance.settings();
  if (settings.text("source.kind") != "tushare" || !settings.text("source.token").empty())
    return {};
  return Error{Errc::Config, "no token of the source is set",
               "export KANPAN_SOURCE_TOKEN=… (or KANPAN_SOURCE_TOKEN_FILE), or try: kanpan demo"};
}

/// Those of which the run has not brought everything: what is known of the day says so, or nothing
/// is known of it.
Result<std::size_t> open_days(Session& session, const catalog::TableSpec& table,
                              const CollectRequest& request,
                              const std::vector<journal::Unit>& units) {
  const DateRange all = DateRange::all();
  const DateRange range{request.from.value_or(all.first), request.to.value_or(all.last)};
  KANPAN_LET(const auto states, session.instance->ledger().days(table.name, range));
  std::map<Date, bool> open;
  for (const journal::DayState& day : states)
    open.emplace(day.day, !day.complete || day.is_short());
  for (const journal::Unit& unit : units) {
    const bool done =
        unit.state == journal::UnitState::Committed || unit.state == journal::UnitState::Unchanged;
    if (unit.table != table.name || done) continue;
    KANPAN_LET(const auto slice, ingest::Slice::from_json(table, unit.plan));
    if (slice.is_one_day()) open.emplace(slice.range->first, true);
  }
  return static_cast<std::size_t>(
      std::ranges::count(open, true, &std::map<Date, bool>::value_type::second));
}

/// A day of which the source has not given everything is easily taken for a whole one.
Result<void> tell_incomplete(Session& session, const CollectRequest& request,
                             const std::string& run) {
  if (session.json) return {};
  KANPAN_LET(const auto units, session.instance->ledger().units(run, std::nullopt));
  std::vector<std::string> parts;
  for (const std::string& name : request.tables) {
    KANPAN_LET(const catalog::TableSpec* table, session.instance->catalog().find(name));
    KANPAN_LET(const std::size_t open, open_days(session, *table, request, units));
    if (open > 0) parts.push_back(fmt::format("{} {}", name, open));
  }
  if (!parts.empty())
    session.note(fmt::format("days that are not complete: {} (see {} coverage TABLE)",
                             fmt::join(parts, ", "), session.program));
  return {};
}

Result<int> run_collection(Session& session, CollectRequest request) {
  request.run = journal::new_run_id(session.instance->clock());
  KANPAN_LET(const int code, watch(session, request.run, [&](std::stop_token stop) {
               return session.instance->collector().collect(request, std::move(stop));
             }));
  KANPAN_TRY(tell_incomplete(session, request, request.run));
  return code;
}

struct RepairFlags {
  std::string table, from, to;
  bool plan = false;
};

/// Fetches only the missing cells of the coverage matrix.
Result<int> repair(Session& session, const RepairFlags& flags) {
  KANPAN_LET(const catalog::TableSpec* table, session.instance->catalog().find(flags.table));
  if (!table->dated())
    return Error{Errc::Usage, fmt::format("{} has no days that could be missing", table->name),
                 "collect it anew with: kanpan collect " + table->name};
  CollectRequest request;
  request.command = "repair";
  request.tables = {table->name};
  request.missing_cells = true;
  KANPAN_LET(request.from, date_flag("--from", flags.from));
  KANPAN_LET(request.to, date_flag("--to", flags.to));
  KANPAN_TRY(query::check_range(request.from, request.to));
  if (flags.plan) return show_plan(session, request);
  KANPAN_TRY(check_token(*session.instance));
  return run_collection(session, std::move(request));
}

/// Codes that no stock has ever had, for tables of stocks and where the stocks are known.
Result<void> tell_strangers(const Session& session, const CollectRequest& request) {
  bool of_stocks = false;
  for (const std::string& name : request.tables) {
    KANPAN_LET(const catalog::TableSpec* table, session.instance->catalog().find(name));
    of_stocks = of_stocks || table->expect == catalog::Expect::ListedCodes ||
                table->expect == catalog::Expect::ListedAll;
  }
  if (request.codes.empty() || !of_stocks) return {};
  const auto universe = session.instance->collector().universe();
  KANPAN_TRY(universe);
  const auto& stocks = (*universe)->listings();
  for (const std::string& code : request.codes)
    if (!stocks.empty() && std::ranges::find(stocks, code, &ingest::Listing::code) == stocks.end())
      session.note(fmt::format("note: {} is not in stock_basic", code));
  return {};
}

Result<int> collect(Session& session, const CollectFlags& flags) {
  KANPAN_LET(auto request, request_of(flags, session.instance->catalog()));
  KANPAN_TRY(check_token(*session.instance));
  KANPAN_TRY(tell_strangers(session, request));
  return run_collection(session, std::move(request));
}

Result<int> resume(Session& session, const std::string& id) {
  KANPAN_TRY(check_token(*session.instance));
  KANPAN_LET(const int code, watch(session, id, [&](std::stop_token stop) {
               return session.instance->collector().resume(id, std::move(stop));
             }));
  KANPAN_LET(const auto summary, session.instance->ledger().run(id));
  KANPAN_LET(const auto request, CollectRequest::from_json(summary.run.arguments));
  KANPAN_TRY(tell_incomplete(session, request, id));
  return code;
}

Result<int> list_runs(Session& session, std::size_t limit) {
  KANPAN_LET(const auto runs, session.instance->ledger().runs(limit));
  Grid grid(
      {"run", "command", "state", "tables", "units", "rows", "held", "calls", "started", "error"});
  boost::json::array list;
  for (const auto& s : runs) {
    grid.add({s.run.id, s.run.command, std::string(journal::name(s.run.state)),
              shortened(s.run.tables, 40), std::to_string(s.units), std::to_string(s.rows),
              std::to_string(s.quarantined), std::to_string(s.calls), rfc3339(s.run.started),
              shortened(s.run.error, 60)});
    list.push_back({{"run", s.run.id},
                    {"command", s.run.command},
                    {"state", journal::name(s.run.state)},
                    {"tables", s.run.tables},
                    {"units", s.units},
                    {"rows", s.rows},
                    {"quarantined", s.quarantined},
                    {"calls", s.calls},
                    {"started", rfc3339(s.run.started)},
                    {"error", s.run.error}});
  }
  session.out(session.json ? boost::json::serialize(list) + "\n" : grid.text());
  return 0;
}

boost::json::object unit_json(const journal::Unit& unit) {
  return {{"unit", unit.number}, {"table", unit.table},
          {"label", unit.label}, {"state", journal::name(unit.state)},
          {"rows", unit.rows},   {"quarantined", unit.quarantined},
          {"seq", unit.seq},     {"error", unit.error}};
}

Result<int> show_run(Session& session, const std::string& id, std::size_t limit) {
  auto& ledger = session.instance->ledger();
  KANPAN_LET(const auto s, ledger.run(id));
  KANPAN_LET(const auto units, ledger.units(id, std::nullopt));
  KANPAN_LET(const auto calls, ledger.calls(id, limit));
  if (session.json) {
    boost::json::array unit_list, call_list;
    for (const auto& unit : units) unit_list.push_back(unit_json(unit));
    for (const auto& call : calls)
      call_list.push_back({{"unit", call.unit},
                           {"attempt", call.attempt},
                           {"call", call.text},
                           {"at", rfc3339(call.at)},
                           {"ms", call.milliseconds},
                           {"rows", call.rows},
                           {"page", hex(call.page)},
                           {"error", call.error}});
    session.line(boost::json::serialize(boost::json::object{{"run", s.run.id},
                                                            {"state", journal::name(s.run.state)},
                                                            {"tables", s.run.tables},
                                                            {"rows", s.rows},
                                                            {"quarantined", s.quarantined},
                                                            {"calls_made", s.calls},
                                                            {"error", s.run.error},
                                                            {"units", std::move(unit_list)},
                                                            {"calls", std::move(call_list)}}));
    return 0;
  }
  session.note(fmt::format("{} {} {}: {} rows, {} held back, {} calls {}", s.run.id, s.run.command,
                           journal::name(s.run.state), s.rows, s.quarantined, s.calls,
                           s.run.error));
  Grid unit_grid({"unit", "table", "label", "state", "rows", "held", "seq", "error"});
  for (const auto& unit : units)
    unit_grid.add({std::to_string(unit.number), unit.table, unit.label,
                   std::string(journal::name(unit.state)), std::to_string(unit.rows),
                   std::to_string(unit.quarantined), std::to_string(unit.seq), unit.error});
  Grid call_grid({"unit", "try", "call", "ms", "rows", "error"});
  for (const auto& call : calls)
    call_grid.add({std::to_string(call.unit), std::to_string(call.attempt), call.text,
                   std::to_string(call.milliseconds), std::to_string(call.rows), call.error});
  session.out(unit_grid.text() + "\n" + call_grid.text());
  return 0;
}

Result<int> cancel_run(Session& session, const std::string& id) {
  auto& ledger = session.instance->ledger();
  KANPAN_LET(const auto summary, ledger.run(id));
  if (session.instance->runs().cancel(id)) {
    session.note(fmt::format("run {} is told to stop; {}", id,
                             summary.run.command == "import"
                                 ? "what it has committed stays: import the file again for the rest"
                                 : "it stays resumable"));
    return 0;
  }
  if (summary.run.state == journal::RunState::Done)
    return Error{Errc::Usage, fmt::format("run {} is done", id), "there is nothing to cancel"};
  KANPAN_TRY(ledger.finish_run(id, journal::RunState::Cancelled, summary.run.error));
  session.note(fmt::format("run {} is cancelled", id));
  return 0;
}

void add_run(CLI::App& root, Parsed& parsed) {
  auto* run = root.add_subcommand("run", "the run ledger: every call, page, row count, commit");
  run->require_subcommand(1);
  auto limit = std::make_shared<std::size_t>(20);
  auto id = std::make_shared<std::string>();
  auto* list = run->add_subcommand("list", "runs, newest first");
  list->add_option("--limit", *limit, "how many (20)")->check(whole_number());
  list->callback([&parsed, limit] {
    parsed.chosen.action = [limit](Session& session) { return list_runs(session, *limit); };
  });
  const auto by_id = [&](const char* name, const char* about, auto action) {
    auto* command = run->add_subcommand(name, about);
    command->add_option("ID", *id, "run id, as 'run list' shows it")->required();
    command->callback([&parsed, id, action] {
      parsed.chosen.action = [id, action](Session& session) { return action(session, *id); };
    });
  };
  by_id("show", "units, calls and errors of a run",
        [](Session& session, const std::string& id) { return show_run(session, id, 1000); });
  by_id("cancel", "stop a run; what it has committed stays", cancel_run);
  by_id("resume", "go on with what is not committed", resume);
}

}  // namespace

void add_collect(CLI::App& root, Parsed& parsed) {
  auto flags = std::make_shared<CollectFlags>();
  auto* plan =
      root.add_subcommand("plan", "the calls that a collection would make; fetches nothing");
  auto* collect_command =
      root.add_subcommand("collect", "fetch what is missing, prove it, keep it");
  collect_command->footer(
      "Examples:\n  kanpan collect daily adj_factor --from 2024-01-01 --to 2024-06-28\n"
      "  kanpan collect --all\nExit codes: 0 done, 4 source refused, 5 rows held back, 6 calls "
      "left");
  add_collect_flags(*plan, *flags);
  add_collect_flags(*collect_command, *flags);
  plan->callback([&parsed, flags] {
    parsed.chosen.brings_data = true;
    parsed.chosen.leaves_nothing = true;
    parsed.chosen.tables = fmt::format("{}", fmt::join(flags->tables, ","));
    parsed.chosen.action = [flags](Session& session) { return plan_command(session, *flags); };
  });
  collect_command->callback([&parsed, flags] {
    parsed.chosen.brings_data = true;
    parsed.chosen.tables = fmt::format("{}", fmt::join(flags->tables, ","));
    parsed.chosen.action = [flags](Session& session) { return collect(session, *flags); };
  });
  auto repair_flags = std::make_shared<RepairFlags>();
  auto* repair_command =
      root.add_subcommand("repair", "fetch only the days of a table that are missing or lack rows");
  repair_command->add_option("TABLE", repair_flags->table, "table")->required();
  repair_command->add_flag("--plan", repair_flags->plan,
                           "say what would be fetched, fetch nothing");
  repair_command->add_option("--from", repair_flags->from, "first day (the first one stored)");
  repair_command->add_option("--to", repair_flags->to, "last day (the last one stored)");
  repair_command->footer("Example: kanpan repair daily --plan --from 2024-01-01");
  repair_command->callback([&parsed, repair_flags] {
    parsed.chosen.tables = repair_flags->table;
    parsed.chosen.action = [repair_flags](Session& s) { return repair(s, *repair_flags); };
  });
  add_run(root, parsed);
}

}  // namespace kanpan::app
