// One table's YAML file into its TableSpec.
#pragma once

#include <filesystem>

#include "kanpan/base/error.hpp"
#include "kanpan/catalog/table_spec.hpp"

namespace kanpan::catalog {

/// Refuses with Errc::Config, naming file, line, key, value found and values allowed.
Result<TableSpec> read_table(const std::filesystem::path& file);

}  // namespace kanpan::catalog
