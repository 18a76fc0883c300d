#include "kanpan/app/cli.hpp"

#include <algorithm>
#include <chrono>
#include <sstream>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include "kanpan/app/command_tree.hpp"
#include "kanpan/app/commands/commands.hpp"
#include "kanpan/app/remote.hpp"
#include "kanpan/app/server.hpp"
#include "kanpan/app/shell_word.hpp"
#include "kanpan/base/log.hpp"
#include "kanpan/base/pause.hpp"

namespace kanpan::app {
namespace {

/// For another command to be done with the directory, and between looking whether it is.
constexpr std::chrono::seconds kPatience{4};
constexpr std::chrono::milliseconds kBetweenTries{50};

std::filesystem::path data_directory(const Parsed& parsed, const Terminal& terminal,
                                     const std::map<std::string, std::string>& environment) {
  if (!parsed.flags.data.empty()) return terminal.directory / parsed.flags.data;
  if (const auto found = environment.find("KANPAN_DATA"); found != environment.end())
    return terminal.directory / found->second;
  return terminal.directory / parsed.default_data;
}

Result<Settings> load_settings(const Parsed& parsed, const std::filesystem::path& data,
                               const Terminal& terminal,
                               std::map<std::string, std::string> environment) {
  environment.erase("KANPAN_DATA");
  Settings::Sources sources;
  sources.file =
      parsed.flags.config.empty() ? data / "kanpan.yaml" : terminal.directory / parsed.flags.config;
  sources.file_required = !parsed.flags.config.empty();
  sources.environment = std::move(environment);
  sources.flags = parsed.settings;
  return Settings::load(sources);
}

/// Makes a store that `code`'s action has found damaged anew; nobody needs to be asked, since the
/// journal has every row. The action is done again only when it failed of that alone and left no
/// trace: nothing printed, nothing landed.
Result<int> mend(const Parsed& parsed, Session& session, Result<int> code, bool left_a_trace) {
  if (session.terminal.stop.stop_requested()) return code;  // the next command will find it
  const auto note = [&](const std::string& message) { session.note(message); };
  const auto rebuilt =
      session.instance->rebuild_store("it was found damaged", note, session.terminal.stop);
  const bool again = !code && code.error().code == Errc::Corrupt && !left_a_trace;
  if (!rebuilt && again) return rebuilt.error();
  if (!rebuilt) note("kanpan: " + rebuilt.error().text());
  if (again) return parsed.chosen.action(session);
  if (rebuilt && !(code && *code == 0))
    note("the store is whole again: what this command has not done can be asked for again");
  return code;
}

/// What a hint begins with, so that it works where the command was typed.
std::string program_of(const GlobalFlags& flags) {
  std::string program = "kanpan";
  if (!flags.data.empty()) program += " --data " + shell_word(flags.data);
  if (!flags.config.empty()) program += " --config " + shell_word(flags.config);
  return program;
}

/// The data directory, or nothing where a server owns it. Most other commands are over soon:
/// whoever does not want to serve waits for them a little.
Result<std::unique_ptr<Instance>> take_directory(const Parsed& parsed, Session& session,
                                                 const Remote& server) {
  const auto until = std::chrono::steady_clock::now() + kPatience;
  for (;;) {
    if (server.is_there()) return std::unique_ptr<Instance>();
    if (!parsed.chosen.brings_data) KANPAN_TRY(require_data(session.data));
    auto opened = Instance::open(
        session.data, session.settings, [&](const std::string& message) { session.note(message); },
        session.terminal.stop);
    const bool is_busy = !opened && opened.error().code == Errc::Busy && !parsed.chosen.exclusive;
    if (!is_busy || std::chrono::steady_clock::now() >= until ||
        !pause(kBetweenTries, session.terminal.stop))
      return opened;
  }
}

Result<int> act(const Parsed& parsed, Session& session, const std::vector<std::string>& words) {
  if (!parsed.chosen.needs_instance) return parsed.chosen.action(session);
  const Remote server(session.data);
  KANPAN_LET(const auto instance, take_directory(parsed, session, server));
  if (!instance) {
    if (!parsed.chosen.exclusive) return server.run(words, session.settings, session.terminal);
    if (parsed.chosen.ask_server) return parsed.chosen.ask_server(session, server);
    return Error{Errc::Busy,
                 fmt::format("a server owns the data directory '{}'", session.data.string()),
                 "stop it first: this cannot be done while it serves"};
  }
  bool printed = false;
  Terminal terminal = session.terminal;
  terminal.out = [&](std::string_view text) {
    printed = true;
    session.terminal.out(text);
  };
  Session inside{terminal,     instance.get(), session.data,    session.settings,
                 session.json, session.feed,   session.program, session.tables};
  const auto landings = instance->ledger().landings();
  auto code = parsed.chosen.action(inside);
  if (parsed.chosen.leaves_nothing || !code || *code != 0) instance->leave_nothing();
  if (!instance->store_is_damaged()) return code;
  return mend(parsed, inside, std::move(code),
              printed || instance->ledger().landings() != landings);
}

}  // namespace

Parsed parse(const std::vector<std::string>& words) {
  Parsed parsed;
  CLI::App root("Kanpan (看盘): A-share market data, collected, proven and served.\n", "kanpan");
  root.require_subcommand(1);
  root.option_defaults()->always_capture_default(false);
  root.add_option("--data", parsed.flags.data, "data directory (KANPAN_DATA, else ./var/data)");
  root.add_option("--config", parsed.flags.config,
                  "settings file (else kanpan.yaml in the data directory)");
  root.add_flag("--json", parsed.flags.json, "one JSON document, or one JSON event per line");
  root.add_option("--log-level", parsed.flags.log_level, "debug, info, warn, error or off");
  root.set_version_flag("--version", fmt::format("kanpan {}", kVersion), "as `kanpan version`");
  root.fallthrough();
  add_collect(root, parsed);
  add_read(root, parsed);
  add_tables(root, parsed);
  add_truth(root, parsed);
  add_import(root, parsed);
  add_quarantine(root, parsed);
  add_serve(root, parsed);
  add_health(root, parsed);
  add_doctor(root, parsed);
  add_completion(root, parsed);
  add_examples(root);
  refuse_empty_values(root);
  // Last: commands take over the footer that stands when they are added.
  root.footer(
      "Examples:\n  kanpan demo\n  kanpan collect daily adj_factor --from 2024-01-01\n"
      "  kanpan bars 600000.SH --adj qfq\n  kanpan get daily --ts-code 600000.SH --limit 5");
  if (words.empty()) {
    parsed.err = root.help();
    parsed.exit_code = exit_code(Errc::Usage);
    return parsed;
  }
  std::vector<std::string> reversed(words.rbegin(), words.rend());
  try {
    root.parse(reversed);
  } catch (const CLI::ParseError& error) {
    std::ostringstream out, ignored;
    if (root.exit(error, out, ignored) == 0) {
      parsed.out = out.str();
      parsed.exit_code = 0;
    } else {
      parsed.error = usage_error(root, words, error);
      // The words may be wrong before the flag is read.
      const auto end = std::ranges::find(words, "--");
      parsed.flags.json = std::find(words.begin(), end, "--json") != end;
    }
  }
  return parsed;
}

int report(const Error& error, const Session& session) {
  if (session.json) {
    boost::json::object object{
        {"event", "error"}, {"code", name(error.code)}, {"message", error.message}};
    if (!error.hint.empty()) object["hint"] = error.hint;
    if (!session.tables.empty()) object["table"] = session.tables;
    object["rows"] = 0;
    object["elapsed_ms"] = std::chrono::duration_cast<std::chrono::milliseconds>(
                               std::chrono::steady_clock::now() - session.began)
                               .count();
    session.line(boost::json::serialize(object));
  } else {
    session.note(fmt::format("kanpan: {}", error.message));
    if (!error.hint.empty()) session.note(fmt::format("        {}", error.hint));
  }
  return exit_code(error.code);
}

int run(const std::vector<std::string>& words, Terminal& terminal,
        const std::map<std::string, std::string>& environment) {
  const Parsed parsed = parse(words);
  terminal.out(parsed.out);
  terminal.err(parsed.err);
  if (parsed.exit_code) return *parsed.exit_code;
  Session session{
      terminal, nullptr, data_directory(parsed, terminal, environment), {}, parsed.flags.json};
  session.program = program_of(parsed.flags);
  session.tables = parsed.chosen.tables;
  if (parsed.error) return report(*parsed.error, session);
  const auto level = log::parse_level(parsed.flags.log_level);
  if (!level) return report(level.error(), session);
  log::set_level(*level);
  auto settings = load_settings(parsed, session.data, terminal, environment);
  if (!settings) return report(settings.error(), session);
  session.settings = std::move(*settings);
  const auto code = act(parsed, session, words);
  return code ? *code : report(code.error(), session);
}

int run_inside(const std::vector<std::string>& words, Terminal& terminal, Instance& instance,
               const api::Progress& feed) {
  const Parsed parsed = parse(words);
  terminal.out(parsed.out);
  terminal.err(parsed.err);
  if (parsed.exit_code) return *parsed.exit_code;
  Session session{terminal,          &instance, instance.directory(),     instance.settings(),
                  parsed.flags.json, &feed,     program_of(parsed.flags), parsed.chosen.tables};
  if (parsed.error) return report(*parsed.error, session);
  const auto code = parsed.chosen.action(session);
  return code ? *code : report(code.error(), session);
}

}  // namespace kanpan::app
