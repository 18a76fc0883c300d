#include "kanpan/ingest/days.hpp"

#include <gmock/gmock.h>

#include "kanpan/ingest/coverage.hpp"
#include "kanpan/ingest/parts_test.hpp"
#include "kanpan/ingest/quarantine.hpp"
#include "kanpan/ingest/repair.hpp"

namespace kanpan::ingest {
namespace {

using source::Call;
using source::Page;
using test::bar;
using test::day_of;
using test::real_table;
using testing::ElementsAre;
using testing::IsEmpty;

using Rows = std::vector<std::vector<std::string>>;

/// Gives each table the rows that it was told, whatever the day.
class Exchange final : public source::Source {
 public:
  std::map<std::string, Rows> rows;
  bool simulated() const override { return true; }
  Result<Page> fetch(const catalog::TableSpec& table, const Call& call, std::stop_token) override {
    const bool delisted = call.text().find("list_status=L") == std::string::npos;
    Page page;
    page.batch =
        test::batch_of(table, table.name == "stock_basic" && delisted ? Rows{} : rows[table.name]);
    return page;
  }
};

/// Friday 28 June 2024 as it is collected, after a stock list with 600000.SH, 600001.SH, 600002.SH.
class DaysTest : public test::CollectingTest<Exchange> {
 protected:
  DaysTest() {
    for (const char* code : {"600000.SH", "600001.SH", "600002.SH"})
      exchange_.rows["stock_basic"].push_back(
          cells("stock_basic", {{"ts_code", code},
                                {"symbol", std::string(code, 6)},
                                {"name", "x"},
                                {"list_status", "L"},
                                {"list_date", "20100104"}}));
  }
  static std::vector<std::string> cells(std::string_view table,
                                        const std::map<std::string, std::string>& values) {
    std::vector<std::string> out;
    for (const auto& column : real_table(table).columns)
      out.push_back(values.contains(column.name) ? values.at(column.name) : "");
    return out;
  }
  RunOutcome fetch(std::string_view table, std::optional<catalog::UpdateMode> mode) {
    CollectRequest request;
    request.tables = {std::string(table)};
    request.from = request.to = kDay;
    request.mode = mode;
    auto outcome = collector_.collect(request, {});
    EXPECT_TRUE(outcome) << outcome.error().text();
    return *std::move(outcome);
  }
  journal::DayState collect(std::string_view table) {
    fetch(table, std::nullopt);
    return state(table);
  }
  journal::DayState state(std::string_view table) {
    const auto days = database_.journal->days(table, {kDay, kDay}).value();
    return days.empty() ? journal::DayState{} : days.front();
  }
  Coverage coverage(std::string_view table) {
    const auto universe = collector_.universe().value();
    return coverage_of(real_table(table), kDay, kDay, *universe, *database_.store,
                       *database_.journal)
        .value();
  }
  DayCoverage covered(std::string_view table) { return coverage(table).days.at(0); }

