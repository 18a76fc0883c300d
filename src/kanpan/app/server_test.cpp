#include "kanpan/app/server.hpp"

#include <atomic>
#include <future>
#include <thread>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kanpan/app/known_calendar.hpp"
#include "kanpan/app/progress_feed.hpp"
#include "kanpan/app/readiness.hpp"
#include "kanpan/app/sample_instance.hpp"
#include "kanpan/net/http_client.hpp"

namespace kanpan::app {
namespace {

using ingest::test::Database;
using ingest::test::day_of;
using ingest::test::real_catalog;
using ingest::test::real_table;
using test::land;
using test::open_instance;
using testing::HasSubstr;

class Readiness : public testing::Test {
 protected:
  StoreReadiness with_patience(std::chrono::seconds patience) {
    return {*database_.journal, *database_.store, real_catalog(), [this] { return damaged_; },
            patience};
  }
  Database database_;
  bool damaged_ = false;
};

TEST_F(Readiness, a_store_on_its_way_is_ready_and_one_that_stands_still_is_not) {
  auto patient = with_patience(std::chrono::hours{1});
  auto strict = with_patience(std::chrono::seconds{0});
  const auto& daily = real_table("daily");
  const auto change =
      land(*database_.journal, daily, {ingest::test::bar("000001.SZ", "20240628", 10, 10)});
  EXPECT_TRUE(strict.check()) << "behind, for no time yet";
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(patient.check());
  const auto stuck = strict.check();
  ASSERT_FALSE(stuck);
  EXPECT_THAT(stuck.error().message, HasSubstr("commit 0 of 1"));
  ASSERT_TRUE(database_.store->apply({&change, 1}));
  EXPECT_TRUE(strict.check());
}

TEST_F(Readiness, commits_of_a_table_that_is_gone_do_not_count) {
  auto strict = with_patience(std::chrono::seconds{0});
  land(*database_.journal, real_table("daily"), {}, "table_of_old");
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(strict.check());
}

TEST_F(Readiness, a_damaged_store_is_not_ready) {
  auto patient = with_patience(std::chrono::hours{1});
  damaged_ = true;
  const auto checked = patient.check();
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, Errc::Corrupt);
}

TEST(KnownCalendar, is_read_again_only_when_trade_cal_has_changed) {
  Database database;
  const query::Query query(real_catalog(), *database.journal, *database.journal, *database.store,
                           database.clock);
  int loads = 0;
  bool fails = false;
  KnownCalendar known(query, [&]() -> Result<std::shared_ptr<const ingest::Universe>> {
    ++loads;
    if (fails) return Error{Errc::Io, "no", ""};
    KANPAN_LET(auto universe, ingest::Universe::load(real_catalog(), *database.store));
    return std::make_shared<const ingest::Universe>(std::move(universe));
  });
  const auto first = known.now();
  EXPECT_EQ(known.now(), first);
  EXPECT_EQ(loads, 1);
  EXPECT_TRUE(first->is_open(day_of("20240628")));
  const auto change = land(*database.journal, real_table("trade_cal"),
                           {{"SSE", "20240627", "1", ""}, {"SSE", "20240628", "0", ""}});
  ASSERT_TRUE(database.store->apply({&change, 1}));
  fails = true;
  EXPECT_TRUE(known.now()->is_open(day_of("20240628"))) << "built in, for this once";
  fails = false;
  EXPECT_FALSE(known.now()->is_open(day_of("20240628")));
  known.now();
  EXPECT_EQ(loads, 3);
}

TEST(Instance, does_not_replay_commits_of_a_table_that_is_gone) {
  const journal::ScratchDirectory directory;
  const auto instance = open_instance(directory.path());
  ASSERT_TRUE(instance) << instance.error().text();
  EXPECT_FALSE((*instance)->revive_store()) << "an empty journal";
  land((*instance)->journal(), real_table("daily"), {}, "table_of_old");
  EXPECT_FALSE((*instance)->revive_store());
  const auto last = land((*instance)->journal(), real_table("daily"),
                         {ingest::test::bar("000001.SZ", "20240628", 10, 10)})
                        .seq;
  EXPECT_TRUE((*instance)->revive_store()) << "a transaction of the store has failed";
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{60};
  while ((*instance)->store().applied() < last && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds{5});  // allowed: applying tells nobody
  EXPECT_EQ((*instance)->store().applied(), last);
}

TEST(ProgressFeed, tells_the_last_day_that_is_complete) {
  const journal::ScratchDirectory directory;
  const auto instance = open_instance(directory.path());
  ASSERT_TRUE(instance) << instance.error().text();
  journal::Landing landing;
  landing.days.push_back({"daily", day_of("20240627"), 5, 5, true, {}, {}});
  landing.days.push_back({"daily", day_of("20240628"), 0, 5, false, {}, {}});
  landing.days.push_back({"moneyflow", day_of("20240628"), 0, 5, false, {}, {}});
  ASSERT_TRUE((*instance)->journal().land({&landing, 1}));
  const ProgressFeed feed(**instance, nullptr);
  const auto status = boost::json::parse(feed.snapshot());
  for (const auto& table : status.at("tables").as_array()) {
    const bool is_daily = table.at("name") == "daily";
    EXPECT_EQ(table.at("last_day"),
              is_daily ? boost::json::value("2024-06-27") : boost::json::value(nullptr))
        << table;
  }
}

// Under TSan and ASan: status asks the scheduler until the last request has been answered.
TEST(Server, stops_while_it_is_asked) {
  const journal::ScratchDirectory directory;
  const auto instance = open_instance(directory.path());
  ASSERT_TRUE(instance) << instance.error().text();
  for (int round = 0; round < 3; ++round) {
    auto server = Server::start(**instance, Scheduling::Now);
    ASSERT_TRUE(server) << server.error().text();
    const std::string status = (*server)->address() + "/v1/status";
    std::promise<void> answered;
    std::thread asking([&] {
      net::HttpClient client;
      EXPECT_TRUE(client.get(status, {}, {}));
      answered.set_value();
      while (client.get(status, {}, {})) {
      }
    });
    answered.get_future().wait();
    server->reset();
    asking.join();
  }
}

TEST(ProgressFeed, tells_commits_at_once_and_the_state_on_a_thread_of_its_own) {
  const journal::ScratchDirectory directory;
  const auto instance = open_instance(directory.path());
  ASSERT_TRUE(instance) << instance.error().text();
  ProgressFeed feed(**instance, nullptr);
  std::vector<std::thread::id> commits;
  std::promise<std::thread::id> state;
  std::atomic<int> states = 0;
  auto listening = feed.subscribe([&](const api::Event& event) {
    if (event.kind == "commit") return commits.push_back(std::this_thread::get_id());
    if (states++ == 0) state.set_value(std::this_thread::get_id());
  });
  (*instance)->progress().tell({.kind = "commit", .table = "daily", .seq = 7});
  EXPECT_THAT(commits, testing::ElementsAre(std::this_thread::get_id()));
  EXPECT_NE(state.get_future().get(), std::this_thread::get_id());
  listening.reset();
  (*instance)->progress().tell({.kind = "commit", .table = "daily", .seq = 8});
  EXPECT_EQ(commits.size(), 1u);
}

TEST(Server, shows_the_next_runs_of_a_scheduler_that_is_still_to_start) {
  const journal::ScratchDirectory directory;
  const auto instance = open_instance(directory.path());
  ASSERT_TRUE(instance) << instance.error().text();
  const auto status = [&](const Server& server) {
    net::HttpClient client;
    const auto reply = client.get(server.address() + "/v1/status", {}, {});
    return reply ? reply->body : reply.error().text();
  };
  {
    const auto server = Server::start(**instance, Scheduling::Off);
    ASSERT_TRUE(server) << server.error().text();
    EXPECT_THAT(status(**server), HasSubstr(R"("scheduler":"off")"));
    EXPECT_THAT(status(**server), testing::Not(HasSubstr(R"("next_run":"20)")));
  }
  const auto server = Server::start(**instance, Scheduling::Later);
  ASSERT_TRUE(server) << server.error().text();
  EXPECT_THAT(status(**server), HasSubstr(R"("scheduler":"later")"));
  EXPECT_THAT(status(**server), HasSubstr(R"("next_run":"20)"));
  (*server)->start_scheduler();
  EXPECT_THAT(status(**server), HasSubstr(R"("scheduler":"on")"));
}

}  // namespace
}  // namespace kanpan::app
