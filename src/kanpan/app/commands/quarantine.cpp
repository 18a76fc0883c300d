#include "kanpan/ingest/quarantine.hpp"

#include <array>
#include <memory>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include "kanpan/app/commands/commands.hpp"
#include "kanpan/app/grid.hpp"
#include "kanpan/app/options.hpp"

namespace kanpan::app {
namespace {

constexpr std::array<std::string_view, 3> kStates{"held", "released", "dropped"};

struct ListFlags {
  std::string table, state = "held";
  std::size_t limit = 50;
};

/// Bytes of a page that a terminal gets to see.
constexpr std::size_t kShown = 4000;

/// The last place up to kShown where a character of UTF-8 begins.
std::size_t cut_at(std::string_view page) {
  std::size_t at = kShown;
  while (at > 0 && (static_cast<unsigned char>(page[at]) & 0xC0) == 0x80) --at;
  return at;
}

boost::json::object to_json(const journal::Quarantined& kept) {
  boost::json::object object{{"id", kept.id},
                             {"state", kept.state},
                             {"table", kept.table},
                             {"rule", kept.rule},
                             {"reason", kept.reason},
                             {"kind", kept.row.empty() ? "page" : "row"},
                             {"call", kept.call},
                             {"run", kept.run},
                             {"unit", kept.unit},
                             {"source", kept.source},
                             {"simulated", kept.simulated},
                             {"at", rfc3339(kept.at)}};
  boost::json::error_code error;
  if (auto row = boost::json::parse(kept.row, error); !error) object["row"] = std::move(row);
  return object;
}

Result<int> list(Session& session, const ListFlags& flags) {
  Instance& instance = *session.instance;
  if (!flags.table.empty()) KANPAN_TRY(instance.catalog().find(flags.table));
  const bool all = flags.state == "all";
  if (!all && std::ranges::find(kStates, flags.state) == kStates.end())
    return Error{Errc::Usage, fmt::format("--state '{}' is unknown", flags.state),
                 "held, released, dropped or all"};
  KANPAN_LET(const auto kept,
             instance.ledger().quarantine(flags.table, all ? "" : flags.state, flags.limit));
  Grid grid({"id", "state", "table", "kind", "rule", "reason", "from", "at"});
  boost::json::array array;
  for (const auto& one : kept) {
    grid.add({std::to_string(one.id), one.state, one.table, one.row.empty() ? "page" : "row",
              one.rule, one.reason, one.call, rfc3339(one.at)});
    array.push_back(to_json(one));
  }
  session.out(session.json ? boost::json::serialize(array) + "\n" : grid.text());
  return 0;
}

Result<int> show(Session& session, std::uint64_t id) {
  KANPAN_LET(const auto kept, session.instance->ledger().quarantined(id));
  auto object = to_json(kept);
  if (!kept.page.empty()) object["page"] = kept.page;
  if (session.json) {
    session.line(boost::json::serialize(object));
    return 0;
  }
  for (const auto& [key, value] : object)
    if (key != "row" && key != "page")
      session.line(fmt::format(
          "{}: {}", std::string(key),
          value.is_string() ? std::string(value.as_string()) : boost::json::serialize(value)));
  if (const auto* row = object.if_contains("row"); row && row->is_object())
    for (const auto& [name, value] : row->as_object())
      session.line(fmt::format("  {}: {}", std::string(name), boost::json::serialize(value)));
  if (kept.page.size() > kShown)
    session.line(fmt::format("{}\n… {} bytes in all; --json gives them",
                             std::string_view(kept.page).substr(0, cut_at(kept.page)),
                             kept.page.size()));
  else if (!kept.page.empty())
    session.line(kept.page);
  return 0;
}

/// Each id by itself: one that cannot be done does not keep the others from it.
Result<int> for_each(Session& session, const std::vector<std::uint64_t>& ids,
                     const std::function<Result<std::string>(std::uint64_t)>& action) {
  std::optional<Error> first;
  for (const std::uint64_t id : ids) {
    auto done = action(id);
    if (done) {
      session.json ? session.line(fmt::format("{{\"id\":{},\"done\":\"{}\"}}", id, *done))
                   : session.line(fmt::format("{}: {}", id, *done));
      continue;
    }
    if (!first && ids.size() == 1) return std::move(done).error();
    session.note(fmt::format("{}: {}", id, done.error().text()));
    if (!first) first = std::move(done).error();
  }
  if (first) return exit_code(first->code);
  return 0;
}

ingest::Quarantine quarantine_of(Instance& instance) {
  return {instance.parts(), instance.collector().history()};
}

Result<int> release(Session& session, const std::vector<std::uint64_t>& ids, bool force) {
  auto quarantine = quarantine_of(*session.instance);
  return for_each(session, ids, [&](std::uint64_t id) -> Result<std::string> {
    KANPAN_LET(const auto rows, quarantine.release(id, force));
    return fmt::format("{} row{} released", rows, rows == 1 ? "" : "s");
  });
}

Result<int> drop(Session& session, const std::vector<std::uint64_t>& ids) {
  auto quarantine = quarantine_of(*session.instance);
  return for_each(session, ids, [&](std::uint64_t id) -> Result<std::string> {
    KANPAN_TRY(quarantine.drop(id));
    return std::string("dropped");
  });
}

}  // namespace

void add_quarantine(CLI::App& root, Parsed& parsed) {
  auto* noun = root.add_subcommand("quarantine", "rows and pages that the gate held back");
  noun->require_subcommand(1);
  auto flags = std::make_shared<ListFlags>();
  auto* list_command = noun->add_subcommand("list", "what is held, newest first");
  list_command->add_option("--table", flags->table, "only of this table");
  list_command->add_option("--state", flags->state, "held (default), released, dropped or all");
  list_command->add_option("--limit", flags->limit, "how many (50)")->check(whole_number());
  list_command->callback([&parsed, flags] {
    parsed.chosen.action = [flags](Session& session) { return list(session, *flags); };
  });
  auto id = std::make_shared<std::uint64_t>(0);
  auto* show_command = noun->add_subcommand("show", "one of them: reason, raw values or page");
  show_command->add_option("ID", *id, "number, as 'quarantine list' shows it")
      ->required()
      ->check(whole_number());
  show_command->callback([&parsed, id] {
    parsed.chosen.action = [id](Session& session) { return show(session, *id); };
  });
  auto ids = std::make_shared<std::vector<std::uint64_t>>();
  const auto of_many = [&](const char* name, const char* about, auto action) {
    auto* command = noun->add_subcommand(name, about);
    command->add_option("ID", *ids, "numbers, as 'quarantine list' shows them")
        ->required()
        ->check(whole_number());
    command->callback([&parsed, ids, action] {
      parsed.chosen.action = [ids, action](Session& session) { return action(session, *ids); };
    });
    return command;
  };
  auto force = std::make_shared<bool>(false);
  of_many(
      "release", "store them as they are: somebody has looked",
      [force](Session& session, const auto& wanted) { return release(session, wanted, *force); })
      ->add_flag("--force", *force, "over what was stored since they were held back, too");
  of_many("drop", "never ask about them again; they stay in the ledger", drop);
}

}  // namespace kanpan::app
