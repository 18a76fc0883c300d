// What a query says of its rows: version, time, sources, completeness.
#include <cmath>

#include <gmock/gmock.h>

#include "kanpan/query/sample.hpp"

namespace kanpan::query {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

using EvidenceTest = QueryTest;

TEST_F(EvidenceTest, ChangesItsVersionWithWhatIsRead) {
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

TEST_F(EvidenceTest, ChangesItsVersionWithTheFactorOfAnAnchorInAnotherYear) {
  commit("daily", {bar("20230103", 10, 10)});
  commit("adj_factor", {{"600000.SH", "20220104", "1"}, {"600000.SH", "20230103", "1"}});
  commit("adj_factor", {{"600000.SH", "20240628", "2"}});
  BarsRequest request;
  request.code = "600000.SH";
  request.from = day("20230101");
  request.to = day("20231231");
  request.adjust = Adjust::Qfq;
  const auto no_anchor = query_.version(request).value();
  request.anchor = day("20240628");
  const auto later = query_.version(request).value();
  request.anchor = day("20221231");
  const auto earlier = query_.version(request).value();
  commit("adj_factor", {{"600000.SH", "20240628", "4"}});
  EXPECT_EQ(query_.version(request).value(), earlier) << "a later factor than is read";
  request.anchor = day("20240628");
  EXPECT_NE(query_.version(request).value(), later);
  EXPECT_THAT(values(*query_.bars(request), "close"), ElementsAre(2.5));
  request.anchor.reset();
  EXPECT_EQ(query_.version(request).value(), no_anchor);
  request.anchor = day("20221231");
  commit("adj_factor", {{"600000.SH", "20220104", "3"}});
  EXPECT_NE(query_.version(request).value(), earlier);
}

TEST_F(EvidenceTest, ChangesItsVersionInEveryYearThatAReplacementCovers) {
  commit("daily", {bar("20231229", 9, 9), bar("20240624", 10, 9)});
  const auto of_2023 = [&] {
    return query_.version(read("daily", day("20230101"), day("20231231"))).value();
  };
  const auto first = of_2023();
  journal::Scope scope;
  scope.codes = {"600000.SH"};
  scope.time = DateRange{day("20231201"), day("20240630")};
  commit("daily", {bar("20240624", 10, 9)}, {}, "tushare", scope);
  const auto second = of_2023();
  EXPECT_NE(second, first) << "the bar of 2023 is gone";
  EXPECT_EQ(query_.count({read("daily", day("20230101"), day("20231231")), Units::Normal}).value(),
            0u);
  scope.time.reset();
  commit("daily", {bar("20240624", 11, 9)}, {}, "tushare", scope);
  EXPECT_NE(of_2023(), second) << "a replacement without bounds is of every year";
}

TEST_F(EvidenceTest, RefusesARangeThatEndsBeforeItBegins) {
  commit("daily", {bar("20240624", 10, 10)}, {state("daily", "20240624", 1, 1, true)});
  const auto is_refused = [](const auto& result) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Errc::Usage);
    EXPECT_THAT(result.error().message, HasSubstr("2024-06-24"));
    EXPECT_THAT(result.error().message, HasSubstr("2024-06-28"));
  };
  RowsRequest request{read("daily", day("20240628"), day("20240624")), Units::Normal};
  is_refused(query_.version(request.read));
  is_refused(query_.evidence(request));
  is_refused(query_.count(request));
  is_refused(query_.rows(request, [](frame::Batch&&) -> Result<bool> { return true; }));
  BarsRequest bars;
  bars.code = "600000.SH";
  bars.from = request.read.from;
  bars.to = request.read.to;
  is_refused(query_.bars(bars));
  is_refused(query_.version(bars));
}

