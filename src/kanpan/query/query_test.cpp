#include "kanpan/query/query.hpp"

#include <cmath>

#include <gmock/gmock.h>

#include "kanpan/query/sample.hpp"
#include "kanpan/query/spelling.hpp"

namespace kanpan::query {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

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
}

TEST_F(QueryTest, GivesWeeksAndMonthsWholeIfTheyEndInTheRange) {
  commit_week();
  BarsRequest request;
  request.code = "600000.SH";
  for (const Frequency frequency : {Frequency::Week, Frequency::Month}) {
    request.frequency = frequency;
    request.from = day("20240626");
    request.to = day("20240628");
    EXPECT_THAT(values(*query_.bars(request), "open"), ElementsAre(10)) << "that of the 24th";
    request.from = day("20240624");
    request.to = day("20240627");
    EXPECT_EQ(query_.bars(request).error().code, Errc::NotFound) << "it goes on";
    request.to = day("20240701");
    EXPECT_THAT(values(*query_.bars(request), "open"), ElementsAre(10, 8));
  }
  request.frequency = Frequency::Week;
  request.from = day("20240629");
  request.to = day("20240705");
  EXPECT_THAT(values(*query_.bars(request), "open"), ElementsAre(8));
  EXPECT_THAT(values(*query_.bars(request), "pre_close"), ElementsAre(7)) << "of the week left out";
  request.to = day("20240630");
  EXPECT_EQ(query_.bars(request).error().code, Errc::NotFound) << "that week was dated by the 28th";
  request.frequency = Frequency::Day;
  request.from = day("20240624");
  request.to = day("20240627");
  EXPECT_EQ(query_.bars(request)->rows.rows(), 4u);
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

TEST_F(QueryTest, GivesOneDayOfAllCodes) {
  commit_week();
  const auto bars = query_.bars(DayBarsRequest{day("20240628"), Units::Normal, {}});
  ASSERT_TRUE(bars);
  ASSERT_EQ(bars->rows.rows(), 1u);
  EXPECT_EQ(bars->rows.fields().front().name, "ts_code");
  EXPECT_THAT(values(*bars, "adj_factor"), ElementsAre(2));
  EXPECT_EQ(bars->evidence.columns.back().name, "adj_factor");
  EXPECT_EQ(bars->rows.column(bars->rows.find("vol")).reals()[0], 100'000);
}

TEST_F(QueryTest, ADaysBarsHaveTheFactorOfTheirCode) {
  commit_week();
  const auto bar_of = [](const char* code) {
    auto cells = bar("20240702", 9, 8);
    cells[0] = code;
    return cells;
  };
  commit("daily", {bar_of("600000.SH"), bar_of("600001.SH"), bar_of("600002.SH")});
  const DayBarsRequest request{day("20240702"), Units::Normal, {}};
  const auto before = query_.version(request).value();
  commit("adj_factor", {{"600002.SH", "20240702", "1.5"}, {"600009.SH", "20240702", "9"}});
  EXPECT_NE(query_.version(request).value(), before);
  const frame::Batch rows = query_.bars(request)->rows;
  const frame::Column& factors = rows.column(rows.find("adj_factor"));
  ASSERT_EQ(rows.rows(), 3u);
  EXPECT_TRUE(factors.is_null(0));
  EXPECT_TRUE(factors.is_null(1));
  EXPECT_EQ(factors.reals()[2], 1.5);
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
  EXPECT_EQ(parse_units("kanpan").value(), Units::Normal);
  EXPECT_EQ(parse_units("normal").value(), Units::Normal);
  EXPECT_EQ(parse_units("tushare").value(), Units::Source);
  EXPECT_EQ(parse_units("source").value(), Units::Source);
  EXPECT_EQ(parse_units("lots").error().code, Errc::Usage);
  EXPECT_EQ(parse_frequency("Y").error().code, Errc::Usage);
  EXPECT_EQ(parse_adjust("before").error().code, Errc::Usage);
}

}  // namespace
}  // namespace kanpan::query
