// What a slice that is the whole content of its scope leaves alone of what is stored there.
#include "kanpan/ingest/replacement.hpp"

#include <algorithm>
#include <map>

#include <gmock/gmock.h>

#include "kanpan/ingest/parts_test.hpp"
#include "kanpan/ingest/quarantine.hpp"

namespace kanpan::ingest {
namespace {

using test::bar;
using test::batch_of;
using test::day_of;
using test::real_table;
using test::share;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using Rows = std::vector<std::vector<std::string>>;

constexpr std::size_t kCode = 0, kStatus = 11, kListed = 12, kDelisted = 13;

/// A row of stock_basic.
std::vector<std::string> stock(int number, std::string_view status = "L") {
  std::vector<std::string> row(real_table("stock_basic").columns.size(), "x");
  row[kCode] = share(number);
  row[1] = share(number).substr(0, 6);
  row[kStatus] = status;
  row[kListed] = "20000101";
  row[kDelisted] = "";
  return row;
}

Rows stocks(int first, int count, std::string_view status = "L") {
  Rows rows;
  for (int n = first; n < first + count; ++n) rows.push_back(stock(n, status));
  return rows;
}

/// It was delisted before it was listed.
std::vector<std::string> broken(std::vector<std::string> row) {
  row[kDelisted] = "19950101";
  return row;
}

/// Answers a table's rows, those of the split value, day or period that is asked for.
class Exchange final : public source::Source {
 public:
  std::map<std::string, Rows> rows;
  bool simulated() const override { return true; }
  Result<source::Page> fetch(const catalog::TableSpec& table, const source::Call& call,
                             std::stop_token) override {
    Rows answer = rows[table.name];
    const frame::Batch names(table.fields());
    for (const auto& [parameter, value] : call.parameters)
      if (const auto at = names.find(parameter); at != frame::Batch::npos)
        std::erase_if(answer, [&](const auto& row) { return row[at] != value; });
    source::Page page;
    page.batch = batch_of(table, answer);
    page.body = "{}";
    return page;
  }
};

class ReplacementTest : public test::CollectingTest<Exchange> {
 protected:
  RunOutcome collect(std::string_view table, std::optional<catalog::UpdateMode> mode = {}) {
    CollectRequest request;
    request.tables = {std::string(table)};
    request.from = request.to = day_of("20240628");
    request.mode = mode;
    auto outcome = collector_.collect(request, {});
    EXPECT_TRUE(outcome) << outcome.error().text();
    return std::move(outcome).value();
  }
  std::vector<std::string> codes(std::string_view table) {
    store::Read read;
    read.table = &real_table(table);
    read.columns = {"ts_code"};
    std::vector<std::string> codes;
    EXPECT_TRUE(database_.store->read(read, [&](frame::Batch&& batch) -> Result<bool> {
      for (std::size_t row = 0; row < batch.rows(); ++row)
        codes.push_back(batch.column(0).text_of(row));
      return true;
    }));
    return codes;
  }
  Rows& stock_basic() { return exchange_.rows["stock_basic"]; }
  std::vector<journal::Quarantined> held() {
    return database_.journal->quarantine("", "held", 100).value();
  }
};

TEST_F(ReplacementTest, ClosesWhatIsGone) {
  stock_basic() = stocks(0, 30);
  collect("stock_basic");
  stock_basic().pop_back();
  EXPECT_EQ(collect("stock_basic").exit_code(), 0);
  EXPECT_THAT(codes("stock_basic"), SizeIs(29));
}

TEST_F(ReplacementTest, ARowThatIsHeldLeavesTheStoredOneOpen) {
  stock_basic() = stocks(0, 30);
  collect("stock_basic");
  stock_basic()[4] = broken(stock_basic()[4]);
  stock_basic().pop_back();
  collect("stock_basic");
  EXPECT_THAT(held(), SizeIs(1));
  const auto stored = codes("stock_basic");
  EXPECT_THAT(stored, testing::Contains(share(4)));
  EXPECT_THAT(stored, SizeIs(29)) << "the one that is gone is closed";
}

TEST_F(ReplacementTest, RowsThatContradictEachOtherLeaveTheStoredOneOpen) {
  stock_basic() = stocks(0, 30);
  collect("stock_basic");
  stock_basic().push_back(stock(4));
  stock_basic().back()[kListed] = "20010101";
  collect("stock_basic");
  EXPECT_THAT(held(), SizeIs(2));
  EXPECT_THAT(codes("stock_basic"), SizeIs(30));
}

TEST_F(ReplacementTest, ARowWhoseKeyCannotBeToldMayBeAnyOfThoseStored) {
  stock_basic() = stocks(0, 30);
  collect("stock_basic");
  stock_basic()[4][kCode] = "600004";
  collect("stock_basic");
  EXPECT_THAT(held(), SizeIs(1));
  EXPECT_THAT(codes("stock_basic"), SizeIs(30));
}

TEST_F(ReplacementTest, AReleasedRowThatIsHeldAnewStays) {
  stock_basic() = stocks(0, 30);
  stock_basic()[4] = broken(stock_basic()[4]);
  collect("stock_basic");
  EXPECT_THAT(codes("stock_basic"), SizeIs(29));
  Quarantine quarantine(parts_, collector_.history());
  ASSERT_TRUE(quarantine.release(held().front().id));
  EXPECT_THAT(codes("stock_basic"), SizeIs(30));
  collect("stock_basic");
  EXPECT_THAT(codes("stock_basic"), SizeIs(30));
}

TEST_F(ReplacementTest, NoConflictRuleClosesAHeldRow) {
  Rows& daily = exchange_.rows["daily"];
  for (int n = 0; n < 30; ++n) daily.push_back(bar(share(n), "20240628", 10, 10));
  for (const auto mode : {catalog::UpdateMode::Merge, catalog::UpdateMode::Full}) {
    const Rows sound = daily;
    collect("daily", mode);
    ASSERT_THAT(codes("daily"), SizeIs(30));
    daily[4][4] = "99";  // the low above the high
    daily.pop_back();
    daily[0] = bar(share(0), "20240628", 10.5, 10);
    collect("daily", mode);
    EXPECT_THAT(codes("daily"), SizeIs(29)) << catalog::name(mode);
    EXPECT_THAT(codes("daily"), testing::Contains(share(4))) << catalog::name(mode);
    daily = sound;
  }
}

TEST_F(ReplacementTest, OneSplitValueThatAnswersNothingIsALoss) {
  stock_basic() = stocks(0, 200);
  for (auto& row : stocks(200, 25, "D")) stock_basic().push_back(row);
  collect("stock_basic");
  ASSERT_THAT(codes("stock_basic"), SizeIs(225));
  stock_basic().resize(200);
  const auto outcome = collect("stock_basic");
  EXPECT_EQ(outcome.exit_code(), 5);
  ASSERT_THAT(held(), SizeIs(3)) << "the page of each value";
  EXPECT_EQ(held().front().rule, "page.shrunk");
  EXPECT_THAT(held().front().reason, HasSubstr("list_status D"));
  EXPECT_THAT(codes("stock_basic"), SizeIs(225));
  EXPECT_EQ(outcome.summary.rows, 0u) << "nothing of it is stored";

  EXPECT_EQ(collect("stock_basic", catalog::UpdateMode::Full).exit_code(), 0);
  EXPECT_THAT(codes("stock_basic"), SizeIs(200)) << "it was meant";
}

TEST_F(ReplacementTest, AHandfulOfASplitValueMayGo) {
  stock_basic() = stocks(0, 200);
  for (auto& row : stocks(200, 4, "P")) stock_basic().push_back(row);
  collect("stock_basic");
  stock_basic().resize(200);
  EXPECT_EQ(collect("stock_basic").exit_code(), 0);
  EXPECT_THAT(codes("stock_basic"), SizeIs(200));
}

TEST_F(ReplacementTest, WhatMovesToAnotherSplitValueIsNotLost) {
  stock_basic() = stocks(0, 200);
  for (auto& row : stocks(200, 25, "P")) stock_basic().push_back(row);
  collect("stock_basic");
  for (std::size_t row = 200; row < 225; ++row) stock_basic()[row][kStatus] = "D";
  EXPECT_EQ(collect("stock_basic").exit_code(), 0);
  EXPECT_THAT(codes("stock_basic"), SizeIs(225));
  EXPECT_THAT(held(), IsEmpty());
}

TEST_F(ReplacementTest, ARefusedOneIsNotWhatIsUsual) {
  const auto day = [&](std::string_view date, int count, double vol) {
    exchange_.rows["daily"].clear();
    for (int n = 0; n < count; ++n)
      exchange_.rows["daily"].push_back(bar(share(n), date, 10, 10, vol));
  };
  const auto collected = [&](std::string_view date) {
    CollectRequest request;
    request.tables = {"daily"};
    request.from = request.to = day_of(date);
    request.mode = catalog::UpdateMode::Merge;
    return collector_.collect(request, {}).value().summary;
  };
  day("20240627", 100, 1000);
  EXPECT_EQ(collected("20240627").committed, 4u);
  day("20240627", 40, 2900);
  EXPECT_EQ(collected("20240627").refused, 1u);
  day("20240628", 100, 900);
  EXPECT_EQ(collected("20240628").refused, 0u);
}

}  // namespace
}  // namespace kanpan::ingest
