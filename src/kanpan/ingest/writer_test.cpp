#include "kanpan/ingest/writer.hpp"

#include <atomic>
#include <thread>

#include <gmock/gmock.h>

#include "kanpan/frame/codec.hpp"
#include "kanpan/ingest/replay.hpp"
#include "kanpan/ingest/sample.hpp"

namespace kanpan::ingest {
namespace {

using test::bar;
using test::real_catalog;
using test::real_table;
using test::share;

Proposal bars(std::string_view day, int first, int end, std::string_view table = "daily") {
  std::vector<std::vector<std::string>> rows;
  for (int i = first; i < end; ++i) rows.push_back(bar(share(i), day, 10, 10));
  Proposal proposal;
  proposal.table = &real_table(table);
  proposal.header.table = table;
  proposal.header.source = "sim";
  proposal.rows = test::batch_of(*proposal.table, rows);
  return proposal;
}

Submission submission(std::vector<Proposal> proposals) {
  Submission submission;
  submission.proposals = std::move(proposals);
  return submission;
}

std::uint64_t stored(const store::Store& store, std::string_view table = "daily") {
  store::Read read;
  read.table = &real_table(table);
  return store.count(read).value();
}

class WriterTest : public testing::Test {
 protected:
  /// A commit that the store never got: what a failed transaction leaves behind.
  Result<std::vector<journal::Commit>> land_unseen(const Proposal& missed) {
    journal::Landing landing;
    landing.commits.push_back({missed.header, frame::encode(missed.rows), {}});
    landing.commits.back().header.rows = static_cast<std::uint32_t>(missed.rows.rows());
    landing.commits.back().compressed = frame::compress(landing.commits.back().payload);
    return database_.journal->land({&landing, 1});
  }

  test::Database database_;
  Writer writer_{*database_.journal, *database_.store, real_catalog(), {}};
};

TEST_F(WriterTest, MakesRowsDurableAndVisible) {
  const auto applied = writer_.write(submission({bars("20240627", 0, 3), bars("20240628", 0, 4)}));
  ASSERT_TRUE(applied) << applied.error().text();
  ASSERT_EQ(applied->size(), 2u);
  EXPECT_EQ((*applied)[0].added, 3u);
  EXPECT_EQ(database_.store->applied(), 2u);
  EXPECT_EQ(stored(*database_.store), 7u);
  const auto records = database_.journal->read(0, 10).value();
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0].header.rows, 3u);
  EXPECT_EQ(records[1].header.touched->first, test::day_of("20240628"));
  EXPECT_EQ(records[1].header.first_code, share(0));
  EXPECT_EQ(records[1].header.last_code, share(3));
}

TEST_F(WriterTest, KeepsInventedRowsAndOthersApart) {
  EXPECT_TRUE(writer_.admits(false));
  EXPECT_TRUE(writer_.admits(true));
  auto invented = bars("20240627", 0, 3);
  invented.header.simulated = true;
  const auto both = writer_.write(submission({bars("20240628", 0, 4), invented}));
  ASSERT_FALSE(both);
  EXPECT_EQ(both.error().code, Errc::Config);
  EXPECT_EQ(stored(*database_.store), 0u);
  ASSERT_TRUE(writer_.write(submission({invented})));
  EXPECT_TRUE(writer_.admits(true));
  EXPECT_EQ(writer_.admits(false).error().code, Errc::Config);
  EXPECT_THAT(writer_.admits(false).error().text(), testing::HasSubstr("holds simulated rows"));
  EXPECT_FALSE(writer_.write(submission({bars("20240628", 0, 4)})));
  EXPECT_EQ(stored(*database_.store), 3u);
  auto file = bars("20240628", 0, 4);
  file.header.source = "csv:prices.csv";
  EXPECT_TRUE(writer_.write(submission({file}))) << "a person's own";
  EXPECT_TRUE(writer_.admits(true));
  Writer anew(*database_.journal, *database_.store, real_catalog(), {});
  EXPECT_FALSE(anew.admits(false));
}

TEST_F(WriterTest, MakesNothingOfASubmissionWhoseLeaseIsGone) {
  auto lease = database_.journal->acquire("lock:update:daily", "one", 60).value();
  ASSERT_TRUE(database_.journal->release(lease));
  auto late = submission({bars("20240627", 0, 3), bars("20240628", 0, 4)});
  late.landing.lease = lease;
  const auto applied = writer_.write(std::move(late));
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().code, Errc::Busy);
  EXPECT_EQ(database_.journal->last(), 0u);
  EXPECT_EQ(stored(*database_.store), 0u);
}

