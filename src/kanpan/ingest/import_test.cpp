#include "kanpan/ingest/import.hpp"

#include <filesystem>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "kanpan/frame/csv.hpp"
#include "kanpan/ingest/quarantine.hpp"
#include "kanpan/journal/sqlite/sqlite_journal.hpp"
#include "kanpan/store/duckdb/duckdb_store.hpp"

namespace kanpan::ingest {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHeader =
    "ts_code,trade_date,open,high,low,close,pre_close,change,pct_chg,vol,amount\n";

/// A row of daily that keeps every identity.
std::string row(std::string_view code, std::string_view day, std::string_view close = "10.2",
                std::string_view vol = "1000") {
  return std::string(code) + "," + std::string(day) + ",10,10.5,9.8," + std::string(close) +
         ",10,0.2,2," + std::string(vol) + ",1010\n";
}

class Import : public testing::Test {
 protected:
  Import() {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    journal_ =
        journal::sqlite::SqliteJournal::open(folder_ / "journal.db", *clock_, "test").value();
    store_ = store::duckdb::DuckdbStore::open(folder_ / "hot.duckdb", catalog_).value();
    run_ledger_ = std::make_unique<RunLedger>(*journal_);
    writer_ = std::make_unique<Writer>(*journal_, *store_, catalog_, Writer::Options{});
    history_ = std::make_unique<History>(*store_);
  }
  ~Import() override {
    writer_.reset();
    store_.reset();
    journal_.reset();
    fs::remove_all(folder_);
  }

  const catalog::TableSpec& daily() const { return *catalog_.find("daily").value(); }

  Result<RunOutcome> import(const std::string& text, bool normal_units = false,
                            std::size_t block_rows = 50'000, std::stop_token stop = {}) {
    ImportRequest request{&daily(), {}, normal_units, block_rows};
    auto reader = frame::CsvReader::read(frame::stream_of(text), "rows.csv", daily().fields());
    EXPECT_TRUE(reader) << reader.error().text();
    request.files.push_back(
        {"rows.csv", "csv", std::make_unique<frame::CsvReader>(std::move(*reader))});
    return Importer(parts()).run(std::move(request), std::move(stop));
  }

  frame::Batch stored() const {
    frame::Batch rows(daily().fields());
    store::Read read;
    read.table = &daily();
    EXPECT_TRUE(store_->read(read, [&](frame::Batch&& batch) -> Result<bool> {
      rows.append(batch);
      return true;
    }));
    return rows;
  }

  std::vector<journal::Quarantined> held() const {
    return journal_->quarantine("daily", "held", 100).value();
  }

  Parts parts() {
    return {catalog_, *journal_, *store_, *writer_, *clock_, progress_, runs_, *run_ledger_};
  }
  Quarantine quarantine() { return {parts(), *history_}; }

