#include <thread>

#include <gmock/gmock.h>

#include "backend.hpp"
#include "kanpan/journal/chain.hpp"

namespace kanpan::journal {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;

class JournalContract : public Contract {
 protected:
  Commit land(std::string_view table, std::uint32_t seed) {
    return must(journal().land(std::vector{sample_landing(table, seed)})).at(0);
  }
  std::vector<Sequence> sequences(Sequence after, std::size_t limit, std::string_view table = {}) {
    std::vector<Sequence> found;
    for (const Commit& c : must(journal().headers(after, limit, table))) found.push_back(c.seq);
    return found;
  }
};
INSTANTIATE_TEST_SUITE_P(Backends, JournalContract, testing::ValuesIn(backends()),
                         [](const auto& info) { return info.param.name; });

TEST_P(JournalContract, begins_empty) {
  EXPECT_EQ(journal().last(), 0u);
  EXPECT_EQ(journal().floor(), 1u);
  EXPECT_TRUE(must(journal().read(0, 10)).empty());
  EXPECT_TRUE(must(journal().headers(0, 10)).empty());
  EXPECT_EQ(must(journal().at(clock_.now())), 0u);
  EXPECT_EQ(must(journal().verify({})), 0u);
  EXPECT_TRUE(must(journal().land({})).empty());
}

TEST_P(JournalContract, land_fills_sequence_time_node_content_and_chain) {
  const auto made = must(
      journal().land(std::vector{sample_landing("daily", 1), sample_landing("adj_factor", 2)}));
  ASSERT_EQ(made.size(), 2u);
  Sha256 chain{};
  for (std::size_t i = 0; i < made.size(); ++i) {
    EXPECT_EQ(made[i].seq, i + 1);
    EXPECT_EQ(made[i].time, clock_.now() + std::chrono::microseconds{i});
    EXPECT_EQ(made[i].node, "node-a");
    EXPECT_EQ(made[i].content,
              sha256({frame::encode(sample_rows(static_cast<std::uint32_t>(i + 1), 3))}));
    chain = chain_after(chain, made[i]);
    EXPECT_EQ(made[i].chain, chain);
  }
  EXPECT_EQ(journal().last(), 2u);
}

TEST_P(JournalContract, every_field_is_read_back) {
  NewCommit commit = sample_commit("top10_holders", 7);
  commit.header.mode = Mode::Replace;
  commit.header.scope = {.time = DateRange{Date{-5}, Date{19000}},
                         .codes = {"600000.SH", "全角\"\\\n.SZ", ""}};
  commit.header.touched = DateRange{Date{-5}, Date{19000}};
  commit.header.run = "20240628T180000-3fa9c1";
  commit.header.unit = 4'000'000'000;
  commit.header.source = "csv:数据.csv";
  commit.header.simulated = false;
  NewCommit bare = sample_commit("stock_basic", 8, 0);
  bare.header.mode = Mode::Delete;
  bare.header.touched.reset();
  bare.header.first_code.clear();
  bare.header.last_code.clear();
  Landing landing;
  landing.commits = {commit, bare};
  const auto made = must(journal().land(std::vector{landing}));
  reopen();
  const auto records = must(journal().read(0, 10));
  ASSERT_EQ(records.size(), 2u);
  for (std::size_t i = 0; i < 2; ++i) {
    const Commit& found = records[i].header;
    EXPECT_EQ(canonical(found), canonical(made[i]));
    EXPECT_EQ(found.content, made[i].content);
    EXPECT_EQ(found.chain, made[i].chain);
    EXPECT_EQ(frame::encode(records[i].rows), landing.commits[i].payload);
  }
  EXPECT_EQ(records[0].header.scope, commit.header.scope);
  EXPECT_EQ(records[0].header.mode, Mode::Replace);
  EXPECT_FALSE(records[1].header.touched.has_value());
}

TEST_P(JournalContract, time_never_goes_back_with_the_clock) {
  const Instant before = land("daily", 1).time;
  clock_.move(seconds{-3600});
  EXPECT_EQ(land("daily", 2).time, before + std::chrono::microseconds{1});
  reopen();
  EXPECT_EQ(land("daily", 3).time, before + std::chrono::microseconds{2});
}

TEST_P(JournalContract, headers_and_read_start_after_and_stop_at_the_limit) {
  for (std::uint32_t i = 1; i <= 6; ++i) land(i % 2 == 0 ? "adj_factor" : "daily", i);
  EXPECT_THAT(sequences(0, 100), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(sequences(2, 3), ElementsAre(3, 4, 5));
  EXPECT_THAT(sequences(0, 2, "adj_factor"), ElementsAre(2, 4));
  EXPECT_THAT(sequences(4, 100, "adj_factor"), ElementsAre(6));
  EXPECT_THAT(sequences(0, 100, "weekly"), ElementsAre());
  EXPECT_THAT(sequences(6, 100), ElementsAre());
  EXPECT_THAT(sequences(std::numeric_limits<Sequence>::max(), 100), ElementsAre());
  EXPECT_EQ(sequences(0, std::numeric_limits<std::size_t>::max()).size(), 6u);
  const auto two = must(journal().read(3, 2));
  ASSERT_EQ(two.size(), 2u);
  EXPECT_EQ(two[0].header.seq, 4u);
  EXPECT_EQ(frame::encode(two[1].rows), frame::encode(sample_rows(5, 3)));
}

TEST_P(JournalContract, a_read_ends_with_the_commit_that_fills_its_bytes) {
  for (std::uint32_t i = 1; i <= 4; ++i) land("daily", i);
  const std::size_t one = frame::encode(sample_rows(1, 3)).size();
  EXPECT_EQ(must(journal().read(0, 10, 1)).size(), 1u);
  EXPECT_EQ(must(journal().read(0, 10, one)).size(), 1u);
  EXPECT_EQ(must(journal().read(0, 10, one + 1)).size(), 2u);
  EXPECT_EQ(must(journal().read(2, 10, 100 * one)).size(), 2u);
}

TEST_P(JournalContract, newest_are_the_last_ones_of_the_table_in_order) {
  const auto newest = [&](std::size_t limit, std::string_view table) {
    std::vector<Sequence> found;
    for (const Commit& c : must(journal().newest(limit, table))) found.push_back(c.seq);
    return found;
  };
  EXPECT_THAT(newest(3, ""), ElementsAre());
  for (std::uint32_t i = 1; i <= 7; ++i) land(i % 2 == 0 ? "adj_factor" : "daily", i);
  EXPECT_THAT(newest(3, ""), ElementsAre(5, 6, 7));
  EXPECT_THAT(newest(2, "adj_factor"), ElementsAre(4, 6));
  EXPECT_THAT(newest(10, "adj_factor"), ElementsAre(2, 4, 6));
  EXPECT_THAT(newest(10, "weekly"), ElementsAre());
}

TEST_P(JournalContract, knows_whether_rows_are_invented) {
  EXPECT_FALSE(must(journal().has_rows(true)));
  EXPECT_FALSE(must(journal().has_rows(false)));
  Landing landing = sample_landing("daily", 1);
  landing.commits.at(0).header.simulated = true;
  must(journal().land(std::vector{landing}));
  EXPECT_TRUE(must(journal().has_rows(true)));
  EXPECT_FALSE(must(journal().has_rows(false)));
  landing = sample_landing("daily", 2);
  landing.commits.at(0).header.simulated = false;
  must(journal().land(std::vector{landing}));
  EXPECT_TRUE(must(journal().has_rows(false)));
}

TEST_P(JournalContract, tells_what_a_source_brought_from_files) {
  Landing landing = sample_landing("daily", 1);
  landing.commits.at(0).header.source = "csv:prices.csv";
  landing.commits.at(0).header.simulated = false;
  must(journal().land(std::vector{landing}));
  EXPECT_TRUE(must(journal().has_rows(false)));
  EXPECT_FALSE(must(journal().has_collected(false)));
  landing = sample_landing("daily", 2);
  landing.commits.at(0).header.source = "tushare";
  landing.commits.at(0).header.simulated = false;
  must(journal().land(std::vector{landing}));
  EXPECT_TRUE(must(journal().has_collected(false)));
  EXPECT_FALSE(must(journal().has_collected(true)));
}

TEST_P(JournalContract, at_gives_the_last_commit_not_after_a_moment) {
  const Instant first = land("daily", 1).time;
  clock_.move(seconds{10});
  const Instant second = land("daily", 2).time;
  EXPECT_EQ(must(journal().at(first - std::chrono::microseconds{1})), 0u);
  EXPECT_EQ(must(journal().at(first)), 1u);
  EXPECT_EQ(must(journal().at(second - std::chrono::microseconds{1})), 1u);
  EXPECT_EQ(must(journal().at(second)), 2u);
  EXPECT_EQ(must(journal().at(second + seconds{100})), 2u);
}

TEST_P(JournalContract, a_commit_without_bytes_is_refused) {
  Landing empty;
  empty.commits.resize(1);
  const auto refused = journal().land(std::vector{empty});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::Failed);
  EXPECT_EQ(journal().last(), 0u);
}

TEST_P(JournalContract, a_lost_lease_refuses_all_landings_of_the_call) {
  const Lease old = must(ledger().acquire("lock:update:daily", "run-1", 60));
  clock_.move(seconds{61});
  Landing fenced = sample_landing("daily", 2);
  fenced.lease = old;
  EXPECT_TRUE(journal().land(std::vector{fenced})) << "expired, but nobody took it over";

  const Lease next = must(ledger().acquire("lock:update:daily", "run-2", 60));
  const auto refused = journal().land(std::vector{sample_landing("adj_factor", 1), fenced});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::Busy);
  EXPECT_THAT(refused.error().message, HasSubstr("run-2 holds it with fence 2"));
  EXPECT_EQ(journal().last(), 1u);

