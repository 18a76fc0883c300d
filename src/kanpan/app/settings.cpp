#include "kanpan/app/settings.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <fstream>
#include <limits>
#include <set>
#include <stdexcept>

#include <fmt/format.h>
#include <unistd.h>
#include <yaml-cpp/yaml.h>

#include "kanpan/base/clock.hpp"
#include "kanpan/base/suggest.hpp"
#include "kanpan/net/http_client.hpp"
#include "kanpan/net/http_server.hpp"

namespace kanpan::app {
namespace {

constexpr std::uint64_t kGiB = std::uint64_t{1} << 30;

std::string default_memory() {
  const auto pages = static_cast<std::uint64_t>(std::max(sysconf(_SC_PHYS_PAGES), 0L));
  const auto page = static_cast<std::uint64_t>(std::max(sysconf(_SC_PAGESIZE), 1L));
  return fmt::format("{}MiB", std::max(pages * page / 2, kGiB) >> 20);
}

std::vector<std::string> keys() {
  std::vector<std::string> out;
  for (const SettingSpec& spec : setting_specs()) out.push_back(spec.key);
  return out;
}

const SettingSpec* find_spec(std::string_view key) {
  const auto& specs = setting_specs();
  const auto found = std::ranges::find(specs, key, &SettingSpec::key);
  return found == specs.end() ? nullptr : &*found;
}

/// Settings that have a name and no part yet that reads them.
constexpr auto kLater = std::to_array<std::string_view>(
    {"postgres.", "redis.", "kafka.", "object.", "http.anonymous", "http.rate_limit"});

bool is_for_later(std::string_view key) {
  return std::ranges::any_of(kLater,
                             [&](std::string_view start) { return key.starts_with(start); });
}

Error for_later(std::string_view name, std::string_view where) {
  return {Errc::Config, fmt::format("{}: {} is not available in this version", where, name),
          "leave it out"};
}

Error unknown_key(std::string_view key, std::string_view where) {
  if (is_for_later(key)) return for_later(key, where);
  return {Errc::Config, fmt::format("{}: '{}' is no setting", where, key), suggestion(key, keys())};
}

constexpr std::string_view kFlag = "flag";
constexpr int kMostWorkers = 64;
/// With less the store cannot even open its file.
constexpr std::uint64_t kLeastMemory = std::uint64_t{64} << 20;
constexpr int kMostCalls = 1'000'000'000;

bool is_number(std::string_view text, int least, int most) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() && value >= least &&
         value <= most;
}

/// What is wrong with a value, "" when nothing is.
std::string fault(std::string_view key, const std::string& value) {
  if (key == "profile" && value != "embedded")
    return value == "server" ? "the server profile needs PostgreSQL, which this version has not yet"
                             : "embedded is the only profile of this version";
  if (key == "source.kind" && value != "tushare" && value != "sim") return "tushare or sim";
  if (key == "source.workers" && !is_number(value, 1, kMostWorkers))
    return fmt::format("a whole number from 1 to {}", kMostWorkers);
  if (key == "source.points" && !is_number(value, 0, kMostCalls))
    return fmt::format("a whole number from 0 to {}", kMostCalls);
  if (key.starts_with("source.calls_") && !value.empty() && !is_number(value, 0, kMostCalls))
    return fmt::format("a whole number from 0 to {}, or nothing", kMostCalls);
  if ((key.starts_with("scheduler.") || key == "source.path_per_api") && value != "true" &&
      value != "false")
    return "true or false";
  if (key == "memory.limit" && parse_size(value).value_or(0) < kLeastMemory)
    return fmt::format("a size such as 512MiB or 2GiB, {}MiB at least", kLeastMemory >> 20);
  if (key == "source.url" && !value.starts_with("http://") && !value.starts_with("https://"))
    return "an address that begins with http:// or https://";
  if (key == "http.listen") {
    const auto address = net::check_address(value);
    if (!address) return address.error().hint;
  }
  if (key == "clock") {
    const auto clock = make_clock(value);
    if (!clock) return clock.error().hint;
  }
  return "";
}

Result<std::string> read_secret(const std::string& path, std::string_view key) {
  std::ifstream in(path);
  std::string line;
  if (!in || !std::getline(in, line) || line.empty())
    return Error{Errc::Config, fmt::format("{}: file '{}' cannot be read or is empty", key, path),
                 "name a file whose first line is the secret"};
  while (!line.empty() && std::isspace(static_cast<unsigned char>(line.back()))) line.pop_back();
  return line;
}

/// The secret that `source.token_file` names the file of; none where the key is another.
const SettingSpec* secret_in_file(std::string_view key) {
  constexpr std::string_view kEnd = "_file";
  if (!key.ends_with(kEnd)) return nullptr;
  const SettingSpec* spec = find_spec(key.substr(0, key.size() - kEnd.size()));
  return spec && spec->secret ? spec : nullptr;
}

std::string in_environment(std::string_view key) {
  std::string name = "KANPAN_";
  for (const char c : key)
    name += c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

bool is_variable_for_later(std::string_view name) {
  return std::ranges::any_of(
      kLater, [&](std::string_view start) { return name.starts_with(in_environment(start)); });
}

}  // namespace

std::string SettingSpec::environment() const { return in_environment(key); }

const std::vector<SettingSpec>& setting_specs() {
  static const std::vector<SettingSpec> specs{
      {"profile", "embedded", "which parts are used: embedded"},
      {"http.listen", "127.0.0.1:8600", "address and port of the API and the page"},
      {"source.kind", "tushare", "tushare or sim"},
      {"source.url", "https://api.tushare.pro", "where the source answers"},
      {"source.token", "", "token of the source", true},
      {"source.points", "2000", "points of the token: they set the limits"},
      {"source.calls_per_minute", "", "calls a minute; 0 = no limit; from the points unless given"},
      {"source.calls_per_day", "", "calls a day; 0 = no limit; from the points unless given"},
      {"source.authorities", "",
       "PEM file of the only authorities trusted; the system's unless given"},
      {"source.path_per_api", "false", "append /{api_name} to the address"},
      {"source.workers", "4", "calls in flight at once, 64 at the most"},
      {"memory.limit", default_memory(), "40 % of it, 1 GiB at the most, is the store's to use"},
      {"clock", "system", "system, a fixed RFC 3339 time, or that with xN"},
      {"scheduler.enabled", "true", "collect by the tables' schedules while serving"},
      {"scheduler.catch_up", "true", "run once what was missed while not serving"},
      {"catalog.directory", "", "the tables' declarations; beside the program unless given"},
      {"web.directory", "", "the page's files; beside the program unless given"},
  };
  return specs;
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{}) return std::nullopt;
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  const bool bytes = unit.empty() || unit == "B";
  const int shift = bytes ? 0 : unit == "KiB" ? 10 : unit == "MiB" ? 20 : unit == "GiB" ? 30 : -1;
  if (shift < 0 || value > std::numeric_limits<std::uint64_t>::max() >> shift) return std::nullopt;
  return value << shift;
}

