// The coverage matrix: table × day × code, what is there against what must be.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kanpan/ingest/universe.hpp"
#include "kanpan/journal/ledger.hpp"
#include "kanpan/store/store.hpp"

namespace kanpan::ingest {

struct DayCoverage {
  Date day;
  /// complete; partial (rows lack, but the source repeats itself, so that it is not asked again by
  /// schedule); provisional (not all came yet, or it may change); absent (nothing came)
  std::string state;
  std::uint64_t rows = 0;
  std::optional<std::uint32_t> expected;  ///< more than `rows` whenever one is known to lack
  std::vector<std::string> missing;       ///< codes, sorted; empty for tables not kept by code
  std::uint32_t held = 0;                 ///< rows that wait in quarantine and lack
};

struct Coverage {
  std::vector<DayCoverage> days;  ///< oldest first
  std::size_t complete = 0;       ///< days
  std::uint64_t rows = 0;
  std::uint64_t missing_cells = 0;  ///< sum of missing codes
};

/// Of the days between the bounds that the table can have rows on; without bounds, of the days from
/// the first to the last one held. Errors: Usage for a table without a time column, and the store's
/// and the ledger's.
Result<Coverage> coverage_of(const catalog::TableSpec& table, std::optional<Date> from,
                             std::optional<Date> to, const Universe& universe,
                             const store::Store& store, const journal::Ledger& ledger);

}  // namespace kanpan::ingest
