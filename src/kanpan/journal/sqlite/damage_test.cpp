// What edits of the file do: each is found by verify(), or changes nothing that is read.
#include <fstream>
#include <set>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include "kanpan/journal/chain.hpp"
#include "kanpan/journal/sample.hpp"
#include "kanpan/journal/sqlite/connection.hpp"
#include "kanpan/journal/sqlite/sqlite_journal.hpp"

namespace kanpan::journal::sqlite {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr std::uint32_t kCommits = 40;

class Damage : public testing::Test {
 protected:
  Damage() : path_(directory_.path() / "journal.db") {
    const auto journal = SqliteJournal::open(path_, clock_, "node").value();
    for (std::uint32_t i = 1; i <= kCommits; ++i) {
      Landing landing = sample_landing(i % 3 == 0 ? "daily" : "adj_factor", i, 1 + i * i % 900);
      landing.commits[0].header.scope.codes = {"600000.SH"};
      clock_.move(std::chrono::seconds{1});
      (void)journal->land(std::vector{landing}).value();
    }
  }

  /// Everything that readers of the file get, or the error that they or verify() get.
  Result<std::string> contents() {
    KANPAN_LET(const auto journal, SqliteJournal::open(path_, clock_, "node"));
    KANPAN_LET(const auto verified, journal->verify({}));
    std::string all = std::to_string(verified);
    for (const char* table : {"", "daily", "adj_factor"}) {
      KANPAN_LET(const auto headers, journal->headers(0, 1000, table));
      for (const Commit& c : headers) all += canonical(c) + hex(c.content) + hex(c.chain);
    }
    KANPAN_LET(const auto records, journal->read(0, 1000));
    for (const Record& r : records) all += canonical(r.header) + frame::encode(r.rows);
    for (int second = -60; second < 10; ++second) {
      KANPAN_LET(const Sequence at, journal->at(clock_.now() + std::chrono::seconds{second}));
      all += std::to_string(at) + ",";
    }
    return all;
  }

  void edit(const std::string& sql) {
    Connection::open(path_, Connection::Access::Write).value()->execute(sql).value();
  }

  HandClock clock_;
  ScratchDirectory directory_;
  fs::path path_;
};

std::string bytes_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The pages of the file that hold commits, and the size of a page.
std::pair<std::vector<std::size_t>, std::size_t> pages_of_commits(const fs::path& path) {
  const auto db = Connection::open(path, Connection::Access::Read).value();
  std::vector<std::size_t> pages;
  std::size_t size = 0;
  auto row = db->query(
                   "SELECT pageno, pgsize FROM dbstat WHERE name IN ('sqlite_schema', 'meta', "
                   "'head', 'record', 'record_tab', 'record_time', 'payload')")
                 .value();
  for (; row.step().value(); size = row.sequence(1)) pages.push_back(row.sequence(0) - 1);
  return {pages, size};
}

TEST_F(Damage, a_flipped_bit_is_found_or_matters_to_nobody) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const std::string original = contents().value();
  const auto [pages, size] = pages_of_commits(path_);
  const std::string bytes = bytes_of(path_);
  ASSERT_FALSE(fs::exists(path_.string() + "-wal"));
  ASSERT_EQ(bytes.size() % size, 0u);

  int found = 0;
  for (int i = 0; i < 400; ++i) {
    const std::size_t at = pages[random() % pages.size()] * size + random() % size;
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << random() % 8));
    for (const char* suffix : {"-wal", "-shm"}) fs::remove(path_.string() + suffix);
    std::ofstream(path_, std::ios::binary) << damaged;
    const auto read = contents();
    if (read)
      EXPECT_EQ(*read == original, true) << "byte " << at << " of page " << at / size + 1;
    else
      ++found;
  }
  RecordProperty("found", found);
  EXPECT_GT(found, 200);
}

struct Edit {
  const char* name;
  const char* sql;
};

class Edited : public Damage, public testing::WithParamInterface<Edit> {};

TEST_P(Edited, is_found) {
  ASSERT_TRUE(contents());
  edit(GetParam().sql);
  const auto read = contents();
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Errc::Corrupt) << read.error().text();
}

