#include "kanpan/ingest/collector.hpp"

#include <atomic>
#include <latch>

#include "kanpan/ingest/collector_sample.hpp"
#include "kanpan/ingest/days.hpp"

namespace kanpan::ingest {
namespace {

using source::Call;
using test::CollectorTest;
using test::day_of;
using test::parameter;
using test::real_catalog;
using test::real_table;
using testing::Each;
using testing::Field;
using testing::IsEmpty;
using testing::Not;

TEST_F(CollectorTest, WorkersAskAtTheSameTimeAndLoseNothing) {
  std::atomic<int> calls = 0;
  std::latch two_are_asking(2);
  exchange_.before_answer = [&](const Call& call) {
    if (!parameter(call, "ts_code").empty() && calls++ < 2) two_are_asking.arrive_and_wait();
  };
  auto many = collector(4);
  const auto outcome = many.collect(indices(), {});
  ASSERT_TRUE(outcome) << outcome.error().text();
  EXPECT_EQ(outcome->exit_code(), 0);
  EXPECT_EQ(stored(), 9u * real_table("index_daily").codes.size());
  EXPECT_EQ(days().size(), 9u);
  EXPECT_THAT(days(), Each(Field(&journal::DayState::complete, true)));
}

TEST_F(CollectorTest, DaysOfATableWithoutExpectationAreCompleteOnceEveryCodeWasAskedFor) {
  const auto outcome = collector_.collect(indices(), {});
  ASSERT_TRUE(outcome) << outcome.error().text();
  EXPECT_EQ(outcome->exit_code(), 0);
  EXPECT_EQ(days().size(), 9u);
  EXPECT_THAT(days(), Each(Field(&journal::DayState::complete, true)));
  EXPECT_THAT(collector_.plan(indices()).value().at(0).plan.slices, IsEmpty());
}

TEST_F(CollectorTest, DaysAreNotCompleteWhenOnlySomeCodesWereAskedFor) {
  auto request = indices();
  request.codes = {"000001.SH"};
  ASSERT_TRUE(collector_.collect(request, {}));
  EXPECT_EQ(stored(), 9u);
  EXPECT_EQ(days().size(), 9u);
  EXPECT_THAT(days(), Each(Field(&journal::DayState::complete, false)));
  EXPECT_THAT(collector_.plan(indices()).value().at(0).plan.slices, Not(IsEmpty()));
}

TEST_F(CollectorTest, DaysOfAStoppedRunAreCompleteOnlyAfterItWasResumed) {
  std::stop_source stop;
  exchange_.before_answer = [&](const Call& call) {
    if (parameter(call, "ts_code") == "399006.SZ") stop.request_stop();
  };
  const auto stopped = collector_.collect(indices(), stop.get_token());
  ASSERT_TRUE(stopped);
  EXPECT_EQ(stopped->exit_code(), 6);
  EXPECT_GT(stored(), 0u);
  EXPECT_THAT(days(), Each(Field(&journal::DayState::complete, false)));

  const auto resumed = collector_.resume(stopped->summary.run.id, {});
  ASSERT_TRUE(resumed) << resumed.error().text();
  EXPECT_EQ(resumed->exit_code(), 0);
  EXPECT_EQ(days().size(), 9u);
  EXPECT_THAT(days(), Each(Field(&journal::DayState::complete, true)));
}

TEST_F(CollectorTest, ARunThatIsResumedDaysLaterProvesNoDayThatCameAfterItsFirstCalls) {
  auto request = indices();
  request.to.reset();
  std::stop_source stop;
  exchange_.before_answer = [&](const Call& call) {
    if (parameter(call, "ts_code") == "399006.SZ") stop.request_stop();
  };
  const auto stopped = collector_.collect(request, stop.get_token());
  ASSERT_TRUE(stopped);
  exchange_.before_answer = [](const Call&) {};
  const Date asked = shanghai_date(database_.clock.now());
  database_.clock.move(std::chrono::days{10});
  const auto resumed = collector_.resume(stopped->summary.run.id, {});
  ASSERT_TRUE(resumed) << resumed.error().text();
  EXPECT_EQ(resumed->exit_code(), 0);
  const auto states = database_.journal->days("index_daily", DateRange::all()).value();
  ASSERT_FALSE(states.empty());
  EXPECT_EQ(states.back().day, asked);
  for (const journal::DayState& day : states)
    EXPECT_EQ(day.complete, day.day <= asked - kSettledDays) << day.day.iso();
}

TEST_F(CollectorTest, StoppedWhenNothingIsLeftARunIsDone) {
  auto request = indices();
  request.codes = {"399006.SZ"};
  std::stop_source stop;
  const auto late = progress_.subscribe([&](const Event& event) {
    if (event.kind == "commit") stop.request_stop();
  });
  const auto outcome = collector_.collect(request, stop.get_token());
  ASSERT_TRUE(outcome);
  EXPECT_TRUE(stop.stop_requested());
  EXPECT_EQ(outcome->exit_code(), 0);
  EXPECT_EQ(outcome->summary.run.state, journal::RunState::Done);
  EXPECT_THAT(outcome->unfinished, IsEmpty());
}

TEST_F(CollectorTest, ASourceThatDoesNotAnswerEndsTheRunSoon) {
  CollectRequest request;
  request.tables = {"top_list"};
  request.from = day_of("20240401");
  request.to = day_of("20240628");
  exchange_.refusals = 1000;
  const auto outcome = collector_.collect(request, {});
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->exit_code(), exit_code(Errc::SourceTransient));
  EXPECT_GT(outcome->summary.planned, 50u);
  EXPECT_LE(outcome->summary.failed, 3u);
  exchange_.refusals = 0;
  EXPECT_EQ(collector_.resume(outcome->summary.run.id, {})->exit_code(), 0);
}

TEST_F(CollectorTest, APageThatWasRefusedIsNotCollectedUntilItIsAskedForAgain) {
  exchange_.is_bad = [](const Call& call) { return parameter(call, "ts_code") == "399006.SZ"; };
  const auto refused = collector_.collect(indices(), {});
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->exit_code(), 5);
  EXPECT_EQ(refused->summary.run.state, journal::RunState::Partial);
  EXPECT_THAT(refused->summary.run.error, testing::HasSubstr("index_daily 399006.SZ"));
  EXPECT_THAT(refused->summary.run.error, testing::HasSubstr("page.missing_column"));
  ASSERT_TRUE(refused->unfinished.contains("index_daily"));
  EXPECT_EQ(refused->unfinished.at("index_daily").code, Errc::Quality);
  EXPECT_THAT(days(), Each(Field(&journal::DayState::complete, false)));
  EXPECT_THAT(collector_.plan(indices()).value().at(0).plan.slices, Not(IsEmpty()));

