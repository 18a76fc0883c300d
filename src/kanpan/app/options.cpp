#include "kanpan/app/options.hpp"

#include <algorithm>
#include <array>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "kanpan/market/code.hpp"

namespace kanpan::app {

void add_collect_flags(CLI::App& command, CollectFlags& flags) {
  command.add_option("tables", flags.tables, "tables, as in 'kanpan table list'");
  command.add_flag("--all", flags.all, "every table of the catalog");
  command.add_option("--from", flags.from, "first day (20240628 or 2024-06-28)");
  command.add_option("--to", flags.to, "last day");
  command.add_option("--codes", flags.codes, "only these codes, comma separated");
  command.add_option("--mode", flags.mode, "full, incremental or merge instead of the table's own");
}

Result<std::optional<Date>> date_flag(std::string_view name, const std::string& text) {
  if (text.empty()) return std::optional<Date>{};
  auto date = parse_date(text);
  if (!date) return std::move(date).error().within(name);
  return std::optional(*date);
}

namespace {

bool is_whole(const std::string& text) {
  return !text.empty() && text.size() <= 18 &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

CLI::Validator number_between(std::uint64_t least, std::uint64_t most) {
  return CLI::Validator(
      [=](const std::string& text) -> std::string {
        const bool fits = is_whole(text) && std::stoull(text) >= least && std::stoull(text) <= most;
        return fits ? "" : fmt::format("'{}' is no whole number from {} to {}", text, least, most);
      },
      "");
}

const CLI::Validator& whole_number() {
  static const CLI::Validator kWholeNumber(
      [](const std::string& text) -> std::string {
        return is_whole(text) ? "" : fmt::format("'{}' is no whole number, 0 or more", text);
      },
      "");
  return kWholeNumber;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const auto end = std::min(text.find(separator), text.size());
    if (end > 0) parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

Result<std::vector<std::string>> codes_flag(const std::string& text) {
  std::vector<std::string> codes;
  for (const std::string& part : split(text, ',')) {
    KANPAN_LET(auto code, market::parse_code(part));
    if (std::ranges::find(codes, code) == codes.end()) codes.push_back(std::move(code));
  }
  return codes;
}

Result<std::optional<catalog::UpdateMode>> mode_flag(const std::string& text) {
  using catalog::UpdateMode;
  if (text.empty()) return std::optional<UpdateMode>{};
  for (const UpdateMode mode : {UpdateMode::Full, UpdateMode::Incremental, UpdateMode::Merge})
    if (catalog::name(mode) == text) return std::optional(mode);
  return Error{Errc::Usage, fmt::format("--mode '{}' is unknown", text),
               "full, incremental or merge"};
}

}  // namespace kanpan::app
