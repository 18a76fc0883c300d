// Durable means that the disk was asked, and that it said yes.
#include <atomic>
#include <cerrno>
#include <filesystem>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kanpan/base/log.hpp"
#include "kanpan/journal/sample.hpp"
#include "kanpan/journal/sqlite/sqlite_journal.hpp"

namespace {

std::atomic<int> synced = 0;
/// End of the name of the files that cannot be synced.
const char* failing = nullptr;

int sync_or_fail(long call, int descriptor) {
  ++synced;
  std::error_code ignored;
  const auto link = fmt::format("/proc/self/fd/{}", descriptor);
  if (failing != nullptr &&
      std::filesystem::read_symlink(link, ignored).string().ends_with(failing))
    return errno = EIO, -1;
  return static_cast<int>(::syscall(call, descriptor));
}

}  // namespace

// Stand before libc's, also for SQLite.
extern "C" int fsync(int descriptor) { return sync_or_fail(SYS_fsync, descriptor); }
extern "C" int fdatasync(int descriptor) { return sync_or_fail(SYS_fdatasync, descriptor); }

namespace kanpan::journal::sqlite {
namespace {

using testing::HasSubstr;

class Sync : public testing::Test {
 protected:
  ~Sync() override { failing = nullptr; }

  std::unique_ptr<SqliteJournal> open() {
    return SqliteJournal::open(directory_.path() / "journal.db", clock_, "node").value();
  }
  template <typename Work>
  static int syncs_of(const Work& work) {
    const int before = synced;
    work();
    return synced - before;
  }

  HandClock clock_;
  ScratchDirectory directory_;
};

TEST_F(Sync, what_must_not_be_lost_is_synced_before_it_returns) {
  const auto journal = open();
  const auto land = [&] { (void)journal->land(std::vector{sample_landing("daily", 1)}).value(); };
  EXPECT_GE(syncs_of(land), 1);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(syncs_of([&] { journal->add_calls("daily", 60, 1).value(); }), 0);
    EXPECT_EQ(syncs_of([&] { journal->move_cursor("cache", 1).value(); }), 0);
    EXPECT_GE(syncs_of(land), 1);
    EXPECT_GE(syncs_of([&] { journal->set_value("key", "value").value(); }), 1);
  }
}

TEST_F(Sync, a_sync_that_fails_is_never_taken_for_success) {
  auto journal = open();
  (void)journal->land(std::vector{sample_landing("daily", 1)}).value();
  failing = "-wal";
  const auto failed = journal->land(std::vector{sample_landing("daily", 2)});
  failing = nullptr;
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, Errc::Io);
  EXPECT_THAT(failed.error().message, HasSubstr("Input/output error"));
  EXPECT_EQ(journal->last(), 1u);
  EXPECT_EQ(journal->land(std::vector{sample_landing("daily", 2)}).error().code, Errc::Io);

  journal.reset();
  journal = open();  // it may have reached the disk all the same
  EXPECT_EQ(journal->verify({}).value(), journal->last());
  EXPECT_GE(journal->last(), 1u);
  EXPECT_TRUE(journal->land(std::vector{sample_landing("daily", 3)}));
}

TEST_F(Sync, a_checkpoint_that_fails_ends_writing_and_loses_nothing) {
  log::set_level(log::Level::Off);
  auto journal = open();
  const std::vector landings(8, sample_landing("daily", 1, 20'000));
  failing = "journal.db";
  Sequence landed = 0;
  Result<std::vector<Commit>> made = journal->land(landings);
  for (; made && landed < 1000; made = journal->land(landings)) landed += landings.size();
  failing = nullptr;
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Errc::Io);
  EXPECT_GT(landed, 0u);
  EXPECT_EQ(journal->last(), landed);

  journal.reset();
  journal = open();
  EXPECT_EQ(journal->verify({}).value(), landed);
}

}  // namespace
}  // namespace kanpan::journal::sqlite
