#include "kanpan/ingest/held_days.hpp"

#include "kanpan/ingest/days_sample.hpp"
#include "kanpan/ingest/quarantine.hpp"
#include "kanpan/ingest/repair.hpp"

namespace kanpan::ingest {
namespace {

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
  const auto outcome = fetch("top_list", catalog::UpdateMode::Full);
  EXPECT_EQ(outcome.exit_code(), 0) << "a person has decided";
  EXPECT_EQ(outcome.summary.quarantined, 0u);
  const auto again = state("top_list");
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

/// As a page that has more than was asked for.
TEST_F(HeldRows, OfAnotherDayAreMissingThere) {
  database_.clock.move(-std::chrono::days{kSettledDays + 1});
  const Date before = day_of("20240627");
  CollectRequest request;
  request.tables = {"daily"};
  request.from = request.to = before;
  exchange_.rows["daily"] = {};
  for (const char* code : {"600000.SH", "600001.SH", "600002.SH"})
    exchange_.rows["daily"].push_back(bar(code, "20240627", 10, 10));
  ASSERT_TRUE(collector_.collect(request, {}));
  const auto on = [&](Date day) {
    return database_.journal->days("daily", {day, day}).value().at(0);
  };
  ASSERT_TRUE(on(before).complete);

  const auto stray = bar("600003.SH", "20240627", 10, 10);
  exchange_.rows["daily"] = {stray};
  for (const char* code : {"600000.SH", "600001.SH", "600002.SH"})
    exchange_.rows["daily"].push_back(bar(code, "20240628", 10, 10));
  collect("daily");
  ASSERT_EQ(held("daily").size(), 1u);
  EXPECT_FALSE(on(kDay).is_short()) << "all of its own rows are there";
  EXPECT_TRUE(on(before).is_short());
  ASSERT_TRUE(quarantine_.drop(held("daily").at(0).id));
  EXPECT_FALSE(on(before).is_short());
}

}  // namespace
}  // namespace kanpan::ingest
