#include "kanpan/ingest/scheduler.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <thread>

#include <gmock/gmock.h>

#include "kanpan/ingest/parts_test.hpp"

namespace kanpan::ingest {
namespace {

using source::Call;
using source::Page;
using test::real_table;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

/// Answers with no rows, or not at all.
class Exchange final : public source::Source {
 public:
  bool simulated() const override { return true; }
  Result<Page> fetch(const catalog::TableSpec& table, const Call& call, std::stop_token) override {
    const std::lock_guard lock(mutex_);
    calls_.push_back(call.text());
    if (error_ && answers_-- <= 0) return *error_;
    Page page;
    page.batch = test::batch_of(table, {});
    return page;
  }
  /// After some more answers.
  void fail(std::optional<Error> error, int answers = 0) {
    const std::lock_guard lock(mutex_);
    error_ = std::move(error);
    answers_ = answers;
  }
  std::vector<std::string> calls() {
    const std::lock_guard lock(mutex_);
    return calls_;
  }

 private:
  std::mutex mutex_;
  std::optional<Error> error_;
  int answers_ = 0;
  std::vector<std::string> calls_;
};

/// The real scheduler on the real catalog, journal and store; the clock stands until it is moved.
class SchedulerTest : public test::CollectingTest<Exchange> {
 protected:
  SchedulerTest() {
    database_.clock.move(std::chrono::hours{4});  // Friday 28 June 2024, 22:00
  }
  void start(std::optional<Instant> since = std::nullopt) {
    scheduler_ =
        std::make_unique<Scheduler>(collector_, *database_.journal, database_.clock, true, since);
  }
  TableSchedule schedule(std::string_view table) {
    for (auto& schedule : scheduler_->schedules())
      if (schedule.table == table) return schedule;
    ADD_FAILURE() << table << " has no schedule";
    return {};
  }
  /// Waits until the table was tried, or had success, at or after `time`.
  TableSchedule tried(std::string_view table, Instant time, bool success = false) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{60};
    for (;;) {
      auto now = schedule(table);
      const auto& last = success ? now.past.succeeded : now.past.tried;
      if (!now.running && last && *last >= time) return now;
      if (std::chrono::steady_clock::now() > deadline) {
        ADD_FAILURE() << table << " was not tried";
        return now;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds{20});  // allowed: it tells nobody
    }
  }
  void remember(std::string_view table, Instant success) {
    Attempts past;
    past.tried = past.succeeded = past.since = success;
    ASSERT_TRUE(keep(*database_.journal, real_table(table), past));
  }