  static inline const Date kDay = day_of("20240628");
};

TEST_F(DaysTest, ARowThatNobodyExpectsDoesNotMakeUpForOneThatIsMissing) {
  exchange_.rows["daily"] = {bar("600000.SH", "20240628", 10, 10),
                             bar("600001.SH", "20240628", 10, 10),
                             bar("688999.SH", "20240628", 10, 10)};  // not in stock_basic yet
  const auto day = collect("daily");
  EXPECT_FALSE(day.complete);
  EXPECT_EQ(day.rows, 3u);
  EXPECT_EQ(day.expected, 4u) << "those that came and 600002.SH";
  const auto covered = this->covered("daily");
  EXPECT_THAT(covered.missing, ElementsAre("600002.SH"));
  EXPECT_EQ(covered.rows, 3u);
  EXPECT_EQ(covered.expected, 4u);

  CollectRequest repair;
  repair.tables = {"daily"};
  repair.from = repair.to = kDay;
  repair.missing_cells = true;
  const auto plans = collector_.plan(repair).value();
  EXPECT_EQ(plans.back().plan.slices.size(), 1u);

  exchange_.rows["daily"].push_back(bar("600002.SH", "20240628", 10, 10));
  EXPECT_TRUE(collect("daily").complete);
  EXPECT_EQ(state("daily").expected, 3u);
  EXPECT_THAT(this->covered("daily").missing, IsEmpty());
}

TEST_F(DaysTest, SoItIsWithADayThatIsReadFromTheStore) {
  exchange_.rows["daily"] = {bar("600000.SH", "20240628", 10, 10)};
  ASSERT_FALSE(collect("daily").complete);
  const auto universe = collector_.universe().value();
  const auto stored = [&] {
    return stored_days(real_table("daily"), {kDay, kDay}, Asked::Everything, *universe,
                       *database_.store, *database_.journal, database_.clock.now())
        .value()
        .at(0);
  };
  exchange_.rows["daily"] = {bar("600001.SH", "20240628", 10, 10),
                             bar("688999.SH", "20240628", 10, 10)};
  collect("daily");
  EXPECT_EQ(stored().rows, 3u);
  EXPECT_EQ(stored().expected, 4u);
  EXPECT_FALSE(stored().complete);
}

TEST_F(DaysTest, WhatIsBroughtAlongBeginsWithTheDaysOfTheTableThatBringsIt) {
  Submission old;
  for (const auto& [table, day] : {std::pair{"index_daily", "20050104"}, {"daily", "20240627"}})
    old.landing.days.push_back({table, day_of(day), 1, 1, true, {}, database_.clock.now()});
  ASSERT_TRUE(writer_.write(std::move(old)));
  CollectRequest request;
  request.tables = {"index_daily", "daily"};
  const auto plans = collector_.plan(request).value();
  const auto factors = std::ranges::find(plans, "adj_factor",
                                         [](const TablePlan& plan) { return plan.table->name; });
  ASSERT_NE(factors, plans.end());
  ASSERT_FALSE(factors->plan.slices.empty());
  EXPECT_EQ(factors->plan.slices.front().range->first, day_of("20240627"));
}

TEST_F(DaysTest, ADayThatLacksRowsIsPartialThoughTheSourceRepeatsItself) {
  exchange_.rows["daily"] = {bar("600000.SH", "20240628", 10, 10),
                             bar("600001.SH", "20240628", 10, 10)};
  collect("daily");
  EXPECT_EQ(covered("daily").state, "provisional");
  EXPECT_TRUE(collect("daily").complete) << "it need not be asked for again";
  EXPECT_EQ(covered("daily").state, "partial");
  EXPECT_EQ(coverage("daily").complete, 0u);

  exchange_.rows["daily"].push_back(bar("600002.SH", "20240628", 10, 10));
  CollectRequest repair;
  repair.tables = {"daily"};
  repair.from = repair.to = kDay;
  repair.missing_cells = true;
  EXPECT_EQ(collector_.collect(repair, {})->exit_code(), 0);
  EXPECT_EQ(covered("daily").state, "complete");
  EXPECT_EQ(coverage("daily").complete, 1u);
}

TEST_F(DaysTest, ADayWhosePageWasRefusedIsAsAbsentAsOneThatNobodyAskedFor) {
  EXPECT_EQ(covered("daily").state, "absent");
  auto page = Rows{bar("600000.SH", "20240628", 10, 10)};
  page[0][5] = "";  // close
  exchange_.rows["daily"] = page;
  collect("daily");
  EXPECT_EQ(covered("daily").state, "absent");
}

TEST_F(DaysTest, DaysBeforeTheFirstRowWereAskedForTooByAWholeWalk) {
  exchange_.rows["moneyflow_hsgt"] = {cells("moneyflow_hsgt", {{"trade_date", "20240627"}}),
                                      cells("moneyflow_hsgt", {{"trade_date", "20240628"}})};
  CollectRequest request;
  request.tables = {"moneyflow_hsgt"};
  request.from = day_of("20240620");
  request.to = kDay;
  ASSERT_TRUE(collector_.collect(request, {}));
  const auto days = database_.journal->days("moneyflow_hsgt", {*request.from, kDay}).value();
  ASSERT_EQ(days.size(), 7u);
  EXPECT_EQ(days.front().day, day_of("20240620"));
  EXPECT_EQ(days.front().rows, 0u);
  EXPECT_TRUE(days.front().complete) << "the source has nothing of it";
  EXPECT_FALSE(days.back().complete) << "the day is fresh";
}

/// Five rows of a hot list, nothing of which is expected, and a sixth that does not add up.
class HeldRows : public DaysTest {
 protected:
  HeldRows() {
    for (int n = 0; n < 6; ++n)
      exchange_.rows["top_list"].push_back(cells("top_list", {{"trade_date", "20240628"},
                                                              {"ts_code", test::share(n)},
                                                              {"reason", "x"},
                                                              {"l_amount", n == 5 ? "999" : "30"},
                                                              {"l_buy", "20"},
                                                              {"l_sell", "10"},
                                                              {"net_amount", "10"}}));
    database_.clock.move(std::chrono::days{kSettledDays + 1});
  }
  std::vector<journal::Quarantined> held(std::string_view table) {
    return database_.journal->quarantine(table, "held", 10).value();
  }
  History history_{*database_.store};
  Quarantine quarantine_{parts_, history_};
};

TEST_F(HeldRows, KeepTheirDayFromBeingComplete) {
  const auto day = collect("top_list");
  EXPECT_FALSE(day.complete);
  EXPECT_EQ(day.rows, 5u);
  EXPECT_EQ(day.expected, 6u);
  EXPECT_EQ(covered("top_list").state, "provisional");
  EXPECT_EQ(covered("top_list").held, 1u);
  EXPECT_EQ(covered("top_list").expected, 6u);
}

TEST_F(HeldRows, DoNotSoAnyMoreOnceTheyAreDropped) {
  collect("top_list");
  ASSERT_TRUE(quarantine_.drop(held("top_list").at(0).id));
  EXPECT_TRUE(state("top_list").complete);
  EXPECT_EQ(state("top_list").expected, std::nullopt);
  EXPECT_EQ(covered("top_list").held, 0u);
}

TEST_F(HeldRows, DoNotSoAnyMoreOnceTheyAreReleased) {
  collect("top_list");
  ASSERT_TRUE(quarantine_.release(held("top_list").at(0).id));
  EXPECT_TRUE(state("top_list").complete);
  EXPECT_EQ(state("top_list").rows, 6u);
  EXPECT_EQ(state("top_list").expected, std::nullopt);
}

TEST_F(HeldRows, StayDecidedWhenTheyComeAgainAfterTheyWereReleased) {
  auto wrong = bar("600002.SH", "20240628", 10, 10);
  wrong[3] = "1";  // high
  exchange_.rows["daily"] = {bar("600000.SH", "20240628", 10, 10),
                             bar("600001.SH", "20240628", 10, 10), wrong};
  collect("daily");
  ASSERT_TRUE(quarantine_.release(held("daily").at(0).id));
  ASSERT_EQ(covered("daily").state, "complete");
  for (const auto mode : {catalog::UpdateMode::Full, catalog::UpdateMode::Merge}) {
    const auto again = fetch("daily", mode);
    EXPECT_EQ(again.exit_code(), 0);
    EXPECT_EQ(again.summary.quarantined, 0u);
    EXPECT_THAT(held("daily"), IsEmpty());
    EXPECT_TRUE(state("daily").complete);
    EXPECT_EQ(state("daily").rows, 3u);
    EXPECT_EQ(state("daily").expected, 3u);
    EXPECT_EQ(covered("daily").state, "complete");
    EXPECT_EQ(covered("daily").rows, 3u) << "it stays stored";
  }
  exchange_.rows["daily"].back()[3] = "2";
  EXPECT_EQ(fetch("daily", catalog::UpdateMode::Full).exit_code(), 5) << "that one nobody has seen";
  ASSERT_EQ(held("daily").size(), 1u);
  EXPECT_EQ(covered("daily").rows, 3u);
}

TEST_F(HeldRows, AreHeldAnewWhereTheReleasedOneIsStoredNoMore) {
  collect("top_list");
  ASSERT_TRUE(quarantine_.release(held("top_list").at(0).id));
  auto bad = exchange_.rows["top_list"].back();
  exchange_.rows["top_list"].pop_back();
  ASSERT_EQ(fetch("top_list", catalog::UpdateMode::Full).exit_code(), 0);
  ASSERT_EQ(covered("top_list").rows, 5u) << "it is gone at the source";
  exchange_.rows["top_list"].push_back(bad);
  EXPECT_EQ(fetch("top_list", catalog::UpdateMode::Full).exit_code(), 5);
  EXPECT_EQ(held("top_list").size(), 1u);
}

TEST_F(HeldRows, CountUntilTheLastIsDecidedOn) {
  exchange_.rows["top_list"].at(4).at(9) = "998";  // l_amount of another
  collect("top_list");
  ASSERT_EQ(held("top_list").size(), 2u);
  ASSERT_TRUE(quarantine_.drop(held("top_list").at(0).id));
  EXPECT_FALSE(state("top_list").complete);
  EXPECT_EQ(state("top_list").expected, 5u);
  ASSERT_TRUE(quarantine_.drop(held("top_list").at(0).id));
  EXPECT_TRUE(state("top_list").complete);
}

TEST_F(DaysTest, AnEmptyDayIsProvenOnAnotherDayOnly) {
  exchange_.rows["top_list"] = {};
  database_.clock.move(shanghai_instant(kDay, 20 * 3600) - database_.clock.now());
  EXPECT_FALSE(collect("top_list").complete);
  database_.clock.move(std::chrono::hours{3});
  EXPECT_FALSE(collect("top_list").complete) << "it may be late";
  database_.clock.move(std::chrono::hours{2});
  EXPECT_TRUE(collect("top_list").complete);
}

TEST_F(HeldRows, AreAskedForOnceMoreAndStayUndecided) {
  collect("top_list");
  const auto again = collect("top_list");
  EXPECT_TRUE(again.complete) << "the source has nothing else to say";
  EXPECT_EQ(again.expected, 6u) << "and yet a row is missing";
  EXPECT_EQ(covered("top_list").state, "partial");
  EXPECT_EQ(coverage("top_list").complete, 0u);
  ASSERT_TRUE(quarantine_.drop(held("top_list").at(0).id));
  EXPECT_EQ(covered("top_list").state, "complete");
  EXPECT_TRUE(state("top_list").complete);
  EXPECT_EQ(state("top_list").expected, std::nullopt);
}

TEST_F(HeldRows, DoNotCountWhenTheyComeAgainAfterTheyWereDropped) {
  database_.clock.move(-std::chrono::days{kSettledDays + 1} + std::chrono::hours{4});
  collect("top_list");
  ASSERT_TRUE(quarantine_.drop(held("top_list").at(0).id));
  EXPECT_FALSE(state("top_list").complete) << "the day is fresh";
  const auto again = collect("top_list");
  EXPECT_EQ(again.expected, std::nullopt);
  EXPECT_TRUE(again.complete) << "the same came twice";
}

TEST_F(HeldRows, DoNotCountBesideARowThatWasStoredUnderTheirKeySince) {
  auto wrong = bar("600002.SH", "20240628", 10, 10);
  wrong[3] = "1";  // high
  exchange_.rows["daily"] = {bar("600000.SH", "20240628", 10, 10),
                             bar("600001.SH", "20240628", 10, 10), wrong};
  collect("daily");
  ASSERT_EQ(covered("daily").state, "provisional");
  database_.clock.move(std::chrono::hours{1});
  exchange_.rows["daily"].back() = bar("600002.SH", "20240628", 10, 10);
  CollectRequest repair;
  repair.tables = {"daily"};
  repair.from = repair.to = kDay;
  repair.missing_cells = true;
  EXPECT_EQ(collector_.collect(repair, {})->exit_code(), 0);
  EXPECT_TRUE(state("daily").complete);
  EXPECT_FALSE(state("daily").is_short());
  EXPECT_EQ(covered("daily").state, "complete");
  EXPECT_EQ(covered("daily").expected, 3u);
  EXPECT_EQ(covered("daily").held, 0u);
  EXPECT_EQ(held("daily").size(), 1u) << "a person may still look at it";
}

TEST_F(HeldRows, CountBesideAnOlderRowOfTheirKeyUntilTheDayComesRight) {
  const auto right = bar("600002.SH", "20240628", 10, 10);
  exchange_.rows["daily"] = {bar("600000.SH", "20240628", 10, 10),
                             bar("600001.SH", "20240628", 10, 10), right};
  ASSERT_TRUE(collect("daily").complete);
  database_.clock.move(std::chrono::hours{1});
  exchange_.rows["daily"].back()[3] = "1";  // high
  ASSERT_EQ(fetch("daily", catalog::UpdateMode::Full).exit_code(), 5);
  EXPECT_EQ(covered("daily").rows, 3u) << "the older one stays";
  EXPECT_TRUE(state("daily").is_short());
  EXPECT_EQ(covered("daily").state, "provisional");
  EXPECT_EQ(covered("daily").held, 1u);
  database_.clock.move(std::chrono::hours{1});
  exchange_.rows["daily"].back() = right;
  ASSERT_EQ(fetch("daily", catalog::UpdateMode::Full).exit_code(), 0);
  EXPECT_FALSE(state("daily").is_short());
  EXPECT_EQ(covered("daily").state, "complete");
  EXPECT_EQ(covered("daily").held, 0u);
}

TEST_F(HeldRows, StayMissingBesideAnOlderRowWhereTheSourceSendsNone) {
  for (const std::string amount : {"30", "999", ""}) {
    if (exchange_.rows["top_list"].back().at(9) = amount; amount.empty())
      exchange_.rows["top_list"].pop_back();
    database_.clock.move(std::chrono::hours{1});
    fetch("top_list", catalog::UpdateMode::Full);
  }
  EXPECT_EQ(covered("top_list").held, 1u);
}

TEST_F(HeldRows, ThatDoNotComeAgainStayMissing) {
  collect("top_list");
  database_.clock.move(std::chrono::hours{1});
  exchange_.rows["top_list"].pop_back();
  ASSERT_EQ(fetch("top_list", catalog::UpdateMode::Full).exit_code(), 0);
  EXPECT_EQ(covered("top_list").expected, 6u);
  EXPECT_EQ(state("top_list").expected, 6u) << "nobody has decided";
}

TEST_F(HeldRows, OfOneKeyAreOneThatIsMissing) {
  collect("top_list");
  database_.clock.move(std::chrono::hours{1});
  exchange_.rows["top_list"].back().at(9) = "998";  // l_amount
  collect("top_list");
  ASSERT_EQ(held("top_list").size(), 2u);
  EXPECT_EQ(covered("top_list").expected, 6u);
  EXPECT_EQ(state("top_list").expected, 6u);
}

TEST_F(HeldRows, OfCodesThatNobodyExpectsCountToo) {
  auto wrong = bar("688999.SH", "20240628", 10, 10);
  wrong[3] = "1";  // high
  exchange_.rows["daily"] = {bar("600000.SH", "20240628", 10, 10),
                             bar("600001.SH", "20240628", 10, 10),
                             bar("600002.SH", "20240628", 10, 10), wrong};
  EXPECT_FALSE(collect("daily").complete);
  EXPECT_EQ(state("daily").expected, 4u);
  ASSERT_TRUE(quarantine_.drop(held("daily").at(0).id));
  EXPECT_TRUE(state("daily").complete);
  EXPECT_EQ(state("daily").expected, 3u);
}

TEST_F(DaysTest, WithoutListingsNoDayOfBarsIsProvenByTime) {
  exchange_.rows["stock_basic"].clear();
  database_.clock.move(std::chrono::days{kSettledDays + 1});
  fetch("daily", std::nullopt);
  EXPECT_FALSE(state("daily").complete) << "an empty day";
  fetch("daily", std::nullopt);
  EXPECT_FALSE(state("daily").complete) << "twice";
  exchange_.rows["daily"] = {cells("daily", {{"ts_code", "600000.SH"},
                                             {"trade_date", "20240628"},
                                             {"open", "10"},
                                             {"high", "10"},
                                             {"low", "10"},
                                             {"close", "10"},
                                             {"pre_close", "10"},
                                             {"change", "0"},
                                             {"pct_chg", "0"},
                                             {"vol", "100"},
                                             {"amount", "100"}})};
  fetch("daily", std::nullopt);
  EXPECT_FALSE(state("daily").complete) << "half of the day, perhaps";
}

}  // namespace
}  // namespace kanpan::ingest