Result<Settings> Settings::load(const Sources& sources) {
  Settings settings;
  for (const SettingSpec& spec : setting_specs())
    settings.values_[spec.key] = {spec.fallback, "default"};
  if (sources.file) {
    std::error_code error;
    const auto status = std::filesystem::status(*sources.file, error);
    if (status.type() == std::filesystem::file_type::none)
      return Error{
          Errc::Config,
          fmt::format("settings '{}' cannot be read: {}", sources.file->string(), error.message()),
          "mend the permissions or choose another directory with --data"};
    if (std::filesystem::is_directory(status))
      return Error{Errc::Config,
                   fmt::format("settings '{}' is a directory", sources.file->string()),
                   "put a file there, or name another with --config"};
    if (std::filesystem::exists(status)) {
      KANPAN_TRY(settings.read_file(*sources.file));
    } else if (sources.file_required) {
      return Error{Errc::Config,
                   fmt::format("the file '{}' does not exist", sources.file->string()),
                   "name an existing file with --config"};
    }
  }
  KANPAN_TRY(settings.read_environment(sources.environment));
  return settings.with(sources.flags);
}

Result<Settings> Settings::with(const std::map<std::string, std::string>& values) const {
  Settings settings = *this;
  for (const auto& [key, value] : values) {
    const SettingSpec* spec = find_spec(key);
    if (!spec) return unknown_key(key, kFlag);
    KANPAN_TRY(settings.put(*spec, value, std::string(kFlag)));
  }
  return settings;
}

Result<void> Settings::put(const SettingSpec& spec, std::string value, std::string origin) {
  if (const std::string wanted = fault(spec.key, value); !wanted.empty())
    return Error{origin == kFlag ? Errc::Usage : Errc::Config,
                 fmt::format("{}: {} is '{}'", origin, spec.key, shown_value(spec, value)), wanted};
  values_[spec.key] = {std::move(value), std::move(origin)};
  return {};
}