TEST_F(WriterTest, DoesNotLetAStaleLeaseTakeOthersWithIt) {
  auto stale = database_.journal->acquire("lock:update:daily", "one", 60).value();
  ASSERT_TRUE(database_.journal->release(stale));
  auto good = database_.journal->acquire("lock:update:daily", "two", 60).value();
  std::atomic<int> landed = 0, busy = 0, wrong = 0;
  constexpr int kSubmissions = 60;
  for (int i = 0; i < kSubmissions; ++i) {
    auto one = submission({bars("20240628", i, i + 1)});
    const bool late = i % 7 == 3;
    one.landing.lease = late ? stale : good;
    one.done = [&, late](const Result<std::vector<store::Applied>>& outcome) {
      if (outcome.has_value() == late)
        ++wrong;
      else
        ++(late ? busy : landed);
      if (!outcome && outcome.error().code != Errc::Busy) ++wrong;
    };
    ASSERT_TRUE(writer_.submit(std::move(one)));
  }
  writer_.drain();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(landed + busy, kSubmissions);
  EXPECT_EQ(stored(*database_.store), static_cast<std::uint64_t>(landed));
  EXPECT_EQ(database_.journal->last(), static_cast<std::uint64_t>(landed));
  EXPECT_TRUE(database_.journal->verify({}));
}

TEST_F(WriterTest, LandsLedgerEntriesWithoutRows) {
  Submission empty;
  journal::DayState day;
  day.table = "daily";
  day.day = test::day_of("20240628");
  empty.landing.days.push_back(day);
  ASSERT_TRUE(writer_.write(std::move(empty)));
  EXPECT_EQ(database_.journal->days("daily", {day.day, day.day}).value().size(), 1u);
  EXPECT_EQ(database_.journal->last(), 0u);
}

TEST_F(WriterTest, CatchesUpAStoreThatIsBehind) {
  ASSERT_TRUE(writer_.write(submission({bars("20240626", 0, 2)})));
  ASSERT_TRUE(land_unseen(bars("20240627", 0, 3)));
  writer_.catch_up();
  Submission nothing;
  journal::DayState day;
  day.table = "daily";
  day.day = test::day_of("20240628");
  nothing.landing.days.push_back(day);
  ASSERT_TRUE(writer_.write(std::move(nothing)));  // behind it in the store's queue
  EXPECT_EQ(database_.store->applied(), 2u);
  ASSERT_TRUE(land_unseen(bars("20240627", 0, 3)));
  ASSERT_TRUE(writer_.write(submission({bars("20240628", 0, 4)})));
  EXPECT_EQ(database_.store->applied(), 4u);
  EXPECT_EQ(stored(*database_.store), 9u);
  ASSERT_TRUE(writer_.write(submission({bars("20240701", 0, 1)})));
  EXPECT_EQ(stored(*database_.store), 10u);
}

TEST_F(WriterTest, CatchesUpWithAStoreThatIsReopenedWhileCommitsArrive) {
  std::atomic<bool> tended = false;
  std::atomic<std::uint64_t> landed = 0;
  const auto collect = [&](const char* day) {
    for (int i = 0; !tended; ++i, ++landed) {
      if (i % 5 == 4) {  // which the store must find in the journal by itself
        ASSERT_TRUE(land_unseen(bars(day, i, i + 1)));
        continue;
      }
      const auto applied = writer_.write(submission({bars(day, i, i + 1)}));
      ASSERT_TRUE(applied) << applied.error().text();
    }
  };
  {
    std::vector<std::jthread> collectors;
    for (const char* day : {"20240627", "20240628"})
      collectors.emplace_back([&, day] { collect(day); });
    for (int i = 0; i < 4; ++i) {
      const auto reopened = database_.store->reopen();
      EXPECT_TRUE(reopened) << reopened.error().text();
      writer_.catch_up();
    }
    tended = true;
  }
  writer_.catch_up();
  ASSERT_TRUE(writer_.write(submission({bars("20240701", 0, 1)})));
  EXPECT_EQ(database_.store->applied(), database_.journal->last());
  EXPECT_EQ(database_.journal->last(), landed + 1);
  EXPECT_EQ(stored(*database_.store), landed + 1);
  EXPECT_TRUE(database_.journal->verify({}));
}