  fenced.lease = next;
  EXPECT_EQ(must(journal().land(std::vector{fenced})).at(0).seq, 2u);
  must(ledger().release(next));
  EXPECT_EQ(journal().land(std::vector{fenced}).error().code, Errc::Busy);
  fenced.lease->name = "lock:update:never";
  EXPECT_EQ(journal().land(std::vector{fenced}).error().code, Errc::Busy);
  EXPECT_EQ(must(journal().verify({})), 2u);
}

TEST_P(JournalContract, wait_ends_with_a_landing_and_with_a_stop) {
  std::jthread waiting([&](std::stop_token stop) { journal().wait_beyond(0, stop); });
  land("daily", 1);
  waiting.join();
  std::stop_source source;
  std::jthread stopped([&] { journal().wait_beyond(1, source.get_token()); });
  source.request_stop();
  stopped.join();
  journal().wait_beyond(0, {});  // what is there already does not wait
  EXPECT_EQ(journal().last(), 1u);
}

TEST_P(JournalContract, cursors_move_and_stay) {
  for (std::uint32_t i = 1; i <= 3; ++i) land("daily", i);
  EXPECT_EQ(must(journal().cursor("cache")), 0u);
  must(journal().move_cursor("cache", 3));
  must(journal().move_cursor("push", 2));
  must(journal().move_cursor("cache", 1));
  reopen();
  EXPECT_EQ(must(journal().cursor("cache")), 1u);
  EXPECT_EQ(must(journal().cursor("push")), 2u);
  const auto refused = journal().move_cursor("push", 4);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::Usage);
  EXPECT_THAT(refused.error().message, HasSubstr("newest commit is 3"));
}