Result<void> Settings::read_file(const std::filesystem::path& file) {
  const std::string name = file.string();
  std::vector<std::pair<std::string, YAML::Node>> open;
  std::set<std::string> seen;
  try {
    const YAML::Node root = YAML::LoadFile(name);
    if (root.IsNull()) return {};
    if (!root.IsMap())
      return Error{Errc::Config, fmt::format("{}: not a map of settings", name),
                   "write key: value"};
    open.emplace_back("", root);
    while (!open.empty()) {
      const auto [prefix, node] = open.back();
      open.pop_back();
      for (const auto& entry : node) {
        const std::string key = prefix + entry.first.as<std::string>();
        const std::string where = fmt::format("{}:{}", name, entry.first.Mark().line + 1);
        if (!seen.insert(key).second)
          return Error{Errc::Config, fmt::format("{}: {} is given more than once", where, key),
                       "keep one of them"};
        if (entry.second.IsMap()) {
          open.emplace_back(key + ".", entry.second);
          continue;
        }
        if (const SettingSpec* secret = secret_in_file(key)) {
          KANPAN_LET(std::string content, read_secret(entry.second.as<std::string>(), where));
          KANPAN_TRY(put(*secret, std::move(content), where));
          continue;
        }
        const SettingSpec* spec = find_spec(key);
        if (!spec) return unknown_key(key, where);
        if (spec->secret)
          return Error{Errc::Config, fmt::format("{}: {} is a secret", where, key),
                       fmt::format("set {0} or {0}_FILE, or write {1}_file: PATH",
                                   spec->environment(), key)};
        if (!entry.second.IsScalar())
          return Error{Errc::Config, fmt::format("{}: {} has no single value", where, key),
                       spec->about};
        KANPAN_TRY(put(*spec, entry.second.as<std::string>(), where));
      }
    }
  } catch (const YAML::Exception& error) {
    return Error{
        Errc::Config,
        fmt::format("{}:{}:{}: {}", name, error.mark.line + 1, error.mark.column + 1, error.msg),
        "mend the YAML"};
  }
  return {};
}

Result<void> Settings::read_environment(const std::map<std::string, std::string>& environment) {
  std::map<std::string, const SettingSpec*> known;
  for (const SettingSpec& spec : setting_specs()) known[spec.environment()] = &spec;
  for (const auto& [name, value] : environment) {
    const bool file = name.ends_with("_FILE");
    const auto found = known.find(file ? name.substr(0, name.size() - 5) : name);
    if (found == known.end() || (file && !found->second->secret)) {
      if (is_variable_for_later(name)) return for_later(name, "environment");
      std::vector<std::string> names;
      for (const auto& [candidate, spec] : known) names.push_back(candidate);
      return Error{Errc::Config, fmt::format("environment: {} is no setting", name),
                   suggestion(name, names)};
    }
    std::string content = value;
    if (file) {
      KANPAN_LET(content, read_secret(value, name));
    }
    KANPAN_TRY(put(*found->second, std::move(content), "environment " + name));
  }
  return {};
}

std::string shown_value(const SettingSpec& spec, const std::string& value) {
  if (spec.secret) return value.empty() ? "" : "(set, not shown)";
  if (!spec.key.ends_with(".url") || value.find_first_of("@?") == value.npos) return value;
  const auto part = net::public_part(value);
  return (part ? *part + " " : "") + "(the rest is not shown)";
}

std::string Settings::shown(std::string_view key) const {
  return shown_value(*find_spec(key), text(key));
}

std::map<std::string, std::string> Settings::shown() const {
  std::map<std::string, std::string> out;
  for (const SettingSpec& spec : setting_specs())
    if (!spec.secret && given(spec.key)) out.emplace(spec.key, text(spec.key));
  return out;
}

const SettingValue& Settings::at(std::string_view key) const {
  const auto found = values_.find(key);
  if (found == values_.end()) throw std::logic_error(fmt::format("no setting '{}'", key));
  return found->second;
}

std::int64_t Settings::number(std::string_view key) const {
  const std::string& value = text(key);
  return value.empty() ? 0 : std::stoll(value);
}

bool Settings::flag(std::string_view key) const { return text(key) == "true"; }

std::uint64_t Settings::bytes(std::string_view key) const {
  return parse_size(text(key)).value_or(0);
}

}  // namespace kanpan::app
