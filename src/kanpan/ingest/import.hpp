// Files through the same gate and the same writer as what is collected.
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "kanpan/base/clock.hpp"
#include "kanpan/base/stop_registry.hpp"
#include "kanpan/catalog/catalog.hpp"
#include "kanpan/frame/row_reader.hpp"
#include "kanpan/ingest/progress.hpp"
#include "kanpan/ingest/run_ledger.hpp"
#include "kanpan/ingest/run_outcome.hpp"
#include "kanpan/ingest/writer.hpp"
#include "kanpan/journal/ledger.hpp"

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
  Importer(const catalog::Catalog& catalog, journal::Ledger& ledger, store::Store& store,
           Writer& writer, const Clock& clock, Progress& progress, StopRegistry& runs,
           RunLedger& run_ledger)
      : catalog_(catalog),
        ledger_(ledger),
        store_(store),
        writer_(writer),
        clock_(clock),
        progress_(progress),
        runs_(runs),
        run_ledger_(run_ledger) {}

  /// A run of the ledger with one unit per block. Blocks until done, failed or stopped; what was
  /// committed by then are whole blocks. Columns that a file lacks are left as they are stored
  /// (null in new rows); of a block with a line that lacks a member, so are all empty cells. Errors
  /// before anything is written: Usage for a file that lacks a key column, Busy. What fails later
  /// is in the outcome; so are rows of different blocks that contradict each other under one key
  /// (Errc::Quality, everything else done).
  Result<RunOutcome> run(ImportRequest request, std::stop_token stop);

 private:
  friend class ImportExecution;

  const catalog::Catalog& catalog_;
  journal::Ledger& ledger_;
  store::Store& store_;
  Writer& writer_;
  const Clock& clock_;
  Progress& progress_;
  StopRegistry& runs_;
  RunLedger& run_ledger_;
};

}  // namespace kanpan::ingest
