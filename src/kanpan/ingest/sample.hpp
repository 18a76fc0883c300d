// Catalog, directories and rows that the tests of this folder share.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "kanpan/catalog/catalog.hpp"
#include "kanpan/ingest/universe.hpp"
#include "kanpan/journal/sample.hpp"
#include "kanpan/journal/sqlite/sqlite_journal.hpp"
#include "kanpan/source/sim/sample_table.hpp"
#include "kanpan/store/duckdb/duckdb_store.hpp"

namespace kanpan::ingest::test {

using source::sim::test::batch_of;

/// The product's own catalog.
inline const catalog::Catalog& real_catalog() {
  static const auto catalog = catalog::Catalog::load(KANPAN_SOURCE_DIR "/catalog/tables").value();
  return catalog;
}

inline const catalog::TableSpec& real_table(std::string_view name) {
  return **real_catalog().find(name);
}

inline Date day_of(std::string_view text) { return parse_date(text).value(); }

/// A real journal and a real store in a directory of their own.
struct Database {
  explicit Database(const catalog::Catalog& catalog = real_catalog())
      : journal(journal::sqlite::SqliteJournal::open(directory.path() / "journal.db", clock, "test")
                    .value()),
        store(store::duckdb::DuckdbStore::open(directory.path() / "hot.duckdb", catalog).value()) {}

  journal::HandClock clock;
  journal::ScratchDirectory directory;
  std::unique_ptr<journal::sqlite::SqliteJournal> journal;
  std::unique_ptr<store::duckdb::DuckdbStore> store;
};

/// A row of daily as text that satisfies every identity of the table.
inline std::vector<std::string> bar(const std::string& code, std::string_view day, double close,
                                    double pre_close, double vol = 1000) {
  const auto text = [](double value) { return fmt::format("{:.6f}", value); };
  return {code,
          std::string(day),
          text(close),
          text(close + 0.1),
          text(close - 0.1),
          text(close),
          text(pre_close),
          text(close - pre_close),
          text((close / pre_close - 1) * 100),
          text(vol),
          text(vol * close / 10)};
}

inline std::string share(int number) { return fmt::format("{:06}.SH", 600000 + number); }

}  // namespace kanpan::ingest::test