TEST_F(EvidenceTest, TellsOfThePastWhatWasKnownThen) {
  commit("daily", {bar("20231229", 9, 9)}, {state("daily", "20231229", 1, 1, true)});
  const Instant first = clock_.now();
  clock_.move(std::chrono::hours{24});
  commit("daily", {bar("20240624", 10, 10)}, {state("daily", "20240624", 1, 3, false)}, "sim");
  const Instant second = clock_.now();
  commit("adj_factor", {{"600000.SH", "20240624", "1"}});
  RowsRequest request{read("daily"), Units::Normal};
  request.read.as_of = 1;
  const auto past = query_.evidence(request).value();
  EXPECT_EQ(past.data_version, 1u);
  EXPECT_EQ(past.as_of, rfc3339(first));
  EXPECT_EQ(past.source, "tushare");
  EXPECT_FALSE(past.simulated);
  EXPECT_EQ(past.status, "unknown") << "days are judged as they are now";
  EXPECT_THAT(past.missing, testing::IsEmpty());
  EXPECT_THAT(query_.version(request.read).value(), "1-unknown");

  request.read.as_of = 3;
  const auto now = query_.evidence(request).value();
  EXPECT_EQ(now.data_version, 2u) << "commit 3 is of another table";
  EXPECT_EQ(now.as_of, rfc3339(second));
  EXPECT_EQ(now.source, "sim,tushare");
  EXPECT_TRUE(now.simulated);
  EXPECT_EQ(now.status, "partial") << "the same rows as now";

  request.read.as_of = 0;
  EXPECT_EQ(query_.evidence(request)->status, "empty");
  EXPECT_EQ(query_.evidence(request)->as_of, "");

  request.read = read("daily", day("20231229"), day("20231231"));
  const auto year = query_.evidence(request).value();
  EXPECT_EQ(year.data_version, 1u);
  EXPECT_EQ(year.as_of, rfc3339(first)) << "of the commit that its version names";
  request.read.as_of = 2;
  EXPECT_EQ(query_.evidence(request)->status, "complete") << "nothing of 2023 came since";
}

TEST_F(EvidenceTest, NamesEverySourceOnceAndFilesByTheirFormat) {
  commit("daily", {bar("20240624", 10, 10)}, {}, "csv:tushare.csv");
  commit("daily", {bar("20240625", 10, 10)}, {}, "csv:more.csv");
  commit("daily", {bar("20240626", 10, 10)}, {}, "tushare");
  EXPECT_EQ(query_.evidence({read("daily"), Units::Normal})->source, "csv,tushare");
}

TEST_F(EvidenceTest, TellsTheWorstOfTheDaysThatItReads) {
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
  EXPECT_EQ(query_.evidence({read("moneyflow"), Units::Normal})->status, "empty");
}

TEST_F(EvidenceTest, ADayThatNeedNotBeAskedAgainStillLacksItsRows) {
  commit("daily", {bar("20240624", 10, 10)},
         {state("daily", "20240624", 1, 3, true), state("daily", "20240625", 3, 3, false)});
  const auto all = query_.evidence({read("daily"), Units::Normal}).value();
  EXPECT_EQ(all.status, "partial");
  EXPECT_THAT(all.missing, ElementsAre("2024-06-24: 1 of 3 rows"));
}

TEST_F(EvidenceTest, DoesNotCallCompleteWhatNobodyCanSeeYet) {
  commit("daily", {bar("20231229", 9, 9)}, {state("daily", "20231229", 1, 1, true)});
  const auto status = [&](std::string_view from, std::string_view to) {
    return query_.evidence({read("daily", day(from), day(to)), Units::Normal})->status;
  };
  EXPECT_EQ(status("20240625", "20240625"), "partial") << "not collected";
  const auto before = query_.version(read("daily", day("20240625"), day("20240625"))).value();
  const auto landed =
      land("daily", {bar("20240625", 11, 10)}, {state("daily", "20240625", 1, 1, true)});
  EXPECT_EQ(status("20240625", "20240625"), "provisional");
  EXPECT_EQ(query_.evidence({read("daily"), Units::Normal})->data_version, 1u);
  EXPECT_EQ(status("20231229", "20231231"), "complete") << "another year";
  const auto meanwhile = query_.version(read("daily", day("20240625"), day("20240625"))).value();
  EXPECT_NE(meanwhile, before);
  show(landed);
  EXPECT_EQ(status("20240625", "20240625"), "complete");
  EXPECT_NE(query_.version(read("daily", day("20240625"), day("20240625"))).value(), meanwhile);
  EXPECT_EQ(query_.evidence({read("daily"), Units::Normal})->data_version, 2u);
}

TEST_F(EvidenceTest, OfDaysThatWereAskedForAndHadNothingIsComplete) {
  journal::Landing landing;
  landing.days = {state("top_list", "20240627", 0, {}, true)};
  ASSERT_TRUE(journal_->land({&landing, 1}));
  const auto since = [&](std::string_view first) {
    return query_.evidence({read("top_list", day(first), day("20240627")), Units::Normal}).value();
  };
  EXPECT_EQ(since("20240627").status, "complete");
  EXPECT_EQ(since("20240626").status, "partial");
}

TEST_F(EvidenceTest, DoesNotCallEmptyWhatNobodyCanSeeYet) {
  const auto landed =
      land("daily", {bar("20240625", 11, 10)}, {state("daily", "20240625", 1, 1, true)});
  EXPECT_EQ(query_.evidence({read("daily"), Units::Normal})->status, "provisional");
  EXPECT_EQ(query_.evidence({read("daily"), Units::Normal})->data_version, 0u);
  EXPECT_EQ(query_.evidence({read("weekly"), Units::Normal})->status, "empty");
  show(landed);
  EXPECT_EQ(query_.evidence({read("daily"), Units::Normal})->status, "complete");
}