  fs::path folder_ = fs::temp_directory_path() / ("kanpan-import-" + std::to_string(getpid()));
  std::unique_ptr<Clock> clock_ = make_clock("2024-07-10T18:00:00+08:00").value();
  catalog::Catalog catalog_ = catalog::Catalog::load(KANPAN_SOURCE_DIR "/catalog/tables").value();
  Progress progress_;
  StopRegistry runs_;
  std::unique_ptr<RunLedger> run_ledger_;
  std::unique_ptr<journal::sqlite::SqliteJournal> journal_;
  std::unique_ptr<store::duckdb::DuckdbStore> store_;
  std::unique_ptr<Writer> writer_;
  std::unique_ptr<History> history_;
};

TEST_F(Import, RowsAreDurableVisibleAndTheirDaysAreKnown) {
  const auto outcome =
      import(std::string(kHeader) + row("600000.SH", "20240628") + row("000001.SZ", "2024-06-27"));
  ASSERT_TRUE(outcome) << outcome.error().text();
  EXPECT_EQ(outcome->exit_code(), 0);
  EXPECT_EQ(outcome->summary.rows, 2u);
  EXPECT_EQ(outcome->summary.run.command, "import");
  EXPECT_EQ(stored().rows(), 2u);
  const auto commits = journal_->headers(0, 10, {}).value();
  ASSERT_EQ(commits.size(), 1u);
  EXPECT_EQ(commits[0].source, "csv:rows.csv");
  EXPECT_EQ(journal_->days("daily", {Date::from_ymd(2024, 6, 27), Date::from_ymd(2024, 6, 28)})
                .value()
                .size(),
            2u);
}

TEST_F(Import, ADayOfManyRowsIsACommitWhateverTheOrderOfTheFile) {
  std::string text(kHeader);
  for (int i = 599; i >= 0; --i)
    for (const char* day : {"20240628", "20240627"})
      text += row(std::to_string(600000 + i) + ".SH", day);
  ASSERT_EQ(import(text, false, 5000).value().exit_code(), 0);
  const auto commits = journal_->headers(0, 10, {}).value();
  ASSERT_EQ(commits.size(), 2u);
  for (int i = 0; i < 2; ++i) {
    const Date day = Date::from_ymd(2024, 6, 27 + i);
    EXPECT_EQ(commits[i].rows, 600u);
    EXPECT_EQ(commits[i].touched, (DateRange{day, day}));
    EXPECT_EQ(commits[i].first_code, "600000.SH");
  }
  EXPECT_EQ(stored().rows(), 1200u);
}

TEST_F(Import, DaysOfFewRowsAreOneCommit) {
  std::string text(kHeader);
  for (const char* day : {"20240626", "20240627", "20240628"}) text += row("600000.SH", day);
  ASSERT_EQ(import(text).value().exit_code(), 0);
  EXPECT_EQ(journal_->headers(0, 10, {}).value().size(), 1u);
}

TEST_F(Import, BlocksAreUnitsAndASecondImportChangesNothing) {
  std::string text(kHeader);
  for (int i = 0; i < 25; ++i) text += row(std::to_string(600000 + i) + ".SH", "20240628");
  ASSERT_EQ(import(text, false, 10).value().summary.units, 3u);
  ASSERT_EQ(import(text, false, 10).value().exit_code(), 0);
  EXPECT_EQ(stored().rows(), 25u);
  EXPECT_EQ(store_->sizes().value().at("daily").history_rows, 0u);
}

TEST_F(Import, RowsOfTwoBlocksThatContradictEachOtherAreReported) {
  std::string text(kHeader);
  for (int i = 0; i < 10; ++i) text += row(std::to_string(600000 + i) + ".SH", "20240628");
  for (int i = 0; i < 3; ++i)
    text += row(std::to_string(600000 + i) + ".SH", "20240628", "10.2", i == 1 ? "1001" : "1000");
  const auto outcome = import(text, false, 10).value();
  EXPECT_EQ(outcome.exit_code(), 5);
  EXPECT_EQ(outcome.summary.run.state, journal::RunState::Done);
  ASSERT_TRUE(outcome.error);
  EXPECT_NE(outcome.error->message.find("1 rows of daily contradict"), std::string::npos)
      << outcome.error->message;
  EXPECT_NE(outcome.error->message.find("600001.SH/2024-06-28"), std::string::npos)
      << outcome.error->message;
  EXPECT_NE(outcome.error->hint.find("--as-of 1"), std::string::npos) << outcome.error->hint;
  EXPECT_NE(outcome.summary.run.error.find("contradict"), std::string::npos);
  EXPECT_EQ(stored().rows(), 10u);
  EXPECT_EQ(store_->sizes().value().at("daily").history_rows, 1u) << "the earlier row is kept";
}

TEST_F(Import, WhatAnEarlierImportBroughtMayBeCorrected) {
  ASSERT_EQ(import(std::string(kHeader) + row("600000.SH", "20240628")).value().exit_code(), 0);
  const auto outcome = import(std::string(kHeader) + row("600000.SH", "20240628", "10.2", "1001"));
  EXPECT_EQ(outcome.value().exit_code(), 0);
  EXPECT_EQ(store_->sizes().value().at("daily").history_rows, 1u);
}

TEST_F(Import, BlocksThatRepeatOrCompleteEachOtherAreRight) {
  std::vector<std::string> notes;
  const auto listening = progress_.subscribe([&](const Event& event) {
    if (event.kind == "note") notes.push_back(std::to_string(event.rows) + " " + event.message);
  });
  std::string text = "ts_code,trade_date,open,high,low,close,vol,pre_close,amount\n";
  for (const char* cells : {",1010", "10,", "10,"})
    text += std::string("600000.SH,20240628,10,10.5,9.8,10.2,1000,") + cells + "\n";
  const auto outcome = import(text, false, 1).value();
  EXPECT_EQ(outcome.exit_code(), 0);
  const auto rows = stored();
  ASSERT_EQ(rows.rows(), 1u);
  EXPECT_EQ(rows.column(rows.find("pre_close")).text_of(0), "10");
  EXPECT_EQ(rows.column(rows.find("amount")).text_of(0), "1010");
  ASSERT_FALSE(notes.empty());
  EXPECT_EQ(notes.back(), "1 rows say what is stored already, or what another row says");
}

TEST_F(Import, ABadRowIsHeldWithItsLineAndTheRestGoesOn) {
  std::string text(kHeader);
  for (int i = 0; i < 10; ++i) text += row(std::to_string(600000 + i) + ".SH", "20240628");
  text += row("600100.SH", "20240628", "99");
  text += row("600101.SH", "20240628", "much");
  const auto outcome = import(text).value();
  EXPECT_EQ(outcome.exit_code(), 5);
  EXPECT_EQ(stored().rows(), 10u);
  ASSERT_EQ(held().size(), 2u);
  // Newest first, and a cell is judged before what relates it to others.
  EXPECT_EQ(held()[0].call, "rows.csv:12");
  EXPECT_EQ(held()[1].call, "rows.csv:13");
  EXPECT_EQ(held()[1].rule, "cell.close");
}

TEST_F(Import, AFooterIsHeldWithItsLineAndTheRestGoesOn) {
  std::string text(kHeader);
  for (int i = 0; i < 10; ++i) text += row(std::to_string(600000 + i) + ".SH", "20240628");
  text += "\n合计,10\n  \n数据来源: 某终端\n";
  const auto outcome = import(text, false, 5).value();
  EXPECT_EQ(outcome.exit_code(), 5);
  EXPECT_FALSE(outcome.error);
  EXPECT_EQ(outcome.summary.run.state, journal::RunState::Done);
  EXPECT_EQ(outcome.summary.quarantined, 2u);
  EXPECT_EQ(stored().rows(), 10u);
  ASSERT_EQ(held().size(), 2u);
  const auto sum = held()[0].call == "rows.csv:13" ? held()[0] : held()[1];
  EXPECT_EQ(sum.call, "rows.csv:13");
  EXPECT_EQ(sum.rule, "line");
  EXPECT_EQ(sum.reason, "line 13: 2 cells where the header names 11");
  EXPECT_EQ(sum.row, R"({"line":"合计,10"})");
  const auto released = quarantine().release(sum.id);
  ASSERT_FALSE(released);
  EXPECT_NE(released.error().message.find("it has no ts_code"), std::string::npos);
  EXPECT_EQ(stored().rows(), 10u);
}

TEST_F(Import, AColumnThatTheFileLacksKeepsWhatIsStored) {
  ASSERT_EQ(import(std::string(kHeader) + row("600000.SH", "20240628")).value().exit_code(), 0);
  ASSERT_EQ(import("ts_code,trade_date,vol\n600000.SH,20240628,2000\n").value().exit_code(), 0);
  const auto rows = stored();
  ASSERT_EQ(rows.rows(), 1u);
  EXPECT_EQ(rows.column(rows.find("close")).text_of(0), "10.2");
  EXPECT_EQ(rows.column(rows.find("vol")).text_of(0), "2000");
}

TEST_F(Import, NormalUnitsBecomeTheSources) {
  const std::string text =
      std::string(kHeader) + "600000.SH,20240628,10,10.5,9.8,10.2,10,0.2,2,100012,1010121.2\n";
  ASSERT_EQ(import(text, true).value().exit_code(), 0);
  const auto rows = stored();
  EXPECT_EQ(rows.column(rows.find("vol")).text_of(0), "1000.12");
  EXPECT_EQ(rows.column(rows.find("amount")).text_of(0), "1010.1212");
}

TEST_F(Import, WithoutItsKeyAFileIsRefusedBeforeAnythingIsWritten) {
  const auto outcome = import("code,trade_date,close\n600000.SH,20240628,10\n");
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, Errc::Usage);
  EXPECT_NE(outcome.error().hint.find("--map code=ts_code"), std::string::npos);
  EXPECT_TRUE(journal_->runs(10).value().empty());
}

