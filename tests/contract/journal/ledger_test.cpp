#include <thread>

#include <gmock/gmock.h>

#include "backend.hpp"

namespace kanpan::journal {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Date kDay = Date::from_ymd(2024, 6, 28);

class LedgerContract : public Contract {
 protected:
  journal::Run run(std::string id) {
    return {.id = std::move(id),
            .command = "collect",
            .tables = "daily,adj_factor",
            .arguments = R"({"from":"2024-06-28"})",
            .state = RunState::Running,
            .started = clock_.now(),
            .finished = {},
            .error = ""};
  }
  void start(const std::string& id, std::uint32_t count) {
    std::vector<Unit> units;
    for (std::uint32_t n = 0; n < count; ++n) units.push_back(sample_unit(id, n));
    must(ledger().start_run(run(id), units));
  }
  void land(Landing landing) { must(journal().land(std::vector{std::move(landing)})); }
  static std::vector<std::uint32_t> numbers(const std::vector<Unit>& units) {
    std::vector<std::uint32_t> found;
    for (const Unit& u : units) found.push_back(u.number);
    return found;
  }
};
INSTANTIATE_TEST_SUITE_P(Backends, LedgerContract, testing::ValuesIn(backends()),
                         [](const auto& info) { return info.param.name; });

TEST_P(LedgerContract, a_run_keeps_what_it_was_started_with) {
  start("run-1", 3);
  reopen();
  const RunSummary found = must(ledger().run("run-1"));
  EXPECT_EQ(found.run.command, "collect");
  EXPECT_EQ(found.run.tables, "daily,adj_factor");
  EXPECT_EQ(found.run.arguments, R"({"from":"2024-06-28"})");
  EXPECT_EQ(found.run.state, RunState::Running);
  EXPECT_EQ(found.run.started, clock_.now());
  EXPECT_FALSE(found.run.finished.has_value());
  EXPECT_EQ(found.units, 3u);
  EXPECT_EQ(found.planned, 3u);
  const auto units = must(ledger().units("run-1", {}));
  ASSERT_EQ(units.size(), 3u);
  EXPECT_EQ(units[2].label, "2024-06-30");
  EXPECT_EQ(units[2].plan, R"({"calls":[{"api":"daily"}]})");
  EXPECT_EQ(units[2].state, UnitState::Planned);
}

TEST_P(LedgerContract, a_run_id_is_used_once) {
  start("run-1", 2);
  const auto again = ledger().start_run(run("run-1"), std::vector{sample_unit("run-1", 9)});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Errc::Busy);
  EXPECT_EQ(must(ledger().units("run-1", {})).size(), 2u);
}

TEST_P(LedgerContract, two_units_of_one_number_start_nothing) {
  EXPECT_FALSE(ledger().start_run(run("run-1"),
                                  std::vector{sample_unit("run-1", 1), sample_unit("run-1", 1)}));
  EXPECT_EQ(ledger().run("run-1").error().code, Errc::NotFound);
}

TEST_P(LedgerContract, units_are_added_to_a_run) {
  start("run-1", 2);
  must(ledger().add_units(std::vector{sample_unit("run-1", 7), sample_unit("run-1", 5)}));
  EXPECT_THAT(numbers(must(ledger().units("run-1", {}))), ElementsAre(0, 1, 5, 7));
  EXPECT_FALSE(ledger().add_units(std::vector{sample_unit("run-1", 8), sample_unit("run-1", 7)}));
  EXPECT_EQ(must(ledger().run("run-1")).units, 4u) << "all or none";
}

TEST_P(LedgerContract, landings_are_counted) {
  const auto before = ledger().landings();
  land(sample_landing("daily", 1));
  const auto after = ledger().landings();
  EXPECT_GT(after, before);
  must(ledger().set_value("key", "value"));
  EXPECT_EQ(ledger().landings(), after);
}

TEST_P(LedgerContract, landings_of_days_are_counted_by_table) {
  const auto daily = ledger().landings_of_days("daily"),
             other = ledger().landings_of_days("margin");
  Landing landing = sample_landing("margin", 1);
  landing.days.clear();
  land(landing);
  EXPECT_EQ(ledger().landings_of_days("margin"), other) << "rows without a day";
  landing.days.push_back({"daily", Date::from_ymd(2024, 6, 28), 1, {}, true, {}, {}});
  land(landing);
  EXPECT_GT(ledger().landings_of_days("daily"), daily);
  EXPECT_EQ(ledger().landings_of_days("margin"), other);
}

TEST_P(LedgerContract, unknown_runs_are_named) {
  for (const auto& refused :
       {ledger().resume_run("run-x"), ledger().finish_run("run-x", RunState::Done, "")}) {
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::NotFound);
    EXPECT_THAT(refused.error().message, HasSubstr("run-x"));
  }
  EXPECT_EQ(ledger().run("run-x").error().code, Errc::NotFound);
  EXPECT_THAT(must(ledger().units("run-x", {})), IsEmpty());
}

