// Files that are no journal, and disks that fail.
#include <csignal>
#include <fstream>

#include <gmock/gmock.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include "kanpan/journal/sample.hpp"
#include "kanpan/journal/sqlite/connection.hpp"
#include "kanpan/journal/sqlite/sqlite_journal.hpp"

namespace kanpan::journal::sqlite {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

class Open : public testing::Test {
 protected:
  Open() : path_(directory_.path() / "journal.db") {}

  Result<std::unique_ptr<SqliteJournal>> open() {
    return SqliteJournal::open(path_, clock_, "node");
  }
  void write_file(const std::string& bytes) { std::ofstream(path_, std::ios::binary) << bytes; }
  void expect_refused(Errc code, std::string_view what) {
    const auto refused = open();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, code);
    EXPECT_THAT(refused.error().message,
                AllOf(HasSubstr(path_.string()), HasSubstr(std::string(what))));
    EXPECT_FALSE(refused.error().hint.empty());
  }
  void edit(const std::string& sql) {
    Connection::open(path_, Connection::Access::Write, true).value()->execute(sql).value();
  }

  HandClock clock_;
  ScratchDirectory directory_;
  fs::path path_;
};

TEST_F(Open, a_directory_is_refused) {
  fs::create_directory(path_);
  expect_refused(Errc::Config, "is a directory");
}

TEST_F(Open, a_missing_directory_is_refused) {
  path_ = directory_.path() / "missing" / "journal.db";
  const auto refused = open();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::Io);
  EXPECT_THAT(refused.error().message, HasSubstr("missing"));
}

TEST_F(Open, an_empty_file_is_refused) {
  write_file("");
  expect_refused(Errc::Corrupt, "is empty");
  EXPECT_EQ(fs::file_size(path_), 0u) << "and left as it was";
}

