// Rows of a harvest that are held back: how they are written down, and where they belong.
#pragma once

#include <cstdint>
#include <string>

#include "kanpan/ingest/gate.hpp"

namespace kanpan::ingest {

/// The row's raw values by column, numbers as the source sent them, as a JSON object. Without the
/// columns that its file does not have; a later line of NDJSON may have one for itself.
std::string row_json(const Harvest& harvest, std::uint32_t row);

/// Whether the row's key can be told, and lies in what the slice asked for. Of one that has no
/// place nobody knows which stored row it is a version of.
bool has_place(const Slice& slice, const Harvest& harvest, std::uint32_t row);

}  // namespace kanpan::ingest
