// A data directory's worth of parts, for the tests of this folder.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "kanpan/frame/csv.hpp"
#include "kanpan/frame/ndjson.hpp"
#include "kanpan/ingest/collector.hpp"
#include "kanpan/ingest/import.hpp"
#include "kanpan/ingest/quarantine.hpp"
#include "kanpan/ingest/sample.hpp"

namespace kanpan::ingest::test {

/// On the real catalog, journal and store; the clock stands at Friday 28 June 2024, 18:00, until it
/// is moved.
class PartsTest : public testing::Test {
 protected:
  Database database_;
  Writer writer_{*database_.journal, *database_.store, real_catalog(), {}};
  Progress progress_;
  StopRegistry runs_;
  RunLedger run_ledger_{*database_.journal};
  const Parts parts_{real_catalog(), *database_.journal, *database_.store,
                     writer_,        database_.clock,    progress_,
                     runs_,          run_ledger_};
};

/// Collects from `exchange_`, a source that the test makes up.
template <class Exchange>
class CollectingTest : public PartsTest {
 protected:
  Collector collector(int workers) { return {parts_, exchange_, {workers, "sim", {}}}; }

  Exchange exchange_;
  Collector collector_ = collector(1);
};

/// Imports texts into one table.
class ImportingTest : public PartsTest {
 protected:
  explicit ImportingTest(std::string_view table) : table_(real_table(table)) {}

  /// Each text is a file, "rows.csv" or "rows.ndjson".
  Result<RunOutcome> import_files(std::string_view format, const std::vector<std::string>& texts,
                                  std::size_t block_rows = 50'000) {
    ImportRequest request{&table_, {}, false, block_rows};
    for (const std::string& text : texts)
      request.files.push_back(
          {fmt::format("rows.{}", format), std::string(format), reader_of(format, text)});
    return Importer(parts_).run(std::move(request), {});
  }
  Result<RunOutcome> import(std::string_view format, const std::string& text) {
    return import_files(format, {text});
  }
  frame::Batch stored() const {
    frame::Batch rows(table_.fields());
    store::Read read;
    read.table = &table_;
    EXPECT_TRUE(database_.store->read(read, [&](frame::Batch&& batch) -> Result<bool> {
      rows.append(batch);
      return true;
    }));
    return rows;
  }
  std::vector<journal::Quarantined> held() const {
    return database_.journal->quarantine(table_.name, "held", 100).value();
  }
  Result<std::uint64_t> release(std::uint64_t id, bool force = false) {
    return Quarantine(parts_, history_).release(id, force);
  }

  const catalog::TableSpec& table_;
  History history_{*database_.store};

 private:
  std::unique_ptr<frame::RowReader> reader_of(std::string_view format, const std::string& text) {
    const std::string name = fmt::format("rows.{}", format);
    if (format == "csv")
      return std::make_unique<frame::CsvReader>(
          frame::CsvReader::read(frame::stream_of(text), name, table_.fields()).value());
    return std::make_unique<frame::NdjsonReader>(
        frame::NdjsonReader::read(frame::stream_of(text), name, table_.fields()).value());
  }
};

}  // namespace kanpan::ingest::test