TEST_F(EvidenceTest, OfBarsIsThatOfTheirFactorsToo) {
  commit("daily", {bar("20230103", 10, 10)}, {state("daily", "20230103", 1, 1, true)});
  const Instant first = clock_.now();
  clock_.move(std::chrono::hours{24});
  commit("adj_factor", {{"600000.SH", "20240628", "2"}});
  BarsRequest request;
  request.code = "600000.SH";
  request.to = day("20230103");
  EXPECT_EQ(query_.bars(request)->evidence.data_version, 1u) << "a factor of another year";
  EXPECT_EQ(query_.bars(request)->evidence.as_of, rfc3339(first));

  const auto landed = land("adj_factor", {{"600000.SH", "20230103", "1"}}, {}, "sim");
  EXPECT_EQ(query_.bars(request)->evidence.status, "provisional");
  show(landed);
  const auto second = query_.bars(request)->evidence;
  EXPECT_EQ(second.status, "complete");
  EXPECT_EQ(second.data_version, 3u);
  EXPECT_THAT(second.as_of, StartsWith("2024-06-29T18:00:00"));
  EXPECT_EQ(second.source, "sim,tushare");
  EXPECT_TRUE(second.simulated);

  request.adjust = Adjust::Qfq;
  request.from = day("20230103");
  request.anchor = day("20240628");
  commit("adj_factor", {{"600000.SH", "20240628", "4"}}, {}, "csv:factors.csv");
  EXPECT_EQ(query_.bars(request)->evidence.data_version, 4u) << "the anchor's factor";
  EXPECT_EQ(query_.bars(request)->evidence.source, "csv,sim,tushare");
  request.anchor.reset();
  EXPECT_EQ(query_.bars(request)->evidence.data_version, 3u);
}

TEST_F(EvidenceTest, KeepsTheDaysOfTablesThatNoLandingNamed) {
  commit("daily", {bar("20240624", 10, 10)}, {state("daily", "20240624", 1, 1, true)});
  const auto days = query_.days(table("daily")).value();
  commit("adj_factor", {{"600000.SH", "20240624", "1"}},
         {state("adj_factor", "20240624", 1, 1, true)});
  EXPECT_EQ(query_.days(table("daily")).value(), days);
  EXPECT_EQ(query_.days(table("adj_factor")).value()->size(), 1u);
  commit("adj_factor", {{"600000.SH", "20240625", "1"}}, {state("daily", "20240625", 1, 1, true)});
  EXPECT_EQ(query_.days(table("daily")).value()->size(), 2u);
}

class CodesTest : public EvidenceTest {
 protected:
  /// Two listed codes, one that is listed later; on the 25th daily lacks the row of 000001.SZ.
  void SetUp() override {
    commit("stock_basic", {listing("600000.SH", "19991110"), listing("000001.SZ", "19910403"),
                           listing("301999.SZ", "20240626")});
    Cells other = {bar("20240624", 5, 5)};
    other[0][0] = "000001.SZ";
    other.push_back(bar("20240624", 10, 10));
    other.push_back(bar("20240625", 10, 10));
    commit("daily", other, {seen("20240624", 2, 2, true), seen("20240625", 1, 2, false)});
  }

  static std::vector<std::string> suspension(std::string_view code, std::string_view date) {
    const auto& columns = table("suspend_d").columns;
    std::vector<std::string> row(columns.size());
    for (std::size_t c = 0; c < columns.size(); ++c) {
      if (columns[c].name == "ts_code") row[c] = code;
      if (columns[c].name == "trade_date") row[c] = date;
      if (columns[c].name == "suspend_type") row[c] = "S";
    }
    return row;
  }
  /// A day that was fetched the next morning.
  static journal::DayState seen(std::string_view date, std::uint32_t rows, std::uint32_t expected,
                                bool complete) {
    auto out = state("daily", date, rows, expected, complete);
    out.seen = shanghai_instant(out.day + 1, 9 * 3600);
    return out;
  }
  RowsRequest of(std::vector<std::string> codes) const {
    RowsRequest request{read("daily"), Units::Normal};
    request.read.codes = std::move(codes);
    return request;
  }
};

