#include "kanpan/app/command_tree.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kanpan/base/suggest.hpp"

namespace kanpan::app {
namespace {

/// By the words after "kanpan".
constexpr auto kExamples = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"plan", "kanpan plan daily --from 2024-01-01"},
    {"run", "kanpan run list"},
    {"run list", "kanpan run list --limit 5"},
    {"run show", "kanpan run show 20240628T180000-3fa9c1"},
    {"run cancel", "kanpan run cancel 20240628T180000-3fa9c1"},
    {"run resume", "kanpan run resume 20240628T180000-3fa9c1"},
    {"table", "kanpan table show daily"},
    {"table list", "kanpan table list"},
    {"table show", "kanpan table show daily"},
    {"table reference", "kanpan table reference docs/reference/tables"},
    {"coverage", "kanpan coverage daily --from 2024-01-01"},
    {"journal", "kanpan journal list"},
    {"journal list", "kanpan journal list --table daily --limit 5"},
    {"journal show", "kanpan journal show 42"},
    {"journal verify", "kanpan journal verify"},
    {"store", "kanpan store status"},
    {"store status", "kanpan store status"},
    {"store verify", "kanpan store verify"},
    {"store rebuild", "kanpan store rebuild"},
    {"quarantine", "kanpan quarantine list"},
    {"quarantine list", "kanpan quarantine list --table daily --state all"},
    {"quarantine show", "kanpan quarantine show 3"},
    {"quarantine release", "kanpan quarantine release 3 4"},
    {"quarantine drop", "kanpan quarantine drop 5"},
    {"serve", "kanpan serve --listen 127.0.0.1:8600"},
    {"demo", "kanpan demo --codes 300"},
    {"sim", "kanpan sim --port 8601 --csv samples"},
    {"status", "kanpan status"},
    {"version", "kanpan version"},
    {"config", "kanpan config show --origin"},
    {"config show", "kanpan config show --origin"},
    {"config check", "kanpan config check"},
    {"doctor", "kanpan doctor --fix"},
    {"completion", "kanpan completion bash > ~/.local/share/bash-completion/completions/kanpan"},
});

using Visit = std::function<void(CLI::App&, const std::string& path)>;

void walk(const CLI::App& app, const std::string& path, const Visit& visit) {
  for (CLI::App* command : commands_below(app)) {
    const std::string here = path.empty() ? command->get_name() : path + " " + command->get_name();
    visit(*command, here);
    walk(*command, here, visit);
  }
}

/// "--from", "-o": as they are typed.
std::vector<std::string> flags_of(const CLI::App& app) {
  std::vector<std::string> flags;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) flags.push_back("--" + name);
    for (const std::string& name : option->get_snames()) flags.push_back("-" + name);
  }
  return flags;
}

std::vector<std::string> names_below(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : commands_below(app)) names.push_back(command->get_name());
  return names;
}

/// The flag of the command, or of one it stands below.
const CLI::Option* find_flag(const CLI::App* app, const std::string& name) {
  for (; app; app = app->get_parent())
    if (const CLI::Option* option = app->get_option_no_throw(name)) return option;
  return nullptr;
}

/// `path`: of the command at which the word stands.
Error unknown(std::string_view kind, const std::string& word,
              const std::vector<std::string>& candidates, const std::string& path) {
  std::string hint = suggestion(word, candidates);
  return {Errc::Usage, fmt::format("no {} '{}'", kind, word),
          hint.empty() ? fmt::format("see: {} --help", path) : std::move(hint)};
}

/// How far words lead down the tree.
struct Way {
  const CLI::App* app = nullptr;
  std::string path = "kanpan";   ///< as it is typed
  std::optional<Error> unknown;  ///< a word or flag that does not exist, or what has to follow
};

