#include "kanpan/ingest/magnitudes.hpp"

#include <cmath>

#include <gmock/gmock.h>

#include "kanpan/ingest/sample.hpp"

namespace kanpan::ingest {
namespace {

using catalog::TableSpec;
using testing::HasSubstr;

/// 60 rows of a table: every number is `size`, but for the column named, which a factor bends or,
/// being 0, empties. `alternating`: every other row of it has a minus. `apart`: the factor is
/// another for each code, up to 9 times larger or smaller.
struct Page {
  const char* table;
  std::string column = {};
  double factor = 1;
  bool alternating = false;
  bool apart = false;

  const TableSpec& spec() const { return test::real_table(table); }
  frame::Batch rows(Date day) const {
    frame::Batch rows(spec().fields());
    for (int i = 0; i < 60; ++i)
      for (std::size_t c = 0; c < rows.width(); ++c) {
        frame::Column& cells = rows.column(c);
        const bool bent = rows.fields()[c].name == column;
        if (bent && factor == 0)
          cells.push_null();
        else if (cells.type() == frame::Type::Text)
          cells.push(std::string_view(test::share(i)));
        else if (cells.type() == frame::Type::Date)
          cells.push(day);
        else if (cells.type() == frame::Type::Int)
          cells.push(std::int64_t{i + 100});
        else
          cells.push((i + 100) * (bent ? factor : 1) * (bent && alternating && i % 2 ? -1 : 1) *
                     (bent && apart ? std::pow(3, i % 5 - 2) : 1));
      }
    return rows;
  }
};

class Magnitudes : public testing::Test {
 protected:
  std::string refusal(const Page& page, std::string_view day) {
    const Date date = test::day_of(day);
    const auto& walk = page.spec().source.walks.front();
    Slice slice{&page.spec(), walk, DateRange{date, date}, "", {}};
    if (walk.kind == catalog::WalkKind::Whole) slice.range.reset();
    const auto compared = compare_with_history(slice, page.rows(date), history_, {}).value();
    history_.accepted(*slice.table, compared.known);
    const auto& refused = compared.refused;
    return refused ? refused->rule + ": " + refused->reason : "";
  }

