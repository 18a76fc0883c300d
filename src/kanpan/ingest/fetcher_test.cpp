#include "kanpan/ingest/fetcher.hpp"

#include <functional>
#include <mutex>
#include <set>

#include <gmock/gmock.h>

#include "kanpan/ingest/sample.hpp"
#include "kanpan/source/retry.hpp"

namespace kanpan::ingest {
namespace {

using source::Call;
using source::Page;
using test::day_of;
using test::real_table;
using test::share;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// Answers as it is told and remembers what it was asked.
class Scripted final : public source::Source {
 public:
  using Answer = std::function<Result<Page>(const catalog::TableSpec&, const Call&, int number)>;
  explicit Scripted(Answer answer) : answer_(std::move(answer)) {}
  bool simulated() const override { return true; }
  Result<Page> fetch(const catalog::TableSpec& table, const Call& call, std::stop_token) override {
    const std::lock_guard lock(mutex_);
    asked.push_back(call.text());
    return answer_(table, call, static_cast<int>(asked.size()));
  }
  std::vector<std::string> asked;

 private:
  std::mutex mutex_;
  Answer answer_;
};

std::string parameter(const Call& call, std::string_view name) {
  for (const auto& [key, value] : call.parameters)
    if (key == name) return value;
  return "";
}

/// Rows [first, end) of a market whose row i is share i.
Page page_of(const catalog::TableSpec& table, int first, int end,
             std::string_view day = "20240628") {
  std::vector<std::vector<std::string>> rows;
  for (int i = first; i < end; ++i) {
    rows.emplace_back();
    for (const auto& column : table.columns)
      rows.back().push_back(column.name == table.code   ? share(i)
                            : column.name == table.time ? std::string(day)
                                                        : "");
  }
  Page page;
  page.batch = test::batch_of(table, rows);
  page.body = fmt::format("{}..{}", first, end);
  return page;
}

/// What a source with `total` rows and a cap answers to limit and offset.
Result<Page> paged(const catalog::TableSpec& table, const Call& call, int total, int cap,
                   bool has_more) {
  const std::string limit = parameter(call, "limit"), offset = parameter(call, "offset");
  const int first = std::min(offset.empty() ? 0 : std::stoi(offset), total);
  const int end = std::min(first + (limit.empty() ? cap : std::min(cap, std::stoi(limit))), total);
  Page page = page_of(table, first, end);
  page.has_more = has_more && end < total;
  return page;
}

class FetcherTest : public testing::Test {
 protected:
  static catalog::TableSpec capped(std::string_view name, int cap, bool pages = false) {
    catalog::TableSpec table = real_table(name);
    table.source.row_limit = cap;
    table.source.pages = pages;
    return table;
  }
  static Slice slice(const catalog::TableSpec& table, std::size_t walk = 0,
                     std::string_view from = "20240628", std::string_view to = "20240628") {
    return {&table, table.source.walks[walk], DateRange{day_of(from), day_of(to)}, "", {}};
  }
  Fetched fetch(Scripted& source, const Slice& slice, std::stop_token stop = {}) {
    return Fetcher(source, clock_).fetch(slice, std::move(stop));
  }
  static std::set<std::string> codes(const Fetched& fetched) {
    std::set<std::string> out;
    const auto& batch = fetched.harvest.rows;
    const auto& column = batch.column(batch.find("ts_code"));
    for (std::size_t row = 0; row < batch.rows(); ++row) out.emplace(column.texts()[row]);
    return out;
  }
  journal::HandClock clock_;
};

TEST_F(FetcherTest, BringsAPageThatIsNotFullWithOneCall) {
  Scripted source([](auto& table, auto&, int) -> Result<Page> { return page_of(table, 0, 9); });
  const auto table = capped("daily", 10);
  const auto fetched = fetch(source, slice(table));
  EXPECT_FALSE(fetched.error || fetched.refusal);
  EXPECT_EQ(fetched.harvest.rows.rows(), 9u);
  ASSERT_THAT(fetched.calls, SizeIs(1));
  EXPECT_EQ(fetched.calls[0].text, "daily(trade_date=20240628)");
  EXPECT_EQ(fetched.calls[0].rows, 9u);
  EXPECT_EQ(fetched.calls[0].page, sha256({std::string("0..9")}));
  EXPECT_THAT(fetched.harvest.pages, SizeIs(1));
}

TEST_F(FetcherTest, AsksEachValueOfASplitThatIsAlwaysNeeded) {
  Scripted source([](auto& table, const Call& call, int) -> Result<Page> {
    return parameter(call, "list_status") == "L" ? page_of(table, 0, 5) : page_of(table, 5, 6);
  });
  const auto& table = real_table("stock_basic");
  const auto fetched = fetch(source, {&table, table.source.walks[0], {}, "", {}});
  EXPECT_THAT(source.asked, SizeIs(3));
  EXPECT_EQ(fetched.harvest.rows.rows(), 7u);
}

TEST_F(FetcherTest, SplitsAFullAnswerByItsValues) {
  Scripted source([](auto& table, const Call& call, int) -> Result<Page> {
    const std::string type = parameter(call, "limit_type");
    return type.empty()  ? page_of(table, 0, 10)
           : type == "U" ? page_of(table, 0, 8)
           : type == "D" ? page_of(table, 8, 15)
                         : page_of(table, 15, 15);
  });
  const auto table = capped("limit_list_d", 10);
  const auto fetched = fetch(source, slice(table));
  EXPECT_FALSE(fetched.error || fetched.refusal);
  EXPECT_THAT(source.asked, SizeIs(4));
  EXPECT_EQ(fetched.harvest.rows.rows(), 15u) << "the full page itself does not count";
  EXPECT_THAT(codes(fetched), SizeIs(15));
}

TEST_F(FetcherTest, HalvesAWindowUntilItsAnswersAreNotFull) {
  Scripted source([](auto& table, const Call& call, int) -> Result<Page> {
    const int first = day_of(parameter(call, "start_date")) - day_of("20240601");
    const int end = day_of(parameter(call, "end_date")) - day_of("20240601") + 1;
    return page_of(table, first, std::min(end, first + 10));
  });
  const auto table = capped("suspend_d", 10);
  const auto fetched = fetch(source, slice(table, 2, "20240601", "20240630"));
  EXPECT_FALSE(fetched.error || fetched.refusal);
  EXPECT_EQ(fetched.harvest.rows.rows(), 30u);
  EXPECT_THAT(codes(fetched), SizeIs(30));
}

TEST_F(FetcherTest, PagesWithOverlapWhereItIsStable) {
  for (const bool has_more : {false, true})
    for (const int total : {99, 100, 101, 179, 180, 181, 260, 1000}) {
      SCOPED_TRACE(fmt::format("{} rows, has_more {}", total, has_more));
      Scripted source([&](auto& table, const Call& call, int) {
        return paged(table, call, total, 100, has_more);
      });
      const auto table = capped("stk_limit", 100, true);
      const auto fetched = fetch(source, slice(table));
      EXPECT_FALSE(fetched.error || fetched.refusal);
      EXPECT_EQ(fetched.harvest.rows.rows(), static_cast<std::size_t>(total));
      EXPECT_THAT(codes(fetched), SizeIs(total));
    }
}

TEST_F(FetcherTest, PagesThroughPagesSmallerThanTheOverlap) {
  for (const int total : {9, 10, 11, 30, 35}) {
    Scripted source(
        [&](auto& table, const Call& call, int) { return paged(table, call, total, 10, true); });
    const auto table = capped("stk_limit", 10, true);
    const auto fetched = fetch(source, slice(table));
    EXPECT_FALSE(fetched.error || fetched.refusal) << total;
    EXPECT_EQ(fetched.harvest.rows.rows(), static_cast<std::size_t>(total));
    EXPECT_THAT(codes(fetched), SizeIs(total));
  }
}

TEST_F(FetcherTest, KeepsBadCellsWithTheirRowsAcrossPages) {
  Scripted source([&](auto& table, const Call& call, int) {
    auto page = paged(table, call, 150, 100, false);
    const int first = parameter(call, "offset").empty() ? 0 : std::stoi(parameter(call, "offset"));
    for (const int row : {85, 120})
      if (row >= first && row < first + static_cast<int>(page->batch.rows()))
        page->bad_cells.push_back({static_cast<std::uint32_t>(row - first), 3, "x"});
    return page;
  });
  const auto table = capped("stk_limit", 100, true);
  const auto fetched = fetch(source, slice(table));
  std::vector<std::uint32_t> rows;
  for (const auto& cell : fetched.harvest.bad_cells) rows.push_back(cell.row);
  EXPECT_THAT(rows, ElementsAre(85, 120));
}

TEST_F(FetcherTest, FindsOutASourceThatIgnoresTheOffset) {
  for (const bool pages : {true, false}) {
    Scripted source([](auto& table, auto&, int) -> Result<Page> { return page_of(table, 0, 100); });
    const auto table = capped("daily", 100, pages);
    const auto fetched = fetch(source, slice(table));
    ASSERT_TRUE(fetched.refusal);
    EXPECT_EQ(fetched.refusal->rule, "page.truncated");
    EXPECT_THAT(fetched.refusal->reason, HasSubstr("cut at 100 rows"));
    EXPECT_THAT(source.asked, SizeIs(2));
  }
}

TEST_F(FetcherTest, FindsOutAnOrderThatChangesBetweenPages) {
  Scripted source([](auto& table, const Call& call, int number) {
    auto page = paged(table, call, 400, 100, false);
    if (number == 3) page->batch = page_of(table, 161, 261).batch;
    return page;
  });
  const auto table = capped("stk_limit", 100, true);
  const auto fetched = fetch(source, slice(table));
  ASSERT_TRUE(fetched.refusal);
  EXPECT_EQ(fetched.refusal->rule, "page.unstable_paging");
}

TEST_F(FetcherTest, GivesUpOnASourceThatAlwaysSaysThereIsMore) {
  for (const int rows : {0, 1, 15}) {
    Scripted source([&](auto& table, const Call& call, int) {
      auto page = paged(table, call, rows, 100, false);
      page->has_more = true;
      return page;
    });
    const auto table = capped("stk_limit", 100, true);
    const auto fetched = fetch(source, slice(table));
    EXPECT_TRUE(fetched.refusal) << rows;
    EXPECT_LT(source.asked.size(), 10u) << rows;
  }
}

TEST_F(FetcherTest, AsksAgainAfterAnErrorThatMayPass) {
  Scripted source([](auto& table, auto&, int number) -> Result<Page> {
    if (number == 1) return Error{Errc::SourceTransient, "connection reset"};
    return page_of(table, 0, 2);
  });
  const auto table = capped("daily", 10);
  const auto fetched = fetch(source, slice(table));
  EXPECT_FALSE(fetched.error);
  ASSERT_THAT(fetched.calls, SizeIs(2));
  EXPECT_EQ(fetched.calls[0].error, "source_transient: connection reset");
  EXPECT_EQ(fetched.calls[1].attempt, 2u);
  EXPECT_EQ(fetched.calls[1].error, "");
  EXPECT_EQ(fetched.harvest.rows.rows(), 2u);
}

TEST_F(FetcherTest, DoesNotAskAgainWhatIsRefused) {
  Scripted source([](auto&, auto&, int) -> Result<Page> {
    return Error{Errc::SourcePermission, "no right"};
  });
  const auto table = capped("daily", 10);
  const auto fetched = fetch(source, slice(table));
  ASSERT_TRUE(fetched.error);
  EXPECT_EQ(fetched.error->code, Errc::SourcePermission);
  EXPECT_EQ(fetched.error->message, "daily(trade_date=20240628): no right");
  EXPECT_THAT(source.asked, SizeIs(1));
}

TEST_F(FetcherTest, KeepsNoHalfWhenTheSecondPageFails) {
  Scripted source([](auto& table, const Call& call, int number) -> Result<Page> {
    if (number > 1) return Error{Errc::SourceToken, "token revoked"};
    return paged(table, call, 150, 100, false);
  });
  const auto table = capped("stk_limit", 100, true);
  const auto fetched = fetch(source, slice(table));
  ASSERT_TRUE(fetched.error);
  EXPECT_THAT(fetched.calls, SizeIs(2));
}

TEST_F(FetcherTest, StopsWaitingWhenAsked) {
  std::stop_source stop;
  Scripted source([&](auto&, auto&, int) -> Result<Page> {
    stop.request_stop();
    return Error{Errc::SourceRate, "too often"};
  });
  const auto table = capped("daily", 10);
  const auto fetched = fetch(source, slice(table), stop.get_token());
  ASSERT_TRUE(fetched.error) << "and not a minute later";
  EXPECT_THAT(source.asked, SizeIs(1));
}

TEST_F(FetcherTest, GathersTheColumnsThatPagesLack) {
  Scripted source([](auto& table, const Call& call, int) {
    auto page = paged(table, call, 150, 100, false);
    page->missing = {"up_limit"};
    page->unknown = {"mood"};
    return page;
  });
  const auto table = capped("stk_limit", 100, true);
  const auto fetched = fetch(source, slice(table));
  EXPECT_THAT(fetched.harvest.missing, ElementsAre("up_limit"));
  EXPECT_THAT(fetched.harvest.unknown, ElementsAre("mood"));
}

TEST_F(FetcherTest, TellsOfItsPagesAndWhyItAsksAgain) {
  Scripted source([](auto& table, auto&, int number) -> Result<Page> {
    if (number == 1) return Error{Errc::SourceTransient, "connection refused"};
    return page_of(table, 0, 9);
  });
  const auto table = capped("daily", 10);
  std::vector<std::string> told;
  const CallWatch watch{
      .page =
          [&](const std::string& call, std::size_t rows, std::size_t calls) {
            told.push_back(fmt::format("{}: {} rows, {} calls", call, rows, calls));
          },
      .retry =
          [&](const std::string& call, auto pause, const Error& why) {
            EXPECT_LE(pause, source::RetryPolicy().first);
            told.push_back(fmt::format("{}: {}", call, why.message));
          }};
  Fetcher(source, clock_).fetch(slice(table), {}, watch);
  EXPECT_THAT(told, ElementsAre("daily(trade_date=20240628): connection refused",
                                "daily(trade_date=20240628): 9 rows, 2 calls"));
}

}  // namespace
}  // namespace kanpan::ingest
