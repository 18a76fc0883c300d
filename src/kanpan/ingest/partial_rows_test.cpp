// Rows that say nothing of some columns: those stay as they are stored.
#include <gmock/gmock.h>

#include "kanpan/frame/csv.hpp"
#include "kanpan/frame/ndjson.hpp"
#include "kanpan/ingest/import.hpp"
#include "kanpan/ingest/quarantine.hpp"
#include "kanpan/ingest/sample.hpp"

namespace kanpan::ingest {
namespace {

using test::real_catalog;
using test::real_table;

class PartialRows : public testing::Test {
 protected:
  static const catalog::TableSpec& table() { return real_table("top_list"); }

  /// Every member of the table; each number is `number`.
  static std::string whole(std::string_view code, int number) {
    std::string line = "{";
    for (const auto& column : table().columns) {
      const bool text = column.type == frame::Type::Text;
      line += fmt::format("{}\"{}\":", line.size() > 1 ? "," : "", column.name);
      line += column.name == table().code        ? fmt::format("\"{}\"", code)
              : column.name == table().time      ? std::string("\"20240628\"")
              : text                             ? std::string("\"x\"")
              : column.name == "l_amount"        ? std::to_string(2 * number)
              : column.name.ends_with("_amount") ? std::string("0")
                                                 : std::to_string(number);
    }
    return line + "}\n";
  }
  RunOutcome import(std::string_view format, const std::string& text) {
    ImportRequest request{&table(), {}, false, 50'000};
    const std::string name = fmt::format("rows.{}", format);
    std::unique_ptr<frame::RowReader> rows;
    if (format == "csv")
      rows = std::make_unique<frame::CsvReader>(
          frame::CsvReader::read(frame::stream_of(text), name, table().fields()).value());
    else
      rows = std::make_unique<frame::NdjsonReader>(
          frame::NdjsonReader::read(frame::stream_of(text), name, table().fields()).value());
    request.files.push_back({name, std::string(format), std::move(rows)});
    Importer importer(real_catalog(), *database_.journal, *database_.store, writer_,
                      database_.clock, progress_, runs_, run_ledger_);
    return importer.run(std::move(request), {}).value();
  }
  std::string stored(std::string_view code, std::string_view column) {
    store::Read read;
    read.table = &table();
    read.codes = {std::string(code)};
    read.columns = {std::string(column)};
    std::string cell = "no row";
    EXPECT_TRUE(database_.store->read(read, [&](frame::Batch&& rows) -> Result<bool> {
      if (rows.rows() == 1) cell = rows.column(0).text_of(0);
      return true;
    }));
    return cell;
  }
  void release() {
    const auto held = database_.journal->quarantine(table().name, "held", 10).value();
    ASSERT_EQ(held.size(), 1u);
    Quarantine quarantine(real_catalog(), *database_.journal, *database_.journal, *database_.store,
                          writer_, database_.clock, run_ledger_, history_);
    const auto released = quarantine.release(held[0].id, true);
    ASSERT_TRUE(released) << released.error().text();
  }

  test::Database database_;
  Writer writer_{*database_.journal, *database_.store, real_catalog(), {}};
  Progress progress_;
  StopRegistry runs_;
  RunLedger run_ledger_{*database_.journal};
  History history_{*database_.store};
};

TEST_F(PartialRows, AMemberThatALineLacksKeepsWhatIsStored) {
  ASSERT_EQ(import("ndjson", whole("600000.SH", 1) + whole("600001.SH", 1)).exit_code(), 0);
  const std::string line =
      R"({"trade_date":"20240628","ts_code":"600001.SH","reason":"x","close":2})";
  ASSERT_EQ(import("ndjson", whole("600000.SH", 3) + line).exit_code(), 0);
  EXPECT_EQ(stored("600000.SH", "turnover_rate"), "3");
  EXPECT_EQ(stored("600001.SH", "close"), "2");
  EXPECT_EQ(stored("600001.SH", "turnover_rate"), "1");
}

TEST_F(PartialRows, AHeldLineThatIsReleasedToo) {
  ASSERT_EQ(import("ndjson", whole("600000.SH", 1) + whole("600001.SH", 1)).exit_code(), 0);
  const std::string line = R"({"trade_date":"20240628","ts_code":"600001.SH","reason":"x",)"
                           R"("l_amount":9,"l_sell":1,"l_buy":1,"close":2})";
  ASSERT_EQ(import("ndjson", whole("600000.SH", 1) + line).exit_code(), 5);
  release();
  EXPECT_EQ(stored("600001.SH", "l_amount"), "9");
  EXPECT_EQ(stored("600001.SH", "turnover_rate"), "1");
}

TEST_F(PartialRows, WhatTheFirstLineLacksAHeldLineKeeps) {
  std::string first = whole("600000.SH", 1), second = whole("600001.SH", 3);
  const std::string member = R"("turnover_rate":1,)";
  ASSERT_NE(first.find(member), std::string::npos);
  first.erase(first.find(member), member.size());
  const auto at = second.find(R"("l_amount":6)");
  ASSERT_NE(at, std::string::npos);
  second.replace(at, 12, R"("l_amount":9)");
  ASSERT_EQ(import("ndjson", first + second).exit_code(), 5);
  release();
  EXPECT_EQ(stored("600001.SH", "l_amount"), "9");
  EXPECT_EQ(stored("600001.SH", "turnover_rate"), "3");
}

TEST_F(PartialRows, WhatTheFirstLineLacksARefusedBlockKeeps) {
  std::string text;
  for (int n = 0; n < 8; ++n) {
    std::string line = whole(test::share(n), 3);
    line.replace(line.find(R"("l_amount":6)"), 12, R"("l_amount":9)");
    const std::string member = R"("turnover_rate":3,)";
    if (n == 0) line.erase(line.find(member), member.size());
    text += line;
  }
  const auto outcome = import("ndjson", text);
  EXPECT_EQ(outcome.summary.refused, 1u);
  release();
  EXPECT_EQ(stored(test::share(0), "turnover_rate"), "");
  EXPECT_EQ(stored(test::share(7), "turnover_rate"), "3");
}

TEST_F(PartialRows, AHeldRowOfANarrowerFileToo) {
  ASSERT_EQ(import("ndjson", whole("600001.SH", 1)).exit_code(), 0);
  ASSERT_EQ(import("csv",
                   "trade_date,ts_code,reason,l_amount,l_sell,l_buy\n"
                   "20240628,600001.SH,x,9,1,1\n")
                .exit_code(),
            5);
  release();
  EXPECT_EQ(stored("600001.SH", "l_amount"), "9");
  EXPECT_EQ(stored("600001.SH", "turnover_rate"), "1");
}

}  // namespace
}  // namespace kanpan::ingest
