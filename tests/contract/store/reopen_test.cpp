// A DuckDB store closed and opened again under those who use it.
#include <atomic>
#include <fstream>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "backend.hpp"
#include "kanpan/store/duckdb/duckdb_store.hpp"

namespace kanpan::store::contract {
namespace {

namespace fs = std::filesystem;
using duckdb::DuckdbStore;

/// Fifty bars of one day.
Change day(Sequence seq, double value) {
  std::vector<Row> rows;
  for (int code = 0; code < 50; ++code) {
    Row row{fmt::format("{:06}.SZ", code), Date::from_ymd(2024, 6, 24)};
    row.resize(daily().columns.size(), value);
    rows.push_back(std::move(row));
  }
  return change_of(seq, daily(), Mode::Upsert, rows);
}

void expect_whole_day(const DuckdbStore& store) {
  const auto oldest = static_cast<double>(store.applied());
  const auto rows = rows_of(store, all_of(daily()));
  ASSERT_TRUE(rows) << rows.error().text();
  ASSERT_EQ(rows->size(), 50u);
  for (const Row& row : *rows) ASSERT_EQ(row.back(), rows->front().back());
  ASSERT_GE(std::get<double>(rows->front().back()), oldest);
  ASSERT_EQ(store.count(all_of(daily())).value(), 50u);
}

TEST(DuckdbStore, reopens_beside_its_readers_with_what_was_applied) {
  TemporaryDirectory directory;
  auto store = DuckdbStore::open(directory.path() / "hot.duckdb", all_tables()).value();
  const Change first = day(1, 1);
  ASSERT_TRUE(store->apply({&first, 1}));
  std::atomic<bool> done = false;
  std::vector<std::jthread> readers;  // several, so that hardly ever none of them reads
  for (int i = 0; i < 4; ++i)
    readers.emplace_back([&] {
      while (!done && !testing::Test::HasFailure()) expect_whole_day(*store);
    });
  for (Sequence seq = 2; seq < 7 && !HasFailure(); ++seq) {
    const auto reopened = store->reopen();
    EXPECT_TRUE(reopened) << reopened.error().text();
    EXPECT_EQ(store->applied(), seq - 1);
    const Change more = day(seq, static_cast<double>(seq));
    EXPECT_TRUE(store->apply({&more, 1}));
  }
  done = true;
}

TEST(DuckdbStore, a_file_that_is_damaged_when_reopened_is_said_to_be) {
  TemporaryDirectory directory;
  const fs::path path = directory.path() / "hot.duckdb";
  auto store = DuckdbStore::open(path, all_tables()).value();
  const Change first = day(1, 1);
  ASSERT_TRUE(store->apply({&first, 1}));
  ASSERT_TRUE(store->checkpoint().value());
  std::ofstream(path, std::ios::in | std::ios::out | std::ios::binary) << std::string(20'000, 'x');
  EXPECT_EQ(store->reopen().error().code, Errc::Corrupt);
  EXPECT_TRUE(store->damaged());
  EXPECT_FALSE(store->count(all_of(daily())));
}

}  // namespace
}  // namespace kanpan::store::contract