TEST_P(JournalContract, verify_counts_records_and_shows_progress) {
  for (std::uint32_t i = 1; i <= 150; ++i) land("daily", i);
  Sequence shown = 0;
  EXPECT_EQ(must(journal().verify([&](Sequence seq) {
              EXPECT_GT(seq, shown);
              shown = seq;
            })),
            150u);
  EXPECT_EQ(shown, 150u);
  EXPECT_GT(journal().size(), 0u);
}

TEST_P(JournalContract, readers_run_beside_the_writer) {
  constexpr Sequence kCommits = 120;
  std::vector<std::jthread> readers;
  std::atomic<std::uint64_t> seen = 0;
  for (int i = 0; i < 6; ++i)
    readers.emplace_back([&](std::stop_token stop) {
      for (Sequence at = 0; at < kCommits;) {
        journal().wait_beyond(at, stop);
        for (const Record& record : must(journal().read(at, 7))) {
          EXPECT_EQ(record.header.seq, ++at);
          seen += record.rows.rows();
        }
        EXPECT_GE(must(journal().at(clock_.now() + seconds{1})), at);
      }
    });
  std::jthread other([&] {
    for (int i = 0; i < 50; ++i) must(ledger().add_calls("daily", 60, 1));
  });
  for (std::uint32_t i = 1; i <= kCommits; ++i) land("daily", i);
  readers.clear();
  other.join();
  EXPECT_EQ(seen, 6 * 3 * kCommits);
  EXPECT_EQ(must(ledger().calls_used("daily", 60)), 50u);
}

}  // namespace
}  // namespace kanpan::journal