TEST_F(CodesTest, SpeaksOfTheCodesThatAreAskedFor) {
  const auto held = query_.evidence(of({"600000.SH"})).value();
  EXPECT_EQ(held.status, "complete");
  EXPECT_THAT(held.missing, testing::IsEmpty());
  EXPECT_EQ(held.missing_count, 0u);
  EXPECT_EQ(held.short_days, 1u) << "of the whole day";

  const auto lacking = query_.evidence(of({"000001.SZ", "600000.SH", "000001.SZ"})).value();
  EXPECT_EQ(lacking.status, "partial");
  EXPECT_THAT(lacking.missing, ElementsAre("2024-06-25: no row of 000001.SZ"));
  EXPECT_EQ(lacking.missing_count, 1u);

  EXPECT_EQ(query_.evidence(of({"301999.SZ"}))->status, "complete") << "listed a day later";
  EXPECT_EQ(query_.evidence(of({}))->status, "partial");
  EXPECT_THAT(query_.evidence(of({}))->missing, ElementsAre("2024-06-25: 1 of 2 rows"));

  BarsRequest bars;
  bars.code = "600000.SH";
  EXPECT_EQ(query_.bars(bars)->evidence.status, "complete");
  bars.code = "000001.SZ";
  EXPECT_EQ(query_.bars(bars)->evidence.status, "partial") << "its newest day is missing";
  bars.from = bars.to = day("20240624");
  EXPECT_EQ(query_.bars(bars)->evidence.status, "complete");
}

TEST_F(CodesTest, ADayThatNeedNotBeAskedAgainStillLacksARow) {
  commit("adj_factor", {{"600000.SH", "20240624", "1"}}, {seen("20240625", 1, 2, true)});
  const auto lacking = query_.evidence(of({"000001.SZ"})).value();
  EXPECT_EQ(lacking.status, "partial");
  EXPECT_THAT(lacking.missing, ElementsAre("2024-06-25: no row of 000001.SZ"));
  EXPECT_EQ(query_.evidence(of({"600000.SH"}))->status, "complete");
}

TEST_F(CodesTest, ChangesItsVersionWhenAFullDayIsSettledBesideAShortOne) {
  commit("adj_factor", {{"600000.SH", "20240624", "1"}}, {seen("20240626", 2, 2, false)});
  const auto before = query_.version(of({"600000.SH"}).read).value();
  EXPECT_EQ(query_.evidence(of({"600000.SH"}))->status, "provisional");
  commit("adj_factor", {{"600000.SH", "20240625", "1"}}, {seen("20240626", 2, 2, true)});
  EXPECT_EQ(query_.evidence(of({"600000.SH"}))->status, "complete");
  EXPECT_NE(query_.version(of({"600000.SH"}).read).value(), before);
}

TEST_F(CodesTest, ExpectsNothingOfTheSuspendedAndChangesItsVersionWithThem) {
  const auto before = query_.version(of({"000001.SZ"}).read).value();
  const auto of_nobody = query_.version(of({}).read).value();
  commit("suspend_d", {suspension("000001.SZ", "20240625")});
  EXPECT_EQ(query_.evidence(of({"000001.SZ"}))->status, "complete");
  EXPECT_NE(query_.version(of({"000001.SZ"}).read).value(), before);
  EXPECT_EQ(query_.version(of({}).read).value(), of_nobody) << "its days are judged as they were";
}

TEST_F(CodesTest, WhatCameBeforeTheReadyTimeIsProvisional) {
  auto early = seen("20240625", 1, 2, false);
  early.seen = shanghai_instant(early.day, 15 * 3600);
  commit("daily", {bar("20240625", 10, 10)}, {early});
  EXPECT_EQ(query_.evidence(of({"600000.SH"}))->status, "provisional");
  const auto before = query_.version(of({"600000.SH"}).read).value();
  commit("adj_factor", {{"600000.SH", "20240624", "1"}}, {seen("20240625", 1, 2, false)});
  EXPECT_EQ(query_.evidence(of({"600000.SH"}))->status, "complete");
  EXPECT_NE(query_.version(of({"600000.SH"}).read).value(), before);
}

TEST_F(CodesTest, CountsWhatItDoesNotList) {
  std::vector<journal::DayState> days;
  for (Date at = day("20230101"); at < day("20230201"); ++at)
    days.push_back(seen(at.compact(), 0, 2, false));
  commit("daily", {bar("20230103", 10, 10)}, days);
  const auto evidence = query_.evidence(of({"600000.SH", "000001.SZ"})).value();
  EXPECT_EQ(evidence.missing.size(), 20u);
  EXPECT_EQ(evidence.missing.front(), "2023-01-01: no row of 000001.SZ, 600000.SH");
  EXPECT_EQ(evidence.missing[2], "2023-01-03: no row of 000001.SZ");
  EXPECT_EQ(evidence.missing_count, 370u) << "31 of January, the 25th of June, those between";
}

TEST_F(EvidenceTest, ReadsAsOfASequenceADayOrATime) {
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

}  // namespace
}  // namespace kanpan::query
