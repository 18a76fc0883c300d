#include "kanpan/ingest/run_ledger.hpp"

#include <fstream>
#include <thread>

#include <gtest/gtest.h>

#include "kanpan/journal/sample.hpp"
#include "kanpan/journal/sqlite/sqlite_journal.hpp"

namespace kanpan::ingest {
namespace {

/// A journal on a disk that can be filled up and emptied.
class OnAFullDisk : public testing::Test {
 protected:
  void SetUp() override {
    if (!disk_.mounted()) GTEST_SKIP() << "mounting a tmpfs is not permitted here";
    auto opened =
        journal::sqlite::SqliteJournal::open(directory_.path() / "journal.db", clock_, "test");
    ASSERT_TRUE(opened) << opened.error().text();
    journal_ = std::move(*opened);
  }
  void fill() const {
    std::ofstream ballast(ballast_, std::ios::binary);
    const std::string page(4096, 'x');
    while (ballast.write(page.data(), static_cast<std::streamsize>(page.size())).flush()) {
    }
  }
  void empty() const { std::filesystem::remove(ballast_); }

  journal::ScratchDirectory directory_;
  journal::SmallDisk disk_{directory_.path()};
  const std::filesystem::path ballast_ = directory_.path() / "ballast";
  journal::HandClock clock_;
  std::unique_ptr<journal::sqlite::SqliteJournal> journal_;
};

TEST_F(OnAFullDisk, WhatEndsARunIsMadeUpForBeforeTheNextLease) {
  RunLedger ledger(*journal_);
  journal::Run run;
  run.id = "20240628T180000-aaaaaa";
  run.command = "collect";
  run.started = clock_.now();
  ASSERT_TRUE(journal_->start_run(run, {}));
  const auto lease = ledger.acquire("daily", "run a").value();
  fill();
  const auto released = ledger.release(lease);
  ASSERT_FALSE(released);
  EXPECT_EQ(released.error().code, Errc::NoSpace) << released.error().text();
  EXPECT_FALSE(ledger.finish(run.id, journal::RunState::Partial, "full"));
  EXPECT_EQ(ledger.acquire("daily", "import b").error().code, Errc::Busy) << "still full";
  empty();
  const auto next = ledger.acquire("daily", "import b");
  ASSERT_TRUE(next) << next.error().text();
  EXPECT_EQ(journal_->run(run.id).value().run.state, journal::RunState::Partial);
  EXPECT_EQ(ledger.acquire("daily", "run c").error().code, Errc::Busy)
      << "what was owed is not done again";
}

TEST(RunLedger, WaitsForALeaseThatIsHeldForAMoment) {
  journal::ScratchDirectory directory;
  journal::HandClock clock;
  const auto journal =
      journal::sqlite::SqliteJournal::open(directory.path() / "journal.db", clock, "test").value();
  RunLedger ledger(*journal);
  const auto lease = ledger.acquire("daily", "run a").value();
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(ledger.await("daily", "run b", stop.get_token()).error().code, Errc::Busy);
  const std::jthread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds{100});  // allowed: await tells nobody
    EXPECT_TRUE(ledger.release(lease));
  });
  EXPECT_TRUE(ledger.await("daily", "run b"));
}

}  // namespace
}  // namespace kanpan::ingest
