// Files through the same gate and the same writer as what is collected.
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "kanpan/catalog/catalog.hpp"
#include "kanpan/frame/row_reader.hpp"
#include "kanpan/ingest/parts.hpp"
#include "kanpan/ingest/run_outcome.hpp"

namespace kanpan::ingest {

struct ImportFile {
  std::string name;                        ///< as messages and the ledger call it
  std::string format;                      ///< "csv", "ndjson", "parquet": evidence says csv:NAME
  std::unique_ptr<frame::RowReader> rows;  ///< of the table's columns
};

struct ImportRequest {
  const catalog::TableSpec* table = nullptr;
  std::vector<ImportFile> files;  ///< in this order; of rows with one key the later one counts
  bool normal_units = false;      ///< 元, 股, %, instead of the source's units
  /// Rows that are proven and committed whole. Large: that is what makes importing fast.
  std::size_t block_rows = 50'000;
  std::string run = {};  ///< its id, from new_run_id(); made when empty
};

/// Thread-safe; two imports into one table at once: Errc::Busy.
class Importer {
 public:
  explicit Importer(const Parts& parts) : parts_(parts) {}

  /// A run of the ledger with one unit per block. Blocks until done, failed or stopped; what was
  /// committed by then are whole blocks. Columns that a file lacks are left as they are stored
  /// (null in new rows); of a block with a line that lacks a member, so are all empty cells. Errors
  /// before anything is written: Usage for a file that lacks a key column, Busy. What fails later
  /// is in the outcome; so are rows of different blocks that contradict each other under one key
  /// (Errc::Quality, everything else done).
  Result<RunOutcome> run(ImportRequest request, std::stop_token stop);

 private:
  const Parts parts_;
};

}  // namespace kanpan::ingest
