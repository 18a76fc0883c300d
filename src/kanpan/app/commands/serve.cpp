#include <algorithm>
#include <functional>
#include <memory>
#include <thread>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "kanpan/app/commands/commands.hpp"
#include "kanpan/app/options.hpp"
#include "kanpan/app/server.hpp"
#include "kanpan/app/simulator.hpp"
#include "kanpan/base/allocator.hpp"
#include "kanpan/base/log.hpp"
#include "kanpan/base/pause.hpp"
#include "kanpan/catalog/roles.hpp"
#include "kanpan/market/calendar.hpp"

namespace kanpan::app {
namespace {

struct ServeFlags {
  std::string listen;
  bool no_scheduler = false;
};

struct DemoFlags {
  std::string listen;
  int codes = 300;
  std::uint64_t seed = 7;
  int years = 3;
};

struct SimFlags {
  SimulatorOptions options;
  int port = 8601;
  std::string csv, fault;
  int points = 0;
};

/// Until asked to stop, or until `ended` says so, which is asked once a second.
void wait_for(const std::stop_token& stop, const std::function<bool()>& ended = {}) {
  while (!stop.stop_requested() && !(ended && ended())) pause(std::chrono::seconds{1}, stop);
}

/// Gives what runs have left free back to the system once none has gone on for a while: malloc
/// keeps it otherwise, spread over the arenas of many threads.
class IdleMemory {
 public:
  /// To be told once a second whether a run goes on.
  void look(bool busy) {
    idle_seconds_ = busy ? 0 : idle_seconds_ + 1;
    if (idle_seconds_ == kSeconds) release_free_memory();
  }

