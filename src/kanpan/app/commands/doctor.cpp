#include "kanpan/app/doctor.hpp"

#include <memory>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include "kanpan/app/commands/commands.hpp"
#include "kanpan/app/remote.hpp"

namespace kanpan::app {
namespace {

Result<int> doctor(Session& session, bool fix) {
  if (const Remote server(session.data); !session.instance && server.is_there()) {
    std::vector<std::string> words{"doctor"};
    if (fix) words.emplace_back("--fix");
    if (session.json) words.emplace_back("--json");
    return server.run(words, session.settings, session.terminal);
  }
  bool faults = false;
  boost::json::array list;
  for (const Finding& found : examine(session, fix)) {
    faults = faults || found.health == Health::Fault;
    list.push_back({{"check", found.check},
                    {"health", name(found.health)},
                    {"about", found.about},
                    {"fix", found.fix}});
    if (session.json) continue;
    session.line(fmt::format("{:<8} {:<11} {}", name(found.health), found.check, found.about));
    if (!found.fix.empty()) session.line(fmt::format("{:<8} {:<11} fix: {}", "", "", found.fix));
  }
  if (session.json) session.line(boost::json::serialize(list));
  return faults ? exit_code(Errc::Config) : 0;
}

}  // namespace

void add_doctor(CLI::App& root, Parsed& parsed) {
  auto fix = std::make_shared<bool>(false);
  auto* command = root.add_subcommand("doctor", "what is wrong, and the exact fix");
  command->add_flag("--fix", *fix, "do what is safe: set an unusable store aside");
  command->callback([&parsed, fix] {
    parsed.chosen.needs_instance = false;
    parsed.chosen.action = [fix](Session& session) { return doctor(session, *fix); };
  });
}

}  // namespace kanpan::app
