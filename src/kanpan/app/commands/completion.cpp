#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "kanpan/app/command_tree.hpp"
#include "kanpan/app/commands/commands.hpp"

namespace kanpan::app {

void add_completion(CLI::App& root, Parsed& parsed) {
  auto shell = std::make_shared<std::string>();
  auto* command = root.add_subcommand("completion", "a script that completes commands and flags");
  command->add_option("SHELL", *shell, "bash, zsh or fish")->required();
  command->callback([&root, &parsed, shell] {
    // Made here, while the tree exists: it is gone when the action runs.
    std::string script = *shell == "bash"   ? bash_completion(root)
                         : *shell == "zsh"  ? zsh_completion(root)
                         : *shell == "fish" ? fish_completion(root)
                                            : "";
    parsed.chosen.needs_instance = false;
    parsed.chosen.action = [shell, script = std::move(script)](Session& session) -> Result<int> {
      if (script.empty())
        return Error{Errc::Usage, fmt::format("no completion for '{}'", *shell),
                     "bash, zsh or fish"};
      session.out(script);
      return 0;
    };
  });
}

}  // namespace kanpan::app
