// Rows that say nothing of some columns: those stay as they are stored.
#include <gmock/gmock.h>

#include "kanpan/ingest/parts_test.hpp"

namespace kanpan::ingest {
namespace {

class PartialRows : public test::ImportingTest {
 protected:
  PartialRows() : ImportingTest("top_list") {}

  /// Every member of the table; each number is `number`.
  std::string whole(std::string_view code, int number) const {
    std::string line = "{";
    for (const auto& column : table_.columns) {
      const bool text = column.type == frame::Type::Text;
      line += fmt::format("{}\"{}\":", line.size() > 1 ? "," : "", column.name);
      line += column.name == table_.code         ? fmt::format("\"{}\"", code)
              : column.name == table_.time       ? std::string("\"20240628\"")
              : text                             ? std::string("\"x\"")
              : column.name == "l_amount"        ? std::to_string(2 * number)
              : column.name.ends_with("_amount") ? std::string("0")
                                                 : std::to_string(number);
    }
    return line + "}\n";
  }
  RunOutcome import(std::string_view format, const std::string& text) {
    return ImportingTest::import(format, text).value();
  }
  std::string stored(std::string_view code, std::string_view column) {
    store::Read read;
    read.table = &table_;
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
    ASSERT_EQ(held().size(), 1u);
    const auto released = ImportingTest::release(held()[0].id, true);
    ASSERT_TRUE(released) << released.error().text();
  }
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
