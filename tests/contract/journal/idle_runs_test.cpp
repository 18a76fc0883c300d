#include <gmock/gmock.h>

#include "backend.hpp"

namespace kanpan::journal {
namespace {

using testing::IsEmpty;
using testing::UnorderedElementsAre;

class IdleRuns : public Contract {
 protected:
  /// A done run of one unit that ended so.
  void make(const std::string& id, const std::string& command, UnitState ended,
            const std::function<void(Landing&)>& change = {}) {
    journal::Run run;
    run.id = id;
    run.command = command;
    run.started = clock_.now();
    must(ledger().start_run(run, std::vector{sample_unit(id, 0)}));
    Landing landing;
    landing.unit = sample_unit(id, 0);
    landing.unit->state = ended;
    CallRecord call;
    call.run = id;
    landing.calls.push_back(call);
    if (change) change(landing);
    must(journal().land(std::vector{std::move(landing)}));
    must(ledger().finish_run(id, RunState::Done, ""));
  }
  std::vector<std::string> runs() {
    std::vector<std::string> ids;
    for (const RunSummary& summary : must(ledger().runs(1000))) ids.push_back(summary.run.id);
    return ids;
  }
};
INSTANTIATE_TEST_SUITE_P(Backends, IdleRuns, testing::ValuesIn(backends()),
                         [](const auto& info) { return info.param.name; });

TEST_P(IdleRuns, go_with_their_units_and_calls) {
  make("idle", "schedule", UnitState::Unchanged);
  make("empty", "schedule", UnitState::Committed);  // nothing came
  EXPECT_EQ(must(ledger().forget_idle_runs("schedule", clock_.now())), 0u) << "they are new";
  clock_.move(std::chrono::seconds{1});
  EXPECT_EQ(must(ledger().forget_idle_runs("schedule", clock_.now())), 2u);
  EXPECT_THAT(runs(), IsEmpty());
  EXPECT_THAT(must(ledger().units("idle", {})), IsEmpty());
  EXPECT_THAT(must(ledger().calls("idle", 10)), IsEmpty());
}

TEST_P(IdleRuns, are_not_those_that_somebody_may_ask_for) {
  make("commit", "schedule", UnitState::Committed,
       [](Landing& landing) { landing.commits.push_back(sample_commit("daily", 1)); });
  make("held", "schedule", UnitState::Unchanged,
       [](Landing& landing) { landing.unit->quarantined = 1; });
  make("refused", "schedule", UnitState::Refused);
  make("command", "collect", UnitState::Unchanged);
  journal::Run going;
  going.id = "going";
  going.command = "schedule";
  going.started = clock_.now();
  must(ledger().start_run(going, {}));
  clock_.move(std::chrono::days{400});
  EXPECT_EQ(must(ledger().forget_idle_runs("schedule", clock_.now())), 0u);
  EXPECT_THAT(runs(), UnorderedElementsAre("commit", "held", "refused", "command", "going"));
}

TEST_P(IdleRuns, of_many_days_go_too) {
  for (int n = 0; n < 1100; ++n)
    make("idle-" + std::to_string(n), "schedule", UnitState::Unchanged);
  clock_.move(std::chrono::days{1});
  EXPECT_EQ(must(ledger().forget_idle_runs("schedule", clock_.now())), 1100u);
  EXPECT_THAT(runs(), IsEmpty());
}

}  // namespace
}  // namespace kanpan::journal
