// A process that lands without pause is killed at any moment: what it was told is durable is there.
#include <csignal>
#include <cstdlib>
#include <map>

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kanpan/journal/sample.hpp"
#include "kanpan/journal/sqlite/sqlite_journal.hpp"

namespace kanpan::journal::sqlite {
namespace {

namespace fs = std::filesystem;

/// What the child says of each commit once land() has returned.
struct Acknowledged {
  Sequence seq = 0;
  Sha256 chain{};
};

/// Lands one to three landings at a time, each a commit of a random size and the unit of its
/// number.
[[noreturn]] void land_for_ever(const fs::path& path, std::uint32_t seed, int out) {
  const HandClock clock;
  std::mt19937 random(seed);
  const auto journal = SqliteJournal::open(path, clock, "child").value();
  for (;;) {
    std::vector<Landing> landings(1 + random() % 3);
    auto number = static_cast<std::uint32_t>(journal->last());
    for (Landing& landing : landings) {
      ++number;
      landing = sample_landing("daily", number, random() % 4 == 0 ? 20'000 : random() % 300);
      landing.unit = sample_unit("run", number, UnitState::Committed);
    }
    for (const Commit& commit : journal->land(landings).value()) {
      const Acknowledged said{commit.seq, commit.chain};
      if (::write(out, &said, sizeof said) != sizeof said) ::_exit(1);
    }
  }
}

/// Runs the child for about `life` of landing and kills it; what it acknowledged.
std::vector<Acknowledged> kill_after(std::chrono::microseconds life, const fs::path& path,
                                     std::uint32_t seed) {
  int ends[2];
  if (::pipe(ends) != 0) throw std::runtime_error("no pipe");
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    land_for_ever(path, seed, ends[1]);
  }
  ::close(ends[1]);
  std::vector<Acknowledged> all;
  Acknowledged one;
  const auto start = std::chrono::steady_clock::now();
  for (bool killed = false;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(
        life - (std::chrono::steady_clock::now() - start));
    pollfd ready{ends[0], POLLIN, 0};
    if (!killed && (left.count() <= 0 || ::poll(&ready, 1, static_cast<int>(left.count())) == 0)) {
      ::kill(child, SIGKILL);
      killed = true;
    }
    if (::read(ends[0], &one, sizeof one) != sizeof one) break;  // the pipe's end: it is dead
    all.push_back(one);
  }
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << "it ended by itself";
  return all;
}

int cycles() {
  const char* wanted = std::getenv("KANPAN_KILLS");
  return wanted != nullptr ? std::atoi(wanted) : 40;
}

TEST(Kill, every_acknowledged_commit_is_there_once) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed) + ", KANPAN_KILLS sets the number of cycles");
  std::mt19937 random(seed);
  const HandClock clock;
  std::uint64_t total = 0;
  auto directory = std::make_unique<ScratchDirectory>();
  std::map<Sequence, Sha256> acknowledged;
  for (int cycle = 0; cycle < cycles() && !testing::Test::HasFailure(); ++cycle) {
    if (cycle % 10 == 0) {  // sometimes the killed start is the first one
      directory = std::make_unique<ScratchDirectory>();
      acknowledged.clear();
    }
    const fs::path path = directory->path() / "journal.db";
    for (auto kills = 1 + random() % 3; kills > 0; --kills) {  // the next ones during recovery
      const std::chrono::microseconds life{random() % (kills == 1 ? 150'000 : 10'000)};
      for (const Acknowledged& a : kill_after(life, path, random())) acknowledged[a.seq] = a.chain;
    }

    const auto journal = SqliteJournal::open(path, clock, "parent").value();
    const auto headers = journal->headers(0, static_cast<std::size_t>(-1), "").value();
    EXPECT_EQ(journal->verify({}).value(), headers.size());
    EXPECT_GE(headers.size(), acknowledged.size());
    for (const auto& [seq, chain] : acknowledged) EXPECT_EQ(headers.at(seq - 1).chain, chain);
    const auto units = journal->units("run", UnitState::Committed).value();
    EXPECT_EQ(units.size(), headers.size());
    for (std::size_t i = 0; i < units.size(); ++i) {
      EXPECT_EQ(units[i].seq, i + 1);
      EXPECT_EQ(headers[i].unit, units[i].number);
    }
    total += acknowledged.size();
  }
  EXPECT_GT(total, 0u);
}

}  // namespace
}  // namespace kanpan::journal::sqlite