  std::unique_ptr<Scheduler> scheduler_;
};

TEST_F(SchedulerTest, ADueRunThatFailsIsRememberedAsFailedAndTriedAgain) {
  const Instant before = database_.clock.now() - std::chrono::hours{24};
  remember("top_list", before);
  exchange_.fail(Error{Errc::SourceQuota, "the day's calls are used up"});
  start();
  const Instant now = database_.clock.now();
  const auto failed = tried("top_list", now);
  EXPECT_EQ(failed.past.succeeded, before);
  EXPECT_THAT(failed.past.error, HasSubstr("used up"));
  EXPECT_EQ(failed.next, now + kFirstRetry);
  EXPECT_EQ(attempts_of(*database_.journal, real_table("top_list")).value().to_json(),
            failed.past.to_json());

  exchange_.fail({});
  database_.clock.move(kFirstRetry);
  const auto done = tried("top_list", now + kFirstRetry);
  EXPECT_EQ(done.past.succeeded, now + kFirstRetry);
  EXPECT_EQ(done.past.error, "");
  EXPECT_GT(done.next, now + std::chrono::hours{24});
}

TEST_F(SchedulerTest, WhatWasDueWhileAFirstCollectionWasWaitedForIsCaughtUp) {
  const Instant now = database_.clock.now();
  start(now - std::chrono::hours{2});
  EXPECT_EQ(tried("express_vip", now).past.succeeded, now) << "it was due at 21:00";
  EXPECT_FALSE(schedule("daily").past.tried);
}

TEST_F(SchedulerTest, WhatCameDueBetweenTheFirstTwoStartsIsCaughtUp) {
  database_.clock.move(-std::chrono::hours{12});  // Friday, 10:00
  start();
  scheduler_.reset();
  EXPECT_THAT(exchange_.calls(), Not(Contains(HasSubstr("top_list"))));
  database_.clock.move(std::chrono::hours{24});  // its time was Friday evening
  start();
  tried("top_list", database_.clock.now(), true);
}

TEST_F(SchedulerTest, ACallThatWasAnsweredIsNotMadeAgainAfterAFailure) {
  remember("index_daily", database_.clock.now() - std::chrono::hours{24});
  exchange_.fail(Error{Errc::SourceQuota, "the day's calls are used up"}, 3);
  start();
  const Instant now = database_.clock.now();
  EXPECT_THAT(tried("index_daily", now).past.error, HasSubstr("used up"));
  exchange_.fail({});
  database_.clock.move(kFirstRetry);
  const auto done = tried("index_daily", now + kFirstRetry);
  EXPECT_EQ(done.past.error, "");
  EXPECT_EQ(done.past.run, "");
  std::map<std::string, int> times;
  for (const auto& call : exchange_.calls()) ++times[call];
  const auto runs = database_.journal->runs(10).value();
  ASSERT_EQ(runs.size(), 1u);
  EXPECT_GT(runs.front().units, 4u);
  EXPECT_EQ(times.size(), runs.front().units);
  EXPECT_EQ(exchange_.calls().size(), times.size() + 1) << "but for the one that was refused";
}

TEST_F(SchedulerTest, OneTableThatIsRefusedDoesNotMakeTheOthersFail) {
  const Instant before = database_.clock.now() - std::chrono::hours{24};
  const auto held = database_.journal->acquire("lock:update:top_list", "run other", 3600).value();
  remember("top_list", before);
  remember("moneyflow_hsgt", before);
  start();
  EXPECT_EQ(tried("top_list", database_.clock.now()).past.succeeded, before);
  EXPECT_EQ(tried("moneyflow_hsgt", database_.clock.now()).past.succeeded, database_.clock.now());
}

TEST_F(SchedulerTest, ATableThatIsRefusedCostsOneCallAndOneUnitEachTime) {
  remember("express_vip", database_.clock.now() - std::chrono::days{20});
  exchange_.fail(Error{Errc::SourcePermission, "no right to express_vip"});
  start();
  Instant now = database_.clock.now();
  tried("express_vip", now);
  for (int day = 0; day < 2; ++day) {
    database_.clock.move(std::chrono::days{1});
    now += std::chrono::days{1};
    const auto refused = tried("express_vip", now);
    EXPECT_TRUE(refused.past.refused);
    EXPECT_THAT(refused.past.error, HasSubstr("no right"));
    for (const auto& made : database_.journal->runs(100).value())
      if (made.run.started == now && made.run.tables == "express_vip") {
        EXPECT_EQ(made.units, 1u);
        EXPECT_EQ(made.calls, 1u);
      }
  }
  exchange_.fail({});
  database_.clock.move(std::chrono::days{1});
  now += std::chrono::days{1};
  EXPECT_EQ(tried("express_vip", now, true).past.error, "");
  for (Date day = Date::from_ymd(2024, 6, 5); day <= shanghai_date(now); ++day)
    EXPECT_THAT(exchange_.calls(), Contains("express_vip(ann_date=" + day.compact() + ")"));
}

TEST_F(SchedulerTest, AnnouncementsAreAskedForFromTheLastSuccessOn) {
  remember("express_vip", database_.clock.now() - std::chrono::days{20});
  exchange_.fail(Error{Errc::SourceQuota, "the day's calls are used up"});
  start();
  Instant now = database_.clock.now();
  tried("express_vip", now);
  exchange_.fail({});
  scheduler_.reset();
  database_.clock.move(std::chrono::days{10});
  start();
  now += std::chrono::days{10};
  EXPECT_EQ(tried("express_vip", now).past.succeeded, now);
  for (const Date day :
       {Date::from_ymd(2024, 6, 5), Date::from_ymd(2024, 6, 28), Date::from_ymd(2024, 7, 8)})
    EXPECT_THAT(exchange_.calls(), Contains("express_vip(ann_date=" + day.compact() + ")"));
}

TEST_F(SchedulerTest, ADayThatWasNotThereYetIsAskedForTheSameEvening) {
  database_.clock.move(
      -std::chrono::hours{3});  // 19:00; top_list was due at 17:00, is there at 20:00
  remember("top_list", database_.clock.now() - std::chrono::hours{2});
  start();
  const Instant ready = database_.clock.now() + std::chrono::hours{1};
  EXPECT_EQ(schedule("top_list").next, ready);
  EXPECT_THAT(exchange_.calls(), Not(Contains("top_list(trade_date=20240628)")));
  database_.clock.move(std::chrono::hours{1});
  EXPECT_EQ(tried("top_list", ready).past.error, "");
  EXPECT_THAT(exchange_.calls(), Contains("top_list(trade_date=20240628)"));
  EXPECT_EQ(rfc3339(schedule("top_list").next.value()), "2024-07-01T17:00:00+08:00");
}

TEST_F(SchedulerTest, ADayIsNotAskedForBeforeTheSourceHasItThenUntilItIsComplete) {
  remember("kpl_list", database_.clock.now() - std::chrono::hours{7});
  start();
  const auto times = [this](std::string_view day) {
    const auto calls = exchange_.calls();
    return std::ranges::count_if(calls, [&](const std::string& call) {
      return call.starts_with(fmt::format("kpl_list(trade_date={}", day));
    });
  };
  const auto go = [this](std::string_view expected) {
    const Instant next = schedule("kpl_list").next.value();
    EXPECT_EQ(rfc3339(next), expected);
    database_.clock.move(next - database_.clock.now());
    EXPECT_EQ(tried("kpl_list", next, true).past.error, "");
  };
  go("2024-06-29T08:30:00+08:00");
  const auto tags = static_cast<std::ptrdiff_t>(real_table("kpl_list").source.split->values.size());
  EXPECT_EQ(times("20240628"), tags);
  EXPECT_EQ(times("20240627"), tags) << "nothing was held";

  // Nothing has come: it may be late.
  go("2024-06-29T08:35:00+08:00");
  go("2024-06-29T08:45:00+08:00");
  EXPECT_EQ(times("20240628"), 3 * tags);
  EXPECT_EQ(times("20240620"), tags) << "an empty day that is settled";
  scheduler_.reset();
  database_.clock.move(std::chrono::minutes{1});
  start();
  tried("kpl_list", database_.clock.now(), true);
  for (const char* hour : {"08:51", "09:01", "09:21", "10:01"})
    go(fmt::format("2024-06-29T{}:00+08:00", hour));

  // Nothing by the end of the day: then there is nothing. Monday's list comes on Tuesday.
  database_.clock.move(std::chrono::hours{15});
  const auto done = tried("kpl_list", database_.clock.now(), true);
  EXPECT_EQ(rfc3339(done.next.value()), "2024-07-02T08:30:00+08:00");
  EXPECT_EQ(times("20240701"), 0);
}

TEST_F(SchedulerTest, TheLastListsOfADayAreAskedForWhenTheyAreThere) {
  remember("ths_hot", database_.clock.now() - std::chrono::hours{7});
  start();
  const auto at_ready = schedule("ths_hot").next.value();
  EXPECT_EQ(rfc3339(at_ready), "2024-06-28T22:30:00+08:00");
  database_.clock.move(at_ready - database_.clock.now());
  tried("ths_hot", at_ready, true);
  EXPECT_THAT(exchange_.calls(), Contains(HasSubstr("ths_hot(trade_date=20240628")));
}

TEST_F(SchedulerTest, ATableWithoutADayBeginsWithTheLastOnesAndKeepsNobodyWaiting) {
  for (const char* table : {"top_list", "hm_detail"})
    remember(table, database_.clock.now() - std::chrono::hours{24});
  start();
  EXPECT_EQ(tried("top_list", database_.clock.now()).past.error, "");
  const auto calls = exchange_.calls();
  EXPECT_THAT(calls, Contains("top_list(trade_date=20240628)"));
  EXPECT_THAT(calls, Contains("top_list(trade_date=20240530)"));
  EXPECT_THAT(calls, Not(Contains("top_list(trade_date=20240529)")));
}

}  // namespace
}  // namespace kanpan::ingest