  exchange_.is_bad = [](const Call&) { return false; };
  const auto resumed = collector_.resume(refused->summary.run.id, {});
  ASSERT_TRUE(resumed) << resumed.error().text();
  EXPECT_EQ(resumed->exit_code(), 0);
  EXPECT_EQ(resumed->summary.run.error, "");
  EXPECT_THAT(resumed->unfinished, IsEmpty());
  EXPECT_EQ(resumed->summary.calls, refused->summary.calls + 1);
  EXPECT_THAT(days(), Each(Field(&journal::DayState::complete, true)));
}

TEST_F(CollectorTest, WhatWasRefusedBeforeTheFirstDayHeldIsAskedForAgain) {
  CollectRequest request;
  request.tables = {"moneyflow_hsgt"};
  request.from = day_of("20210104");
  request.to = kLast;
  exchange_.is_bad = [](const Call& call) { return parameter(call, "start_date") == "20210104"; };
  const auto refused = collector_.collect(request, {});
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->exit_code(), 5);
  EXPECT_GT(refused->summary.rows, 0u);

  exchange_.is_bad = [](const Call&) { return false; };
  request.from.reset();
  const auto plans = collector_.plan(request).value();
  ASSERT_THAT(plans.at(0).plan.slices, Not(IsEmpty()));
  EXPECT_EQ(plans.at(0).plan.slices.front().range->first, day_of("20210104"));
  ASSERT_EQ(collector_.collect(request, {})->exit_code(), 0);
  EXPECT_THAT(collector_.plan(request).value().at(0).plan.slices, IsEmpty());
}

TEST_F(CollectorTest, AResumedRunDoesWhatAnotherRunHasMadeNeedlessToo) {
  const auto& table = real_table("top_list");
  journal::Run run;
  run.id = "20240628T180000-aaaaaa";
  run.command = "collect";
  run.arguments = indices().to_json();  // which need no top_list
  run.started = database_.clock.now();
  journal::Unit unit;
  unit.run = run.id;
  unit.number = 1;
  unit.table = table.name;
  unit.plan =
      Slice{&table, table.source.walks[0], DateRange{kFirst, kFirst}, "", journal::Mode::Replace}
          .to_json();
  ASSERT_TRUE(database_.journal->start_run(run, std::vector{unit}));
  ASSERT_TRUE(database_.journal->finish_run(run.id, journal::RunState::Partial, ""));
  const auto resumed = collector_.resume(run.id, {});
  ASSERT_TRUE(resumed) << resumed.error().text();
  EXPECT_EQ(resumed->summary.planned, 0u);
  EXPECT_EQ(resumed->exit_code(), 0);
}

TEST_F(CollectorTest, ACompleteDayStaysSoWhenPartOfItIsAskedForAgain) {
  ASSERT_TRUE(collector_.collect(indices(), {}));
  auto request = indices();
  request.codes = {"000001.SH"};
  request.mode = catalog::UpdateMode::Full;
  ASSERT_TRUE(collector_.collect(request, {}));
  EXPECT_THAT(days(), Each(Field(&journal::DayState::complete, true)));
}

