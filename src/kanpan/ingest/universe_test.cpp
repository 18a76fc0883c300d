#include "kanpan/ingest/universe.hpp"

#include <gmock/gmock.h>

#include "kanpan/ingest/days.hpp"
#include "kanpan/ingest/sample.hpp"

namespace kanpan::ingest {
namespace {

using catalog::Days;
using test::day_of;
using test::real_catalog;
using test::real_table;
using testing::ElementsAre;
using testing::IsEmpty;

Universe small() {
  return Universe(market::Calendar::built_in(),
                  {{"600002.SH", day_of("20240628"), std::nullopt},
                   {"600000.SH", day_of("20100104"), std::nullopt},
                   {"600001.SH", day_of("20100104"), day_of("20240627")},
                   {"830001.BJ", day_of("20240603"), std::nullopt}},
                  {{day_of("20240626"), {"600000.SH"}}});
}

TEST(Universe, CountsWhatIsListed) {
  const Universe universe = small();
  EXPECT_EQ(universe.listed_on(day_of("20091231")), 0u);
  EXPECT_EQ(universe.listed_on(day_of("20240626")), 3u);
  EXPECT_EQ(universe.listed_on(day_of("20240627")), 2u) << "delisted from that day on";
  EXPECT_EQ(universe.listed_on(day_of("20240628")), 3u);
  EXPECT_THAT(universe.codes_in({day_of("20240627"), day_of("20240627")}),
              ElementsAre("600000.SH", "830001.BJ"));
}

TEST(Universe, ExpectsListedCodesWithoutTheSuspended) {
  const Universe universe = small();
  const auto& daily = real_table("daily");
  EXPECT_THAT(universe.expected_codes(daily, day_of("20240626")),
              ElementsAre("600001.SH", "830001.BJ"));
  EXPECT_EQ(universe.expected_rows(daily, day_of("20240626")), 2u);
  EXPECT_THAT(universe.expected_codes(real_table("adj_factor"), day_of("20240626")),
              ElementsAre("600000.SH", "600001.SH", "830001.BJ"));
  EXPECT_EQ(universe.expected_rows(real_table("adj_factor"), day_of("20240626")), 3u);
  EXPECT_EQ(universe.expected_rows(daily, day_of("20240629")), 0u) << "a Saturday";
  EXPECT_THAT(universe.expected_codes(daily, day_of("20240629")), IsEmpty());
}

TEST(Universe, LeavesOutExchangesThatATableDoesNotCover) {
  auto table = real_table("daily");
  table.expect_exchanges = {"SH"};
  EXPECT_THAT(small().expected_codes(table, day_of("20240628")),
              ElementsAre("600000.SH", "600002.SH"));
  EXPECT_EQ(small().expected_rows(table, day_of("20240628")), 2u);
}

TEST(Universe, ExpectsNothingWithoutCodes) {
  const Universe empty(market::Calendar::built_in(), {}, {});
  EXPECT_EQ(empty.expected_rows(real_table("daily"), day_of("20240628")), std::nullopt);
}

TEST(Universe, ExpectsARowForEverySplitValueThatExisted) {
  const auto& margin = real_table("margin");
  EXPECT_EQ(small().expected_rows(margin, day_of("20200106")), 2u);
  EXPECT_EQ(small().expected_rows(margin, day_of("20240628")), 3u) << "with Beijing";
}

TEST(Universe, EndsWeeksAndMonthsOnTheirLastOpenDay) {
  const auto calendar = market::Calendar::built_in();
  auto table = real_table("daily");
  table.days = Days::WeekEnd;
  // National Day 2023 closed from Friday 29 September, the Dragon Boat holiday on Thursday and
  // Friday 22 and 23 June.
  EXPECT_THAT(days_of(table, calendar, {day_of("20230925"), day_of("20231013")}),
              ElementsAre(day_of("20230928"), day_of("20231013")));
  EXPECT_THAT(days_of(table, calendar, {day_of("20230612"), day_of("20230630")}),
              ElementsAre(day_of("20230616"), day_of("20230621"), day_of("20230630")));
  table.days = Days::MonthEnd;
  EXPECT_THAT(
      days_of(table, calendar, {day_of("20230901"), day_of("20231231")}),
      ElementsAre(day_of("20230928"), day_of("20231031"), day_of("20231130"), day_of("20231229")));
  table.days = Days::QuarterEnd;
  EXPECT_THAT(days_of(table, calendar, {day_of("20230630"), day_of("20231230")}),
              ElementsAre(day_of("20230630"), day_of("20230930")));
  table.days = Days::Calendar;
  EXPECT_EQ(days_of(table, calendar, {day_of("20230930"), day_of("20231003")}).size(), 4u);
  EXPECT_THAT(days_of(table, calendar, {day_of("20231003"), day_of("20230930")}), IsEmpty());
}

TEST(Universe, IsReadFromTheStore) {
  test::Database database;
  const auto put = [&](std::uint64_t seq, const char* name,
                       const std::vector<std::map<std::string, std::string>>& rows) {
    const auto& table = real_table(name);
    std::vector<std::vector<std::string>> cells;
    for (const auto& row : rows) {
      cells.emplace_back();
      for (const auto& column : table.columns)
        cells.back().push_back(row.contains(column.name) ? row.at(column.name) : "");
    }
    const store::Change change{seq, &table, store::Mode::Upsert, {}, test::batch_of(table, cells)};
    ASSERT_TRUE(database.store->apply({&change, 1}));
  };
  put(1, "trade_cal",
      {{{"exchange", "SSE"}, {"cal_date", "20240627"}, {"is_open", "1"}},
       {{"exchange", "SSE"}, {"cal_date", "20240628"}, {"is_open", "0"}},
       {{"exchange", "SSE"}, {"cal_date", "20240701"}, {"is_open", "1"}}});
  put(2, "stock_basic",
      {{{"ts_code", "600000.SH"}, {"list_date", "20100104"}},
       {{"ts_code", "600001.SH"}, {"list_date", "20100104"}, {"delist_date", "20240627"}},
       {{"ts_code", "600009.SH"}}});
  put(3, "suspend_d",
      {{{"ts_code", "600000.SH"},
        {"trade_date", "20240627"},
        {"suspend_type", "S"},
        {"suspend_timing", "09:30-10:00"}},
       {{"ts_code", "600000.SH"}, {"trade_date", "20240701"}, {"suspend_type", "S"}}});
  const auto universe = Universe::load(real_catalog(), *database.store);
  ASSERT_TRUE(universe) << universe.error().text();
  EXPECT_FALSE(universe->calendar().is_open(day_of("20240628")));
  EXPECT_THAT(universe->expected_codes(real_table("daily"), day_of("20240627")),
              ElementsAre("600000.SH"))
      << "a halt of minutes leaves a bar; without a listing date nothing is known";
  EXPECT_THAT(universe->expected_codes(real_table("daily"), day_of("20240701")), IsEmpty());
}

TEST(Universe, CountsAsManyRowsAsItNamesCodes) {
  const std::vector<Listing> listings{{"600000.SH", day_of("20100104"), std::nullopt},
                                      {"000001.SZ", day_of("20240626"), std::nullopt},
                                      {"000002.SZ", day_of("20100104"), day_of("20240627")},
                                      {"430001.BJ", day_of("20100104"), std::nullopt},
                                      {"600001.SH", day_of("20240627"), day_of("20240626")}};
  const Universe universe(market::Calendar::built_in(), listings,
                          {{day_of("20240626"), {"000001.SZ", "600001.SH", "999999.SZ"}},
                           {day_of("20240627"), {"000002.SZ", "430001.BJ"}}});
  for (const char* name : {"daily", "adj_factor", "moneyflow"})
    for (const char* day : {"20240624", "20240626", "20240627", "20240628", "20240629"})
      EXPECT_EQ(universe.expected_rows(real_table(name), day_of(day)),
                universe.expected_codes(real_table(name), day_of(day)).size())
          << name << ' ' << day;
}

struct Fetch {
  std::uint32_t rows;
  int content;
  int hours_after_ready;
};

class JudgeDay : public testing::Test {
 protected:
  static journal::DayState judge(std::string_view table, Fetch fetch,
                                 const std::optional<journal::DayState>& before = {}) {
    const Date day = day_of("20240628");
    Sha256 content{};
    content[0] = static_cast<std::uint8_t>(fetch.content);
    const auto seen =
        ready_at(real_table(table), day) + std::chrono::hours{fetch.hours_after_ready};
    DayFetch brought{fetch.rows, {}, 0, content, seen};
    const auto codes = small().expected_codes(real_table(table), day);
    for (std::uint32_t row = 0; row < fetch.rows; ++row)
      brought.codes.push_back(row < codes.size() ? std::string_view(codes[row]) : "999999.SZ");
    return judge_day(real_table(table), day, brought, small(), before);
  }
};

TEST_F(JudgeDay, IsCompleteOnceTheExpectedSetIsThereAndReady) {
  EXPECT_TRUE(judge("daily", {3, 1, 0}).complete);
  EXPECT_EQ(judge("daily", {3, 1, 0}).expected, 3u);
  EXPECT_FALSE(judge("daily", {3, 1, -1}).complete) << "before the source is ready";
  EXPECT_FALSE(judge("daily", {2, 1, 1}).complete) << "a row is missing";
}

TEST_F(JudgeDay, IsCompleteOnceTheSameCameTwiceAfterTheReadyTime) {
  EXPECT_TRUE(judge("daily", {2, 1, 2}, judge("daily", {2, 1, 1})).complete);
  EXPECT_FALSE(judge("daily", {2, 2, 2}, judge("daily", {2, 1, 1})).complete) << "it changed";
  EXPECT_FALSE(judge("daily", {2, 1, 2}, judge("daily", {2, 1, -1})).complete)
      << "the first was too early";
  EXPECT_FALSE(judge("top_list", {9, 1, 1}).complete);
  EXPECT_TRUE(judge("top_list", {9, 1, 2}, judge("top_list", {9, 1, 1})).complete);
}

TEST_F(JudgeDay, IsNotCompleteAfterItShrank) {
  EXPECT_FALSE(judge("daily", {3, 2, 2}, judge("daily", {4, 1, 1})).complete);
  EXPECT_FALSE(judge("top_list", {8, 2, 24 * 9}, judge("top_list", {9, 1, 1})).complete);
}

TEST_F(JudgeDay, SettlesWithoutAnExpectationAfterDays) {
  EXPECT_TRUE(judge("top_list", {9, 1, 24 * kSettledDays}).complete);
  EXPECT_FALSE(judge("daily", {2, 1, 24 * kSettledDays}).complete) << "a row is known to miss";
}

}  // namespace
}  // namespace kanpan::ingest
