// New rows of a file that lacks columns which the table declares never empty.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kanpan/catalog/table_spec.hpp"
#include "kanpan/ingest/gate.hpp"
#include "kanpan/store/store.hpp"

namespace kanpan::ingest {

/// Those of the columns that the table declares never empty.
std::vector<std::string> never_empty(const catalog::TableSpec& table,
                                     const std::vector<std::string>& columns);

/// `missing` are the columns that the file, or the first line of NDJSON, does not have. A row under
/// a stored key says nothing of them; one under a new key that lacks them too would leave them
/// empty, and goes from the verdict's rows to those held. Where these are all of them the verdict
/// stays as it is and the block is to be refused. Errors are the store's.
Result<std::optional<Refusal>> hold_new_rows(const catalog::TableSpec& table,
                                             const std::vector<std::string>& missing,
                                             const store::Store& store, Verdict& verdict);

}  // namespace kanpan::ingest
