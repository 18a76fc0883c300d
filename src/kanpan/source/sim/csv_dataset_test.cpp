#include "kanpan/source/sim/csv_dataset.hpp"

#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>
#include <zlib.h>

#include "kanpan/frame/codec.hpp"

namespace kanpan::source::sim {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const catalog::Catalog& tables() {
  static const catalog::Catalog loaded =
      catalog::Catalog::load(std::string(KANPAN_SOURCE_DIR) + "/catalog/tables").value();
  return loaded;
}

class CsvDatasetTest : public testing::Test {
 protected:
  CsvDatasetTest()
      : directory_(fs::temp_directory_path() /
                   fmt::format("kanpan-csv-{}-{}", getpid(),
                               testing::UnitTest::GetInstance()->current_test_info()->name())) {
    fs::create_directories(directory_);
  }
  ~CsvDatasetTest() override { fs::remove_all(directory_); }

  void write(const std::string& name, std::string_view text) const {
    fs::create_directories((directory_ / name).parent_path());
    std::ofstream(directory_ / name, std::ios::binary) << text;
  }
  std::unique_ptr<CsvDataset> open() const {
    return CsvDataset::open(directory_, tables()).value();
  }
  /// Rows as `code date close`, or an error's text.
  static std::vector<std::string> bars(const CsvDataset& dataset, const Question& question = {}) {
    const auto batch = dataset.rows(**tables().find("daily"), question);
    if (!batch) return {batch.error().text()};
    std::vector<std::string> rows;
    for (std::size_t row = 0; row < batch->rows(); ++row)
      rows.push_back(batch->column(batch->find("ts_code")).text_of(row) + " " +
                     batch->column(batch->find("trade_date")).text_of(row) + " " +
                     batch->column(batch->find("close")).text_of(row));
    return rows;
  }
  static std::vector<std::string> column(const frame::Batch& batch, std::string_view name) {
    std::vector<std::string> cells;
    for (std::size_t row = 0; row < batch.rows(); ++row)
      cells.push_back(batch.column(batch.find(name)).text_of(row));
    return cells;
  }

