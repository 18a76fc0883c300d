#include "kanpan/ingest/gate.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <gmock/gmock.h>

#include "kanpan/ingest/sample.hpp"

namespace kanpan::ingest {
namespace {

using test::bar;
using test::share;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Rows = std::vector<std::vector<std::string>>;

constexpr const char* kDay = "20240628";

class Gate : public testing::Test {
 protected:
  static const catalog::TableSpec& daily() { return test::real_table("daily"); }

  static Slice day_slice(std::string_view day = kDay) {
    const Date date = test::day_of(day);
    return {&daily(), daily().source.walks.front(), DateRange{date, date}, "", {}};
  }
  static Harvest harvest(const Rows& rows) {
    Harvest harvest;
    harvest.rows = test::batch_of(daily(), rows);
    return harvest;
  }
  Verdict judged(const Slice& slice, Harvest harvest) {
    auto verdict = judge(slice, std::move(harvest), history_).value();
    history_.accepted(*slice.table, verdict.known);
    return verdict;
  }
  Verdict judged(const Rows& rows) { return judged(day_slice(), harvest(rows)); }

  /// `count` sound bars of one day.
  static Rows day(std::uint32_t count, std::string_view day = kDay, double vol = 1000) {
    Rows rows;
    for (std::uint32_t i = 0; i < count; ++i)
      rows.push_back(bar(share(static_cast<int>(i)), day, 10 + i * 0.01, 10, vol));
    return rows;
  }

