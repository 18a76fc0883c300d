// Codes that nothing is known of: most likely somebody mistyped them.
#include <gmock/gmock.h>

#include "kanpan/query/sample.hpp"

namespace kanpan::query {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class KnownCodesTest : public QueryTest {
 protected:
  void SetUp() override {
    commit("daily", {bar("20240624", 10, 10)}, {state("daily", "20240624", 1, 1, true)});
  }
  Evidence of(std::string_view name, std::vector<std::string> codes) const {
    return query_.evidence(asked(name, std::move(codes))).value();
  }
  RowsRequest asked(std::string_view name, std::vector<std::string> codes) const {
    RowsRequest request{read(name), Units::Normal};
    request.read.codes = std::move(codes);
    return request;
  }
};

TEST_F(KnownCodesTest, NothingIsSaidWhereNoListingsAreHeld) {
  EXPECT_EQ(of("daily", {"600001.SH"}).status, "complete");
}

TEST_F(KnownCodesTest, WithoutListingsAnyCodeMayBeWhatADayLacks) {
  commit("daily", {bar("20240625", 10, 10)}, {state("daily", "20240625", 1, 2, false)});
  EXPECT_THAT(of("daily", {"600001.SH"}).missing, ElementsAre("2024-06-25: no row of 600001.SH"));
  EXPECT_EQ(of("daily", {"600001.SH"}).status, "partial");
  EXPECT_THAT(of("daily", {"600000.SH"}).missing, ElementsAre()) << "it has its row";
}

TEST_F(KnownCodesTest, ACodeThatIsNotListedMakesAnAnswerPartial) {
  commit("stock_basic", {listing("600519.SH", "20010827")});
  const auto evidence = of("daily", {"600519.SH", "600002.SH", "600001.SH"});
  EXPECT_EQ(evidence.status, "partial");
  EXPECT_THAT(evidence.missing, ElementsAre("600001.SH, 600002.SH: not in stock_basic"));
  EXPECT_EQ(evidence.missing_count, 0u) << "of days";
  EXPECT_EQ(of("daily", {"600519.SH"}).status, "complete");
  EXPECT_EQ(of("daily", {}).status, "complete");
  EXPECT_EQ(of("stock_basic", {"600001.SH"}).status, "partial");
  EXPECT_THAT(of("daily", {"1.SH", "2.SH", "3.SH", "4.SH", "5.SH"}).missing,
              ElementsAre("1.SH, 2.SH, 3.SH and 2 more: not in stock_basic"));
}

TEST_F(KnownCodesTest, ACodeWithRowsIsKnown) {
  commit("stock_basic", {listing("600519.SH", "20010827")});
  EXPECT_EQ(of("daily", {"600000.SH"}).status, "complete") << "daily has its row";
}

TEST_F(KnownCodesTest, TablesWithCodesOfTheirOwnGoByThese) {
  commit("stock_basic", {listing("600519.SH", "20010827")});
  auto index = bar("20240624", 10, 10);
  index[0] = "000300.SH";
  commit("index_daily", {index}, {state("index_daily", "20240624", 1, {}, true)});
  EXPECT_EQ(of("index_daily", {"000001.SH"}).status, "complete");
  EXPECT_THAT(of("index_daily", {"600519.SH"}).missing,
              ElementsAre("600519.SH: not in the codes that index_daily has"));
}

TEST_F(KnownCodesTest, TheVersionChangesWithTheListings) {
  commit("stock_basic", {listing("600519.SH", "20010827")});
  const auto version = [&](std::vector<std::string> codes) {
    return query_.version(asked("daily", std::move(codes)).read).value();
  };
  const auto strange = version({"600001.SH"}), known = version({"600519.SH"});
  commit("stock_basic", {listing("600001.SH", "20010827")});
  EXPECT_EQ(of("daily", {"600001.SH"}).status, "complete");
  EXPECT_NE(version({"600001.SH"}), strange);
  EXPECT_EQ(version({"600519.SH"}), known);
}

TEST_F(KnownCodesTest, BarsOfAnUnknownCodeSaySo) {
  commit("stock_basic", {listing("600519.SH", "20010827")});
  BarsRequest request;
  request.code = "600001.SH";
  EXPECT_THAT(query_.bars(request).error().hint, HasSubstr("not in stock_basic"));
  request.code = "600519.SH";
  EXPECT_THAT(query_.bars(request).error().hint, HasSubstr("coverage"));
}

}  // namespace
}  // namespace kanpan::query
