#include "kanpan/catalog/catalog.hpp"

#include <algorithm>
#include <atomic>
#include <optional>
#include <system_error>
#include <thread>

#include <fmt/format.h>

#include "kanpan/base/suggest.hpp"
#include "kanpan/catalog/table_reader.hpp"

namespace kanpan::catalog {
namespace {

namespace fs = std::filesystem;

Result<std::vector<fs::path>> table_files(const fs::path& directory) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::recursive_directory_iterator it(directory, error), end; !error && it != end;
       it.increment(error))
    if (it->path().extension() == ".yaml") files.push_back(it->path());
  if (error)
    return Error{Errc::Config, fmt::format("catalog {}: {}", directory.string(), error.message()),
                 "name the directory that holds the tables' YAML files"};
  if (files.empty())
    return Error{Errc::Config, fmt::format("catalog {}: no *.yaml below it", directory.string()),
                 "name the directory that holds the tables' YAML files"};
  std::sort(files.begin(), files.end());
  return files;
}

/// In the order of the files. Reading YAML is most of what a command does before it begins, so all
/// cores take part.
std::vector<std::optional<Result<TableSpec>>> read_tables(const std::vector<fs::path>& files) {
  std::vector<std::optional<Result<TableSpec>>> tables(files.size());
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < files.size(); i = next++) tables[i] = read_table(files[i]);
  };
  std::vector<std::jthread> others;
  for (unsigned i = 1; i < std::thread::hardware_concurrency(); ++i) others.emplace_back(work);
  work();
  others.clear();
  return tables;
}

bool answers_to(const TableSpec& table, std::string_view api) {
  return table.source.api == api || (table.source.twin && table.source.twin->api == api);
}

Result<void> check_companions(const Catalog& catalog) {
  for (const TableSpec* table : catalog.tables())
    for (const std::string& name : table->with) {
      const auto other = catalog.find(name);
      const char* wrong = !other                                  ? "no table"
                          : !(*other)->dated() || *other == table ? "no other table with days"
                                                                  : nullptr;
      if (wrong)
        return Error{Errc::Config, fmt::format("{}: with: {} '{}'", table->file, wrong, name),
                     other ? "" : other.error().hint};
    }
  return {};
}

}  // namespace

Result<Catalog> Catalog::load(const fs::path& directory) {
  Catalog catalog;
  KANPAN_LET(const std::vector<fs::path> files, table_files(directory));
  for (std::optional<Result<TableSpec>>& read : read_tables(files)) {
    KANPAN_LET(TableSpec table, *std::move(read));
    const auto clash = [&](std::string_view what, const TableSpec& other) {
      return Error{Errc::Config, fmt::format("{}: {} is also in {}", table.file, what, other.file),
                   "remove one of them"};
    };
    if (const auto it = catalog.tables_.find(table.name); it != catalog.tables_.end())
      return clash(fmt::format("table '{}'", table.name), it->second);
    if (const TableSpec* other = catalog.by_api(table.source.api))
      return clash(fmt::format("interface '{}'", table.source.api), *other);
    if (table.source.twin)
      if (const TableSpec* other = catalog.by_api(table.source.twin->api))
        return clash(fmt::format("interface '{}'", table.source.twin->api), *other);
    catalog.tables_.emplace(table.name, std::move(table));
  }
  KANPAN_TRY(check_companions(catalog));
  return catalog;
}

Result<const TableSpec*> Catalog::find(std::string_view name) const {
  if (const auto it = tables_.find(name); it != tables_.end()) return &it->second;
  return Error{Errc::NotFound, fmt::format("no table '{}'", name), suggestion(name, names())};
}

const TableSpec* Catalog::by_api(std::string_view api) const {
  const auto it = std::find_if(tables_.begin(), tables_.end(),
                               [&](const auto& entry) { return answers_to(entry.second, api); });
  return it == tables_.end() ? nullptr : &it->second;
}

std::vector<const TableSpec*> Catalog::tables() const {
  std::vector<const TableSpec*> tables;
  for (const auto& [name, table] : tables_) tables.push_back(&table);
  return tables;
}

std::vector<std::string> Catalog::names() const {
  std::vector<std::string> names;
  for (const auto& [name, table] : tables_) names.push_back(name);
  return names;
}

}  // namespace kanpan::catalog