TEST_F(CollectorTest, ATableThatIsHeldElsewhereDoesNotKeepTheOthersFromTheirs) {
  const auto lease = database_.journal->acquire("lock:update:top_list", "run other", 60).value();
  auto request = indices();
  request.tables = {"top_list", "index_daily"};
  const auto outcome = collector_.collect(request, {});
  ASSERT_TRUE(outcome) << outcome.error().text();
  EXPECT_EQ(stored(), 9u * real_table("index_daily").codes.size());
  ASSERT_TRUE(outcome->error);
  EXPECT_EQ(outcome->error->code, Errc::Busy);
  EXPECT_THAT(outcome->error->text(), testing::HasSubstr("top_list"));
  EXPECT_EQ(outcome->summary.run.state, journal::RunState::Partial);
}

TEST_F(CollectorTest, AFreshDirectorysPlanNamesWhatIsKnownOnlyLater) {
  CollectRequest request;
  request.tables = {"cyq_chips", "daily"};
  request.from = request.to = kFirst;
  const auto plans = collector_.plan(request);
  ASSERT_TRUE(plans) << plans.error().text();
  std::map<std::string, std::string> notes;
  for (const auto& [table, plan, later] : *plans) {
    notes[table->name] = plan.note;
    EXPECT_EQ(later, table->name == "cyq_chips");
  }
  EXPECT_TRUE(notes.contains("stock_basic"));
  EXPECT_TRUE(notes.contains("daily"));
  EXPECT_THAT(notes.at("cyq_chips"), testing::HasSubstr("once stock_basic"));
}

TEST_F(CollectorTest, CodesOfATableThatIsAskedForAsAWholeAreSaidToBeIgnored) {
  CollectRequest request;
  request.tables = {"stock_company"};
  request.codes = {"600000.SH"};
  EXPECT_THAT(collector_.plan(request).value().back().plan.warning,
              testing::HasSubstr("stock_company is asked for as a whole: --codes is ignored"));
  std::vector<std::string> notes;
  const auto subscription = progress_.subscribe([&](const Event& event) {
    if (event.kind == "note") notes.push_back(event.message);
  });
  ASSERT_TRUE(collector_.collect(request, {}));
  EXPECT_THAT(notes, testing::Contains(testing::HasSubstr("--codes is ignored")));
}

TEST_F(CollectorTest, WhoeverWatchesSeesPagesAndWhyARunStandsStill) {
  exchange_.refusals = 1;
  std::map<std::string, std::vector<Event>> told;
  const auto subscription =
      progress_.subscribe([&](const Event& event) { told[event.kind].push_back(event); });
  const auto outcome = collector_.collect(indices(), {});
  ASSERT_TRUE(outcome) << outcome.error().text();
  ASSERT_EQ(told["retry"].size(), 1u);
  const Event& retry = told["retry"].front();
  EXPECT_EQ(retry.run, outcome->summary.run.id);
  EXPECT_EQ(retry.table, "index_daily");
  EXPECT_THAT(retry.text(), testing::MatchesRegex("index_daily\\(.*\\) failed, again in "
                                                  "[0-9.]+ s: connection refused"));
  EXPECT_EQ(told["page"].size(), outcome->summary.units);
  EXPECT_EQ(told["page"].front().rows, 9u);
  EXPECT_EQ(told["page"].front().calls, 2u);
}

TEST_F(CollectorTest, AttemptsOfAFetchThatWasStoppedAreInTheLedger) {
  std::stop_source stop;
  exchange_.refusals = 1;
  exchange_.before_answer = [&](const Call&) { stop.request_stop(); };
  const auto stopped = collector_.collect(indices(), stop.get_token());
  ASSERT_TRUE(stopped) << stopped.error().text();
  EXPECT_EQ(stopped->summary.planned, stopped->summary.units);
  const auto calls = database_.journal->calls(stopped->summary.run.id, 10).value();
  ASSERT_EQ(calls.size(), 1u);
  EXPECT_THAT(calls[0].error, testing::HasSubstr("connection refused"));
}

TEST_F(CollectorTest, ARunMayLastLongerThanALease) {
  exchange_.before_answer = [&](const Call&) {
    database_.clock.move(std::chrono::hours{6});
    EXPECT_FALSE(database_.journal->acquire("lock:update:index_daily", "run other", 60));
  };
  const auto outcome = collector_.collect(indices(), {});
  ASSERT_TRUE(outcome) << outcome.error().text();
  EXPECT_FALSE(outcome->error) << outcome->error->text();
  EXPECT_TRUE(database_.journal->acquire("lock:update:index_daily", "run next", 60))
      << "it was given back";
}

}  // namespace
}  // namespace kanpan::ingest