TEST_F(WriterTest, FinishesWhatWasSubmittedWhenItGoes) {
  test::Database database;
  std::atomic<int> done = 0;
  {
    Writer writer(*database.journal, *database.store, real_catalog(), {2, 3});
    for (int i = 0; i < 40; ++i) {
      auto one = submission({bars("20240628", i, i + 1)});
      one.done = [&](const auto& outcome) { done += outcome ? 1 : 0; };
      ASSERT_TRUE(writer.submit(std::move(one)));
    }
    writer.tidy();
  }
  EXPECT_EQ(done, 40);
  EXPECT_EQ(stored(*database.store), 40u);
}

TEST(Replay, RebuildsAnEmptyStore) {
  test::Database first;
  {
    Writer writer(*first.journal, *first.store, real_catalog(), {});
    for (int i = 0; i < 50; ++i)
      ASSERT_TRUE(writer.write(submission({bars("20240628", i % 30, i % 30 + 3)})));
  }
  test::Database second;
  std::vector<journal::Sequence> seen;
  const auto applied = replay(*first.journal, *second.store, real_catalog(),
                              [&](journal::Sequence seq) { seen.push_back(seq); }, {});
  ASSERT_TRUE(applied) << applied.error().text();
  EXPECT_EQ(*applied, 50u);
  EXPECT_EQ(seen.back(), 50u);
  EXPECT_EQ(second.store->applied(), 50u);
  EXPECT_EQ(stored(*second.store), stored(*first.store));
  EXPECT_EQ(replay(*first.journal, *second.store, real_catalog(), {}, {}).value(), 0u)
      << "a second time changes nothing";
}

TEST(Replay, HoldsNoMoreThanItsLimits) {
  test::Database first;
  {
    Writer writer(*first.journal, *first.store, real_catalog(), {});
    for (int i = 0; i < 8; ++i)
      ASSERT_TRUE(writer.write(submission({bars("20240628", i * 10, i * 10 + 10)})));
  }
  const std::size_t cells = 10 * real_table("daily").columns.size();
  const auto transactions = [&](const ReplayLimits& limits) {
    test::Database second;
    std::vector<journal::Sequence> ends;
    EXPECT_EQ(replay(
                  *first.journal, *second.store, real_catalog(),
                  [&](journal::Sequence seq) { ends.push_back(seq); }, {}, limits)
                  .value(),
              8u);
    EXPECT_EQ(stored(*second.store), 80u);
    return ends;
  };
  EXPECT_THAT(transactions({}), testing::ElementsAre(8));
  EXPECT_THAT(transactions({1, 200'000, 3 * cells}), testing::ElementsAre(3, 6, 8));
  EXPECT_THAT(transactions({SIZE_MAX, 40, SIZE_MAX}), testing::ElementsAre(4, 8));
}

TEST(Replay, FitsOlderRecordsToTheCatalogAndSkipsTablesThatAreGone) {
  test::Database database;
  auto old = bars("20240628", 0, 2);
  std::vector<frame::Field> fields;
  std::vector<frame::Column> columns;
  for (std::size_t c = 0; c + 1 < old.rows.width(); ++c) {  // before there was an amount
    fields.push_back(old.rows.fields()[c]);
    columns.push_back(old.rows.column(c));
  }
  old.rows = frame::Batch(std::move(fields), std::move(columns));
  journal::Landing landing;
  for (const char* table : {"gone", "daily"}) {
    landing.commits.push_back({old.header, frame::encode(old.rows), {}});
    landing.commits.back().header.table = table;
    landing.commits.back().header.rows = 2;
    landing.commits.back().compressed = frame::compress(landing.commits.back().payload);
  }
  ASSERT_TRUE(database.journal->land({&landing, 1}));
  ASSERT_EQ(replay(*database.journal, *database.store, real_catalog(), {}, {}).value(), 1u);
  store::Read read;
  read.table = &real_table("daily");
  std::size_t rows = 0;
  ASSERT_TRUE(database.store->read(read, [&](frame::Batch&& batch) -> Result<bool> {
    rows += batch.rows();
    EXPECT_EQ(batch.column(batch.find("amount")).null_count(), batch.rows());
    EXPECT_EQ(batch.column(batch.find("close")).null_count(), 0u);
    return true;
  }));
  EXPECT_EQ(rows, 2u);
}

TEST(Replay, StopsWhenAsked) {
  test::Database first, second;
  {
    Writer writer(*first.journal, *first.store, real_catalog(), {});
    ASSERT_TRUE(writer.write(submission({bars("20240628", 0, 3)})));
  }
  std::stop_source stop;
  stop.request_stop();
  const auto applied = replay(*first.journal, *second.store, real_catalog(), {}, stop.get_token());
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().code, Errc::Cancelled);
  EXPECT_EQ(second.store->applied(), 0u);
}

}  // namespace
}  // namespace kanpan::ingest
