// Rows of a file that are held: new ones that lack what is never empty, days that are yet to come,
// and what was released before.
#include <algorithm>

#include <gtest/gtest.h>

#include "kanpan/ingest/parts_test.hpp"

namespace kanpan::ingest {
namespace {

constexpr std::string_view kHeader =
    "ts_code,trade_date,open,high,low,close,pre_close,change,pct_chg,vol,amount\n";

/// A row of daily that keeps every identity, where `vol` is 1000.
std::string row(const std::string& code, const std::string& day, const std::string& vol = "1000") {
  return code + "," + day + ",10,10.5,9.8,10.2,10,0.2,2," + vol + ",1010\n";
}

class NewRows : public test::ImportingTest {
 protected:
  NewRows() : ImportingTest("daily") {}
  Result<RunOutcome> import(const std::string& text) { return ImportingTest::import("csv", text); }
};

TEST_F(NewRows, ANewRowWithoutWhatItMustHaveIsHeld) {
  ASSERT_EQ(import(std::string(kHeader) + row("600000.SH", "20240628")).value().exit_code(), 0);
  const auto outcome = import(
      "ts_code,trade_date,vol\n600009.SH,20240628,-1\n600001.SH,20240628,7\n"
      "600000.SH,20240628,2000\n");
  EXPECT_EQ(outcome.value().exit_code(), 5);
  const auto rows = stored();
  ASSERT_EQ(rows.rows(), 1u);
  EXPECT_EQ(rows.column(rows.find("vol")).text_of(0), "2000");
  ASSERT_EQ(held().size(), 2u);
  const auto all = held();
  const auto found = std::ranges::find(all, "null.new_row", &journal::Quarantined::rule);
  ASSERT_NE(found, all.end());
  EXPECT_EQ(found->call, "rows.csv:3");
  EXPECT_NE(found->reason.find("must have open, high, low, close"), std::string::npos)
      << found->reason;
  EXPECT_EQ(database_.journal->quarantined(found->id).value().row,
            R"({"ts_code":"600001.SH","trade_date":"2024-06-28","vol":7E0})");
}

TEST_F(NewRows, OnlyNewRowsWithoutWhatTheyMustHaveAreRefused) {
  ASSERT_EQ(import(std::string(kHeader) + row("600000.SH", "20240628")).value().exit_code(), 0);
  const auto outcome =
      import("ts_code,trade_date,vol\n600001.SH,20240628,7\n600002.SH,20240627,8\n").value();
  EXPECT_EQ(outcome.exit_code(), 5);
  EXPECT_EQ(outcome.summary.refused, 1u);
  ASSERT_TRUE(outcome.error);
  EXPECT_NE(
      outcome.error->message.find("daily rows.csv 2..3 was refused, page.null.new_row: 2 of 2"),
      std::string::npos)
      << outcome.error->message;
  EXPECT_EQ(stored().rows(), 1u);
  ASSERT_EQ(held().size(), 1u);
  EXPECT_EQ(release(held()[0].id).value(), 2u);
  EXPECT_EQ(stored().rows(), 3u);
}

TEST_F(NewRows, RowsOfAnEarlierFileOfTheSameImportAreNotNew) {
  std::string whole(kHeader), narrow("ts_code,trade_date,vol\n");
  for (int i = 0; i < 50; ++i) {
    const std::string code = test::share(i);
    whole += row(code, "20240628");
    narrow += code + ",20240628,2000\n";
  }
  const auto outcome = import_files("csv", {whole, narrow}, 10).value();
  EXPECT_EQ(outcome.summary.quarantined + outcome.summary.refused, 0u);
  const auto rows = stored();
  ASSERT_EQ(rows.rows(), 50u);
  EXPECT_EQ(rows.column(rows.find("vol")).text_of(49), "2000");
}

TEST_F(NewRows, ALineThatHasWhatTheFirstOneLacksIsWhole) {
  ASSERT_EQ(import(std::string(kHeader) + row("600000.SH", "20240628")).value().exit_code(), 0);
  const auto outcome = ImportingTest::import(
      "ndjson", R"({"ts_code":"600000.SH","trade_date":"20240628","open":10,"high":10.5,"low":9.8,)"
                R"("pre_close":10,"change":0.2,"pct_chg":2,"vol":2000,"amount":2020})"
                "\n"
                R"({"ts_code":"600001.SH","trade_date":"20240628","open":10,"high":10.5,"low":9.8,)"
                R"("close":10.2,"pre_close":10,"change":0.2,"pct_chg":2,"vol":1000,"amount":1010})"
                "\n"
                R"({"ts_code":"600002.SH","trade_date":"20240628","open":10,"high":10.5,"low":9.8,)"
                R"("pre_close":10,"change":0.2,"pct_chg":2,"vol":1000,"amount":1010})"
                "\n");
  EXPECT_EQ(outcome.value().exit_code(), 5);
  const auto rows = stored();
  ASSERT_EQ(rows.rows(), 2u) << "600001.SH is whole";
  EXPECT_EQ(rows.column(rows.find("close")).text_of(0), "10.2");
  EXPECT_EQ(rows.column(rows.find("vol")).text_of(0), "2000");
  EXPECT_EQ(rows.column(rows.find("close")).text_of(1), "10.2");
  ASSERT_EQ(held().size(), 1u);
  EXPECT_EQ(held()[0].call, "rows.ndjson:3");
  EXPECT_NE(held()[0].reason.find("must have close, which it lacks"), std::string::npos)
      << held()[0].reason;
}

class HeldOfFiles : public NewRows {};

TEST_F(HeldOfFiles, AReleasedRowThatComesAgainIsDecided) {
  const std::string text =
      std::string(kHeader) + row("600000.SH", "20240628", "-1") + row("600001.SH", "20240628");
  ASSERT_EQ(import(text).value().exit_code(), 5);
  ASSERT_TRUE(release(held().at(0).id));
  const auto again = import(text).value();
  EXPECT_EQ(again.exit_code(), 0);
  EXPECT_EQ(again.summary.quarantined, 0u);
  EXPECT_TRUE(held().empty());
  EXPECT_EQ(stored().rows(), 2u);
}

TEST_F(HeldOfFiles, AreDaysThatAreYetToCome) {
  std::string text = std::string(kHeader) + row("600000.SH", "20420628");
  for (int day = 17; day <= 28; ++day) text += row("600000.SH", fmt::format("2024-06-{}", day));
  EXPECT_EQ(import(text).value().exit_code(), 5);
  EXPECT_EQ(stored().rows(), 12u);
  ASSERT_EQ(held().size(), 1u);
  EXPECT_EQ(held()[0].rule, "date.future");
  EXPECT_NE(held()[0].reason.find("2042-06-28 lies ahead of 2024-06-28"), std::string::npos)
      << held()[0].reason;
  const auto soon = std::string(kHeader) + row("600000.SH", "20240702");
  EXPECT_EQ(import(soon).value().exit_code(), 0) << "the end of a week, another zone's clock";
}

TEST_F(NewRows, WhatLooksLikeAnotherUnitNamesTheFlag) {
  std::string text(kHeader);
  for (int i = 0; i < 10; ++i) text += row(test::share(i), "20240628", "100000");
  const auto outcome = import(text).value();
  ASSERT_TRUE(outcome.error);
  EXPECT_NE(outcome.error->hint.find("--units kanpan"), std::string::npos);
}

TEST_F(NewRows, ADayWhoseRowsAreAllHeldLacksThem) {
  const std::string good = std::string(kHeader) + row("600000.SH", "20240627");
  ASSERT_EQ(import(good + row("600000.SH", "20240628")).value().exit_code(), 0);
  ASSERT_EQ(import(std::string(kHeader) + row("600000.SH", "20240628", "-1")).value().exit_code(),
            5);
  const auto days = database_.journal->days("daily", DateRange::all()).value();
  ASSERT_EQ(days.size(), 2u);
  EXPECT_FALSE(days.front().is_short());
  EXPECT_TRUE(days.back().is_short()) << "another row of the key waits for a person";
}

}  // namespace
}  // namespace kanpan::ingest
