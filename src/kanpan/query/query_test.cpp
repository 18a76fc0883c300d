#include "kanpan/query/query.hpp"

#include <cmath>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "kanpan/frame/cell.hpp"
#include "kanpan/frame/codec.hpp"
#include "kanpan/journal/sample.hpp"
#include "kanpan/journal/sqlite/sqlite_journal.hpp"
#include "kanpan/query/filter.hpp"
#include "kanpan/store/duckdb/duckdb_store.hpp"

namespace kanpan::query {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;
using Cells = std::vector<std::vector<std::string>>;

class QueryTest : public testing::Test {
 protected:
  static const catalog::Catalog& tables() {
    static const auto catalog = catalog::Catalog::load(KANPAN_SOURCE_DIR "/catalog/tables").value();
    return catalog;
  }
  static const catalog::TableSpec& table(std::string_view name) { return **tables().find(name); }
  static Date day(std::string_view text) { return parse_date(text).value(); }

  /// Commits rows and makes them visible.
  void commit(std::string_view name, const Cells& rows, std::vector<journal::DayState> days = {},
              const char* source = "tushare", store::Mode mode = store::Mode::Upsert) {
    const auto& spec = table(name);
    frame::Batch batch(spec.fields());
    for (const auto& row : rows)
      for (std::size_t c = 0; c < row.size(); ++c)
        if (row[c].empty())
          batch.column(c).push_null();
        else
          ASSERT_TRUE(frame::push_text(batch.column(c), row[c])) << row[c];
    journal::Landing landing;
    landing.days = std::move(days);
    landing.commits.push_back({{}, frame::encode(batch), {}});
    auto& commit = landing.commits.back();
    commit.compressed = frame::compress(commit.payload);
    commit.header.table = name;
    commit.header.source = source;
    commit.header.simulated = std::string_view(source) == "sim";
    commit.header.rows = static_cast<std::uint32_t>(rows.size());
    const auto time = batch.column(batch.find(spec.time)).dates();
    commit.header.touched = DateRange{time.front(), time.front()};
    for (const Date date : time) {
      commit.header.touched->first = std::min(commit.header.touched->first, date);
      commit.header.touched->last = std::max(commit.header.touched->last, date);
    }
    const auto landed = journal_->land({&landing, 1});
    ASSERT_TRUE(landed) << landed.error().text();
    const store::Change change{landed->front().seq, &spec, mode, {}, std::move(batch)};
    ASSERT_TRUE(store_->apply({&change, 1}));
  }

  static journal::DayState state(std::string_view name, std::string_view text, std::uint32_t rows,
                                 std::optional<std::uint32_t> expected, bool complete) {
    journal::DayState out;
    out.table = name;
    out.day = day(text);
    out.rows = rows;
    out.expected = expected;
    out.complete = complete;
    return out;
  }

  static std::vector<std::string> bar(std::string_view text, double close, double pre_close) {
    return {"600000.SH",
            std::string(text),
            std::to_string(close),
            std::to_string(close + 1),
            std::to_string(close - 1),
            std::to_string(close),
            std::to_string(pre_close),
            std::to_string(close - pre_close),
            "0",
            "1000",
            std::to_string(close * 100)};
  }

  void commit_week() {
    commit("daily", {bar("20240624", 10, 10), bar("20240625", 11, 10), bar("20240626", 12, 11),
                     bar("20240627", 6, 6), bar("20240628", 7, 6), bar("20240701", 8, 7)});
    Cells factors;
    for (const char* text : {"20240624", "20240625", "20240626"})
      factors.push_back({"600000.SH", text, "1"});
    for (const char* text : {"20240627", "20240628", "20240701"})
      factors.push_back({"600000.SH", text, "2"});
    commit("adj_factor", factors);
  }

  static std::vector<double> values(const Bars& bars, std::string_view name) {
    const auto reals = bars.rows.column(bars.rows.find(name)).reals();
    return {reals.begin(), reals.end()};
  }

  store::Read read(std::string_view name, std::optional<Date> from = {},
                   std::optional<Date> to = {}) const {
    store::Read read;
    read.table = &table(name);
    read.from = from;
    read.to = to;
    return read;
  }