TEST_P(LedgerContract, runs_come_newest_first) {
  for (const char* id : {"b", "a", "c"}) {
    start(id, 1);
    clock_.move(seconds{1});
  }
  const auto found = must(ledger().runs(2));
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].run.id, "c");
  EXPECT_EQ(found[1].run.id, "a");
  EXPECT_EQ(found[1].units, 1u);
}

TEST_P(LedgerContract, a_run_ends_and_is_resumed) {
  start("run-1", 1);
  EXPECT_EQ(ledger().resume_run("run-1").error().code, Errc::Busy);
  clock_.move(seconds{5});
  must(ledger().finish_run("run-1", RunState::Failed, "source_token: revoked"));
  journal::Run found = must(ledger().run("run-1")).run;
  EXPECT_EQ(found.state, RunState::Failed);
  EXPECT_EQ(found.finished, clock_.now());
  EXPECT_EQ(found.error, "source_token: revoked");
  must(ledger().resume_run("run-1"));
  found = must(ledger().run("run-1")).run;
  EXPECT_EQ(found.state, RunState::Running);
  EXPECT_FALSE(found.finished.has_value());
  EXPECT_EQ(found.error, "");
}

TEST_P(LedgerContract, recover_frees_what_a_dead_process_held) {
  start("running", 1);
  start("done", 1);
  must(ledger().finish_run("done", RunState::Done, ""));
  const Lease dead = must(ledger().acquire("lock:update:daily", "running", 3600));
  reopen();
  EXPECT_EQ(must(ledger().recover()), 1u);
  EXPECT_EQ(must(ledger().run("running")).run.state, RunState::Partial);
  EXPECT_EQ(must(ledger().run("done")).run.state, RunState::Done);
  EXPECT_GT(must(ledger().acquire("lock:update:daily", "running", 60)).fence, dead.fence);
  EXPECT_EQ(must(ledger().recover()), 0u);
}

TEST_P(LedgerContract, landings_move_units_and_are_summed) {
  start("run-1", 6);
  Landing committed = sample_landing("daily", 1);
  committed.commits.push_back(sample_commit("daily", 2));
  committed.unit = sample_unit("run-1", 0);
  committed.unit->state = UnitState::Committed;
  committed.unit->rows = 6;
  committed.unit->quarantined = 2;
  land(committed);
  std::uint32_t number = 1;
  for (const UnitState state : {UnitState::Unchanged, UnitState::Refused, UnitState::Failed}) {
    Landing other;
    other.unit = sample_unit("run-1", number++);
    other.unit->state = state;
    other.unit->error = name(state);
    land(other);
  }
  Landing split;  // a unit that was not planned
  split.unit = sample_unit("run-1", 77);
  land(split);

  const RunSummary sum = must(ledger().run("run-1"));
  EXPECT_EQ(sum.units, 7u);
  EXPECT_EQ(sum.planned, 3u);
  EXPECT_EQ(sum.committed, 1u);
  EXPECT_EQ(sum.unchanged, 1u);
  EXPECT_EQ(sum.refused, 1u);
  EXPECT_EQ(sum.failed, 1u);
  EXPECT_EQ(sum.rows, 6u);
  EXPECT_EQ(sum.quarantined, 2u);
  EXPECT_THAT(numbers(must(ledger().units("run-1", UnitState::Planned))), ElementsAre(4, 5, 77));
  const auto done = must(ledger().units("run-1", UnitState::Committed));
  ASSERT_EQ(done.size(), 1u);
  EXPECT_EQ(done[0].seq, 2u) << "of its last commit";
  EXPECT_EQ(must(ledger().units("run-1", UnitState::Refused)).at(0).error, "refused");
}

TEST_P(LedgerContract, calls_are_listed_newest_first_and_counted) {
  start("run-1", 1);
  Landing landing;
  for (std::uint32_t n = 1; n <= 3; ++n)
    landing.calls.push_back({.run = "run-1",
                             .unit = 0,
                             .attempt = n,
                             .text = "daily trade_date=20240628",
                             .at = clock_.now(),
                             .milliseconds = 120,
                             .rows = n == 3 ? 5000u : 0u,
                             .page = n == 3 ? sha256({"body"}) : Sha256{},
                             .error = n == 3 ? "" : "source_rate: 抱歉"});
  land(landing);
  const auto calls = must(ledger().calls("run-1", 2));
  ASSERT_EQ(calls.size(), 2u);
  EXPECT_EQ(calls[0].attempt, 3u);
  EXPECT_EQ(calls[0].page, sha256({"body"}));
  EXPECT_EQ(calls[0].rows, 5000u);
  EXPECT_EQ(calls[0].milliseconds, 120u);
  EXPECT_EQ(calls[0].at, clock_.now());
  EXPECT_EQ(calls[1].error, "source_rate: 抱歉");
  EXPECT_EQ(must(ledger().run("run-1")).calls, 3u);
}