INSTANTIATE_TEST_SUITE_P(
    Sql, Edited,
    testing::Values(
        Edit{"table", "UPDATE record SET tab = 'weekly' WHERE seq = 20"},
        Edit{"rows", "UPDATE record SET rows = rows + 1 WHERE seq = 20"},
        Edit{"time", "UPDATE record SET time = time + 1 WHERE seq = 20"},
        Edit{"last_time", "UPDATE record SET time = time + 1 WHERE seq = 40"},
        Edit{"mode", "UPDATE record SET mode = 3 WHERE seq = 20"},
        Edit{"no_mode", "UPDATE record SET mode = 9 WHERE seq = 20"},
        Edit{"scope", "UPDATE record SET scope = '' WHERE seq = 20"},
        Edit{"no_scope", "UPDATE record SET scope = '{' WHERE seq = 20"},
        Edit{"touched", "UPDATE record SET touched_first = NULL WHERE seq = 20"},
        Edit{"untouched",
             "UPDATE record SET touched_first = NULL, touched_last = NULL WHERE seq = 20"},
        Edit{"simulated", "UPDATE record SET simulated = 0 WHERE seq = 20"},
        Edit{"content", "UPDATE record SET content = zeroblob(32) WHERE seq = 20"},
        Edit{"short_hash", "UPDATE record SET chain = x'00' WHERE seq = 20"},
        Edit{"payload", "UPDATE payload SET bytes = x'00' WHERE seq = 20"},
        Edit{"crc", "UPDATE payload SET crc = crc + 1 WHERE seq = 20"},
        Edit{"payload_gone", "DELETE FROM payload WHERE seq = 20"},
        Edit{"payloads_swapped",
             "UPDATE payload SET seq = 1000 WHERE seq = 20; UPDATE payload SET seq = 20 WHERE seq "
             "= 21;"
             "UPDATE payload SET seq = 21 WHERE seq = 1000"},
        Edit{"reordered",
             "UPDATE record SET seq = 1000 WHERE seq = 20; UPDATE record SET seq = 20 WHERE seq = "
             "21;"
             "UPDATE record SET seq = 21 WHERE seq = 1000;"
             "UPDATE payload SET seq = 1000 WHERE seq = 20; UPDATE payload SET seq = 20 WHERE seq "
             "= 21;"
             "UPDATE payload SET seq = 21 WHERE seq = 1000"},
        Edit{"first_gone", "DELETE FROM record WHERE seq = 1; DELETE FROM payload WHERE seq = 1"},
        Edit{"middle_gone",
             "DELETE FROM record WHERE seq = 20; DELETE FROM payload WHERE seq = 20"},
        Edit{"last_gone", "DELETE FROM record WHERE seq = 40; DELETE FROM payload WHERE seq = 40"},
        Edit{"all_gone", "DELETE FROM record; DELETE FROM payload"},
        Edit{"head_gone", "DELETE FROM head"}, Edit{"head_count", "UPDATE head SET count = 39"},
        Edit{"head_time", "UPDATE head SET time = time - 1"},
        Edit{"table_gone", "DROP TABLE payload"}, Edit{"format_gone", "DELETE FROM meta"}),
    [](const auto& info) { return info.param.name; });

TEST_F(Damage, a_cut_tail_with_its_head_is_found_by_the_chain_or_the_count) {
  edit(
      "DELETE FROM record WHERE seq = 40; DELETE FROM payload WHERE seq = 40;"
      "UPDATE head SET seq = 39, time = (SELECT time FROM record WHERE seq = 39),"
      "chain = (SELECT chain FROM record WHERE seq = 39)");
  const auto read = contents();
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Errc::Corrupt);
}

TEST_F(Damage, a_sealed_stretch_moves_the_floor) {
  const auto chain = SqliteJournal::open(path_, clock_, "node").value()->headers(9, 1, "").value();
  edit(
      "INSERT INTO stretch SELECT 1, 10, time, chain, 'stretch-1' FROM record WHERE seq = 10;"
      "DELETE FROM record WHERE seq <= 10; DELETE FROM payload WHERE seq <= 10;"
      "UPDATE head SET count = 30");
  const auto journal = SqliteJournal::open(path_, clock_, "node").value();
  EXPECT_EQ(journal->floor(), 11u);
  EXPECT_EQ(journal->last(), kCommits);
  EXPECT_EQ(journal->verify({}).value(), 30u);
  EXPECT_EQ(journal->read(10, 100).value().size(), 30u);
  EXPECT_EQ(journal->read(9, 100).error().code, Errc::NotFound);
  EXPECT_EQ(journal->at(chain[0].time).value(), 10u);
  EXPECT_EQ(journal->at(chain[0].time - std::chrono::seconds{1}).error().code, Errc::NotFound);
  EXPECT_EQ(journal->land(std::vector{sample_landing("daily", 1)}).value()[0].seq, kCommits + 1);

  edit("UPDATE stretch SET last_chain = zeroblob(32)");
  EXPECT_EQ(journal->verify({}).error().code, Errc::Corrupt);
}