  journal::HandClock clock_;
  journal::ScratchDirectory directory_;
  std::unique_ptr<journal::sqlite::SqliteJournal> journal_ =
      journal::sqlite::SqliteJournal::open(directory_.path() / "journal.db", clock_, "test")
          .value();
  std::unique_ptr<store::duckdb::DuckdbStore> store_ =
      store::duckdb::DuckdbStore::open(directory_.path() / "hot.duckdb", tables()).value();
  Query query_{tables(), *journal_, *journal_, *store_};
};

TEST_F(QueryTest, GivesBarsRawForwardAndBackwardAdjusted) {
  commit_week();
  BarsRequest request;
  request.code = "600000.SH";
  request.units = Units::Source;
  const auto raw = query_.bars(request);
  ASSERT_TRUE(raw) << raw.error().text();
  EXPECT_THAT(values(*raw, "close"), ElementsAre(10, 11, 12, 6, 7, 8));
  request.adjust = Adjust::Qfq;
  const auto qfq = query_.bars(request);
  EXPECT_THAT(values(*qfq, "close"), ElementsAre(5, 5.5, 6, 6, 7, 8));
  EXPECT_EQ(qfq->anchor, day("20240701"));
  request.anchor = day("20240625");
  EXPECT_THAT(values(*query_.bars(request), "close"), ElementsAre(10, 11, 12, 12, 14, 16));
  request.adjust = Adjust::Hfq;
  EXPECT_THAT(values(*query_.bars(request), "close"), ElementsAre(10, 11, 12, 12, 14, 16));
}

TEST_F(QueryTest, GivesTheLastBarsOfALongerFrequency) {
  commit_week();
  BarsRequest request;
  request.code = "600000.SH";
  request.frequency = Frequency::Week;
  const auto weeks = query_.bars(request);
  ASSERT_TRUE(weeks);
  EXPECT_THAT(values(*weeks, "open"), ElementsAre(10, 8));
  EXPECT_THAT(values(*weeks, "vol"), ElementsAre(500'000, 100'000)) << "手 became 股";
  request.limit = 1;
  EXPECT_THAT(values(*query_.bars(request), "open"), ElementsAre(8));
  request.frequency = Frequency::Month;
  request.limit = 9;
  EXPECT_EQ(query_.bars(request)->rows.rows(), 2u);
  request.from = day("20240625");
  request.to = day("20240626");
  EXPECT_THAT(values(*query_.bars(request), "open"), ElementsAre(11));
}

TEST_F(QueryTest, NeverPassesARawPriceOffAsAdjusted) {
  commit_week();
  commit("daily", {bar("20240702", 9, 8)});
  BarsRequest request;
  request.code = "600000.SH";
  EXPECT_TRUE(query_.bars(request));
  for (const Adjust adjust : {Adjust::Qfq, Adjust::Hfq}) {
    request.adjust = adjust;
    const auto bars = query_.bars(request);
    ASSERT_FALSE(bars);
    EXPECT_EQ(bars.error().code, Errc::Quality);
    EXPECT_THAT(bars.error().message, HasSubstr("1 of 7 days, the first 2024-07-02"));
  }
  request.to = day("20240628");
  request.from = day("20240624");
  request.adjust = Adjust::Qfq;
  EXPECT_TRUE(query_.bars(request));
  request.anchor = day("20200101");
  EXPECT_EQ(query_.bars(request).error().code, Errc::Quality);
}

TEST_F(QueryTest, SaysWhenThereAreNoBars) {
  BarsRequest request;
  request.code = "600001.SH";
  EXPECT_EQ(query_.bars(request).error().code, Errc::NotFound);
}

TEST_F(QueryTest, ChangesItsVersionWithWhatIsRead) {
  commit_week();
  const auto june = query_.version(read("daily", day("20240624"), day("20240628"))).value();
  const auto year_before = query_.version(read("daily", day("20230601"), day("20230602"))).value();
  EXPECT_EQ(june, "1-complete");
  commit("daily", {bar("20231229", 9, 9)});
  EXPECT_EQ(query_.version(read("daily", day("20240624"), day("20240628"))).value(), june)
      << "another year";
  EXPECT_NE(query_.version(read("daily", day("20230601"), day("20230602"))).value(), year_before);
  EXPECT_THAT(query_.version(read("daily")).value(), StartsWith("3-"));
  BarsRequest request;
  request.code = "600000.SH";
  const auto raw = query_.version(request).value();
  request.adjust = Adjust::Qfq;
  const auto adjusted = query_.version(request).value();
  commit("adj_factor", {{"600000.SH", "20240701", "3"}});
  EXPECT_NE(query_.version(request).value(), adjusted);
  request.adjust = Adjust::None;
  EXPECT_NE(query_.version(request).value(), raw) << "raw bars carry their factor too";
}

TEST_F(QueryTest, TellsTheWorstOfTheDaysThatItReads) {
  commit("daily", {bar("20240624", 10, 10)},
         {state("daily", "20240624", 1, 3, false), state("daily", "20240625", 3, 3, false),
          state("daily", "20240626", 3, 3, true)},
         "sim");
  RowsRequest request{read("daily"), Units::Normal};
  const auto all = query_.evidence(request).value();
  EXPECT_EQ(all.status, "partial");
  EXPECT_THAT(all.missing, ElementsAre("2024-06-24: 1 of 3 rows"));
  EXPECT_TRUE(all.simulated);
  EXPECT_EQ(all.source, "sim");
  EXPECT_EQ(all.data_version, 1u);
  request.read.from = day("20240625");
  EXPECT_EQ(query_.evidence(request)->status, "provisional");
  request.read.from = day("20240626");
  EXPECT_EQ(query_.evidence(request)->status, "complete");
  request.read.to = day("20240624");
  EXPECT_EQ(query_.evidence(request)->status, "complete") << "an empty range lacks nothing";
  EXPECT_EQ(query_.evidence({read("moneyflow"), Units::Normal})->status, "empty");
}

TEST_F(QueryTest, NamesTheUnitsThatItGives) {
  commit_week();
  const auto unit_of_vol = [&](Units units) {
    const auto evidence = query_.evidence({read("daily"), units}).value();
    for (const auto& column : evidence.columns)
      if (column.name == "vol") return column.unit;
    return std::string();
  };
  EXPECT_EQ(unit_of_vol(Units::Source), "手");
  EXPECT_EQ(unit_of_vol(Units::Normal), "股");
}

TEST_F(QueryTest, ReadsAsOfASequenceADayOrATime) {
  commit("daily", {bar("20240624", 10, 10)});
  const Instant first = clock_.now();
  clock_.move(std::chrono::hours{48});
  commit("daily", {bar("20240624", 10.5, 10)});
  EXPECT_EQ(query_.as_of("1").value(), 1u);
  EXPECT_EQ(query_.as_of(shanghai_date(first).iso()).value(), 1u);
  EXPECT_EQ(query_.as_of(rfc3339(first + std::chrono::seconds{1})).value(), 1u);
  EXPECT_EQ(query_.as_of(rfc3339(clock_.now() + std::chrono::seconds{1})).value(), 2u);
  EXPECT_EQ(query_.as_of("2020-01-01").value(), 0u);
  EXPECT_EQ(query_.as_of("3").error().code, Errc::Usage);
  EXPECT_EQ(query_.as_of("yesterday").error().code, Errc::Usage);
  const auto close_as_of = [&](store::Sequence seq) {
    RowsRequest request{read("daily"), Units::Source};
    request.read.as_of = seq;
    double close = std::nan("");
    EXPECT_TRUE(query_.rows(request, [&](frame::Batch&& batch) -> Result<bool> {
      if (batch.rows() > 0) close = batch.column(batch.find("close")).reals()[0];
      return true;
    }));
    return close;
  };
  EXPECT_EQ(close_as_of(1), 10);
  EXPECT_EQ(close_as_of(2), 10.5);
}

TEST_F(QueryTest, GivesOneDayOfAllCodes) {
  commit_week();
  const auto bars = query_.cross_section(day("20240628"), Units::Normal);
  ASSERT_TRUE(bars);
  ASSERT_EQ(bars->rows.rows(), 1u);
  EXPECT_EQ(bars->rows.fields().front().name, "ts_code");
  EXPECT_EQ(bars->rows.column(bars->rows.find("vol")).reals()[0], 100'000);
}

TEST_F(QueryTest, ReadsConditionsInTheUnitsThatItGives) {
  commit_week();
  const auto count = [&](const char* text, Units units) {
    auto request = read("daily");
    const auto filter = parse_expression(table("daily"), text, units);
    EXPECT_TRUE(filter) << text;
    request.filters = {*filter};
    return query_.count({request, units}).value();
  };
  EXPECT_EQ(count("vol >= 100000", Units::Normal), 6u);
  EXPECT_EQ(count("vol > 100000", Units::Normal), 0u);
  EXPECT_EQ(count("vol > 100000", Units::Source), 0u);
  EXPECT_EQ(count("vol = 1000", Units::Source), 6u);
  EXPECT_EQ(count("close<=7", Units::Normal), 2u);
  EXPECT_EQ(count("close != 7", Units::Normal), 5u);
  EXPECT_EQ(count("close in 7, 8", Units::Normal), 2u);
  EXPECT_EQ(count("trade_date > 2024-06-28", Units::Normal), 1u);
  EXPECT_EQ(count("amount is null", Units::Normal), 0u);
  EXPECT_EQ(count("amount not null", Units::Normal), 6u);
}

TEST(Filter, RefusesWhatIsNoCondition) {
  const auto catalog = catalog::Catalog::load(KANPAN_SOURCE_DIR "/catalog/tables").value();
  const auto& daily = **catalog.find("daily");
  for (const char* text :
       {"", "close", "close >", "close > ten", "trade_date = 20240230", "> 3", "close in ,"}) {
    const auto filter = parse_expression(daily, text, Units::Normal);
    ASSERT_FALSE(filter) << text;
    EXPECT_EQ(exit_code(filter.error().code), 2) << text;
  }
  EXPECT_THAT(find_column(daily, "colse").error().hint, HasSubstr("close"));
  EXPECT_EQ(parse_order(daily, "-trade_date, close")->front().descending, true);
  EXPECT_EQ(parse_fields(daily, "close,nothing").error().code, Errc::Usage);
  EXPECT_EQ(parse_frequency("Y").error().code, Errc::Usage);
  EXPECT_EQ(parse_adjust("before").error().code, Errc::Usage);
}

}  // namespace
}  // namespace kanpan::query
