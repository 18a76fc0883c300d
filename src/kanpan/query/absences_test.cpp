// What a query says of days that were never collected.
#include <gmock/gmock.h>

#include "kanpan/ingest/coverage.hpp"
#include "kanpan/ingest/universe.hpp"
#include "kanpan/query/sample.hpp"

namespace kanpan::query {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::IsEmpty;

/// Of June 2024 Monday the 17th and Wednesday to Friday the 21st are held; it is Friday the 28th,
/// 18:00. The 10th was a holiday.
class AbsencesTest : public QueryTest {
 protected:
  void SetUp() override {
    commit("daily",
           {bar("20240617", 10, 10), bar("20240619", 10, 10), bar("20240620", 10, 10),
            bar("20240621", 10, 10)},
           {held("20240617"), held("20240619"), held("20240620"), held("20240621")});
  }

  static journal::DayState held(std::string_view date) {
    auto out = state("daily", date, 1, 1, true);
    out.seen = shanghai_instant(out.day + 1, 9 * 3600);
    return out;
  }
  /// Of a table without a rule.
  static journal::DayState held_of(std::string_view name, std::string_view date) {
    return state(name, date, 1, {}, true);
  }
  static std::vector<std::string> listing(std::string_view code, std::string_view since,
                                          std::string_view until = "") {
    const auto& columns = table("stock_basic").columns;
    std::vector<std::string> row(columns.size());
    for (std::size_t c = 0; c < columns.size(); ++c) {
      if (columns[c].name == "ts_code") row[c] = code;
      if (columns[c].name == "list_status") row[c] = until.empty() ? "L" : "D";
      if (columns[c].name == "list_date") row[c] = since;
      if (columns[c].name == "delist_date") row[c] = until;
    }
    return row;
  }
  RowsRequest of(std::string_view from, std::string_view to,
                 std::vector<std::string> codes = {}) const {
    RowsRequest request{read("daily"), Units::Normal};
    if (!from.empty()) request.read.from = day(from);
    if (!to.empty()) request.read.to = day(to);
    request.read.codes = std::move(codes);
    return request;
  }
  Evidence evidence(const RowsRequest& request) const { return query_.evidence(request).value(); }
};

TEST_F(AbsencesTest, AreMissingUpToTheBoundsAndBetweenTheDaysHeld) {
  const auto early = evidence(of("20240606", "20240617"));
  EXPECT_EQ(early.status, "partial");
  EXPECT_THAT(early.missing, ElementsAre("2024-06-06..2024-06-14: 6 days not collected"));
  EXPECT_EQ(early.missing_count, 6u);
  EXPECT_EQ(early.short_days, 6u) << "of every code";

  EXPECT_THAT(evidence(of("20240614", "20240625")).missing,
              ElementsAre("2024-06-14: not collected", "2024-06-18: not collected",
                          "2024-06-24..2024-06-25: 2 days not collected"));
  EXPECT_EQ(evidence(of("20240619", "20240623")).status, "complete") << "ends with a weekend";
  EXPECT_EQ(evidence(of("20240608", "20240610")).status, "complete") << "a weekend, a holiday";

  const auto year = evidence(of("20200101", "20201231"));
  EXPECT_EQ(year.status, "partial") << "a year of which nothing is held";
  EXPECT_THAT(year.missing, ElementsAre("2020-01-02..2020-12-31: 243 days not collected"));
}

TEST_F(AbsencesTest, WithoutABoundAreThoseBetweenTheDaysHeld) {
  const auto all = evidence(of("", ""));
  EXPECT_EQ(all.status, "partial");
  EXPECT_THAT(all.missing, ElementsAre("2024-06-18: not collected"));
  EXPECT_THAT(evidence(of("20240619", "")).missing, IsEmpty());
  EXPECT_THAT(evidence(of("", "20240617")).missing, IsEmpty());
  EXPECT_THAT(evidence(of("20240618", "")).missing, ElementsAre("2024-06-18: not collected"));
}

TEST_F(AbsencesTest, OnTheOtherSideOfABoundBeyondTheDaysHeldAreAllThatTheSourceHas) {
  const auto before = evidence(of("", "20240614"));
  EXPECT_EQ(before.status, "partial");
  ASSERT_EQ(before.missing.size(), 1u);
  EXPECT_THAT(before.missing.front(), testing::StartsWith("1990-12-19..2024-06-14: "));
  const auto after = evidence(of("20240627", ""));
  EXPECT_EQ(after.status, "partial");
  EXPECT_THAT(after.missing, ElementsAre("2024-06-27..2024-06-28: 2 days not collected"));
}

TEST_F(AbsencesTest, AreDaysThatTheSourceHasByNow) {
  const auto request = of("20240621", "20240731");
  EXPECT_THAT(evidence(request).missing,
              ElementsAre("2024-06-24..2024-06-28: 5 days not collected"));
  const auto before = query_.version(request.read).value();
  EXPECT_THAT(before, EndsWith("-absent-5-20240628"));
  clock_.move(std::chrono::days{3});
  EXPECT_THAT(evidence(request).missing,
              ElementsAre("2024-06-24..2024-07-01: 6 days not collected"));
  EXPECT_NE(query_.version(request.read).value(), before);
  // The source has no bars of before there was an exchange.
  EXPECT_THAT(evidence(of("19800101", "19901218")).missing, IsEmpty());
}

TEST_F(AbsencesTest, StandAmongTheShortDaysInTheirOrder) {
  commit("adj_factor", {{"600000.SH", "20240624", "1"}},
         {state("daily", "20240613", 1, 3, true), state("daily", "20240620", 1, 2, true)});
  const auto all = evidence(of("20240612", "20240621"));
  EXPECT_THAT(all.missing, ElementsAre("2024-06-12: not collected", "2024-06-13: 1 of 3 rows",
                                       "2024-06-14: not collected", "2024-06-18: not collected",
                                       "2024-06-20: 1 of 2 rows"));
  EXPECT_EQ(all.missing_count, 5u);
}

TEST_F(AbsencesTest, AreAFewEntriesHoweverManyTheyAre) {
  std::vector<journal::DayState> days;
  for (Date monday = day("20240304"); monday < day("20240520"); monday = monday + 7)
    days.push_back(held(monday.compact()));
  commit("adj_factor", {{"600000.SH", "20240624", "1"}}, days);
  const auto many = evidence(of("20240304", "20240517"));
  EXPECT_EQ(many.missing.size(), 5u);
  EXPECT_GT(many.missing_count, 35u);
}

TEST_F(AbsencesTest, AreThoseOfTablesThatExpectNothingToo) {
  const auto lists = [&](std::string_view from, std::string_view to) {
    return query_.evidence({read("suspend_d", day(from), day(to)), Units::Normal}).value();
  };
  commit("suspend_d", {}, {held_of("suspend_d", "20240617"), held_of("suspend_d", "20240619")});
  EXPECT_EQ(lists("20240617", "20240617").status, "complete") << "nobody was suspended";
  const auto years = lists("20230101", "20231231");
  EXPECT_EQ(years.status, "partial") << "nobody asked for them";
  EXPECT_THAT(years.missing, ElementsAre("2023-01-03..2023-12-29: 242 days not collected"));
  EXPECT_THAT(lists("20240617", "20240619").missing, ElementsAre("2024-06-18: not collected"));
}

TEST_F(AbsencesTest, OfPeriodsAreThoseThatNobodyAskedFor) {
  const auto statements = [&](std::string_view from, std::string_view to) {
    return query_.evidence({read("income_vip", day(from), day(to)), Units::Normal}).value();
  };
  commit("income_vip", {}, {held_of("income_vip", "20231231"), held_of("income_vip", "20240331")});
  EXPECT_EQ(statements("20231231", "20240331").status, "complete");
  EXPECT_EQ(statements("20231001", "20240630").status, "provisional") << "the quarter still runs";
  const auto years = statements("20150101", "20240331");
  EXPECT_EQ(years.status, "partial");
  EXPECT_THAT(years.missing, ElementsAre("2015-03-31..2023-09-30: 35 days not collected"));
}

TEST_F(AbsencesTest, AreNotKnownWhereNoDayIs) {
  // By announcement, by code, from a file: rows of whatever day, and no day of which it was all.
  for (const char* name : {"income_vip", "forecast_vip", "top_list"}) {
    commit(name, {});
    for (const auto& from : {std::optional<Date>{}, std::optional<Date>{day("20150101")}}) {
      const auto evidence = query_.evidence({read(name, from), Units::Normal}).value();
      EXPECT_EQ(evidence.status, "unknown") << name;
      EXPECT_THAT(evidence.missing, ElementsAre("which days were collected is not known"));
      EXPECT_EQ(evidence.missing_count, 0u);
    }
    EXPECT_THAT(query_.version(read(name)).value(), EndsWith("-no-days")) << name;
  }
  commit("stock_basic", {listing("600000.SH", "19991110")});
  EXPECT_EQ(query_.evidence({read("stock_basic"), Units::Normal})->status, "complete") << "undated";
}

TEST_F(AbsencesTest, OfATableOfEveryDayAreThoseWithoutARow) {
  const auto calendar = [&](std::optional<Date> from, std::optional<Date> to) {
    return query_.evidence({read("trade_cal", from, to), Units::Normal}).value();
  };
  Cells rows;
  for (Date at = day("20240601"); at <= day("20240710"); ++at)
    if (at != day("20240615") && at != day("20240616"))
      rows.push_back({"SSE", at.compact(), "1", ""});
  commit("trade_cal", rows);
  EXPECT_EQ(calendar(day("20240617"), day("20240705")).status, "complete") << "known beforehand";
  EXPECT_EQ(calendar(day("20240617"), {}).status, "complete");
  EXPECT_EQ(calendar({}, day("20240614")).status, "complete");
  EXPECT_THAT(calendar({}, {}).missing,
              ElementsAre("2024-06-15..2024-06-16: 2 days not collected"));

  const auto before = calendar(day("20100101"), day("20101231"));
  EXPECT_EQ(before.status, "partial");
  EXPECT_THAT(before.missing, ElementsAre("2010-01-01..2010-12-31: 365 days not collected"));
  EXPECT_EQ(before.missing_count, 365u);
  const auto coverage =
      ingest::coverage_of(table("trade_cal"), day("20100101"), day("20101231"),
                          ingest::Universe::load(tables(), *store_).value(), *store_, *journal_);
  EXPECT_EQ(coverage->complete, 0u);
  EXPECT_THAT(calendar(day("20240531"), day("20240601")).missing,
              ElementsAre("2024-05-31: not collected"));

  const auto to_come = calendar(day("20350101"), day("20351231"));
  EXPECT_EQ(to_come.status, "provisional");
  EXPECT_THAT(to_come.missing, ElementsAre("2035-01-01..2035-12-31: not yet"));
  EXPECT_THAT(calendar(day("20350101"), {}).missing, ElementsAre("2035-01-01..: not yet"));
  EXPECT_THAT(calendar(day("20240701"), day("20240731")).missing,
              ElementsAre("2024-07-11..2024-07-31: not yet"));
  const auto asked = read("trade_cal", day("20240701"), day("20240712"));
  const auto version = query_.version(asked).value();
  clock_.move(std::chrono::days{14});
  EXPECT_THAT(query_.evidence({asked, Units::Normal})->missing,
              ElementsAre("2024-07-11..2024-07-12: 2 days not collected"));
  EXPECT_NE(query_.version(asked).value(), version);
}

TEST_F(AbsencesTest, OfATableOfEveryDayWithoutARowAreThoseAskedFor) {
  commit("trade_cal", {});
  EXPECT_EQ(query_.evidence({read("trade_cal"), Units::Normal})->status, "complete");
  EXPECT_EQ(
      query_.evidence({read("trade_cal", day("20240601"), day("20240602")), Units::Normal})->status,
      "partial");
}

TEST_F(AbsencesTest, AreNotKnownOfDaysThatMayBeEmpty) {
  const auto forecasts = [&](std::optional<Date> from, std::optional<Date> to) {
    return query_.evidence({read("forecast_vip", from, to), Units::Normal}).value();
  };
  std::vector<journal::DayState> days;
  for (Date at = day("20240601"); at < day("20240628"); ++at)
    days.push_back(held_of("forecast_vip", at.compact()));
  commit("forecast_vip", {}, days);
  EXPECT_EQ(forecasts(day("20240601"), day("20240627")).status, "complete");
  const auto more = forecasts(day("20240530"), day("20240731"));
  EXPECT_EQ(more.status, "unknown");
  EXPECT_THAT(more.missing, ElementsAre("2024-05-30..2024-05-31: 2 days not known to be collected",
                                        "2024-06-28: not known to be collected"));
  EXPECT_EQ(more.missing_count, 0u);
  // Rows of other days may be there too, so without a bound every day counts.
  EXPECT_EQ(forecasts({}, day("20240627")).status, "unknown");
  EXPECT_EQ(forecasts(day("20240601"), {}).status, "unknown");
  EXPECT_EQ(forecasts({}, {}).status, "unknown");

  auto early = state("forecast_vip", "20240627", 1, {}, false);
  commit("forecast_vip", {}, {early});
  EXPECT_EQ(forecasts(day("20240601"), day("20240627")).status, "provisional");
  EXPECT_EQ(forecasts(day("20240601"), day("20240628")).status, "unknown");
  commit("forecast_vip", {}, {state("forecast_vip", "20240615", 1, 2, true)});
  const auto lacking = forecasts(day("20240601"), day("20240628"));
  EXPECT_EQ(lacking.status, "partial") << "a row was held back";
  EXPECT_EQ(lacking.missing_count, 1u);
}

TEST_F(AbsencesTest, ThatAreNotKnownAreAnotherVersionThanThoseOfThePast) {
  commit("top_list", {});
  auto request = read("top_list");
  request.as_of = store_->applied();
  const auto before = query_.version(request).value();
  std::vector<std::string> row(table("top_list").columns.size());
  row[0] = "20240627";
  row[1] = "600000.SH";
  commit("top_list", {row});
  EXPECT_EQ(query_.evidence({request, Units::Normal})->status, "unknown");
  EXPECT_THAT(query_.evidence({request, Units::Normal})->missing, IsEmpty());
  EXPECT_NE(query_.version(request).value(), before);
}

TEST_F(AbsencesTest, OfWeeksAreTheirLastDays) {
  commit("weekly", {}, {state("weekly", "20240607", 1, 1, true)});
  EXPECT_THAT(
      query_.evidence({read("weekly", day("20240601"), day("20240627")), Units::Normal})->missing,
      ElementsAre("2024-06-14..2024-06-21: 2 days not collected"));
}

TEST_F(AbsencesTest, OfACodeAreThoseOnWhichItWasListed) {
  commit("stock_basic",
         {listing("600000.SH", "20240612"), listing("000001.SZ", "19910403", "20240605")});
  const auto listed_later = evidence(of("20240601", "20240617", {"600000.SH"}));
  EXPECT_EQ(listed_later.status, "partial");
  EXPECT_THAT(listed_later.missing, ElementsAre("2024-06-12..2024-06-14: 3 days not collected"));
  EXPECT_EQ(evidence(of("20240601", "20240611", {"600000.SH"})).status, "complete");
  EXPECT_THAT(evidence(of("20240601", "20240617", {"000001.SZ"})).missing,
              ElementsAre("2024-06-03..2024-06-04: 2 days not collected"));
  EXPECT_EQ(evidence(of("20240605", "20240617", {"000001.SZ"})).status, "complete");
  EXPECT_THAT(
      evidence(of("20240604", "20240617", {"600000.SH", "000001.SZ"})).missing,
      ElementsAre("2024-06-04: not collected", "2024-06-12..2024-06-14: 3 days not collected"));
  EXPECT_EQ(evidence(of("20240605", "20240605", {"300001.SZ"})).status, "partial")
      << "nothing is known of it";
}

TEST_F(AbsencesTest, OfACodeChangeTheVersionWithItsListing) {
  const auto request = of("20240601", "20240617", {"600000.SH"});
  const auto whole = of("20240619", "20240621", {"600000.SH"});
  const auto before = query_.version(request.read).value();
  const auto held_before = query_.version(whole.read).value();
  commit("stock_basic", {listing("600000.SH", "20240612")});
  EXPECT_NE(query_.version(request.read).value(), before);
  EXPECT_EQ(query_.version(whole.read).value(), held_before);
}

TEST_F(AbsencesTest, GoWhenTheDayIsCollected) {
  const auto request = of("20240617", "20240621");
  const auto before = query_.version(request.read).value();
  EXPECT_EQ(evidence(request).status, "partial");
  commit("daily", {bar("20240618", 10, 10)}, {held("20240618")});
  EXPECT_EQ(evidence(request).status, "complete");
  EXPECT_NE(query_.version(request.read).value(), before);
}

TEST_F(AbsencesTest, FollowTheCalendarAsStored) {
  EXPECT_EQ(evidence(of("20240618", "20240619")).status, "partial");
  commit("trade_cal", {{"SSE", "20240618", "0", "20240617"}});
  EXPECT_EQ(evidence(of("20240618", "20240619")).status, "complete") << "closed that day";
}

TEST_F(AbsencesTest, OfBarsAreThoseOfDaily) {
  BarsRequest request;
  request.code = "600000.SH";
  request.from = day("20240619");
  request.to = day("20240621");
  EXPECT_EQ(query_.bars(request)->evidence.status, "complete");
  request.to = day("20240624");
  EXPECT_THAT(query_.bars(request)->evidence.missing, ElementsAre("2024-06-24: not collected"));
}

}  // namespace
}  // namespace kanpan::query