TEST_F(Open, a_file_of_something_else_is_refused) {
  write_file(std::string(10'000, 'x'));
  expect_refused(Errc::Corrupt, "not a database");
}

TEST_F(Open, a_database_of_something_else_is_refused) {
  edit("CREATE TABLE meta (key, value); INSERT INTO meta VALUES ('format', '1')");
  expect_refused(Errc::Corrupt, "not a journal");
}

TEST_F(Open, a_newer_format_is_refused) {
  (void)open().value();
  edit("UPDATE meta SET value = '3' WHERE key = 'format'");
  expect_refused(Errc::Config, "has format 3, this program knows formats up to 2");
}

TEST_F(Open, rows_held_back_by_format_1_get_the_evidence_of_their_run) {
  const auto hold = [](Landing landing, std::string run) {
    Quarantined held;
    held.run = std::move(run);
    held.table = "daily";
    held.call = held.run;
    landing.quarantined = {held};
    return landing;
  };
  Landing first = sample_landing("daily", 1, 3), second = sample_landing("daily", 2, 3);
  first.commits.front().header.run = "a";
  first.commits.front().header.source = "sim";
  first.commits.front().header.simulated = true;
  second.commits.front().header.run = "b";
  second.commits.front().header.source = "csv:x.csv";
  second.commits.front().header.simulated = false;
  (void)open().value()->land(std::vector{hold(first, "a"), hold(second, "elsewhere")}).value();
  edit(
      "ALTER TABLE quarantine DROP COLUMN source; ALTER TABLE quarantine DROP COLUMN simulated;"
      "UPDATE meta SET value = '1' WHERE key = 'format'");
  for (int again = 0; again < 2; ++again) {
    const auto held = open().value()->quarantine("daily", "held", 10).value();
    ASSERT_EQ(held.size(), 2u);
    EXPECT_EQ(held[1].source, "sim");
    EXPECT_TRUE(held[1].simulated);
    EXPECT_EQ(held[0].source, "csv:x.csv") << "of the table's newest commit";
    EXPECT_FALSE(held[0].simulated);
  }
}

TEST_F(Open, a_truncated_file_is_refused) {
  {
    const auto journal = open().value();
    for (std::uint32_t i = 0; i < 20; ++i)
      (void)journal->land(std::vector{sample_landing("daily", i, 500)}).value();
  }
  fs::resize_file(path_, fs::file_size(path_) / 2);
  auto journal = open();
  if (journal) {
    const auto verified = (*journal)->verify({});
    ASSERT_FALSE(verified);
    EXPECT_EQ(verified.error().code, Errc::Corrupt);
  } else {
    EXPECT_EQ(journal.error().code, Errc::Corrupt);
  }
}

TEST_F(Open, a_log_without_its_file_is_refused) {
  std::ofstream(path_.string() + "-wal") << "frames";
  expect_refused(Errc::Corrupt, "is missing, but its log");
}

TEST_F(Open, what_a_killed_first_start_left_is_replaced) {
  std::ofstream(path_.string() + ".new") << "half";
  std::ofstream(path_.string() + ".new-wal") << "half";
  EXPECT_EQ(open().value()->last(), 0u);
  EXPECT_FALSE(fs::exists(path_.string() + ".new"));
}

/// Files of this process cannot grow beyond `bytes` meanwhile: writes fail with EFBIG.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  sighandler_t handler_;
};

TEST_F(Open, after_an_io_error_nothing_is_written_until_it_is_opened_again) {
  auto journal = open().value();
  (void)journal->land(std::vector{sample_landing("daily", 1)}).value();
  {
    const FileSizeLimit limit(fs::file_size(path_.string() + "-wal") + 1000);
    const auto failed = journal->land(std::vector{sample_landing("daily", 2, 20'000)});
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, Errc::Io);
    EXPECT_THAT(failed.error().message, HasSubstr("File too large"));
  }
  const auto refused = journal->set_value("key", "value");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::Io);
  EXPECT_THAT(refused.error().message, HasSubstr("after an earlier failure"));
  EXPECT_EQ(journal->last(), 1u);
  EXPECT_EQ(journal->read(0, 10).value().size(), 1u) << "reading goes on";

  journal.reset();
  journal = open().value();
  EXPECT_EQ(journal->verify({}).value(), 1u);
  EXPECT_EQ(journal->land(std::vector{sample_landing("daily", 2)}).value()[0].seq, 2u);
}

TEST_F(Open, a_copy_is_verified_where_nothing_can_be_written) {
  auto journal = open().value();
  for (std::uint32_t i = 1; i <= 3; ++i)
    (void)journal->land(std::vector{sample_landing("daily", i)}).value();
  const ScratchDirectory copies;
  const SmallDisk disk(copies.path());
  if (!disk.mounted()) GTEST_SKIP() << "mounting a tmpfs is not permitted here";
  const auto copy = [&](const char* name) {
    const fs::path folder = copies.path() / name;
    fs::create_directory(folder);
    fs::copy_file(path_, folder / "journal.db");
    if (fs::exists(path_.string() + "-wal"))
      fs::copy_file(path_.string() + "-wal", folder / "journal.db-wal");
    return folder / "journal.db";
  };
  const auto files = [&] {
    std::size_t count = 0;
    for (const auto& entry : fs::recursive_directory_iterator(copies.path())) ++count, (void)entry;
    return count;
  };
  const fs::path with_log = copy("50% ? #1");
  ASSERT_GT(fs::file_size(with_log.string() + "-wal"), 0u) << "the records are in the log";
  journal.reset();
  const fs::path without_log = copy("60% ? #2");
  ASSERT_FALSE(fs::exists(without_log.string() + "-wal"));
  const auto before = files();
  for (const bool read_only : {false, true}) {
    if (read_only) {
      ASSERT_EQ(::mount(nullptr, copies.path().c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr),
                0);
    }
    for (const fs::path& path : {with_log, without_log})
      EXPECT_EQ(SqliteJournal::verify_file(path, {}).value(), 3u) << path << read_only;
    EXPECT_EQ(files(), before);
  }
}

TEST_F(Open, a_full_disk_refuses_writes_and_loses_nothing) {
  const SmallDisk disk(directory_.path());
  if (!disk.mounted()) GTEST_SKIP() << "mounting a tmpfs is not permitted here";
  std::ofstream(directory_.path() / "ballast") << std::string(3 << 20, 'x');
  auto journal = open().value();
  std::uint32_t landed = 0;
  const auto fill = [&]() -> Error {
    for (;; ++landed) {
      Landing landing = sample_landing("daily", landed + 1, 6000);
      landing.unit = sample_unit("run", landed + 1);
      const auto made = journal->land(std::vector{landing, landing});
      if (!made) return made.error();
    }
  };
  const auto check = [&] {
    EXPECT_EQ(journal->last(), 2 * landed);
    EXPECT_EQ(journal->verify({}).value(), 2 * landed);
    EXPECT_EQ(journal->units("run", {}).value().size(), landed);
  };
  const Error full = fill();
  EXPECT_EQ(full.code, Errc::NoSpace) << full.text();
  EXPECT_THAT(full.message, AllOf(HasSubstr(path_.string()), HasSubstr("bytes free")));
  const std::uint32_t before = landed;
  EXPECT_GT(before, 0u);
  check();
  EXPECT_EQ(fill().code, Errc::NoSpace) << "again, as long as it is full";
  check();

  fs::remove(directory_.path() / "ballast");
  EXPECT_EQ(fill().code, Errc::NoSpace);
  EXPECT_GT(landed, before);
  check();
  journal.reset();
  journal = open().value();
  check();
}

}  // namespace
}  // namespace kanpan::journal::sqlite