Error unknown_flag(const CLI::App* app, const std::string& name, const std::string& path) {
  std::vector<std::string> flags;
  for (; app; app = app->get_parent())
    for (std::string& flag : flags_of(*app))  // every command has --help
      if (std::ranges::find(flags, flag) == flags.end()) flags.push_back(std::move(flag));
  return unknown("flag", name, flags, path);
}

Way follow(const CLI::App& root, const std::vector<std::string>& words) {
  Way way;
  way.app = &root;
  for (std::size_t i = 0; i < words.size() && words[i] != "--"; ++i) {
    const std::string& word = words[i];
    if (word.size() > 1 && word[0] == '-') {
      const std::string name = word.substr(0, word.find('='));
      const CLI::Option* flag = find_flag(way.app, name);
      if (!flag && name.starts_with("--")) {
        way.unknown = unknown_flag(way.app, name, way.path);
        return way;
      }
      if (flag && flag->get_items_expected_max() > 0 && name == word) ++i;
      continue;
    }
    const auto names = names_below(*way.app);
    if (names.empty()) continue;
    const auto below = commands_below(*way.app);
    const auto found = std::ranges::find(names, word);
    if (found == names.end()) {
      way.unknown = unknown("command", word, names, way.path);
      return way;
    }
    way.app = below[static_cast<std::size_t>(found - names.begin())];
    way.path += " " + word;
  }
  if (const auto names = names_below(*way.app); !names.empty())
    way.unknown = {Errc::Usage, fmt::format("'{}' needs a command behind it", way.app->get_name()),
                   fmt::format("one of {}", fmt::join(names, ", "))};
  return way;
}

/// CLI11's message in this program's words; they begin or end with the name of what is wrong.
std::string reworded(const CLI::ParseError& error, const std::string& path) {
  const std::string_view text = error.what();
  const std::string_view name =
      text.substr(0, std::min(text.find(": "), text.find(" is required")));
  if (dynamic_cast<const CLI::RequiredError*>(&error))
    return fmt::format("'{}' needs {}", path, name);
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) && text.find(": At Most") != text.npos)
    return fmt::format("{} is given more than once", name);
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error))
    return fmt::format("{} needs a value", name);
  if (dynamic_cast<const CLI::ExtrasError*>(&error))
    return fmt::format("'{}' takes no '{}'", path, text.substr(text.find(": ") + 2));
  return std::string(text);
}

/// Whether a word that is no flag names a table.
bool takes_tables(const CLI::App& app) {
  return std::ranges::any_of(app.get_options(), [](const CLI::Option* option) {
    return option->get_positional() && option->get_description().starts_with("table");
  });
}

/// `path)` and what can stand behind it, for the case of a shell.
std::string shell_cases(const CLI::App& root) {
  std::string cases;
  const auto add = [&](const CLI::App& app, const std::string& path) {
    std::vector<std::string> words = names_below(app);
    std::ranges::move(flags_of(app), std::back_inserter(words));
    cases += fmt::format("    '{}') words='{}'{} ;;\n", path, fmt::join(words, " "),
                         takes_tables(app) ? "\" $tables\"" : "");
  };
  add(root, "");
  walk(root, "", add);
  return cases;
}

/// All paths, as alternatives of a shell pattern.
std::string shell_paths(const CLI::App& root) {
  std::vector<std::string> paths;
  walk(root, "", [&](CLI::App&, const std::string& path) { paths.push_back("'" + path + "'"); });
  return fmt::format("{}", fmt::join(paths, "|"));
}

}  // namespace

std::vector<CLI::App*> commands_below(const CLI::App& app) {
  // CLI11 lists commands only of an App that may be changed, or without a filter those parsed.
  return const_cast<CLI::App&>(app).get_subcommands([](CLI::App*) { return true; });
}

void add_examples(CLI::App& root) {
  walk(root, "", [](CLI::App& command, const std::string& path) {
    const auto found = std::ranges::find(kExamples, path, [](auto& pair) { return pair.first; });
    if (command.get_footer().empty() && found != kExamples.end())
      command.footer("Example: " + std::string(found->second));
  });
}

