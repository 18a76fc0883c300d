#include <memory>

#include <CLI/CLI.hpp>
#include <boost/algorithm/string/replace.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kanpan/app/command_tree.hpp"
#include "kanpan/app/commands/commands.hpp"
#include "kanpan/app/instance.hpp"

namespace kanpan::app {

namespace {

/// Stands in the script for the names of the tables.
constexpr const char* kTables = "@tables@";

}  // namespace

void add_completion(CLI::App& root, Parsed& parsed) {
  auto shell = std::make_shared<std::string>();
  auto* command = root.add_subcommand("completion", "a script that completes commands and flags");
  command->add_option("SHELL", *shell, "bash, zsh or fish")->required();
  command->callback([&root, &parsed, shell] {
    // Made here, while the tree exists: it is gone when the action runs. The catalog is known then.
    std::string script = *shell == "bash"   ? bash_completion(root, kTables)
                         : *shell == "zsh"  ? zsh_completion(root, kTables)
                         : *shell == "fish" ? fish_completion(root, kTables)
                                            : "";
    parsed.chosen.needs_instance = false;
    parsed.chosen.action = [shell, script = std::move(script)](Session& session) -> Result<int> {
      if (script.empty())
        return Error{Errc::Usage, fmt::format("no completion for '{}'", *shell),
                     "bash, zsh or fish"};
      KANPAN_LET(const auto folder,
                 shipped(session.settings, "catalog.directory", "catalog/tables"));
      KANPAN_LET(const auto catalog, catalog::Catalog::load(folder));
      const auto tables = fmt::format("{}", fmt::join(catalog.names(), " "));
      session.out(boost::replace_all_copy(script, kTables, tables));
      return 0;
    };
  });
}

}  // namespace kanpan::app
