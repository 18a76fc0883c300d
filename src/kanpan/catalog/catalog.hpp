// All tables, read once from catalog/tables/**.yaml and validated.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "kanpan/base/error.hpp"
#include "kanpan/catalog/table_spec.hpp"

namespace kanpan::catalog {

/// Immutable after load; shared by all threads.
class Catalog {
 public:
  /// Reads every *.yaml below `directory`. A wrong file is refused with Errc::Config, naming file,
  /// line, key, value found and values allowed.
  static Result<Catalog> load(const std::filesystem::path& directory);

  /// The named table, or Errc::NotFound with "did you mean".
  Result<const TableSpec*> find(std::string_view name) const;
  /// The table that an interface of the source fills (income_vip is table and interface alike), or
  /// nullptr.
  const TableSpec* by_api(std::string_view api) const;
  /// In order of name.
  std::vector<const TableSpec*> tables() const;
  std::vector<std::string> names() const;

 private:
  std::map<std::string, TableSpec, std::less<>> tables_;
};

}  // namespace kanpan::catalog