  test::Database database_;
  History history_{*database_.store};
};

TEST_F(Gate, rows_of_days_that_are_known_to_be_closed_are_held) {
  const market::Calendar told({test::day_of("20240628")}, {test::day_of("20240629")});
  GateOptions options;
  options.calendar = &told;
  Rows rows = day(20);
  for (const char* closed : {"20240629", "20240630"}) rows.push_back(bar(share(1), closed, 10, 10));
  const auto verdict =
      judge(Slice::of_file(daily(), journal::Mode::Upsert), harvest(rows), history_, options)
          .value();
  ASSERT_EQ(verdict.held.size(), 1u) << "nothing was told of the 30th";
  EXPECT_EQ(verdict.held[0].rule, "date.closed");
  EXPECT_EQ(verdict.held[0].reason, "nobody trades on 2024-06-29");
  EXPECT_EQ(verdict.rows.rows(), 21u);
}

TEST_F(Gate, LetsSoundRowsThrough) {
  const auto verdict = judged(day(3));
  EXPECT_FALSE(verdict.refused);
  EXPECT_THAT(verdict.held, IsEmpty());
  EXPECT_EQ(verdict.rows.rows(), 3u);
}

TEST_F(Gate, LetsAnEmptyAnswerThrough) {
  const auto verdict = judged({});
  EXPECT_FALSE(verdict.refused);
  EXPECT_EQ(verdict.rows.rows(), 0u);
}

TEST_F(Gate, RefusesAPageWithoutAColumn) {
  auto page = harvest(day(2));
  page.missing = {"vol"};
  page.unknown = {"volume"};
  const auto verdict = judged(day_slice(), std::move(page));
  ASSERT_TRUE(verdict.refused);
  EXPECT_EQ(verdict.refused->rule, "page.missing_column");
  EXPECT_THAT(verdict.refused->reason, HasSubstr("vol; it has volume instead"));
  EXPECT_EQ(verdict.rows.rows(), 2u) << "what came is kept with the reason";
}

TEST_F(Gate, NotesAColumnThatItDoesNotKnow) {
  auto page = harvest(day(2));
  page.unknown = {"mood"};
  const auto verdict = judged(day_slice(), std::move(page));
  EXPECT_THAT(verdict.notes, ElementsAre("column mood is not in the catalog"));
  EXPECT_EQ(verdict.rows.rows(), 2u);
}

TEST_F(Gate, HoldsARowWithACellThatCannotBeRead) {
  auto page = harvest(day(3));
  page.bad_cells = {{1, 5, "ten"}};
  const auto verdict = judged(day_slice(), std::move(page));
  ASSERT_EQ(verdict.held.size(), 1u);
  EXPECT_EQ(verdict.held[0].rule, "cell.close");
  EXPECT_EQ(verdict.held[0].reason, "close is 'ten', which is no real");
  EXPECT_THAT(verdict.held[0].json, HasSubstr(R"("close":"ten")"));
  EXPECT_EQ(verdict.rows.rows(), 2u);
}

TEST_F(Gate, HoldsNumbersThatCannotBe) {
  for (const double value : {std::numeric_limits<double>::infinity(), std::nan(""), -1e300}) {
    auto page = harvest(day(2));
    std::vector<double> values(page.rows.column(9).reals().begin(),
                               page.rows.column(9).reals().end());
    values[0] = value;
    page.rows.column(9) = frame::Column::adopt(std::move(values), {});
    const auto verdict = judged(day_slice(), std::move(page));
    ASSERT_EQ(verdict.held.size(), 1u);
    EXPECT_EQ(verdict.held[0].rule, "cell.vol");
  }
}

TEST_F(Gate, HoldsRowsThatLackWhatTheSourceNeverLeavesEmpty) {
  auto rows = day(3);
  rows[1][5] = "";   // close: never
  rows[2][10] = "";  // amount: all or none
  const auto verdict = judged(rows);
  ASSERT_EQ(verdict.held.size(), 2u);
  EXPECT_EQ(verdict.held[0].rule, "null.close");
  EXPECT_EQ(verdict.held[0].reason, "close is empty, which the source never leaves it");
  EXPECT_EQ(verdict.held[1].rule, "null.amount");
  EXPECT_EQ(verdict.rows.rows(), 1u);
}

TEST_F(Gate, RefusesAPageWithAColumnThatIsEmptyThroughout) {
  auto rows = day(3);
  for (auto& row : rows) row[5] = "";
  const auto verdict = judged(rows);
  ASSERT_TRUE(verdict.refused);
  EXPECT_EQ(verdict.refused->rule, "page.empty_column");
  EXPECT_EQ(verdict.refused->reason, "close is empty in all 3 rows");
}

TEST_F(Gate, TakesASourceThatDoesNotHaveAColumn) {
  auto rows = day(3);
  for (auto& row : rows) row[10] = "";
  EXPECT_EQ(judged(rows).rows.rows(), 3u) << "amount may be absent";
  for (auto& row : rows) row[5] = "";
  auto file = harvest(rows);
  file.absent = {"close", "amount"};
  EXPECT_EQ(judged(day_slice(), std::move(file)).rows.rows(), 3u) << "a file without close";
}

TEST_F(Gate, ReadsACodeInAnotherWidth) {
  auto rows = day(3);
  rows[1][0] = " ６００００１．ＳＨ　";
  const auto verdict = judged(rows);
  EXPECT_THAT(verdict.held, IsEmpty());
  ASSERT_EQ(verdict.rows.rows(), 3u);
  for (int row = 0; row < 3; ++row)
    EXPECT_EQ(verdict.rows.column(0).text_of(static_cast<std::size_t>(row)), share(row));
  EXPECT_THAT(verdict.notes, ElementsAre("ts_code ' ６００００１．ＳＨ　' read as '600001.SH'"));
}

TEST_F(Gate, HoldsMalformedCodes) {
  for (const char* code : {"600001", "600001.", ".SH", "600001.sh", "6000 01.SH", "60000O.SH",
                           "60000O.SHH", "000001.XX", "0000011.SZ", "000985.CSI"}) {
    auto rows = day(2);
    rows[1][0] = code;
    const auto verdict = judged(rows);
    ASSERT_EQ(verdict.held.size(), 1u) << code;
    EXPECT_EQ(verdict.held[0].rule, "code.malformed") << code;
  }
}

TEST_F(Gate, HoldsCodesThatWereNotAsked) {
  Slice slice{&daily(),
              daily().source.walks.back(),
              DateRange{test::day_of("20240601"), test::day_of("20240628")},
              share(0),
              {}};
  const auto verdict = judged(slice, harvest(day(2)));
  ASSERT_EQ(verdict.held.size(), 1u);
  EXPECT_EQ(verdict.held[0].rule, "code.window");
  EXPECT_EQ(verdict.held[0].reason, "600001.SH came although 600000.SH was asked");
}

TEST_F(Gate, HoldsDaysThatWereNotAsked) {
  auto rows = day(2);
  rows[1][1] = "20240627";
  const auto verdict = judged(rows);
  ASSERT_EQ(verdict.held.size(), 1u);
  EXPECT_EQ(verdict.held[0].rule, "date.window");
  EXPECT_THAT(verdict.held[0].reason, HasSubstr("2024-06-27 lies outside 2024-06-28"));
}

TEST_F(Gate, HoldsRowsWithoutDayOrCode) {
  for (const std::size_t column : {0u, 1u}) {
    auto rows = day(2);
    rows[1][column] = "";
    const auto verdict = judged(rows);
    ASSERT_EQ(verdict.held.size(), 1u);
    EXPECT_EQ(verdict.held[0].rule, "key.null");
    EXPECT_EQ(verdict.rows.rows(), 1u);
  }
}

TEST_F(Gate, DropsARowThatCameTwice) {
  auto rows = day(3);
  rows.push_back(rows[1]);
  const auto verdict = judged(rows);
  EXPECT_THAT(verdict.held, IsEmpty());
  EXPECT_EQ(verdict.repeated, 1u);
  EXPECT_EQ(verdict.rows.rows(), 3u);
}

TEST_F(Gate, KeepsTheFullerOfTwoRows) {
  for (const bool fuller_first : {true, false}) {
    auto rows = day(1);
    rows.push_back(rows[0]);
    rows[fuller_first ? 1 : 0][10] = "";
    const auto verdict = judged(rows);
    EXPECT_EQ(verdict.repeated, 1u);
    ASSERT_EQ(verdict.rows.rows(), 1u);
    EXPECT_FALSE(verdict.rows.column(10).is_null(0));
  }
}

TEST_F(Gate, HoldsAllRowsThatContradictEachOther) {
  auto rows = day(2);
  rows.push_back(bar(share(0), kDay, 11, 10));
  const auto verdict = judged(rows);
  EXPECT_EQ(verdict.rows.rows(), 1u);
  ASSERT_EQ(verdict.held.size(), 2u);
  EXPECT_EQ(verdict.held[0].rule, "key.duplicate");
  EXPECT_THAT(verdict.held[0].reason, HasSubstr("600000.SH/2024-06-28"));
}

TEST_F(Gate, IsNotLedAstrayByAHalfFilledRowBetweenTwoThatContradict) {
  // full, half of it, another: the half agrees with both, but they do not with each other.
  Rows rows{bar(share(0), kDay, 10, 10), bar(share(0), kDay, 10, 10), bar(share(0), kDay, 11, 10)};
  for (std::size_t column = 2; column < rows[1].size(); ++column) rows[1][column] = "";
  std::ranges::sort(rows);
  do {
    const auto verdict = judged(rows);
    EXPECT_EQ(verdict.rows.rows(), 0u);
  } while (std::ranges::next_permutation(rows).found);
}

TEST_F(Gate, ARowThatIsHeldIsNoWitnessAgainstAnother) {
  catalog::TableSpec table = daily();
  constexpr std::size_t kAmount = 10;
  table.columns[kAmount].nulls = catalog::Nulls::Any;
  Slice slice = day_slice();
  slice.table = &table;
  // The same row without the cell that cannot be, and the one that is right.
  for (const bool empty : {true, false})
    for (const bool held_first : {true, false}) {
      Rows rows{bar(share(0), kDay, 10, 10), bar(share(0), kDay, 10, 10)};
      rows[held_first ? 0 : 1][kAmount] = "1e20";
      if (empty) rows[held_first ? 1 : 0][kAmount] = "";
      const auto verdict = judged(slice, harvest(rows));
      ASSERT_EQ(verdict.held.size(), 1u);
      EXPECT_EQ(verdict.held[0].rule, "cell.amount");
      EXPECT_EQ(verdict.rows.rows(), 1u);
      EXPECT_EQ(verdict.repeated, 0u);
    }
}

TEST_F(Gate, HoldsARowThatBreaksAnIdentity) {
  auto rows = day(3);
  rows[2][4] = "99";
  const auto verdict = judged(rows);
  ASSERT_EQ(verdict.held.size(), 1u);
  EXPECT_EQ(verdict.held[0].row, 2u);
  EXPECT_EQ(verdict.held[0].rule, "ohlc");
  EXPECT_THAT(verdict.held[0].reason, HasSubstr("low 99"));
  EXPECT_EQ(verdict.rows.rows(), 2u);
}

TEST_F(Gate, RefusesAPageWhoseRowsBreakOneRuleTogether) {
  auto rows = day(20);
  for (std::size_t i = 0; i < 4; ++i) rows[i][4] = "99";
  EXPECT_FALSE(judged(rows).refused) << "a fifth may be single mishaps";
  rows[4][4] = "99";
  const auto verdict = judged(rows);
  ASSERT_TRUE(verdict.refused);
  EXPECT_EQ(verdict.refused->rule, "page.ohlc");
  EXPECT_THAT(verdict.refused->reason, HasSubstr("5 of 20 rows"));
}

TEST_F(Gate, NoticesAUnitThatChanged) {
  EXPECT_FALSE(judged(day_slice("20240627"), harvest(day(40, "20240627", 1000))).refused);
  Rows busy;
  for (int i = 0; i < 40; ++i)
    busy.push_back(bar(share(i), kDay, 10, 10, i % 5 < 3 ? 2000 : 12'000));
  EXPECT_FALSE(judged(day_slice(), harvest(busy)).refused) << "a busy day";
  // Volume and amount 100 times as much: the identities between them still hold.
  for (const double vol : {400'000.0, 40.0}) {
    const auto verdict = judged(day_slice("20240701"), harvest(day(40, "20240701", vol)));
    ASSERT_TRUE(verdict.refused) << vol;
    EXPECT_EQ(verdict.refused->rule, "page.unit_flip");
    EXPECT_THAT(verdict.refused->reason, HasSubstr("the median of vol"));
  }
}

TEST_F(Gate, TakesWhatIsStoredForWhatIsUsual) {
  const catalog::TableSpec& table = daily();
  store::Change change{1, &table, store::Mode::Upsert, {}, test::batch_of(table, day(40))};
  ASSERT_TRUE(database_.store->apply({&change, 1}));
  const auto verdict = judged(day_slice("20240701"), harvest(day(40, "20240701", 100'000)));
  ASSERT_TRUE(verdict.refused);
  EXPECT_EQ(verdict.refused->rule, "page.unit_flip");
}

TEST_F(Gate, TakesTheNearestDayWhetherItIsRememberedOrStored) {
  ASSERT_FALSE(judged(day_slice("20240410"), harvest(day(40, "20240410"))).refused);
  const catalog::TableSpec& table = daily();
  store::Change change{
      1, &table, store::Mode::Upsert, {}, test::batch_of(table, day(40, "20240314"))};
  ASSERT_TRUE(database_.store->apply({&change, 1}));
  // Within the limits of a day that is four weeks off, not of the one before.
  const auto verdict = judged(day_slice("20240315"), harvest(day(40, "20240315", 5000)));
  ASSERT_TRUE(verdict.refused);
  EXPECT_THAT(verdict.refused->reason, HasSubstr("5 times its own of a day near by"));
}

TEST_F(Gate, LearnsWhatAPersonHasReleased) {
  const catalog::TableSpec& table = daily();
  ASSERT_FALSE(judged(day_slice("20240627"), harvest(day(40, "20240627"))).refused);
  ASSERT_TRUE(judged(day_slice(), harvest(day(40, kDay, 100'000))).refused);
  store::Change change{
      1, &table, store::Mode::Upsert, {}, test::batch_of(table, day(40, kDay, 100'000))};
  ASSERT_TRUE(database_.store->apply({&change, 1}));
  ASSERT_TRUE(history_.learn(table, test::day_of(kDay)));
  EXPECT_FALSE(judged(day_slice("20240701"), harvest(day(40, "20240701", 100'000))).refused);
}

TEST_F(Gate, TakesACrashForACrash) {
  Rows calm, crash;
  for (int i = 0; i < 40; ++i) {
    calm.push_back(bar(share(i), "20240627", i % 2 ? 10.01 : 9.99, 10));
    crash.push_back(bar(share(i), kDay, 9.1, 10));
  }
  EXPECT_FALSE(judged(day_slice("20240627"), harvest(calm)).refused);
  EXPECT_FALSE(judged(crash).refused) << "change is 90 times that of the day before";
}

TEST_F(Gate, DoesNotCompareDaysThatLieYearsApart) {
  EXPECT_FALSE(judged(day(40, kDay, 100'000)).refused);
  EXPECT_FALSE(judged(day_slice("19950105"), harvest(day(40, "19950105", 100))).refused)
      << "the market was smaller then";
}

TEST_F(Gate, AcceptsCodesOfNoValueWhereTheKeyAllowsIt) {
  const catalog::TableSpec& income = test::real_table("income_vip");
  ASSERT_THAT(income.key, testing::Contains("f_ann_date"));
  frame::Batch rows(income.fields());
  for (std::size_t c = 0; c < rows.width(); ++c)
    if (rows.fields()[c].name == "ts_code")
      rows.column(c).push(std::string_view("600000.SH"));
    else if (rows.fields()[c].name == "end_date")
      rows.column(c).push(test::day_of("20240331"));
    else
      rows.column(c).push_null();
  Harvest page;
  page.rows = std::move(rows);
  const Date quarter = test::day_of("20240331");
  const Slice slice{&income, income.source.walks.front(), DateRange{quarter, quarter}, "", {}};
  EXPECT_EQ(judged(slice, std::move(page)).rows.rows(), 1u);
}

}  // namespace
}  // namespace kanpan::ingest
