// What is the same for every command: an example, what is wrong with its words, completion.
#pragma once

#include <string>
#include <vector>

#include "kanpan/base/error.hpp"

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace kanpan::app {

/// The commands directly below, in the order in which they were added.
std::vector<CLI::App*> commands_below(const CLI::App& app);

/// Gives every command without a footer its example.
void add_examples(CLI::App& root);

/// Makes every flag refuse the value "": a script's unset variable is not "not given".
void refuse_empty_values(CLI::App& root);

/// What is wrong with words that did not parse, as Errc::Usage: the first command or flag that does
/// not exist, with the nearest that does; the commands of which one is missing; else what `error`
/// says.
Error usage_error(const CLI::App& root, const std::vector<std::string>& words,
                  const CLI::ParseError& error);

/// A completion script for bash, zsh or fish; `tables` are the names of the catalog's, separated by
/// spaces.
std::string bash_completion(const CLI::App& root, const std::string& tables);
std::string zsh_completion(const CLI::App& root, const std::string& tables);
std::string fish_completion(const CLI::App& root, const std::string& tables);

}  // namespace kanpan::app