TEST_F(Import, ALineThatCannotBeReadLeavesTheBlocksBeforeIt) {
  std::string text(kHeader);
  for (int i = 0; i < 10; ++i) text += row(std::to_string(600000 + i) + ".SH", "20240628");
  text += "\"600100.SH,20240628\n";
  const auto outcome = import(text, false, 5).value();
  EXPECT_EQ(outcome.exit_code(), 5);
  ASSERT_TRUE(outcome.error);
  EXPECT_NE(outcome.error->message.find("line 12"), std::string::npos) << outcome.error->message;
  EXPECT_EQ(outcome.summary.run.state, journal::RunState::Partial);
  EXPECT_EQ(stored().rows(), 10u);
}

TEST_F(Import, StoppedBeforeTheFirstBlockItLeavesNothing) {
  std::stop_source stop;
  stop.request_stop();
  const auto outcome =
      import(std::string(kHeader) + row("600000.SH", "20240628"), false, 10, stop.get_token());
  EXPECT_EQ(outcome.value().exit_code(), 6);
  EXPECT_EQ(stored().rows(), 0u);
}

TEST_F(Import, ToldToStopItEndsAfterWholeBlocks) {
  std::string text(kHeader);
  for (int i = 0; i < 400; ++i) text += row(std::to_string(600000 + i) + ".SH", "20240628");
  std::string run;
  const auto subscription = progress_.subscribe([&](const Event& event) {
    if (event.kind == "commit" && run.empty()) {
      EXPECT_TRUE(runs_.cancel(run = event.run));
    }
  });
  const auto outcome = import(text, false, 10).value();
  EXPECT_EQ(outcome.summary.run.state, journal::RunState::Cancelled);
  EXPECT_EQ(outcome.exit_code(), 6);
  EXPECT_EQ(stored().rows(), outcome.summary.rows);
  EXPECT_EQ(stored().rows() % 10, 0u);
  EXPECT_GE(stored().rows(), 10u);
  EXPECT_LT(stored().rows(), 400u);
  EXPECT_FALSE(runs_.cancel(run)) << "it is over";
  run.clear();  // told so after the last of its blocks, it is done
  EXPECT_EQ(import(text, false, 1000)->exit_code(), 0);
  EXPECT_FALSE(run.empty());
}

