// What ends a run early, and what runs at the same time have to do with each other.
#include <latch>
#include <thread>

#include "kanpan/ingest/collector_sample.hpp"

namespace kanpan::ingest {
namespace {

using source::Call;
using test::CollectorTest;
using test::day_of;
using test::parameter;
using test::real_table;

using RunExecutionTest = CollectorTest;

TEST_F(RunExecutionTest, ASourceThatCannotBeReachedEndsTheRunAtItsFirstCall) {
  CollectRequest request;
  request.tables = {"daily", "top_list"};
  request.from = day_of("20240401");
  request.to = day_of("20240628");
  exchange_.away = true;
  int calls = 0;
  exchange_.before_answer = [&](const Call&) { ++calls; };
  const auto outcome = collector_.collect(request, {});
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->exit_code(), 6);
  EXPECT_EQ(calls, 1);
  for (const std::string& table : request.tables) EXPECT_TRUE(outcome->unfinished.contains(table));
  exchange_.away = false;
  const auto resumed = collector_.resume(outcome->summary.run.id, {});
  EXPECT_EQ(resumed->exit_code(), 0);
  EXPECT_THAT(resumed->unfinished, testing::IsEmpty());
}

TEST_F(RunExecutionTest, ACallThatIsRefusedByItsParameterDoesNotKeepTheOthersFromTheirs) {
  const auto codes = real_table("index_daily").codes;
  ASSERT_GT(codes.size(), 4u);
  std::size_t refused = 1;
  exchange_.refuses = [&](const Call& call) -> std::optional<Error> {
    for (std::size_t n = 0; n < refused; ++n)
      if (parameter(call, "ts_code") == codes[n])
        return Error{Errc::SourceParameter, "no such ts_code"};
    return std::nullopt;
  };
  const auto one = collector_.collect(indices(), {});
  ASSERT_TRUE(one);
  EXPECT_EQ(one->summary.failed, 1u);
  EXPECT_EQ(one->summary.planned, 0u);
  EXPECT_EQ(one->exit_code(), 4);
  EXPECT_EQ(one->unfinished.at("index_daily").code, Errc::SourceParameter);

  // Many in a row are the table's fault; a resume begins with what was not tried.
  refused = 3;
  CollectRequest earlier = indices();
  earlier.from = day_of("20240506");
  earlier.to = day_of("20240510");
  const auto many = collector_.collect(earlier, {});
  ASSERT_TRUE(many);
  EXPECT_EQ(many->summary.failed, 3u);
  EXPECT_EQ(many->summary.planned, codes.size() - 3);
  const auto resumed = collector_.resume(many->summary.run.id, {});
  ASSERT_TRUE(resumed);
  EXPECT_EQ(resumed->summary.failed, 3u);
  EXPECT_EQ(resumed->summary.planned, 0u);
}

TEST_F(RunExecutionTest, ASourceThatSaysOnlyInItsAnswerThatItInventsIsHeardInTime) {
  exchange_.invented = false;
  CollectRequest earlier = indices();
  earlier.codes = {"399006.SZ"};
  ASSERT_EQ(collector_.collect(earlier, {})->exit_code(), 0);
  const auto before = stored();
  exchange_.before_answer = [&](const Call&) { exchange_.invented = true; };
  const auto outcome = collector_.collect(indices(), {});
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->exit_code(), 3);
  EXPECT_THAT(outcome->error->message, testing::HasSubstr("holds real rows"));
  EXPECT_EQ(outcome->summary.failed, 1u);
  EXPECT_EQ(stored(), before);
  EXPECT_EQ(collector_.collect(indices(), {}).error().code, Errc::Config);
}

TEST_F(RunExecutionTest, WhatAnotherRunCollectsIsWaitedForWhereItIsOnlyNeeded) {
  auto lease = run_ledger_.acquire("suspend_d", "run other").value();
  std::latch waiting(1);
  const auto listening = progress_.subscribe([&](const Event& event) {
    if (event.kind == "note" && event.table == "suspend_d" &&
        event.message.find("waiting for it") != std::string::npos)
      waiting.count_down();
  });
  CollectRequest request;
  request.tables = {"daily"};
  request.from = request.to = kFirst;
  {
    std::jthread other([&] {
      waiting.wait();
      EXPECT_TRUE(run_ledger_.release(lease));
    });
    const auto outcome = collector_.collect(request, {});
    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->exit_code(), 0);
  }
  // Whoever names it is told, and a person need not wait to the end.
  lease = run_ledger_.acquire("suspend_d", "run other").value();
  request.tables = {"suspend_d"};
  EXPECT_EQ(collector_.collect(request, {})->error->code, Errc::Busy);
  request.tables = {"daily"};
  std::stop_source stop;
  const auto impatient = progress_.subscribe([&](const Event& event) {
    if (event.message.find("waiting for it") != std::string::npos) stop.request_stop();
  });
  const auto stopped = collector_.collect(request, stop.get_token());
  ASSERT_TRUE(stopped);
  EXPECT_EQ(stopped->exit_code(), 6);
  EXPECT_EQ(stopped->summary.run.state, journal::RunState::Cancelled);
}

TEST_F(RunExecutionTest, WhatARunNeedsFirstIsFreeWhileItGoesOn) {
  std::optional<Result<journal::Lease>> lease;
  exchange_.before_answer = [&](const Call& call) {
    if (call.api == "daily" && !lease) lease = run_ledger_.acquire("stock_basic", "run other");
  };
  CollectRequest request;
  request.tables = {"daily"};
  request.from = request.to = kFirst;
  EXPECT_EQ(collector_.collect(request, {})->exit_code(), 0);
  ASSERT_TRUE(lease);
  EXPECT_TRUE(*lease);
}

TEST_F(RunExecutionTest, RealRowsAreNotStoredBesideInventedOnes) {
  CollectRequest earlier = indices();
  earlier.codes = {"399006.SZ"};
  ASSERT_EQ(collector_.collect(earlier, {})->exit_code(), 0);
  const auto before = stored();
  exchange_.invented = false;
  const auto outcome = collector_.collect(indices(), {});
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->exit_code(), 3);
  EXPECT_THAT(outcome->error->message, testing::HasSubstr("holds simulated rows"));
  EXPECT_EQ(stored(), before);
}

}  // namespace
}  // namespace kanpan::ingest