void refuse_empty_values(CLI::App& root) {
  static const CLI::Validator kSomething(
      [](const std::string& text) -> std::string { return text.empty() ? "is empty" : ""; }, "");
  const auto refuse = [](CLI::App& command, const std::string&) {
    for (CLI::Option* option : command.get_options())
      if (option->get_items_expected_max() > 0) option->check(kSomething);
  };
  refuse(root, "");
  walk(root, "", refuse);
}

Error usage_error(const CLI::App& root, const std::vector<std::string>& words,
                  const CLI::ParseError& error) {
  Way way = follow(root, words);
  if (way.unknown) return *std::move(way.unknown);
  return {Errc::Usage, reworded(error, way.path), fmt::format("see: {} --help", way.path)};
}

std::string bash_completion(const CLI::App& root, const std::string& tables) {
  return fmt::format(R"(# bash completion for kanpan
_kanpan() {{
  local path='' words='' tables='{}' next i
  for ((i = 1; i < COMP_CWORD; i++)); do
    next="${{path:+$path }}${{COMP_WORDS[i]}}"
    case "$next" in {}) path="$next" ;; esac
  done
  case "$path" in
{}  esac
  [[ ${{COMP_WORDS[COMP_CWORD-1]}} == --table ]] && words=$tables
  COMPREPLY=($(compgen -W "$words" -- "${{COMP_WORDS[COMP_CWORD]}}"))
}}
complete -o default -F _kanpan kanpan
)",
                     tables, shell_paths(root), shell_cases(root));
}

std::string zsh_completion(const CLI::App& root, const std::string& tables) {
  return fmt::format(R"(#compdef kanpan
_kanpan() {{
  local at='' all='' tables='{}' next i
  for ((i = 2; i < CURRENT; i++)); do
    next="${{at:+$at }}${{words[i]}}"
    case "$next" in {}) at="$next" ;; esac
  done
  local -a found
  () {{
    local path_here="$1" words=''
    case "$path_here" in
{}    esac
    all="$words"
  }} "$at"
  found=(${{=all}})
  compadd -a found || _files
}}
compdef _kanpan kanpan
)",
                     tables, shell_paths(root), shell_cases(root));
}

std::string fish_completion(const CLI::App& root, const std::string& tables) {
  std::string script = fmt::format(R"(# fish completion for kanpan
function __kanpan_at
  set -l at ''
  for word in (commandline -opc)[2..-1]
    switch (string trim "$at $word")
      case {}
        set at (string trim "$at $word")
    end
  end
  test "$at" = "$argv[1]"
end
)",
                                   [&] {
                                     std::string paths = shell_paths(root);
                                     std::ranges::replace(paths, '|', ' ');
                                     return paths;
                                   }());
  const auto quoted = [](std::string text) {
    std::erase(text, '\'');
    return text.substr(0, text.find('\n'));
  };
  const auto add = [&](const CLI::App& app, const std::string& path) {
    for (const CLI::App* command : commands_below(app))
      script += fmt::format("complete -c kanpan -n '__kanpan_at \"{}\"' -f -a {} -d '{}'\n", path,
                            command->get_name(), quoted(command->get_description()));
    if (takes_tables(app))
      script +=
          fmt::format("complete -c kanpan -n '__kanpan_at \"{}\"' -f -a '{}'\n", path, tables);
    for (const CLI::Option* option : app.get_options())
      for (const std::string& name : option->get_lnames())
        script += fmt::format("complete -c kanpan -n '__kanpan_at \"{}\"' -l {}{} -d '{}'\n", path,
                              name, option->get_items_expected_max() > 0 ? " -r" : "",
                              quoted(option->get_description()));
  };
  add(root, "");
  walk(root, "", add);
  return script;
}

}  // namespace kanpan::app