TEST_F(Import, BlocksOfAWideTableHaveFewerRows) {
  const auto& table = *catalog_.find("stk_factor_pro").value();
  std::string text = "ts_code,trade_date,close\n";
  for (int i = 0; i < 9000; ++i) text += fmt::format("{:06}.SH,20240628,10\n", 600000 + i);
  ImportRequest request{&table, {}, false};
  auto reader = frame::CsvReader::read(frame::stream_of(text), "rows.csv", table.fields());
  request.files.push_back(
      {"rows.csv", "csv", std::make_unique<frame::CsvReader>(std::move(*reader))});
  const auto outcome = Importer(parts()).run(std::move(request), {}).value();
  EXPECT_EQ(outcome.summary.units, 3u) << "of about a million cells";
}

TEST_F(Import, AnotherWriterOfTheTableKeepsItOut) {
  ASSERT_TRUE(journal_->acquire("lock:update:daily", "somebody", 60));
  const auto outcome = import(std::string(kHeader) + row("600000.SH", "20240628"));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, Errc::Busy);
}

TEST_F(Import, AReleasedRowIsStoredAsItCame) {
  std::string text(kHeader);
  for (int i = 0; i < 10; ++i) text += row(std::to_string(600000 + i) + ".SH", "20240628");
  ASSERT_EQ(import(text + row("600100.SH", "20240628", "99")).value().exit_code(), 5);
  const auto id = held().at(0).id;
  auto released = quarantine().release(id);
  ASSERT_TRUE(released) << released.error().text();
  EXPECT_EQ(*released, 1u);
  EXPECT_EQ(stored().rows(), 11u);
  EXPECT_TRUE(held().empty());
  EXPECT_EQ(journal_->quarantined(id).value().state, "released");
  EXPECT_EQ(journal_->headers(1, 10, {}).value().at(0).source, "csv:rows.csv");
  EXPECT_EQ(quarantine().release(id).error().code, Errc::Usage);
  EXPECT_EQ(quarantine().drop(id).error().code, Errc::Usage);
  EXPECT_EQ(quarantine().release(999).error().code, Errc::NotFound);
}