  test::Database database_;
  History history_{*database_.store};
};

// 2024-09-30 is a week of one trading day, the one before National Day.
TEST_F(Magnitudes, OfAShortWeekMayBeLess) {
  EXPECT_EQ(refusal({"weekly"}, "20240927"), "");
  EXPECT_EQ(refusal({"weekly", "vol", 0.25}, "20240930"), "");
  EXPECT_EQ(refusal({"weekly"}, "20241011"), "") << "four days after one of one";
}

TEST_F(Magnitudes, OfAShortWeekShowASlippedPoint) {
  EXPECT_EQ(refusal({"weekly"}, "20240927"), "");
  EXPECT_THAT(refusal({"weekly", "vol", 0.02}, "20240930"), HasSubstr("page.unit_flip"));
  EXPECT_THAT(refusal({"weekly", "vol", 10}, "20240930"), HasSubstr("page.unit_flip"));
  EXPECT_EQ(refusal({"weekly", "vol", 0.4}, "20240920"), "") << "three days of five";
  EXPECT_THAT(refusal({"weekly", "vol", 0.1}, "20240920"), HasSubstr("page.unit_flip"));
}

TEST_F(Magnitudes, OfPricesAndSharesStayWithinFive) {
  EXPECT_EQ(refusal({"daily_basic"}, "20240627"), "");
  EXPECT_EQ(refusal({"daily_basic", "total_share", 4, false, true}, "20240628"), "");
  EXPECT_THAT(refusal({"daily_basic", "free_share", 10}, "20240701"),
              HasSubstr("page.unit_flip: the median of free_share is 1300, 10 times"));
  EXPECT_THAT(refusal({"daily_basic", "close", 0.1}, "20240701"), HasSubstr("0.1 times"));
}

TEST_F(Magnitudes, OfPercentagesMayMoveByMore) {
  EXPECT_EQ(refusal({"daily_basic"}, "20240627"), "");
  EXPECT_EQ(refusal({"daily_basic", "turnover_rate", 30, false, true}, "20240628"), "");
  EXPECT_THAT(refusal({"daily_basic", "dv_ttm", 100}, "20240701"), HasSubstr("of dv_ttm is"));
  EXPECT_THAT(refusal({"daily_basic", "dv_ttm", 0.01}, "20240701"), HasSubstr("of dv_ttm is"));
}

TEST_F(Magnitudes, OfSignedNumbersAreThoseOfTheirSizes) {
  EXPECT_EQ(refusal({"moneyflow", "net_mf_amount", 1, true}, "20240627"), "");
  EXPECT_EQ(refusal({"moneyflow", "net_mf_amount", 7, true, true}, "20240628"), "");
  EXPECT_THAT(refusal({"moneyflow", "net_mf_amount", 10'000, true}, "20240701"),
              HasSubstr("of net_mf_amount is"));
}

TEST_F(Magnitudes, OfAStatementAreThoseOfTheQuarterBefore) {
  EXPECT_EQ(refusal({"income_vip"}, "20231231"), "");
  EXPECT_EQ(refusal({"income_vip", "rd_exp", 0.2}, "20240331"), "") << "a first quarter";
  EXPECT_THAT(refusal({"income_vip", "rd_exp", 100}, "20240630"), HasSubstr("of rd_exp is"));
  EXPECT_THAT(refusal({"income_vip", "rd_exp", 0.0001, true}, "20240630"),
              HasSubstr("of rd_exp is"));
}

TEST_F(Magnitudes, NoticeASignThatTurned) {
  EXPECT_EQ(refusal({"stk_factor"}, "20240627"), "");
  EXPECT_EQ(refusal({"stk_factor", "macd", 1, true}, "20240628"), "") << "half of them";
  EXPECT_EQ(refusal({"stk_factor", "rsi_6", -1}, "20240701"),
            "page.sign_flip: rsi_6 is negative throughout, unlike on a day near by");
  EXPECT_EQ(refusal({"daily"}, "20240627"), "");
  EXPECT_EQ(refusal({"daily", "change", -1}, "20240628"), "") << "a crash";
  EXPECT_EQ(refusal({"income_vip"}, "20231231"), "");
  EXPECT_EQ(refusal({"income_vip", "assets_impair_loss", -1}, "20240331"), "") << "a standard";
}

TEST_F(Magnitudes, NoticeAColumnGoneEmpty) {
  EXPECT_EQ(refusal({"daily", "amount", 0}, "20240626"), "") << "nobody knows better";
  EXPECT_EQ(refusal({"daily"}, "20240627"), "");
  EXPECT_EQ(refusal({"daily", "amount", 0}, "20240628"),
            "page.empty_column: amount is filled in 0 % of 60 rows, and in 100 % on a day near by");
  EXPECT_EQ(refusal({"income_vip"}, "20231231"), "");
  EXPECT_EQ(refusal({"income_vip", "undist_profit", 0}, "20240331"), "") << "of years only";
  EXPECT_EQ(refusal({"limit_list_d"}, "20240627"), "");
  EXPECT_EQ(refusal({"limit_list_d", "fd_amount", 0}, "20240628"), "") << "a day without limit-ups";
}

TEST_F(Magnitudes, OfOneCodeAreItsOwn) {
  EXPECT_EQ(refusal({"adj_factor"}, "20240627"), "");
  EXPECT_EQ(
      refusal({"adj_factor", "adj_factor", 10}, "20240628"),
      "page.unit_flip: adj_factor of the code in the middle is 10 times its own of a day near "
      "by");
  EXPECT_EQ(refusal({"adj_factor", "adj_factor", 10, false, true}, "20240628"), "") << "not alike";
  EXPECT_EQ(refusal({"moneyflow", "net_mf_vol", 1, true}, "20240627"), "");
  EXPECT_THAT(refusal({"moneyflow", "net_mf_amount", 10, true, true}, "20240628"),
              HasSubstr("net_mf_amount of the code in the middle is 10 times"));
}

TEST_F(Magnitudes, OfOneCodeAreThoseOfTheSameQuarter) {
  EXPECT_EQ(refusal({"income_vip"}, "20230331"), "");
  EXPECT_EQ(refusal({"income_vip", "rd_exp", 10}, "20231231"), "") << "the year of a quarter";
  EXPECT_THAT(refusal({"income_vip", "rd_exp", 10}, "20240331"),
              HasSubstr("rd_exp of the code in the middle is 10 times its own"));
  EXPECT_EQ(refusal({"income_vip", "undist_profit", 0}, "20240331"),
            "page.empty_column: undist_profit is empty in 60 of 60 codes that had it on a day near "
            "by");
}

TEST_F(Magnitudes, ComeFromTheStoredDayThatIsNearest) {
  const TableSpec& table = test::real_table("daily_basic");
  store::Sequence sequence = 0;
  for (const auto& [day, size] : {std::pair{"20240603", 100.0}, {"20240626", 1.0}}) {
    const Page page{"daily_basic", "pe", size};
    store::Change change{++sequence, &table, store::Mode::Upsert, {}, page.rows(test::day_of(day))};
    ASSERT_TRUE(database_.store->apply({&change, 1}));
  }
  EXPECT_EQ(refusal({"daily_basic", "pe", 1}, "20240627"), "");
}

TEST_F(Magnitudes, OfATableAskedAtOnceComeFromAllOfIt) {
  const Page page{"stock_basic"};
  EXPECT_EQ(refusal({"stock_basic", "area", 0}, "20240627"), "") << "nobody knows better";
  store::Change change{
      1, &page.spec(), store::Mode::Upsert, {}, page.rows(test::day_of("20240626"))};
  ASSERT_TRUE(database_.store->apply({&change, 1}));
  EXPECT_EQ(refusal(page, "20240627"), "");
  EXPECT_EQ(refusal({"stock_basic", "area", 0}, "20240628"),
            "page.empty_column: area is empty in 60 of 60 codes that had it on a day near by");
}

TEST(Profiles, OfManyRowsAreThoseOfASample) {
  frame::Column sizes(frame::Type::Real), rare(frame::Type::Real);
  for (int i = 0; i < 10'000; ++i) {
    sizes.push(i % 2 ? -1.0 * i : 1.0 * i);
    if (i % 200 == 7)
      rare.push(5.0);
    else
      rare.push_null();
  }
  const Profile found = profile(
      {{{"a", frame::Type::Real}, {"b", frame::Type::Real}}, {std::move(sizes), std::move(rare)}});
  EXPECT_NEAR(found[0].median, 5000, 100);
  EXPECT_EQ(found[0].filled, 1);
  EXPECT_EQ(found[1].median, 5) << "50 cells, though a sample meets few of them";
  EXPECT_EQ(found[1].filled, 0.005);
}

}  // namespace
}  // namespace kanpan::ingest