  fs::path directory_;
};

constexpr std::string_view kDaily =
    "trade_date,ts_code,close,colour\n"
    "20240627,600000.SH,8.5,red\n"
    "2024-06-28,600000.SH,8.75,red\n"
    "20240628,000001.SZ,,red\n"
    "20240626,000001.SZ,10.1,red\n";

TEST_F(CsvDatasetTest, rows_come_newest_first_by_code) {
  write("daily.csv", kDaily);
  EXPECT_THAT(bars(*open()), ElementsAre("000001.SZ 2024-06-28 ", "600000.SH 2024-06-28 8.75",
                                         "600000.SH 2024-06-27 8.5", "000001.SZ 2024-06-26 10.1"));
}

TEST_F(CsvDatasetTest, questions_narrow) {
  write("daily.csv", kDaily);
  const auto dataset = open();
  Question question;
  question.from = question.to = *parse_date("20240628");
  EXPECT_THAT(bars(*dataset, question),
              ElementsAre("000001.SZ 2024-06-28 ", "600000.SH 2024-06-28 8.75"));
  question.most = 1;
  EXPECT_THAT(bars(*dataset, question), ElementsAre("000001.SZ 2024-06-28 "));
  question = {};
  question.codes = {"000001.SZ", "999999.SH", "000001.SZ"};
  EXPECT_THAT(bars(*dataset, question),
              ElementsAre("000001.SZ 2024-06-28 ", "000001.SZ 2024-06-26 10.1"));
  question.to = *parse_date("20240627");
  EXPECT_THAT(bars(*dataset, question), ElementsAre("000001.SZ 2024-06-26 10.1"));
  question = {};
  question.from = *parse_date("20240629");
  EXPECT_THAT(bars(*dataset, question), IsEmpty());
  question = {};
  question.equal["close"] = "8.5";
  EXPECT_THAT(bars(*dataset, question), ElementsAre("600000.SH 2024-06-27 8.5"));
}

TEST_F(CsvDatasetTest, files_of_a_table_are_put_together_whatever_their_packing) {
  write("daily.2023.csv", "\xEF\xBB\xBFts_code,trade_date,close\r\nA,20230103,1\r\n");
  write("daily/2024/a.csv.zst", frame::compress("ts_code,trade_date,close\nA,20240102,2\n"));
  const std::string text = "ts_code,trade_date,close\n\"A\",20250102,3\n";
  gzFile gz = gzopen((directory_ / "daily.csv.gz").c_str(), "wb");
  gzwrite(gz, text.data(), static_cast<unsigned>(text.size()));
  gzclose(gz);
  EXPECT_THAT(bars(*open()), ElementsAre("A 2025-01-02 3", "A 2024-01-02 2", "A 2023-01-03 1"));
}

TEST_F(CsvDatasetTest, file_named_after_the_twin_interface_is_found) {
  write("income.csv", "ts_code,ann_date,end_date\nA,20240425,20240331\n");
  const catalog::TableSpec& income = **tables().find("income_vip");
  Question question;
  question.between = {{"ann_date", *parse_date("20240425"), std::nullopt}};
  EXPECT_EQ(open()->rows(income, question)->rows(), 1U);
  question.between[0].from = *parse_date("20240426");
  EXPECT_EQ(open()->rows(income, question)->rows(), 0U);
}

TEST_F(CsvDatasetTest, absent_table_is_empty) {
  write("daily.csv", "ts_code,trade_date\n");
  EXPECT_EQ(open()->rows(**tables().find("adj_factor"), {})->rows(), 0U);
  EXPECT_EQ(open()->rows(**tables().find("trade_cal"), {})->rows(), 0U);
}

TEST_F(CsvDatasetTest, calendar_is_read_off_daily) {
  write("daily.csv", "ts_code,trade_date\nA,20240628\nA,20240701\n");
  Question sse;
  sse.equal["exchange"] = "SSE";
  const frame::Batch calendar = *open()->rows(**tables().find("trade_cal"), sse);
  EXPECT_THAT(column(calendar, "cal_date"),
              ElementsAre("2024-07-01", "2024-06-30", "2024-06-29", "2024-06-28"));
  EXPECT_THAT(column(calendar, "is_open"), ElementsAre("1", "0", "0", "1"));
  EXPECT_THAT(column(calendar, "pretrade_date"),
              ElementsAre("2024-06-28", "2024-06-28", "2024-06-28", ""));
}

TEST_F(CsvDatasetTest, share_list_is_read_off_daily) {
  write("daily.csv",
        "ts_code,trade_date\n688001.SH,20240628\n300001.SZ,20240627\n688001.SH,20240626\n"
        "920001.BJ,20240626\n600000.SH,20240626\n");
  const frame::Batch list = *open()->rows(**tables().find("stock_basic"), {});
  EXPECT_THAT(column(list, "ts_code"),
              ElementsAre("300001.SZ", "600000.SH", "688001.SH", "920001.BJ"));
  EXPECT_THAT(column(list, "list_date"),
              ElementsAre("2024-06-27", "2024-06-26", "2024-06-26", "2024-06-26"));
  EXPECT_THAT(column(list, "market"), ElementsAre("创业板", "主板", "科创板", "北交所"));
  EXPECT_THAT(column(list, "exchange"), ElementsAre("SZSE", "SSE", "SSE", "BSE"));
}

TEST_F(CsvDatasetTest, columns_that_follow_from_others_are_filled) {
  write(
      "stock_basic.csv",
      "ts_code,name,list_date,delist_date\n600001.SH,x,19980122,20091229\n000001.SZ,y,19910403,\n");
  write("trade_cal.csv", "cal_date,is_open,pretrade_date\n2024-06-28,1,20240627\n");
  const auto dataset = open();
  const frame::Batch list = *dataset->rows(**tables().find("stock_basic"), {});
  EXPECT_THAT(column(list, "list_status"), ElementsAre("D", "L"));
  EXPECT_THAT(column(list, "symbol"), ElementsAre("600001", "000001"));
  const frame::Batch calendar = *dataset->rows(**tables().find("trade_cal"), {});
  EXPECT_THAT(column(calendar, "exchange"), ElementsAre("SSE"));
}

TEST_F(CsvDatasetTest, malformed_lines_are_refused_on_opening) {
  const auto refusal = [&] {
    const auto dataset = CsvDataset::open(directory_, tables());
    return dataset ? Error{} : dataset.error();
  };
  write("adj_factor/2024.csv", "ts_code,trade_date,adj_factor\nA,20240628,1\n");
  write("daily.csv", "ts_code,trade_date,close\nA,20240628,1\nA,20240627,1,2\n");
  EXPECT_EQ(refusal().code, Errc::Quality);
  EXPECT_THAT(refusal().text(), HasSubstr("daily.csv: line 3: 4 cells"));
  write("daily.csv", "ts_code,trade_date,close\nA,20240628,1\nA,20240627,cheap\n");
  EXPECT_THAT(refusal().text(), HasSubstr("daily.csv: line 3: close is 'cheap' (write a real"));
  write("daily.csv", "ts_code,trade_date,close\nA,20240631,1\n");
  EXPECT_THAT(refusal().text(), HasSubstr("daily.csv: line 2: trade_date is '20240631'"));
  write("adj_factor/2023.csv", "ts_code,trade_date,adj_factor\nA,20230628,x\n");
  EXPECT_THAT(refusal().text(), HasSubstr("2023.csv: line 2: adj_factor is 'x'"));
}

TEST_F(CsvDatasetTest, header_without_code_or_day_is_refused_on_opening) {
  write("daily.csv", "code,trade_date\n");
  const auto dataset = CsvDataset::open(directory_, tables());
  ASSERT_FALSE(dataset);
  EXPECT_THAT(dataset.error().text(), HasSubstr("daily.csv: line 1: no column 'ts_code'"));
}

TEST_F(CsvDatasetTest, missing_directory_is_refused) {
  const auto dataset = CsvDataset::open(directory_ / "nowhere", tables());
  ASSERT_FALSE(dataset);
  EXPECT_EQ(dataset.error().code, Errc::NotFound);
}

TEST_F(CsvDatasetTest, files_of_no_table_are_told) {
  write("dayly.csv", "a\n");
  EXPECT_THAT(CsvDataset::open(directory_, tables()).error().message,
              HasSubstr("is of a table, not even 'dayly.csv'"));
  write("daily.csv", "ts_code,trade_date\n");
  write("README.md", "");
  write("daily.txt", "");
  EXPECT_THAT(open()->unused(), ElementsAre("README.md", "daily.txt", "dayly.csv"));
}

}  // namespace
}  // namespace kanpan::source::sim
