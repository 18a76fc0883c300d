#include "kanpan/store/duckdb/parquet.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "kanpan/store/duckdb/engine.hpp"

namespace kanpan::store::duckdb {
namespace {

using frame::Field;
using frame::Type;
using testing::ElementsAre;

// ICU looks at the machine's zone once per process, so it is set before any test: that of a server
// elsewhere, which must not matter.
[[maybe_unused]] const int kInUtc = ::setenv("TZ", "UTC", 1);

class Parquet : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "kanpan-parquet-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    directory_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  /// A file that DuckDB writes, as other programs do.
  std::filesystem::path file(const std::string& select) {
    const auto path = directory_ / "rows.parquet";
    duckdb_database database = nullptr;
    duckdb_connection connection = nullptr;
    EXPECT_EQ(duckdb_open(nullptr, &database), DuckDBSuccess);
    EXPECT_EQ(duckdb_connect(database, &connection), DuckDBSuccess);
    EXPECT_EQ(duckdb_query(
                  connection,
                  fmt::format("COPY ({}) TO '{}' (FORMAT parquet)", select, path.string()).c_str(),
                  nullptr),
              DuckDBSuccess);
    duckdb_disconnect(&connection);
    duckdb_close(&database);
    return path;
  }

  /// Rows of each block, until the end and once beyond it.
  static std::vector<std::size_t> blocks(ParquetReader& reader, std::size_t most) {
    std::vector<std::size_t> sizes;
    std::uint64_t line = 1;
    while (auto block = reader.next(most).value()) {
      sizes.push_back(block->batch.rows());
      EXPECT_EQ(block->lines.front(), line);
      line += block->batch.rows();
    }
    EXPECT_FALSE(reader.next(most).value()) << "the end stays the end";
    return sizes;
  }

  const std::vector<Field> wanted_{{"ts_code", Type::Text},
                                   {"trade_date", Type::Date},
                                   {"close", Type::Real},
                                   {"vol", Type::Real}};
  std::filesystem::path directory_;
};

TEST_F(Parquet, GivesBlocksOfAtMostTheRowsAskedForWhateverTheirNumber) {
  for (const auto& [rows, sizes] : std::vector<std::pair<int, std::vector<std::size_t>>>{
           {3, {3}}, {5'000, {5'000}}, {50'000, {50'000}}, {70'000, {50'000, 20'000}}}) {
    const auto path =
        file(fmt::format("SELECT '600000.SH' AS ts_code, DATE '2000-01-01' + i::INT AS trade_date, "
                         "i / 100 AS close, i AS vol FROM range({}) AS r(i)",
                         rows));
    auto reader = ParquetReader::open(path, wanted_).value();
    EXPECT_EQ(blocks(reader, 50'000), sizes) << rows;
  }
  auto reader = ParquetReader::open(directory_ / "rows.parquet", wanted_).value();
  EXPECT_EQ(blocks(reader, 30'000), (std::vector<std::size_t>{30'000, 30'000, 10'000}));
}

TEST_F(Parquet, ReadsDatesAsTextAndNumbersOfAnyKindAndTellsWhatItCannotRead) {
  const auto path = file(
      "SELECT * FROM (VALUES ('600000.SH', '20240628', 10.25::DECIMAL(8, 2), '7'), "
      "('600001.SH', 'yesterday', NULL, 'many')) AS t(code, trade_date, close, mood)");
  auto reader = ParquetReader::open(path, wanted_, {{"code", "ts_code"}, {"mood", "vol"}}).value();
  EXPECT_THAT(reader.missing(), testing::IsEmpty());
  const auto block = reader.next(10).value();
  ASSERT_TRUE(block);
  ASSERT_EQ(block->batch.rows(), 2u);
  EXPECT_EQ(block->batch.column(0).texts()[1], "600001.SH");
  EXPECT_EQ(block->batch.column(1).dates()[0], parse_date("20240628").value());
  EXPECT_EQ(block->batch.column(2).reals()[0], 10.25);
  EXPECT_TRUE(block->batch.column(2).is_null(1));
  EXPECT_EQ(block->batch.column(3).reals()[0], 7);
  ASSERT_EQ(block->bad_cells.size(), 2u);
  std::vector<std::string> raw;
  for (const auto& cell : block->bad_cells) raw.push_back(cell.raw);
  EXPECT_THAT(raw, testing::UnorderedElementsAre("yesterday", "many"));
}

TEST_F(Parquet, TakesTheDayOfAZonedTimeInShanghaiWhateverTheMachinesZone) {
  const auto path = file(
      "SELECT * FROM (VALUES (TIMESTAMPTZ '2024-06-28 00:00:00+08'), "
      "(TIMESTAMPTZ '2024-06-28 23:59:59+08')) AS t(trade_date), (SELECT '600000.SH' AS ts_code)");
  auto reader = ParquetReader::open(path, wanted_).value();
  const auto block = reader.next(10).value();
  ASSERT_TRUE(block);
  EXPECT_THAT(block->batch.column(1).dates(),
              ElementsAre(parse_date("20240628").value(), parse_date("20240628").value()));

  const std::vector<Field> as_text{{"trade_date", Type::Text}};
  auto texts = ParquetReader::open(path, as_text).value();
  EXPECT_EQ(texts.next(10).value()->batch.column(0).texts()[0], "2024-06-28 00:00:00+08");
}

TEST_F(Parquet, NamesWhatIsMissingAndWhatNobodyWants) {
  const auto path = file("SELECT '600000.SH' AS ts_code, 1 AS mood");
  const auto reader = ParquetReader::open(path, wanted_).value();
  EXPECT_THAT(reader.missing(), ElementsAre("trade_date", "close", "vol"));
  EXPECT_THAT(reader.unknown(), ElementsAre("mood"));
}

TEST_F(Parquet, RefusesWhatIsNoParquet) {
  const auto path = directory_ / "rows.parquet";
  std::ofstream(path) << "ts_code,trade_date\n";
  const auto reader = ParquetReader::open(path, wanted_);
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().code, Errc::Quality);
  EXPECT_THAT(reader.error().text(), testing::HasSubstr("rows.parquet"));
  EXPECT_EQ(ParquetReader::open(directory_ / "absent.parquet", wanted_).error().code,
            Errc::NotFound);
}

}  // namespace
}  // namespace kanpan::store::duckdb
