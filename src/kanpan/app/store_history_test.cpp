// The store's file held against the journal: when it is opened, and by `store verify`.
#include <algorithm>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>

#include "kanpan/app/doctor.hpp"
#include "kanpan/app/sample_instance.hpp"
#include "kanpan/app/verify.hpp"
#include "kanpan/store/duckdb/engine.hpp"

namespace kanpan::app {
namespace {

namespace fs = std::filesystem;
using ingest::test::bar;
using ingest::test::real_table;
using test::land;
using test::open_instance;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> codes(Instance& instance) {
  return instance.store().codes_on(real_table("daily"), ingest::test::day_of("20240628")).value();
}

/// Names of the stores that were set aside.
std::vector<std::string> kept(const fs::path& directory) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(directory))
    if (const auto name = entry.path().filename().string(); name.starts_with("hot.duckdb.2"))
      names.push_back(name);
  return names;
}

/// A directory whose store has a row of daily for each of these codes, a commit each.
void fill(const fs::path& directory, const std::vector<std::string>& codes) {
  {
    const auto instance = open_instance(directory).value();
    for (const std::string& code : codes)
      land(instance->journal(), real_table("daily"), {bar(code, "20240628", 10, 10)});
  }
  const auto instance = open_instance(directory).value();
  ASSERT_EQ(instance->store().applied(), codes.size());
  ASSERT_TRUE(instance->store().fold(true));
}

/// Puts the other directory's journal in the place of this one's.
void take_journal(const fs::path& directory, const fs::path& other) {
  for (const char* suffix : {"", "-wal", "-shm"}) {
    fs::remove(directory / (std::string("journal.db") + suffix));
    if (const auto from = other / (std::string("journal.db") + suffix); fs::exists(from))
      fs::copy(from, directory / from.filename());
  }
}

TEST(StoreHistory, a_store_of_its_journal_is_kept) {
  const journal::ScratchDirectory directory;
  fill(directory.path(), {"000001.SZ"});
  const auto instance = open_instance(directory.path()).value();
  EXPECT_THAT(kept(directory.path()), IsEmpty());
  EXPECT_THAT(codes(*instance), ElementsAre("000001.SZ"));
}

TEST(StoreHistory, a_store_of_another_journal_is_made_anew_though_that_is_no_shorter) {
  for (const std::vector<std::string>& others :
       {std::vector<std::string>{"600000.SH"}, {"600000.SH", "600001.SH", "600002.SH"}}) {
    const journal::ScratchDirectory directory, other;
    fill(directory.path(), {"000001.SZ"});
    fill(other.path(), others);
    take_journal(directory.path(), other.path());
    const auto instance = open_instance(directory.path()).value();
    EXPECT_EQ(codes(*instance), others);
    EXPECT_EQ(kept(directory.path()).size(), 1u);
  }
}

// A process died with a commit in the journal and not in the store; then the table's YAML went
// away, other tables went on, and it came back.
TEST(StoreHistory, a_commit_skipped_while_the_catalog_lacked_its_table_is_not_lost) {
  const journal::ScratchDirectory directory, without;
  fs::copy(KANPAN_SOURCE_DIR "/catalog/tables", without.path(), fs::copy_options::recursive);
  ASSERT_TRUE(fs::remove(without.path() / "quote" / "weekly.yaml"));
  const auto weekly_rows = [](Instance& instance) {
    store::Read read;
    read.table = &real_table("weekly");
    return instance.store().count(read).value();
  };
  const auto commit = [&](std::string_view table, const char* code) {
    const auto instance = open_instance(directory.path()).value();
    land(instance->journal(), real_table(table), {bar(code, "20240628", 10, 10)});
  };
  commit("weekly", "000001.SZ");
  commit("weekly", "600000.SH");
  {
    const auto instance = open_instance(directory.path(), without.path()).value();
    land(instance->journal(), real_table("daily"), {bar("000001.SZ", "20240628", 10, 10)});
  }
  EXPECT_EQ(open_instance(directory.path(), without.path()).value()->store().applied(), 3u);
  {
    const auto instance = open_instance(directory.path()).value();
    EXPECT_EQ(weekly_rows(*instance), 2u);
    EXPECT_EQ(kept(directory.path()).size(), 1u) << "only a rebuild brings it";
  }

  // Nothing of it is skipped now: it may go and come as it likes.
  ASSERT_TRUE(open_instance(directory.path(), without.path()));
  const auto instance = open_instance(directory.path()).value();
  EXPECT_EQ(weekly_rows(*instance), 2u);
  EXPECT_EQ(kept(directory.path()).size(), 1u);
}