 private:
  static constexpr int kSeconds = 5;
  int idle_seconds_ = 0;
};

bool is_loopback(std::string_view address) {
  return address.starts_with("http://127.") || address.starts_with("http://[::1]");
}

/// What is otherwise found out too late: that nothing comes in, and that everybody can read.
void warn_at_start(const Session& session, const Settings& settings, bool scheduler,
                   const std::string& address) {
  if (scheduler && settings.text("source.kind") == "tushare" &&
      settings.text("source.token").empty())
    session.note(
        "note: no token of the source is set: nothing is collected until KANPAN_SOURCE_TOKEN (or "
        "KANPAN_SOURCE_TOKEN_FILE) is set and the server is started again");
  if (!is_loopback(address))
    session.note(fmt::format(
        "note: {} is reached from other machines: everybody who reaches it can read all of this, "
        "as this version has no tokens for readers",
        address));
}

/// Serves until asked to stop, with `work` (may be empty) beside it; what is due by the clock is
/// collected once that is done: the two would keep each other out of their tables. A store that the
/// full disk has closed is opened again meanwhile; one found damaged is made anew, and everything
/// starts again.
Result<int> serve_instance(Session& session, Instance& instance, bool scheduler,
                           fmt::format_string<std::string, std::string> greeting,
                           const std::function<void(const std::stop_token&)>& work) {
  for (;;) {
    {
      const auto scheduling = !scheduler ? Scheduling::Off
                              : work     ? Scheduling::Later
                                         : Scheduling::Now;
      KANPAN_LET(const auto server, Server::start(instance, scheduling));
      session.note(fmt::format(greeting, server->address(), session.data.string()));
      warn_at_start(session, instance.settings(), scheduler, server->address());
      std::jthread working;
      if (work)
        working = std::jthread([&](const std::stop_token& stop) {
          work(stop);
          if (scheduler && !stop.stop_requested()) server->start_scheduler();
        });
      IdleMemory memory;
      wait_for(session.terminal.stop, [&] {
        instance.revive_store();
        memory.look(!instance.progress().current().empty());
        return instance.store_is_damaged() || instance.rebuild_is_asked_for();
      });
      if (session.terminal.stop.stop_requested()) notify_supervisor("STOPPING=1");
      session.note("stopping: requests in flight are finished");
    }
    if (session.terminal.stop.stop_requested()) return 0;
    const auto rebuilt = instance.rebuild_store(
        instance.rebuild_is_asked_for() ? "asked for" : "it was found damaged",
        [&](const std::string& message) { session.note(message); }, session.terminal.stop);
    if (!rebuilt && rebuilt.error().code == Errc::Cancelled) return 0;  // the next start goes on
    if (!rebuilt) return rebuilt.error();
  }
}

Result<int> serve(Session& session, const ServeFlags& flags) {
  const bool scheduler =
      !flags.no_scheduler && session.instance->settings().flag("scheduler.enabled");
  return serve_instance(session, *session.instance, scheduler, "kanpan serves {} from {}", {});
}

/// The days of one call where each code must be asked by itself, window after window; else 0.
int days_of_one_call_a_code(const catalog::TableSpec& table) {
  int days = 0;
  for (const catalog::Walk& walk : table.source.walks) {
    if (walk.kind != catalog::WalkKind::Code) return 0;
    days = std::max(days, walk.max_days);
  }
  return days;
}

/// The newest first day of a month, `day` at the latest, whose first trading day begins a week:
/// from there on no week's and no month's bar is of a part of one.
Date whole_months_from(Date day) {
  const auto calendar = market::Calendar::built_in();
  for (Date first = month_of(day).first;; first = month_of(first - 1).first) {
    const Date opens = calendar.next(first - 1);
    if (calendar.previous(opens) < week_of(opens).first) return first;
  }
}

/// The first day that the demo collects. Of tables whose history would take the demo's minute their
/// last days only; today is one of them.
Date demo_begin(const catalog::TableSpec& table, int years, Date today) {
  if (const int days = days_of_one_call_a_code(table); days > 0) return today - (days - 1);
  if (table.columns.size() > 200 && table.days == catalog::Days::Trading) return today - 60;
  if (table.days == catalog::Days::QuarterEnd) return today - 3 * 365;
  const bool is_long = table.category == "quote" || table.category == "base";
  return whole_months_from(today - (is_long ? years : 1) * 365);
}

/// First what the first chart needs, then the rest, each with its own first day.
void collect_demo(Instance& instance, const DemoFlags& flags, std::stop_token stop) {
  const Date today = shanghai_date(instance.clock().now());
  using namespace catalog::role;
  const std::vector<std::vector<std::string>> first{
      {std::string(kCalendar), std::string(kListings), std::string(kBars), std::string(kFactors)}};
  std::vector<std::vector<std::string>> steps = first;
  for (const catalog::TableSpec* table : instance.catalog().tables())
    if (std::ranges::find(first.front(), table->name) == first.front().end())
      steps.push_back({table->name});
  for (const auto& tables : steps) {
    if (stop.stop_requested()) return;
    ingest::CollectRequest request;
    request.command = "demo";
    request.tables = tables;
    const auto* table = instance.catalog().find(tables.back()).value();
    request.from = demo_begin(*table, flags.years, today);
    const auto outcome = instance.collector().collect(request, stop);
    if (!outcome)
      log::error("demo", "{}: {}", tables.back(), outcome.error().text());
    else if (outcome->error)
      log::warn("demo", "{}: {}", tables.back(), outcome->error->text());
  }
}

Result<int> demo(Session& session, const DemoFlags& flags) {
  KANPAN_LET(const auto tables, shipped(session.settings, "catalog.directory", "catalog/tables"));
  KANPAN_LET(const auto catalog, catalog::Catalog::load(tables));
  KANPAN_LET(const auto clock, make_clock(session.settings.text("clock")));
  SimulatorOptions options;
  options.listen = "127.0.0.1:0";
  options.codes = flags.codes;
  options.seed = flags.seed;
  KANPAN_LET(const auto simulator, Simulator::start(options, catalog, *clock));
  KANPAN_LET(auto settings, session.settings.with({{"source.kind", "sim"},
                                                   {"source.url", simulator->address()},
                                                   {"source.calls_per_minute", "0"},
                                                   {"source.calls_per_day", "0"}}));
  KANPAN_LET(const auto instance, Instance::open(
                                      session.data, std::move(settings),
                                      [&](const std::string& message) { session.note(message); },
                                      session.terminal.stop));
  KANPAN_LET(const bool real, instance->journal().has_rows(false));
  if (real)
    return Error{Errc::Config,
                 fmt::format("'{}' holds rows that are not simulated", session.data.string()),
                 "the demo invents rows: give it a directory of its own with --data"};
  auto code = serve_instance(session, *instance, instance->settings().flag("scheduler.enabled"),
                             "模拟数据 demo: {} (data in {})", [&](const std::stop_token& stop) {
                               collect_demo(*instance, flags, stop);
                             });
  if (!code) instance->leave_nothing();
  return code;
}

Result<int> sim(Session& session, const SimFlags& flags) {
  KANPAN_LET(const auto tables, shipped(session.settings, "catalog.directory", "catalog/tables"));
  KANPAN_LET(const auto catalog, catalog::Catalog::load(tables));
  KANPAN_LET(const auto clock, make_clock(session.settings.text("clock")));
  SimulatorOptions options = flags.options;
  options.listen = fmt::format("127.0.0.1:{}", flags.port);
  if (!flags.csv.empty()) options.csv = session.path(flags.csv);
  if (!flags.fault.empty()) options.faults = session.path(flags.fault);
  if (flags.points > 0) options.points = flags.points;
  KANPAN_LET(const auto simulator, Simulator::start(options, catalog, *clock));
  session.note(fmt::format("the simulator answers at {}", simulator->address()));
  wait_for(session.terminal.stop);
  return 0;
}

}  // namespace

void add_serve(CLI::App& root, Parsed& parsed) {
  auto serve_flags = std::make_shared<ServeFlags>();
  auto* serve_command = root.add_subcommand("serve", "all services on the data directory");
  serve_command->add_option("--listen", serve_flags->listen, "address:port (127.0.0.1:8600)");
  serve_command->add_flag("--no-scheduler", serve_flags->no_scheduler, "collect only when asked");
  serve_command->callback([&parsed, serve_flags] {
    if (!serve_flags->listen.empty()) parsed.settings["http.listen"] = serve_flags->listen;
    parsed.chosen.exclusive = true;
    parsed.chosen.brings_data = true;
    parsed.chosen.action = [serve_flags](Session& s) { return serve(s, *serve_flags); };
  });

  auto demo_flags = std::make_shared<DemoFlags>();
  auto* demo_command = root.add_subcommand(
      "demo", "an invented exchange, collected and served; no token, no network");
  demo_command->add_option("--listen", demo_flags->listen, "address:port (127.0.0.1:8600)");
  demo_command->add_option("--codes", demo_flags->codes, "shares (300)")
      ->check(number_between(1, 5500));
  demo_command->add_option("--seed", demo_flags->seed, "another seed is another exchange")
      ->check(whole_number());
  demo_command->add_option("--years", demo_flags->years, "years of prices (3)")
      ->check(number_between(1, 8));
  demo_command->callback([&parsed, demo_flags] {
    parsed.default_data = "var/demo";
    if (!demo_flags->listen.empty()) parsed.settings["http.listen"] = demo_flags->listen;
    parsed.chosen.needs_instance = false;
    parsed.chosen.action = [demo_flags](Session& s) { return demo(s, *demo_flags); };
  });

  auto sim_flags = std::make_shared<SimFlags>();
  auto* sim_command = root.add_subcommand("sim", "the simulated source as a server of its own");
  sim_command->add_option("--port", sim_flags->port, "port on 127.0.0.1 (8601; 0 = any)")
      ->check(number_between(0, 65535));
  sim_command->add_option("--seed", sim_flags->options.seed, "another seed is another exchange")
      ->check(whole_number());
  sim_command->add_option("--codes", sim_flags->options.codes, "shares (300)")
      ->check(number_between(1, 5500));
  sim_command->add_option("--csv", sim_flags->csv, "serve DIR/<api_name>.csv[.gz|.zst] instead");
  sim_command->add_option("--fault", sim_flags->fault,
                          "YAML of what goes wrong, see docs/guide/faults.md");
  sim_command->add_option("--token", sim_flags->options.token, "the token that callers must send");
  sim_command
      ->add_option("--points", sim_flags->points, "quotas and permissions of that many points")
      ->check(whole_number());
  sim_command->callback([&parsed, sim_flags] {
    parsed.chosen.needs_instance = false;
    parsed.chosen.action = [sim_flags](Session& s) { return sim(s, *sim_flags); };
  });
}

}  // namespace kanpan::app