TEST_F(Import, ARowWithAnUnreadableCellIsNotReleasedButCanBeDropped) {
  std::string text(kHeader);
  for (int i = 0; i < 10; ++i) text += row(std::to_string(600000 + i) + ".SH", "20240628");
  ASSERT_EQ(import(text + row("600100.SH", "20240628", "much")).value().exit_code(), 5);
  const auto id = held().at(0).id;
  const auto released = quarantine().release(id);
  ASSERT_FALSE(released);
  EXPECT_EQ(released.error().code, Errc::Quality);
  EXPECT_NE(released.error().message.find("close is 'much'"), std::string::npos);
  EXPECT_EQ(stored().rows(), 10u);
  ASSERT_TRUE(quarantine().drop(id));
  EXPECT_EQ(journal_->quarantined(id).value().state, "dropped");
}

TEST_F(Import, AHeldPageIsParsedAgainAndItsRowsAreStored) {
  journal::Landing landing;
  journal::Unit unit;
  unit.table = "daily";
  landing.quarantined.push_back(quarantined_page(
      unit, {"daily(trade_date=20240628)", "sim", true}, {"page.truncated", "cut off"},
      R"({"code":0,"msg":"","data":{"fields":["ts_code","trade_date","close"],)"
      R"("items":[["600000.SH","20240628",8.5],["000001.SZ","20240628",10.2]]}})",
      clock_->now()));
  ASSERT_TRUE(journal_->land({&landing, 1}));
  EXPECT_EQ(quarantine().release(held().at(0).id).value(), 2u);
  EXPECT_EQ(stored().rows(), 2u);
  const auto commit = journal_->headers(0, 10, {}).value().at(0);
  EXPECT_EQ(commit.source, "sim") << "evidence is that of the page";
  EXPECT_TRUE(commit.simulated);
}

TEST_F(Import, ARefusedBlockIsKeptWithItsRowsAndCanBeReleased) {
  std::string text("ts_code,trade_date,open,high,low,close,pre_close,change,pct_chg,vol\n");
  for (int i = 0; i < 10; ++i)
    text += std::to_string(600000 + i) + ".SH,20240628,10,10.5,9.8,9,10,-1,-10,1000\n";
  const auto outcome = import(text).value();
  EXPECT_EQ(outcome.exit_code(), 5);
  EXPECT_EQ(stored().rows(), 0u);
  ASSERT_EQ(held().size(), 1u);
  const auto kept = journal_->quarantined(held()[0].id).value();
  EXPECT_EQ(kept.rule, "page.ohlc");
  EXPECT_EQ(kept.source, "csv:rows.csv");
  EXPECT_FALSE(kept.simulated);
  EXPECT_NE(kept.page.find(R"(["600009.SH","2024-06-28",10,10.5,9.8,9,10,-1,-10,1000])"),
            std::string::npos)
      << kept.page;
  EXPECT_EQ(quarantine().release(kept.id).value(), 10u);
  const auto rows = stored();
  ASSERT_EQ(rows.rows(), 10u);
  EXPECT_EQ(rows.column(rows.find("close")).text_of(0), "9");
  EXPECT_TRUE(rows.column(rows.find("amount")).is_null(0)) << "the file has no amount";
  EXPECT_EQ(journal_->headers(0, 10, {}).value().at(0).source, "csv:rows.csv");
}

TEST_F(Import, ARefusedBlockKeepsCellsThatCouldNotBeRead) {
  std::string text(kHeader);
  for (int i = 0; i < 10; ++i) text += row(std::to_string(600000 + i) + ".SH", "20240628", "?");
  EXPECT_EQ(import(text).value().exit_code(), 5);
  ASSERT_EQ(held().size(), 1u);
  const auto id = held()[0].id;
  EXPECT_EQ(journal_->quarantined(id).value().rule, "page.cell.close");
  const auto released = quarantine().release(id);
  ASSERT_FALSE(released);
  EXPECT_NE(released.error().message.find("close is '?'"), std::string::npos);
  ASSERT_TRUE(quarantine().drop(id));
}

}  // namespace
}  // namespace kanpan::ingest
