// Flags that several commands share, read the same way by all.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kanpan/base/date.hpp"
#include "kanpan/base/error.hpp"
#include "kanpan/catalog/table_spec.hpp"

namespace CLI {
class App;
class Validator;
}  // namespace CLI

namespace kanpan::app {

struct CollectFlags {
  std::vector<std::string> tables;
  bool all = false;
  std::string from, to, mode;
  std::string codes;
};
void add_collect_flags(CLI::App& command, CollectFlags& flags);

Result<std::optional<Date>> date_flag(std::string_view name, const std::string& text);
/// Of a flag or argument that is a number without a sign: CLI11 takes -1 for 2^64 - 1.
const CLI::Validator& whole_number();
/// The same from `least` to `most`.
CLI::Validator number_between(std::uint64_t least, std::uint64_t most);
/// Comma-separated codes in any dialect, as the catalog writes them, each once.
Result<std::vector<std::string>> codes_flag(const std::string& text);
Result<std::optional<catalog::UpdateMode>> mode_flag(const std::string& text);
std::vector<std::string> split(std::string_view text, char separator);

}  // namespace kanpan::app
