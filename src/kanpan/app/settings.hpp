// Settings: flags, then KANPAN_*, then kanpan.yaml, then defaults; each value knows where it is
// from.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kanpan/base/error.hpp"

namespace kanpan::app {

/// One key. Everything about settings derives from the list of these.
struct SettingSpec {
  std::string key;       ///< "source.calls_per_minute"
  std::string fallback;  ///< default, "" = none
  std::string about;
  bool secret = false;  ///< only by environment or file, never shown

  /// KANPAN_SOURCE_CALLS_PER_MINUTE.
  std::string environment() const;
};

const std::vector<SettingSpec>& setting_specs();

/// What anybody may see of a value: no secret, and of an address neither user, password nor query.
std::string shown_value(const SettingSpec& spec, const std::string& value);

struct SettingValue {
  std::string value;
  std::string origin;  ///< "flag", "environment KANPAN_…", "file …:line 3", "default"
};

/// Immutable once loaded.
class Settings {
 public:
  struct Sources {
    std::optional<std::filesystem::path> file;  ///< read if it exists; must exist if required
    bool file_required = false;
    std::map<std::string, std::string> environment;  ///< KANPAN_* only
    std::map<std::string, std::string> flags;        ///< by key
  };

  /// Errors (Config) name the key, where it stands, the value found and what is allowed.
  static Result<Settings> load(const Sources& sources);

  /// The same with these values, as if flags had given them.
  Result<Settings> with(const std::map<std::string, std::string>& values) const;

  const SettingValue& at(std::string_view key) const;
  const std::string& text(std::string_view key) const { return at(key).value; }
  /// As shown_value() has it.
  std::string shown(std::string_view key) const;
  bool given(std::string_view key) const { return at(key).origin != "default"; }
  /// Those that are given and no secrets, by key.
  std::map<std::string, std::string> shown() const;
  std::int64_t number(std::string_view key) const;
  bool flag(std::string_view key) const;
  /// Bytes of a size such as 512MiB.
  std::uint64_t bytes(std::string_view key) const;

 private:
  Result<void> put(const SettingSpec& spec, std::string value, std::string origin);
  Result<void> read_file(const std::filesystem::path& file);
  Result<void> read_environment(const std::map<std::string, std::string>& environment);

  std::map<std::string, SettingValue, std::less<>> values_;
};

/// `512MiB`, `2GiB`, `1000000`: bytes. Nothing when it is no size or more than 64 bits hold.
std::optional<std::uint64_t> parse_size(std::string_view text);

}  // namespace kanpan::app