// What a kill or a full disk leaves, which is when people run doctor.
TEST(StoreHistory, a_store_that_is_behind_is_as_it_was_after_doctor_has_looked_at_it) {
  const journal::ScratchDirectory directory;
  fill(directory.path(), {"000001.SZ"});
  auto settings = Settings{};
  {
    const auto instance = open_instance(directory.path()).value();
    land(instance->journal(), real_table("daily"), {bar("600000.SH", "20240628", 10, 10)});
    settings = instance->settings().with({{"source.kind", "tushare"}}).value();  // has no token
  }
  Terminal terminal;
  const Session session{terminal, nullptr, directory.path(), settings};
  const auto findings = examine(session, false);
  const auto store = std::ranges::find(findings, "store", &Finding::check);
  ASSERT_NE(store, findings.end());
  EXPECT_EQ(store->about, "1 commits behind the journal");

  const auto instance = open_instance(directory.path()).value();
  EXPECT_THAT(kept(directory.path()), IsEmpty());
  EXPECT_THAT(codes(*instance), ElementsAre("000001.SZ", "600000.SH"));
}

/// A file of `bytes` less than what is free there.
void leave(const fs::path& directory, std::uint64_t bytes) {
  const auto free = fs::space(directory).available;
  std::ofstream(directory / "ballast") << std::string(free - std::min(free, bytes), 'x');
}

TEST(StoreHistory, without_room_for_another_store_none_is_made_and_the_old_one_stays) {
  const journal::ScratchDirectory directory;
  if (::mount("tmpfs", directory.path().c_str(), "tmpfs", 0, "size=48m") != 0)
    GTEST_SKIP() << "mounting a tmpfs is not permitted here";
  fill(directory.path(), {"000001.SZ"});
  {
    const auto instance = open_instance(directory.path()).value();
    ASSERT_TRUE(instance->ask_for_rebuild());
    leave(directory.path(), instance->store().bytes() / 8);
    const auto refused = instance->check_room_for_rebuild();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::NoSpace);
    EXPECT_THAT(refused.error().message, HasSubstr("beside the old one"));
    EXPECT_EQ(instance->ask_for_rebuild().error().code, Errc::NoSpace);
    EXPECT_THAT(kept(directory.path()), IsEmpty());

    EXPECT_EQ(instance->rebuild_store("asked for", {}, {}).error().code, Errc::NoSpace);
    EXPECT_THAT(kept(directory.path()), IsEmpty()) << "it is put back";
  }
  fs::remove(directory.path() / "ballast");
  {
    const auto instance = open_instance(directory.path()).value();
    EXPECT_THAT(codes(*instance), ElementsAre("000001.SZ"));
    EXPECT_THAT(kept(directory.path()), IsEmpty());
  }
  ::umount2(directory.path().c_str(), MNT_DETACH);
}

TEST(StoreHistory, a_rebuild_that_is_stopped_goes_on_at_the_next_start) {
  const journal::ScratchDirectory directory;
  fill(directory.path(), {"000001.SZ", "600000.SH"});
  {
    const auto instance = open_instance(directory.path()).value();
    std::stop_source stop;
    stop.request_stop();
    const auto stopped = instance->rebuild_store("asked for", {}, stop.get_token());
    ASSERT_FALSE(stopped);
    EXPECT_EQ(stopped.error().code, Errc::Cancelled);
  }
  const auto instance = open_instance(directory.path()).value();
  EXPECT_THAT(codes(*instance), ElementsAre("000001.SZ", "600000.SH"));
  EXPECT_EQ(kept(directory.path()).size(), 1u);
}

/// What `store verify` says, or its error.
std::string verified(const fs::path& directory) {
  const auto instance = open_instance(directory).value();
  std::string said;
  Terminal terminal;
  terminal.out = terminal.err = [&](std::string_view text) { said += text; };
  Session session{terminal, instance.get(), directory, {}};
  const auto result = verify_store(session);
  return result ? said : result.error().text();
}

TEST(VerifyStore, looks_at_both_orders) {
  const journal::ScratchDirectory directory;
  fill(directory.path(), {"000001.SZ", "600000.SH"});
  EXPECT_THAT(verified(directory.path()), HasSubstr("2 rows up to commit 2 equal the journal"));
  const auto change = [&](const std::string& sql) {
    const auto file = directory.path() / "hot.duckdb";
    auto database = store::duckdb::Database::open(file, {}).value();
    auto connection = database->connect().value();
    ASSERT_TRUE(connection->run(sql));
  };
  change("UPDATE code_daily SET close = 11 WHERE ts_code = '600000.SH'");
  EXPECT_THAT(verified(directory.path()), HasSubstr("differs from the journal in daily (by code)"));
  change("UPDATE code_daily SET close = 10");
  EXPECT_THAT(verified(directory.path()), HasSubstr("equal the journal"));
  change("DELETE FROM code_daily WHERE ts_code = '600000.SH'");
  EXPECT_THAT(verified(directory.path()), HasSubstr("daily (by code)"));
  change("UPDATE cur_daily SET close = 11");
  EXPECT_THAT(verified(directory.path()), HasSubstr("in daily, daily (by code)"));
}

}  // namespace
}  // namespace kanpan::app
