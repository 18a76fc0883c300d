#include "kanpan/ingest/slice.hpp"

#include <gmock/gmock.h>

#include "kanpan/ingest/sample.hpp"

namespace kanpan::ingest {
namespace {

using catalog::WalkKind;
using test::day_of;
using test::real_table;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

bool same(const catalog::Walk& a, const catalog::Walk& b) {
  return a.kind == b.kind && a.parameter == b.parameter && a.from == b.from && a.to == b.to &&
         a.max_days == b.max_days && a.column == b.column && a.twin == b.twin;
}

TEST(Slice, OfEveryWalkOfEveryTableComesBackFromTheLedger) {
  std::size_t walks = 0;
  for (const auto* table : test::real_catalog().tables())
    for (const auto& walk : table->source.walks) {
      ++walks;
      Slice slice{table, walk, std::nullopt, "", journal::Mode::Replace};
      if (walk.kind != WalkKind::Whole)
        slice.range = DateRange{day_of("20240603"), day_of("20240628")};
      if (walk.kind == WalkKind::Code) slice.code = "600000.SH";
      const auto back = Slice::from_json(*table, slice.to_json());
      ASSERT_TRUE(back) << table->name << " " << slice.to_json() << " " << back.error().text();
      EXPECT_TRUE(same(back->walk, walk)) << table->name << " " << slice.to_json();
      EXPECT_EQ(back->range, slice.range);
      EXPECT_EQ(back->code, slice.code);
      EXPECT_EQ(back->mode, slice.mode);
      EXPECT_EQ(back->label(), slice.label());
      EXPECT_EQ(call_of(*back, "").text(), call_of(slice, "").text());
    }
  EXPECT_GT(walks, 40u);
}

TEST(Slice, RefusesAPlanThatItCannotRead) {
  const auto& daily = real_table("daily");
  for (const char* json :
       {"", "[]", "{", R"({"walk":"date"})",
        R"({"walk":"date","mode":"upsert","parameter":"trade_date","from":"x"})"}) {
    const auto slice = Slice::from_json(daily, json);
    ASSERT_FALSE(slice) << json;
    EXPECT_EQ(slice.error().code, Errc::Corrupt) << json;
  }
  const auto gone =
      Slice::from_json(daily, R"({"walk":"period","mode":"upsert","parameter":"period"})");
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code, Errc::Config);
  EXPECT_THAT(gone.error().message, HasSubstr("no longer walks daily by period"));
}

TEST(Slice, AsksInTheSourcesWords) {
  const auto& daily = real_table("daily");
  const DateRange june{day_of("20240603"), day_of("20240628")};
  const Date day = june.last;
  EXPECT_EQ(call_of({&daily, daily.source.walks[0], DateRange{day, day}, "", {}}, "").text(),
            "daily(trade_date=20240628)");
  EXPECT_EQ(call_of({&daily, daily.source.walks[1], june, "600000.SH", {}}, "").text(),
            "daily(ts_code=600000.SH, start_date=20240603, end_date=20240628)");
  const auto& stocks = real_table("stock_basic");
  EXPECT_THAT(call_of({&stocks, stocks.source.walks[0], {}, "", {}}, "D").parameters,
              testing::Contains(Pair("list_status", "D")));
}

TEST(Slice, CoversItsTimeAndCode) {
  const auto& daily = real_table("daily");
  const DateRange june{day_of("20240603"), day_of("20240628")};
  const auto scope = Slice{&daily, daily.source.walks[1], june, "600000.SH", {}}.scope();
  EXPECT_EQ(scope.time, june);
  EXPECT_THAT(scope.codes, ElementsAre("600000.SH"));
  const auto& income = real_table("income_vip");
  for (const auto& walk : income.source.walks) {
    if (walk.kind != WalkKind::Announcement) continue;
    EXPECT_FALSE((Slice{&income, walk, june, "", {}}.scope().time))
        << "days of announcement are not report periods";
  }
}

}  // namespace
}  // namespace kanpan::ingest