TEST_P(LedgerContract, the_newest_state_of_a_day_counts) {
  const auto day = [&](int offset, std::uint32_t rows, bool complete) {
    return DayState{.table = "daily",
                    .day = kDay + offset,
                    .rows = rows,
                    .expected = complete ? std::optional(5000u) : std::nullopt,
                    .complete = complete,
                    .content = sha256({"day"}),
                    .seen = clock_.now()};
  };
  EXPECT_FALSE(must(ledger().last_complete_day("daily")).has_value());
  Landing landing;
  landing.days = {day(0, 4000, false), day(1, 5000, true), day(3, 10, false), day(0, 5000, true)};
  land(landing);
  const auto days = must(ledger().days("daily", {kDay, kDay + 2}));
  ASSERT_EQ(days.size(), 2u);
  EXPECT_EQ(days[0].day, kDay);
  EXPECT_EQ(days[0].rows, 5000u);
  EXPECT_EQ(days[0].expected, 5000u);
  EXPECT_TRUE(days[0].complete);
  EXPECT_EQ(days[0].content, sha256({"day"}));
  EXPECT_EQ(days[0].seen, clock_.now());
  EXPECT_FALSE(must(ledger().days("daily", {kDay + 3, kDay + 3})).at(0).expected.has_value());
  EXPECT_EQ(must(ledger().last_complete_day("daily"))->day, kDay + 1);
  DayState settled = day(2, 4999, true);
  DayState without_rule = day(-1, 0, true);
  without_rule.table = "top_list";
  without_rule.expected.reset();
  Landing later;
  later.days = {settled, without_rule};
  land(later);
  EXPECT_EQ(must(ledger().last_complete_day("daily"))->day, kDay + 1) << "a row is missing";
  EXPECT_EQ(must(ledger().last_complete_day("top_list"))->day, kDay - 1);
  EXPECT_THAT(must(ledger().days("weekly", {kDay, kDay})), IsEmpty());
}

TEST_P(LedgerContract, a_lease_has_one_holder_until_it_expires) {
  const Lease first = must(ledger().acquire("lock:update:daily", "run-1", 60));
  const auto refused = ledger().acquire("lock:update:daily", "run-2", 60);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::Busy);
  EXPECT_THAT(refused.error().message, HasSubstr("run-1"));
  must(ledger().acquire("lock:update:weekly", "run-2", 60));

  clock_.move(seconds{50});
  must(ledger().renew(first, 60));
  clock_.move(seconds{50});
  EXPECT_FALSE(ledger().acquire("lock:update:daily", "run-2", 60));
  clock_.move(seconds{10});
  const Lease second = must(ledger().acquire("lock:update:daily", "run-2", 60));
  EXPECT_GT(second.fence, first.fence);
  EXPECT_EQ(ledger().renew(first, 60).error().code, Errc::Busy);
  EXPECT_EQ(ledger().release(first).error().code, Errc::Busy);

  must(ledger().release(second));
  EXPECT_EQ(ledger().release(second).error().code, Errc::Busy);
  reopen();
  EXPECT_GT(must(ledger().acquire("lock:update:daily", "run-1", 60)).fence, second.fence);
}

TEST_P(LedgerContract, one_of_many_gets_a_lease) {
  std::atomic<int> got = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i)
      threads.emplace_back([&, i] {
        if (ledger().acquire("lock:update:daily", "run-" + std::to_string(i), 60)) ++got;
      });
  }
  EXPECT_EQ(got, 1);
}

TEST_P(LedgerContract, calls_used_survive_and_old_windows_go) {
  constexpr std::int64_t kWindow = 1'719'540'000;
  EXPECT_EQ(must(ledger().calls_used("daily", kWindow)), 0u);
  must(ledger().add_calls("daily", kWindow, 2));
  must(ledger().add_calls("daily", kWindow, 3));
  must(ledger().add_calls("weekly", kWindow, 1));
  reopen();
  EXPECT_EQ(must(ledger().calls_used("daily", kWindow)), 5u);
  must(ledger().add_calls("daily", kWindow + 2 * 86400, 1));
  EXPECT_EQ(must(ledger().calls_used("daily", kWindow)), 5u);
  must(ledger().add_calls("daily", kWindow + 2 * 86400 + 60, 1));
  EXPECT_EQ(must(ledger().calls_used("daily", kWindow)), 0u);
  EXPECT_EQ(must(ledger().calls_used("weekly", kWindow)), 1u);
}

TEST_P(LedgerContract, values_are_set_and_replaced) {
  EXPECT_FALSE(must(ledger().value("schedule:daily")).has_value());
  must(ledger().set_value("schedule:daily", "a"));
  must(ledger().set_value("schedule:daily", ""));
  reopen();
  EXPECT_EQ(must(ledger().value("schedule:daily")), "");
}

TEST(RunId, sorts_by_time_and_differs) {
  HandClock clock;
  const std::string first = new_run_id(clock);
  EXPECT_THAT(first, testing::MatchesRegex("20240628T180000-[0-9a-f][0-9a-f][0-9a-f]"
                                           "[0-9a-f][0-9a-f][0-9a-f]"));
  EXPECT_NE(first, new_run_id(clock));
  clock.move(seconds{1});
  EXPECT_LT(first, new_run_id(clock));
}

}  // namespace
}  // namespace kanpan::journal