// What an old log leaves that SQLite has played into a backup, where the newest record is whole.
TEST_F(Damage, records_that_are_missing_amid_others_are_noticed_at_the_start) {
  edit("DELETE FROM record WHERE seq BETWEEN 10 AND 30");
  const auto opened = SqliteJournal::open(path_, clock_, "node");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::Corrupt);
  EXPECT_THAT(opened.error().message, HasSubstr("it has 19 commits, the head says 40 of 1 to 40"));
  EXPECT_THAT(opened.error().hint, HasSubstr("take away the journal.db-wal"));
}

TEST_F(Damage, a_backup_beside_the_log_of_another_file_is_refused) {
  const fs::path backup = directory_.path() / "backup.db";
  fs::copy_file(path_, backup);
  const auto go_on = [&](std::uint32_t commits) {
    auto journal = SqliteJournal::open(path_, clock_, "node").value();
    for (std::uint32_t i = 0; i < commits; ++i)
      (void)journal->land(std::vector{sample_landing("daily", i, 300)}).value();
    return journal;
  };
  go_on(200);
  const auto journal = go_on(20);
  const fs::path restored = directory_.path() / "restored.db";
  fs::copy_file(backup, restored);
  fs::copy_file(path_.string() + "-wal", restored.string() + "-wal");
  const auto mixture = SqliteJournal::open(restored, clock_, "node");
  ASSERT_FALSE(mixture);
  EXPECT_EQ(mixture.error().code, Errc::Corrupt);
  EXPECT_THAT(mixture.error().hint, HasSubstr("take away the journal.db-wal"));
  fs::remove(restored);
  fs::remove(restored.string() + "-wal");
  fs::copy_file(backup, restored);
  EXPECT_TRUE(SqliteJournal::open(restored, clock_, "node"));
}

TEST_F(Damage, a_verification_ends_when_it_is_told_to) {
  std::stop_source stop;
  const auto journal = SqliteJournal::open(path_, clock_, "node").value();
  const auto verified =
      journal->verify([&](Sequence) { stop.request_stop(); }, Extent::Everything, stop.get_token());
  ASSERT_FALSE(verified);
  EXPECT_EQ(verified.error().code, Errc::Cancelled);
  EXPECT_EQ(journal->verify({}, Extent::Everything, stop.get_token()).error().code,
            Errc::Cancelled);
  EXPECT_EQ(journal->verify({}).value(), kCommits) << "the connection can be used again";
}

TEST_F(Damage, all_but_the_rows_is_checked_without_them) {
  edit(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)"
      "INSERT INTO day SELECT 'daily', i, 5, 5, 1, zeroblob(32), i FROM n;"
      "UPDATE payload SET bytes = x'00' WHERE seq = 20");
  const auto verified = [&](Extent extent) {
    return SqliteJournal::open(path_, clock_, "node").value()->verify({}, extent);
  };
  EXPECT_EQ(verified(Extent::WithoutRows).value(), kCommits);
  EXPECT_EQ(verified(Extent::Everything).error().code, Errc::Corrupt);

  edit("UPDATE record SET rows = rows + 1 WHERE seq = 20");
  EXPECT_THAT(verified(Extent::WithoutRows).error().message, HasSubstr("commit 20"));
  edit("UPDATE record SET rows = rows - 1 WHERE seq = 20");
  ASSERT_TRUE(verified(Extent::WithoutRows));
  std::streamoff at = 0;
  {
    const auto db = Connection::open(path_, Connection::Access::Read).value();
    auto row = db->query(
                     "SELECT (pageno - 1) * pgsize FROM dbstat WHERE name = 'day' AND pagetype = "
                     "'leaf' LIMIT 1")
                   .value();
    ASSERT_TRUE(row.step().value());
    at = static_cast<std::streamoff>(row.sequence(0));
  }
  std::fstream(path_, std::ios::binary | std::ios::in | std::ios::out).seekp(at + 8)
      << "\xff\xff\xff\xff\xff\xff\xff\xff";
  EXPECT_EQ(verified(Extent::WithoutRows).error().code, Errc::Corrupt);
}

TEST_F(Damage, a_gap_is_never_read_over) {
  const auto journal = SqliteJournal::open(path_, clock_, "node").value();
  edit("DELETE FROM record WHERE seq = 20");
  const auto read = journal->read(15, 10);
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message, HasSubstr("commit 20"));
}

}  // namespace
}  // namespace kanpan::journal::sqlite
