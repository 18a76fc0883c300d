// Codes in other widths and with stray blanks.
#pragma once

#include <string>
#include <vector>

#include "kanpan/ingest/gate.hpp"

namespace kanpan::ingest {

/// Codes are identifiers: full-width letters and stray blanks say nothing. All other text stays as
/// the source wrote it. The note has the original.
void fold_codes(const catalog::TableSpec& table, Harvest& harvest, std::vector<std::string>& notes);

}  // namespace kanpan::ingest
