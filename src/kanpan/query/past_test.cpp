// What a query says of rows as they were, and of days that are yet to come.
#include <gmock/gmock.h>

#include "kanpan/query/sample.hpp"

namespace kanpan::query {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class PastTest : public QueryTest {
 protected:
  RowsRequest as_of(store::Sequence seq, std::vector<std::string> codes = {}) const {
    RowsRequest request{read("daily"), Units::Normal};
    request.read.as_of = seq;
    request.read.codes = std::move(codes);
    return request;
  }
  std::string status(const RowsRequest& request) const {
    return query_.evidence(request).value().status;
  }
};

TEST_F(PastTest, IsKnownWhereTheSameRowsCameAgain) {
  commit("daily", {bar("20240624", 10, 10)}, {state("daily", "20240624", 1, 1, true)});
  commit("daily", {bar("20240624", 10, 10)});
  EXPECT_EQ(status(as_of(1)), "complete");
  EXPECT_EQ(query_.evidence(as_of(1))->data_version, 1u);
  const auto before = query_.version(as_of(1).read).value();
  commit("daily", {bar("20240624", 10.5, 10)});
  EXPECT_EQ(status(as_of(1)), "unknown");
  EXPECT_THAT(query_.evidence(as_of(1))->missing, IsEmpty());
  EXPECT_NE(query_.version(as_of(1).read).value(), before);
  EXPECT_EQ(status(as_of(3)), "complete");
}

TEST_F(PastTest, IsKnownWhereOtherCodesOrDaysChanged) {
  commit("daily", {bar("20240624", 10, 10)}, {state("daily", "20240624", 1, 1, true)});
  auto other = bar("20240624", 5, 5);
  other[0] = "000001.SZ";
  commit("daily", {other});
  EXPECT_EQ(status(as_of(1)), "unknown");
  EXPECT_EQ(status(as_of(1, {"600000.SH"})), "complete");
  EXPECT_EQ(status(as_of(1, {"000001.SZ"})), "unknown");
  commit("daily", {bar("20240625", 10, 10)}, {state("daily", "20240625", 1, 1, true)});
  auto request = as_of(2);
  request.read.to = day("20240624");
  EXPECT_EQ(status(request), "complete");
}

TEST_F(PastTest, OfARowThatIsGoneIsNotKnown) {
  commit("daily", {bar("20240624", 10, 10)}, {state("daily", "20240624", 1, 1, true)});
  journal::Scope scope;
  scope.time = DateRange{day("20240624"), day("20240624")};
  commit("daily", {}, {}, "tushare", scope);
  EXPECT_EQ(status(as_of(1)), "unknown");
}

TEST_F(PastTest, BarsOfBeforeAnythingWasStoredAreSaidToBeThat) {
  commit("trade_cal", {{"SSE", "20240624", "1", "20240621"}});
  commit("daily", {bar("20240624", 10, 10)}, {state("daily", "20240624", 1, 1, true)});
  BarsRequest request;
  request.code = "600000.SH";
  request.as_of = 1;
  const auto bars = query_.bars(request);
  ASSERT_FALSE(bars);
  EXPECT_EQ(bars.error().code, Errc::NotFound);
  EXPECT_THAT(bars.error().message, HasSubstr("nothing of daily was stored then"));
  request.as_of = 2;
  EXPECT_TRUE(query_.bars(request));
}

TEST_F(PastTest, ABarIsDatedAsItWasWhateverCameSince) {
  const auto of_other = [](std::string_view text) {
    auto row = bar(text, 5, 5);
    row[0] = "000001.SZ";
    return row;
  };
  const auto date = [&](std::optional<store::Sequence> as_of, std::string_view to = "20240630") {
    BarsRequest request;
    request.code = "600000.SH";
    request.frequency = Frequency::Week;
    request.from = day("20240601");
    request.to = day(to);
    request.as_of = as_of;
    const auto bars = query_.bars(request);
    return bars ? bars->rows.column(0).dates()[0].iso() + " " + query_.version(request).value()
                : bars.error().message;
  };
  commit("daily", {bar("20240617", 10, 10), bar("20240619", 10, 10), of_other("20240619")},
         {state("daily", "20240617", 1, 1, true), state("daily", "20240619", 2, 2, true)});
  commit("adj_factor", {{"600000.SH", "20240617", "1"}, {"600000.SH", "20240619", "1"}});
  const auto then = date(2), then_cut = date(2, "20240619");
  EXPECT_THAT(then, HasSubstr("2024-06-19 "));
  // Friday was asked for in the morning: there is no row of it.
  commit("top_list", {}, {state("daily", "20240621", 0, 2, false)});
  EXPECT_THAT(date({}), HasSubstr("2024-06-19 "));
  // The share is suspended for the rest of the week; the others are not.
  const auto before = date({});
  commit("daily", {of_other("20240620"), of_other("20240621")},
         {state("daily", "20240620", 1, 1, true), state("daily", "20240621", 1, 1, true)});
  EXPECT_THAT(date({}), HasSubstr("2024-06-21 "));
  EXPECT_NE(date({}).substr(11), before.substr(11)) << "another version";
  EXPECT_EQ(date({}, "20240619"), "no bars of 600000.SH that end in this range");
  EXPECT_EQ(date(2).substr(0, 10), then.substr(0, 10));
  EXPECT_EQ(date(2, "20240619").substr(0, 10), then_cut.substr(0, 10));
  // That Friday was no trading day is found out later.
  const auto dated = date({});
  commit("trade_cal", {{"SSE", "20240621", "0", "20240620"}});
  EXPECT_THAT(date({}), HasSubstr("2024-06-20 "));
  EXPECT_NE(date({}).substr(11), dated.substr(11));
  EXPECT_THAT(date(4), HasSubstr("2024-06-21 "));
}

TEST_F(PastTest, AMonthIsOverOnceTheNextHasRows) {
  BarsRequest request;
  request.code = "600000.SH";
  request.frequency = Frequency::Month;
  request.from = day("20231201");
  request.to = day("20231231");
  commit("daily", {bar("20231228", 10, 10)}, {state("daily", "20231228", 1, 1, true)});
  commit("adj_factor", {{"600000.SH", "20231228", "1"}});
  EXPECT_EQ(query_.bars(request)->rows.column(0).dates()[0], day("20231228"));
  const auto before = query_.version(request).value();
  commit("daily", {bar("20240102", 10, 10)}, {state("daily", "20240102", 1, 1, true)});
  EXPECT_EQ(query_.bars(request)->rows.column(0).dates()[0], day("20231229"));
  EXPECT_NE(query_.version(request).value(), before);
}

TEST_F(PastTest, OfDaysToComeNothingIsComplete) {
  commit("daily", {bar("20240627", 10, 10)}, {state("daily", "20240627", 1, 1, true)}, "sim");
  const auto daily = [&](std::string_view from, std::string_view to) {
    return query_.evidence({read("daily", day(from), day(to)), Units::Normal}).value();
  };
  const auto years = daily("20300603", "20300605");
  EXPECT_EQ(years.status, "provisional");
  EXPECT_THAT(years.missing, ElementsAre("2030-06-03..2030-06-05: not yet"));
  EXPECT_EQ(years.missing_count, 0u);
  EXPECT_EQ(years.data_version, 0u);
  EXPECT_EQ(years.source, "");
  EXPECT_FALSE(years.simulated);
  EXPECT_EQ(daily("20240701", "20240701").missing.size(), 1u);
  EXPECT_EQ(query_.evidence({read("daily", day("20300603")), Units::Normal})->missing,
            std::vector<std::string>{"2030-06-03..: not yet"});
  EXPECT_EQ(daily("20240629", "20240630").status, "complete") << "a weekend";
  EXPECT_EQ(daily("20240627", "20300605").status, "partial") << "the 28th is there by now";
  commit("daily", {bar("20240628", 10, 10)}, {state("daily", "20240628", 1, 1, true)});
  const auto wider = daily("20240627", "20300605");
  EXPECT_EQ(wider.status, "provisional") << "no better than its part";
  EXPECT_THAT(wider.missing, ElementsAre("2024-06-29..2030-06-05: not yet"));
  EXPECT_EQ(daily("20240627", "20240630").status, "complete");
  EXPECT_EQ(query_.evidence({read("daily", day("20240627")), Units::Normal})->status, "complete");

  const auto before = query_.version(read("daily", day("20240701"), day("20240701"))).value();
  clock_.move(std::chrono::days{4});
  EXPECT_NE(query_.version(read("daily", day("20240701"), day("20240701"))).value(), before);
  EXPECT_EQ(daily("20240701", "20240701").status, "partial");
}

TEST_F(PastTest, OfDaysToComeTheCalendarIsKnown) {
  commit("trade_cal", {{"SSE", "20240701", "1", "20240628"}});
  EXPECT_EQ(
      query_.evidence({read("trade_cal", day("20240701"), day("20240701")), Units::Normal})->status,
      "complete");
}

}  // namespace
}  // namespace kanpan::query
