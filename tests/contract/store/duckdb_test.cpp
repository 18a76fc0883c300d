// What only the DuckDB store has: files that cannot be used, kills, a full disk, readers beside the
// writer.
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <future>
#include <random>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <poll.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backend.hpp"
#include "generator.hpp"
#include "kanpan/store/duckdb/duckdb_store.hpp"

namespace kanpan::store::contract {
namespace {

namespace fs = std::filesystem;
using duckdb::DuckdbStore;

const Date kMonday = Date::from_ymd(2024, 6, 24);

Row bar(int code, Date day, double value) {
  return {fmt::format("{:06}.SZ", code),
          day,
          value,
          value,
          value,
          value,
          value,
          value,
          value,
          value,
          value};
}

Change page(Sequence seq, Date day, int codes, double value) {
  std::vector<Row> rows;
  for (int i = 0; i < codes; ++i) rows.push_back(bar(i, day, value));
  return change_of(seq, daily(), Mode::Upsert, rows);
}

Error open_error(const fs::path& path, const std::vector<const catalog::TableSpec*>& tables) {
  const auto store = DuckdbStore::open(path, tables);
  EXPECT_TRUE(store.has_error());
  return store ? Error{} : store.error();
}

void damage(const fs::path& path, std::string_view bytes) {
  std::ofstream(path, std::ios::app | std::ios::binary) << bytes;
}

TEST(DuckdbStore, a_file_of_something_else_is_corrupt) {
  TemporaryDirectory directory;
  damage(directory.path() / "hot.duckdb", std::string(20'000, 'x'));
  EXPECT_EQ(open_error(directory.path() / "hot.duckdb", all_tables()).code, Errc::Corrupt);
}

TEST(DuckdbStore, a_missing_directory_is_an_io_error) {
  TemporaryDirectory directory;
  EXPECT_EQ(open_error(directory.path() / "nowhere" / "hot.duckdb", all_tables()).code, Errc::Io);
}

TEST(DuckdbStore, what_is_set_aside_stays_together_and_makes_room) {
  TemporaryDirectory directory;
  const fs::path path = directory.path() / "hot.duckdb";
  { auto store = DuckdbStore::open(path, all_tables()).value(); }
  std::fstream(path, std::ios::in | std::ios::out | std::ios::binary) << std::string(64, 'x');
  damage(path.string() + ".wal", "what was not yet in the file");
  EXPECT_EQ(open_error(path, all_tables()).code, Errc::Corrupt);

  const auto moved = duckdb::set_aside(path, "20240628T180000").value();
  EXPECT_THAT(moved, testing::ElementsAre(path.string() + ".20240628T180000",
                                          path.string() + ".20240628T180000.wal"));
  EXPECT_FALSE(fs::exists(path));
  auto store = DuckdbStore::open(path, all_tables()).value();
  EXPECT_EQ(store->applied(), 0u);
  EXPECT_EQ(duckdb::set_aside(path, "20240628T180000").error().code, Errc::Io);
}

/// Runs `work` in a process of its own; the parent's half gets its id and the pipe's reading end.
struct Child {
  pid_t id = 0;
  int pipe = -1;
};

Child fork_child(const std::function<void(int)>& work) {
  int ends[2];
  if (pipe(ends) != 0) throw std::runtime_error("no pipe");
  const pid_t id = fork();
  if (id == 0) {
    close(ends[0]);
    work(ends[1]);
    _exit(0);
  }
  close(ends[1]);
  return {id, ends[0]};
}

TEST(DuckdbStore, a_file_that_another_process_holds_is_busy) {
  TemporaryDirectory directory;
  const fs::path path = directory.path() / "hot.duckdb";
  const Child child = fork_child([&](int ready) {
    auto store = DuckdbStore::open(path, all_tables()).value();
    if (write(ready, "x", 1) == 1) pause();
  });
  char byte = 0;
  ASSERT_EQ(read(child.pipe, &byte, 1), 1);
  EXPECT_EQ(open_error(path, all_tables()).code, Errc::Busy);
  kill(child.id, SIGKILL);
  waitpid(child.id, nullptr, 0);
  close(child.pipe);
  EXPECT_TRUE(DuckdbStore::open(path, all_tables()));
}

// ---- kill -9 ------------------------------------------------------------------------------------

constexpr Sequence kGroup = 4;  // changes per apply

/// The n-th group of a life's changes; the same whoever asks.
std::vector<Change> group(unsigned life, Sequence n) {
  Generator generator(static_cast<unsigned>(life * 100'003 + n));
  std::vector<Change> changes;
  for (Sequence i = 1; i <= kGroup; ++i) changes.push_back(generator.change(n * kGroup + i));
  return changes;
}

duckdb::Options small_options() {
  duckdb::Options options;
  options.checkpoint_bytes = 32 << 10;  // so that kills meet checkpoints
  options.fold_rows = 100;
  return options;
}

void live(const fs::path& path, unsigned life, int acknowledged) {
  auto store = DuckdbStore::open(path, all_tables(), small_options()).value();
  for (Sequence n = store->applied() / kGroup;; ++n) {
    store->apply(group(life, n)).value();
    const Sequence seq = store->applied();
    if (write(acknowledged, &seq, sizeof(seq)) != sizeof(seq)) return;
    if (n % 5 == 3) store->fold(n % 2 == 0).value();
    if (n % 7 == 6) store->checkpoint().value();
  }
}

/// Kills after a few acknowledgements and a random wait; gives the last sequence acknowledged.
Sequence kill_at_random(const Child& child, std::mt19937& random) {
  const auto below = [&](int n) { return std::uniform_int_distribution<int>(0, n - 1)(random); };
  Sequence last = 0;
  const auto receive = [&] { return read(child.pipe, &last, sizeof(last)) == sizeof(last); };
  for (int wanted = below(8); wanted > 0 && receive(); --wanted) continue;
  pollfd wait{.fd = child.pipe, .events = POLLIN, .revents = 0};
  poll(&wait, 1, below(30));
  kill(child.id, SIGKILL);
  waitpid(child.id, nullptr, 0);
  while (receive()) continue;
  close(child.pipe);
  return last;
}

TEST(DuckdbStore, kills_lose_nothing_acknowledged_and_leave_nothing_partial) {
  const char* setting = std::getenv("KANPAN_STORE_KILLS");
  const int kills = setting ? std::atoi(setting) : 20;
  TemporaryDirectory directory;
  const fs::path path = directory.path() / "hot.duckdb";
  std::mt19937 random(11);
  Model model;
  Sequence reached = 0;
  for (int i = 0; i < kills && !testing::Test::HasFailure(); ++i) {
    SCOPED_TRACE(fmt::format("kill {}", i));
    const Child child = fork_child([&](int pipe) { live(path, 1, pipe); });
    const Sequence acknowledged = kill_at_random(child, random);
    auto opened = DuckdbStore::open(path, all_tables(), small_options());
    ASSERT_TRUE(opened) << opened.error().text();
    const DuckdbStore& store = **opened;
    EXPECT_GE(store.applied(), std::max(acknowledged, reached));
    ASSERT_EQ(store.applied() % kGroup, 0u);
    for (; reached < store.applied(); reached += kGroup)
      for (const Change& change : group(1, reached / kGroup)) model.apply(change);
    for (const catalog::TableSpec* table : all_tables()) {
      Read everything = all_of(*table);
      EXPECT_EQ(rows_of(store, everything).value(), model.read(everything)) << table->name;
      everything.as_of = reached / 2;
      EXPECT_EQ(rows_of(store, everything).value(), model.read(everything)) << table->name;
      if (table->code.empty()) continue;
      Read some = all_of(*table);
      some.codes = {"000001.S0", "000002.S1", "000003.S0"};
      EXPECT_EQ(rows_of(store, some).value(), model.read(some)) << table->name;
    }
  }
}

// ---- a full disk --------------------------------------------------------------------------------

/// A small file system of its own; not mounted when this user may not.
class SmallDisk {
 public:
  explicit SmallDisk(const fs::path& at) : at_(at) {
    mounted_ = mount("tmpfs", at.c_str(), "tmpfs", 0, "size=24m") == 0;
  }
  ~SmallDisk() {
    if (mounted_) umount(at_.c_str());
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  bool mounted() const { return mounted_; }

 private:
  fs::path at_;
  bool mounted_;
};

TEST(DuckdbStore, a_full_disk_is_said_and_loses_nothing_acknowledged) {
  TemporaryDirectory directory;
  const SmallDisk disk(directory.path());
  if (!disk.mounted()) GTEST_SKIP() << "needs the right to mount a tmpfs";
  const fs::path path = directory.path() / "hot.duckdb";
  const fs::path ballast = directory.path() / "ballast";
  damage(ballast, std::string(6 << 20, 'b'));

  std::mt19937 random(5);
  std::vector<Change> pages;
  Sequence acknowledged = 0;
  auto store = DuckdbStore::open(path, all_tables()).value();
  Error error;
  for (Sequence seq = 1; seq < 500; ++seq) {
    std::vector<Row> rows;
    for (int i = 0; i < 5'000; ++i)
      rows.push_back(bar(i, kMonday + int(seq), std::generate_canonical<double, 53>(random)));
    const Change change = change_of(seq, daily(), Mode::Upsert, rows);
    if (const auto applied = store->apply({&change, 1}); !applied) {
      error = applied.error();
      break;
    }
    acknowledged = seq;
  }
  EXPECT_EQ(error.code, Errc::NoSpace) << error.text();
  EXPECT_EQ(store->applied(), acknowledged);
  ASSERT_GT(acknowledged, 0u);
  // Opened again on the full disk it can be read, or it says why not.
  const auto opened = store->reopen();
  const auto counted = store->count(all_of(daily()));
  EXPECT_EQ(bool(opened), bool(counted));
  EXPECT_EQ(bool(opened), !store->invalidated());
  if (counted) {
    EXPECT_EQ(*counted, acknowledged * 5'000);
  } else {
    EXPECT_EQ(counted.error().code, Errc::NoSpace) << counted.error().text();
  }
  EXPECT_EQ(store->applied(), acknowledged);
  EXPECT_FALSE(store->damaged());
  fs::remove(ballast);
  ASSERT_TRUE(store->reopen());
  EXPECT_FALSE(store->invalidated());
  EXPECT_EQ(store->applied(), acknowledged);
  EXPECT_EQ(store->count(all_of(daily())).value(), acknowledged * 5'000);
  const Change more = page(acknowledged + 1, kMonday - 9, 10, 1);
  EXPECT_TRUE(store->apply({&more, 1}));
}

// ---- readers beside the writer ------------------------------------------------------------------

/// All rows hold one value, which no reader may see mixed or older than what was applied before.
void expect_one_value(const DuckdbStore& store, const Read& question, std::size_t count) {
  const auto oldest = static_cast<double>(store.applied());
  const std::vector<Row> rows = rows_of(store, question).value();
  ASSERT_EQ(rows.size(), count);
  for (const Row& row : rows) ASSERT_EQ(row.back(), rows.front().back());
  ASSERT_GE(std::get<double>(rows.front().back()), oldest);
}

/// A read that is held up at its first batch until `go`.
class HeldRead {
 public:
  HeldRead(const Store& store, std::shared_future<void> go)
      : done_(std::async(std::launch::async, [this, &store, go = std::move(go)] {
          Read read = all_of(daily());
          read.slow_sink = true;
          return store.read(read, [&](frame::Batch&&) -> Result<bool> {
            if (!std::exchange(begun_, true)) at_sink_.set_value();
            go.wait();
            return true;
          });
        })) {}
  void wait_until_held() { at_sink_.get_future().wait(); }
  Result<void> end() { return done_.get(); }

 private:
  bool begun_ = false;
  std::promise<void> at_sink_;
  std::future<Result<void>> done_;
};

TEST(DuckdbStore, long_reads_with_slow_sinks_leave_readers_for_all_others) {
  TemporaryDirectory directory;
  duckdb::Options options;
  options.readers = 3;
  options.slow_readers = 2;
  options.patience = std::chrono::milliseconds(20);
  const auto store = DuckdbStore::open(directory.path() / "hot.duckdb", all_tables(), options);
  ASSERT_TRUE(store) << store.error().text();
  const Change change = page(1, kMonday, 5'000, 10);
  ASSERT_TRUE((*store)->apply({&change, 1}));

  std::promise<void> go;
  const auto gone = go.get_future().share();
  HeldRead first(**store, gone), second(**store, gone);
  first.wait_until_held();
  second.wait_until_held();
  EXPECT_EQ((*store)->count(all_of(daily())).value(), 5'000u);
  EXPECT_EQ((*store)->sizes()->at("daily").rows, 5'000u);
  EXPECT_EQ(rows_of(**store, all_of(daily())).value().size(), 5'000u) << "long, to memory";
  Read slow = all_of(daily());
  slow.slow_sink = true;
  bool called = false;
  const auto refused = (*store)->read(slow, [&](frame::Batch&&) { return called = true; });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::Busy);
  EXPECT_FALSE(called);
  slow.codes = {"000001.SZ"};
  EXPECT_TRUE((*store)->read(slow, [](frame::Batch&&) { return true; })) << "a short one";
  go.set_value();
  EXPECT_TRUE(first.end());
  EXPECT_TRUE(second.end());
  slow.codes.clear();
  EXPECT_TRUE((*store)->read(slow, [](frame::Batch&&) { return true; }));
}

TEST(DuckdbStore, readers_see_whole_commits_while_the_writer_writes_and_folds) {
  TemporaryDirectory directory;
  duckdb::Options options = small_options();
  options.readers = 2;
  auto store = DuckdbStore::open(directory.path() / "hot.duckdb", all_tables(), options).value();
  constexpr int kCodes = 50;
  const Change first = page(1, kMonday, kCodes, 1);
  ASSERT_TRUE(store->apply({&first, 1}));
  std::atomic<bool> done = false;
  std::vector<std::jthread> readers;
  for (int i = 0; i < 3; ++i)
    readers.emplace_back([&, i] {
      Read question = all_of(daily());
      question.columns = {"ts_code", "close"};
      if (i == 1) question.codes = {"000003.SZ", "000007.SZ"};
      if (i == 2) question.from = question.to = kMonday;
      while (!done && !testing::Test::HasFailure())
        expect_one_value(*store, question, i == 1 ? 2 : kCodes);
    });
  for (Sequence seq = 2; seq <= 60; ++seq) {
    const Change change = page(seq, kMonday, kCodes, double(seq));
    ASSERT_TRUE(store->apply({&change, 1}));
    if (seq % 5 == 0) {
      ASSERT_TRUE(store->fold(seq % 2 == 0));
    }
  }
  done = true;
}

}  // namespace
}  // namespace kanpan::store::contract
