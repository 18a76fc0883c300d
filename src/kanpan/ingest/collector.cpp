#include "kanpan/ingest/collector.hpp"

#include <algorithm>
#include <array>
#include <set>

#include <boost/json.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kanpan/catalog/roles.hpp"
#include "kanpan/ingest/days.hpp"
#include "kanpan/ingest/repair.hpp"
#include "kanpan/ingest/run_execution.hpp"

namespace kanpan::ingest {
namespace {

using catalog::TableSpec;
using catalog::UpdateMode;

constexpr std::array kModes{UpdateMode::Full, UpdateMode::Incremental, UpdateMode::Merge,
                            UpdateMode::Realtime};

std::optional<Date> date_member(const boost::json::object& object, std::string_view key) {
  Date day;
  const auto* value = object.if_contains(key);
  if (!value || !value->is_string() || !parse_date(value->as_string(), day)) return std::nullopt;
  return day;
}

std::vector<std::string> text_members(const boost::json::object& object, std::string_view key) {
  std::vector<std::string> out;
  if (const auto* list = object.if_contains(key); list && list->is_array())
    for (const auto& item : list->as_array())
      if (item.is_string()) out.emplace_back(item.as_string());
  return out;
}

bool needs_listings(const TableSpec& table) {
  if (table.expect == catalog::Expect::ListedCodes || table.expect == catalog::Expect::ListedAll)
    return true;
  return !table.code.empty() && table.codes.empty() &&
         std::ranges::any_of(table.source.walks, [](const catalog::Walk& walk) {
           return walk.kind == catalog::WalkKind::Code;
         });
}

/// Of several tables named with codes, one that the source gives by day only. Alone it is refused.
bool leaves_out(const TableSpec& table, const CollectRequest& request) {
  if (request.codes.empty() || request.tables.size() < 2 || table.code.empty()) return false;
  const bool named = std::ranges::find(request.tables, table.name) != request.tables.end();
  return named && std::ranges::none_of(table.source.walks, [](const catalog::Walk& walk) {
           return walk.kind == catalog::WalkKind::Code || walk.kind == catalog::WalkKind::Whole;
         });
}

}  // namespace

bool CollectRequest::is_part_of(const TableSpec& table) const {
  return (!codes.empty() || missing_cells || announcements || probe) &&
         std::ranges::find(tables, table.name) != tables.end();
}

std::string CollectRequest::to_json() const {
  boost::json::object object;
  object["command"] = command;
  object["tables"] = boost::json::value_from(tables);
  if (from) object["from"] = from->iso();
  if (to) object["to"] = to->iso();
  if (!codes.empty()) object["codes"] = boost::json::value_from(codes);
  if (mode) object["mode"] = catalog::name(*mode);
  if (announcements)
    object["announced_from"] = announcements->first.iso(),
    object["announced_to"] = announcements->last.iso();
  if (first_days) object["first_days"] = *first_days;
  if (missing_cells) object["missing_cells"] = true;
  if (probe) object["probe"] = true;
  return boost::json::serialize(object);
}

Result<CollectRequest> CollectRequest::from_json(std::string_view json) {
  boost::json::error_code error;
  const auto value = boost::json::parse(json, error);
  if (error || !value.is_object())
    return Error{Errc::Corrupt, fmt::format("a run's arguments are unreadable: {}", json)};
  const auto& object = value.as_object();
  const auto* command = object.if_contains("command");
  if (!command || !command->is_string())
    return Error{Errc::Corrupt, fmt::format("a run's arguments name no command: {}", json)};
  CollectRequest request;
  request.command = command->as_string();
  request.tables = text_members(object, "tables");
  request.codes = text_members(object, "codes");
  request.from = date_member(object, "from");
  request.to = date_member(object, "to");
  if (const auto* mode = object.if_contains("mode"); mode && mode->is_string())
    for (const UpdateMode candidate : kModes)
      if (catalog::name(candidate) == mode->as_string()) request.mode = candidate;
  const auto flag = [&](std::string_view key) {
    const auto* value = object.if_contains(key);
    return value && value->is_bool() && value->as_bool();
  };
  request.missing_cells = flag("missing_cells");
  request.probe = flag("probe");
  if (const auto* days = object.if_contains("first_days"); days && days->is_int64())
    request.first_days = static_cast<int>(days->as_int64());
  if (const auto first = date_member(object, "announced_from"))
    request.announcements = DateRange{*first, date_member(object, "announced_to").value_or(*first)};
  return request;
}

Collector::Collector(const Parts& parts, source::Source& source, Options options)
    : parts_(parts),
      options_(std::move(options)),
      fetcher_(source, parts.clock),
      history_(parts.store) {}

Result<std::shared_ptr<const Universe>> Collector::universe() {
  KANPAN_LET(auto universe, Universe::load(parts_.catalog, parts_.store));
  return std::make_shared<const Universe>(std::move(universe));
}

Knowledge Collector::knowledge(const Universe& universe) const {
  Knowledge knowledge;
  knowledge.universe = &universe;
  knowledge.today = shanghai_date(parts_.clock.now());
  knowledge.points = options_.points;
  knowledge.held = [this](const TableSpec& table, DateRange range) -> Result<std::map<Date, bool>> {
    KANPAN_LET(const auto days, parts_.ledger.days(table.name, range));
    std::map<Date, bool> held;
    for (const journal::DayState& day : days) held.emplace(day.day, day.complete);
    return held;
  };
  knowledge.is_ready = [this](const TableSpec& table, Date day) {
    return parts_.clock.now() >= ready_at(table, day);
  };
  return knowledge;
}

Result<bool> Collector::is_empty(std::string_view table) const {
  const auto spec = parts_.catalog.find(table);
  if (!spec) return false;
  store::Read read;
  read.table = *spec;
  KANPAN_LET(const auto rows, parts_.store.count(read));
  return rows == 0;
}

Result<std::vector<std::vector<const TableSpec*>>> Collector::stages(
    const CollectRequest& request) {
  std::vector<const TableSpec*> wanted;
  for (const std::string& name : request.tables) {
    KANPAN_LET(const TableSpec* table, parts_.catalog.find(name));
    if (std::ranges::find(wanted, table) == wanted.end()) wanted.push_back(table);
  }
  std::vector<const TableSpec*> first, second;
  // Of days to come nothing is asked for, so nothing need be known for it.
  const bool to_come = request.from && *request.from > shanghai_date(parts_.clock.now());
  const bool listings =
      !to_come && std::ranges::any_of(wanted, [](auto* table) { return needs_listings(*table); });
  const bool halts = !to_come && std::ranges::any_of(wanted, [](auto* table) {
    return table->expect == catalog::Expect::ListedCodes;
  });
  const auto prerequisite = [&](std::string_view name, bool needed,
                                std::vector<const TableSpec*>& stage) -> Result<void> {
    const auto table = parts_.catalog.find(name);
    if (!table) return {};
    const auto asked = std::ranges::find(wanted, *table);
    if (asked == wanted.end() && !needed) return {};
    if (asked != wanted.end()) wanted.erase(asked);
    stage.push_back(*table);
    return {};
  };
  KANPAN_LET(const bool no_calendar, is_empty(catalog::role::kCalendar));
  KANPAN_LET(const bool no_listings, is_empty(catalog::role::kListings));
  bool anew = false;  // what a repair expects is looked up before it asks for what is missing
  if (request.missing_cells) {
    KANPAN_LET(const auto known, universe());
    KANPAN_LET(const auto incomplete, incomplete_days_of(request, *known));
    anew = !incomplete.empty();
  }
  const bool halted = request.missing_cells ? anew : !request.announcements;
  KANPAN_TRY(prerequisite(catalog::role::kCalendar, (no_calendar || anew) && listings, first));
  KANPAN_TRY(prerequisite(catalog::role::kListings, (no_listings || anew) && listings, first));
  KANPAN_TRY(prerequisite(catalog::role::kSuspensions, halts && halted, second));
  KANPAN_LET(const auto along, companions(request));
  wanted.insert(wanted.end(), along.begin(), along.end());
  std::vector<std::vector<const TableSpec*>> stages;
  for (auto& stage : {first, second, wanted})
    if (!stage.empty()) stages.push_back(stage);
  return stages;
}

/// Only where a table is brought up to date: who names codes or days wants those.
Result<std::vector<const TableSpec*>> Collector::companions(const CollectRequest& request) const {
  std::vector<const TableSpec*> along;
  const bool named = !request.codes.empty() || request.from || request.to;
  if (named || request.missing_cells || request.announcements) return along;
  for (const std::string& name : request.tables) {
    KANPAN_LET(const TableSpec* table, parts_.catalog.find(name));
    for (const std::string& other : table->with) {
      KANPAN_LET(const TableSpec* companion, parts_.catalog.find(other));
      const bool asked = std::ranges::find(request.tables, other) != request.tables.end();
      const auto points = companion->source.points;
      if (options_.points && points && *points > *options_.points) continue;
      if (!asked && std::ranges::find(along, companion) == along.end()) along.push_back(companion);
    }
  }
  return along;
}

/// Of the tables named those for whose sake this one is collected.
Result<std::vector<std::string>> Collector::askers_of(const TableSpec& table,
                                                      const CollectRequest& request) const {
  std::vector<std::string> askers;
  for (const std::string& name : request.tables) {
    KANPAN_LET(const TableSpec* asker, parts_.catalog.find(name));
    if (std::ranges::find(asker->with, table.name) != asker->with.end()) askers.push_back(name);
  }
  return askers.empty() ? request.tables : askers;
}

Result<std::optional<Date>> Collector::first_held(const std::vector<std::string>& tables) const {
  std::optional<Date> first;
  for (const std::string& name : tables) {
    KANPAN_LET(const TableSpec* table, parts_.catalog.find(name));
    if (!table->dated()) continue;
    KANPAN_LET(const auto days,
               parts_.ledger.days(name, {table->since, shanghai_date(parts_.clock.now())}));
    if (!days.empty()) first = std::min(first.value_or(days.front().day), days.front().day);
  }
  return first;
}

Result<std::vector<Date>> Collector::incomplete_days_of(const CollectRequest& request,
                                                        const Universe& universe) const {
  std::set<Date> days;
  for (const std::string& name : request.tables) {
    KANPAN_LET(const TableSpec* table, parts_.catalog.find(name));
    KANPAN_LET(const auto coverage, coverage_of(*table, request.from, request.to, universe,
                                                parts_.store, parts_.ledger));
    for (const Date day : incomplete_days(*table, coverage, knowledge(universe))) days.insert(day);
  }
  return std::vector<Date>(days.begin(), days.end());
}

Result<Plan> Collector::plan_table(const TableSpec& table, const CollectRequest& request,
                                   const Universe& universe) const {
  const Knowledge known = knowledge(universe);
  if (request.announcements) return plan_announcements(table, *request.announcements);
  if (leaves_out(table, request)) {
    Plan nothing;
    nothing.warning = fmt::format("{} cannot be asked by code: it is left out", table.name);
    return nothing;
  }
  PlanRequest wanted{&table, request.from, request.to, request.codes, request.mode};
  wanted.first_days = request.first_days;
  // What was not named but is needed follows its own policy, for every code.
  const bool named = std::ranges::find(request.tables, table.name) != request.tables.end();
  if (named && request.missing_cells) {
    KANPAN_LET(const auto coverage,
               coverage_of(table, request.from, request.to, universe, parts_.store, parts_.ledger));
    return plan_repair(table, coverage, known);
  }
  if (!named && request.missing_cells && table.policy.mode != UpdateMode::Full) {
    KANPAN_LET(wanted.days, incomplete_days_of(request, universe));
    if (wanted.days->empty()) return Plan{};
  }
  if (!named || table.code.empty()) wanted.codes.clear();
  if (!named) {
    wanted.mode.reset();
    if (table.policy.mode == UpdateMode::Full)
      wanted.from.reset(), wanted.to.reset();
    else if (table.dated() && !wanted.from && !wanted.days) {
      KANPAN_LET(const auto own, first_held({table.name}));
      if (!own) {
        KANPAN_LET(const auto askers, askers_of(table, request));
        KANPAN_LET(wanted.from, first_held(askers));
      }
    }
  }
  if (!named && !table.dated()) wanted.from.reset(), wanted.to.reset();
  KANPAN_LET(auto plan, ingest::plan(wanted, known));
  if (named && table.code.empty() && !request.codes.empty())
    plan.warning += fmt::format("{}{} has no codes: they are ignored",
                                plan.warning.empty() ? "" : "; ", table.name);
  return plan;
}

Result<std::vector<TablePlan>> Collector::plan(const CollectRequest& request) {
  KANPAN_LET(const auto order, stages(request));
  KANPAN_LET(const auto known, universe());
  std::vector<TablePlan> plans;
  for (const auto& stage : order)
    for (const TableSpec* table : stage) {
      auto plan = plan_table(*table, request, *known);
      if (!plan && &stage != &order.front() && known->listings().empty() &&
          needs_listings(*table)) {
        Plan later;
        later.note = "known once stock_basic, which comes first, has been collected";
        plans.push_back({table, std::move(later), true});
        continue;
      }
      if (!plan) return std::move(plan).error().within(table->name);
      plans.push_back({table, std::move(*plan)});
    }
  return plans;
}

/// Whether a source invents its rows that is not declared to, its first answer says.
Result<void> Collector::admits() const {
  return fetcher_.source().simulated() ? parts_.writer.admits(true) : Result<void>{};
}

Result<RunOutcome> Collector::collect(const CollectRequest& request, std::stop_token stop) {
  KANPAN_TRY(admits());
  KANPAN_LET(const auto order, stages(request));
  journal::Run run;
  run.id = request.run.empty() ? journal::new_run_id(parts_.clock) : request.run;
  run.command = request.command;
  run.tables = fmt::format("{}", fmt::join(request.tables, ","));
  run.arguments = request.to_json();
  run.started = parts_.clock.now();
  const StopRegistry::Entry running(parts_.runs, run.id, stop);
  KANPAN_TRY(parts_.ledger.start_run(run, {}));
  return RunExecution(*this, run.id, request, running.stop()).run(order);
}

/// A table that was needed when the run began may not be by now, as another run has brought it.
Result<void> Collector::add_left_over(std::string_view run,
                                      std::vector<std::vector<const TableSpec*>>& stages) const {
  KANPAN_LET(const auto units, parts_.ledger.units(run, journal::UnitState::Planned));
  std::vector<const TableSpec*> left;
  for (const journal::Unit& unit : units) {
    KANPAN_LET(const TableSpec* table, parts_.catalog.find(unit.table));
    const auto has = [&](const auto& stage) {
      return std::ranges::find(stage, table) != stage.end();
    };
    if (!has(left) && std::ranges::none_of(stages, has)) left.push_back(table);
  }
  if (!left.empty()) stages.insert(stages.begin(), std::move(left));
  return {};
}

Result<RunOutcome> Collector::resume(std::string_view id, std::stop_token stop) {
  parts_.run_ledger.settle();  // or it would seem to go on
  KANPAN_LET(const auto summary, parts_.ledger.run(id));
  if (summary.run.command == "import")
    return Error{Errc::Usage, fmt::format("run {} is an import", id),
                 "import the files again: rows that are there already stay as they are"};
  KANPAN_LET(const auto request, CollectRequest::from_json(summary.run.arguments));
  if (summary.run.state == journal::RunState::Done)
    return Error{Errc::Usage, fmt::format("run {} is done", id), "there is nothing to resume"};
  KANPAN_TRY(admits());
  KANPAN_LET(auto order, stages(request));
  KANPAN_TRY(add_left_over(id, order));
  const StopRegistry::Entry running(parts_.runs, std::string(id), stop);
  KANPAN_TRY(parts_.ledger.resume_run(id));
  return RunExecution(*this, std::string(id), request, running.stop()).run(order);
}

}  // namespace kanpan::ingest
