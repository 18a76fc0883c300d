// One table's YAML file into its TableSpec.
#pragma once

#include <filesystem>

#include "kanpan/base/error.hpp"
#include "kanpan/catalog/table_spec.hpp"

namespace kanpan::catalog {

/// Refuses with Errc::Config, naming file, line, key, value found and values allowed.
Result<TableSpec> read_table(const std::filesystem::path& file);

/// Five fields (minute, hour, day of month, month, day of week) of `*`, numbers, ranges, steps and
/// lists of them, each within its bounds. Syntax only: when it runs is the scheduler's.
bool is_cron(std::string_view text);

}  // namespace kanpan::catalog
