#include "kanpan/ingest/days.hpp"

#include "kanpan/ingest/days_sample.hpp"
#include "kanpan/ingest/repair.hpp"

namespace kanpan::ingest {
namespace {

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

TEST_F(DaysTest, AReportPeriodIsNotWholeWhileCompaniesStillPublish) {
  const auto half_year = day_of("20240630");
  CollectRequest request;
  request.tables = {"fina_indicator"};
  request.from = request.to = half_year;
  const auto is_complete = [&] {
    EXPECT_TRUE(collector_.collect(request, {}));
    const auto days = database_.journal->days("fina_indicator", {half_year, half_year}).value();
    return !days.empty() && days.front().complete;
  };
  database_.clock.move(std::chrono::days{12});
  EXPECT_FALSE(is_complete()) << "10 July: nobody has published";
  database_.clock.move(std::chrono::days{3});
  EXPECT_FALSE(is_complete()) << "and the same twice proves nothing";
  database_.clock.move(std::chrono::days{60});
  EXPECT_TRUE(is_complete());
  EXPECT_EQ(collector_.plan(request).value().back().plan.calls, 0u);
}

TEST_F(DaysTest, WindowsThatNobodyAskedForProveNoDay) {
  fetch("stock_basic", std::nullopt);
  const std::set<std::string> open{"20240108", "20240110", "20240624"};
  Rows bars;
  for (const Date day :
       market::Calendar::built_in().open_days({day_of("20240108"), day_of("20240628")}))
    for (const char* code : {"600000.SH", "600001.SH", "600002.SH"})
      if (code != std::string("600002.SH") || !open.contains(day.compact()))
        bars.push_back(bar(code, day.compact(), 10, 10));
  import("daily", bars);
  CollectRequest repair;
  repair.tables = {"daily"};
  repair.missing_cells = true;
  ASSERT_TRUE(collector_.collect(repair, {}));
  const auto days_in = [&](const char* first, const char* last) {
    return database_.journal->days("suspend_d", {day_of(first), day_of(last)}).value();
  };
  EXPECT_GT(days_in("20240108", "20240131").size(), 10u) << "a whole window was asked for";
  EXPECT_FALSE(days_in("20240624", "20240624").empty());
  EXPECT_TRUE(days_in("20240401", "20240430").empty());
}

TEST_F(DaysTest, ListingsThatComeMeanwhileCountForTheDayToo) {
  exchange_.rows["daily"] = {};
  for (const char* code : {"600000.SH", "600001.SH", "600002.SH"})
    exchange_.rows["daily"].push_back(bar(code, "20240628", 10, 10));
  bool first = true;
  exchange_.before_answer = [&](const catalog::TableSpec& table) {
    if (table.name != "daily" || !std::exchange(first, false)) return;
    import("stock_basic", {cells("stock_basic", {{"ts_code", "600003.SH"},
                                                 {"symbol", "600003"},
                                                 {"name", "x"},
                                                 {"list_status", "L"},
                                                 { "list_date",
                                                   "20100104" }})});
  };
  const auto day = collect("daily");
  EXPECT_FALSE(first);
  EXPECT_EQ(day.expected, 4u);
  EXPECT_FALSE(day.complete);
}

TEST_F(DaysTest, OfAnnouncementsAreKnownWhoeverAskedForThem) {
  CollectRequest request;
  request.tables = {"express_vip"};
  request.announcements = DateRange{kDay - 1, kDay};
  const auto states = [&] {
    EXPECT_TRUE(collector_.collect(request, {}));
    return database_.journal->days("express_vip", DateRange::all()).value();
  };
  ASSERT_EQ(states().size(), 2u);
  EXPECT_FALSE(states().back().complete) << "the day is not over";
  database_.clock.move(std::chrono::days{2});
  EXPECT_TRUE(states().back().complete) << "asked again, and nothing new";
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

TEST_F(DaysTest, WithoutListingsNoDayOfBarsIsProvenByTime) {
  exchange_.rows["stock_basic"].clear();
  database_.clock.move(std::chrono::days{kSettledDays + 1});
  for (int n = 0; n < 2; ++n) EXPECT_FALSE(collect("daily").complete) << "an empty day";
  exchange_.rows["daily"] = {test::bar("600000.SH", "20240628", 10, 10)};
  EXPECT_FALSE(collect("daily").complete) << "half of the day, perhaps";
}

}  // namespace
}  // namespace kanpan::ingest
