#include <map>
#include <set>

#include <gtest/gtest.h>

#include "kanpan/market/closed_weekdays.hpp"
#include "kanpan/source/sim/world/asked.hpp"

namespace kanpan::source::sim::world {
namespace {

const World& small() {
  static const World world({.seed = 7, .codes = 300});
  return world;
}

TEST(Basics, TheCalendarIsTheRealOne) {
  const Asked cal =
      ask(small(), "trade_cal",
          Asking(ymd(20240601)).days(ymd(20231001), ymd(20231031)).where("exchange", "SSE"));
  ASSERT_EQ(cal.size(), 31U);
  EXPECT_EQ(cal.date(0, "cal_date"), ymd(20231031));
  int open = 0;
  for (std::size_t r = 0; r < cal.size(); ++r) open += cal.text(r, "is_open") == "1";
  EXPECT_EQ(open, 17);  // the National Day week of 2023 ended on October 6
  const std::size_t ninth = 31 - 9;
  EXPECT_EQ(cal.date(ninth, "cal_date"), ymd(20231009));
  EXPECT_EQ(cal.date(ninth, "pretrade_date"), ymd(20230928));
}

TEST(Basics, TheCalendarEndsWithTheYearThatIsAnnounced) {
  const auto last = [](int now) {
    return ask(small(), "trade_cal", Asking(ymd(now)).where("exchange", "SZSE"))
        .date(0, "cal_date");
  };
  EXPECT_EQ(last(20240601), ymd(20241231));
  EXPECT_EQ(last(20241220), ymd(20251231));
}

TEST(Basics, EachCodeIsThereOnceWithItsOwnName) {
  const World large({.seed = 3, .codes = 5500});
  const Asked basic = ask(large, "stock_basic", Asking(ymd(20301231)));
  EXPECT_EQ(basic.size(), 5500U);
  std::set<std::string> codes, full;
  std::map<std::string, int> markets, states;
  for (std::size_t r = 0; r < basic.size(); ++r) {
    codes.insert(basic.text(r, "ts_code"));
    full.insert(basic.text(r, "fullname"));
    ++markets[basic.text(r, "market")];
    ++states[basic.text(r, "list_status")];
    EXPECT_FALSE(market::is_closed(basic.date(r, "list_date")));
    EXPECT_EQ(basic.null(r, "delist_date"), basic.text(r, "list_status") != "D");
  }
  EXPECT_EQ(codes.size(), 5500U);
  EXPECT_EQ(full.size(), 5500U);
  EXPECT_EQ(markets.size(), 4U);
  EXPECT_GT(states["D"], 50);
  EXPECT_GT(states["L"], 4500);
}

TEST(Basics, NewSharesComeAndOldOnesGoAsTimePasses) {
  const auto count = [](int now) { return ask(small(), "stock_basic", Asking(ymd(now))).size(); };
  EXPECT_GT(count(20180105), 100U);
  EXPECT_GT(count(20220105), count(20180105));
  EXPECT_GT(count(20260105), count(20220105));
}

TEST(Basics, NamesFollowOneAnotherAndMarksAgreeWithTheLimits) {
  const Date now = ymd(20260630);
  const Asked names = ask(small(), "namechange", Asking(now));
  std::map<std::string, Date> next;  // start of the newer name
  int marked = 0;
  std::map<std::string, std::vector<std::size_t>> rows;
  for (std::size_t r = 0; r < names.size(); ++r) rows[names.text(r, "ts_code")].push_back(r);
  for (const auto& [code, of] : rows) {
    for (std::size_t k = 0; k < of.size(); ++k) {  // newest first
      const std::size_t r = of[k];
      if (k == 0) {
        EXPECT_TRUE(names.null(r, "end_date")) << code;
      } else {
        EXPECT_EQ(names.date(r, "end_date") + 1, names.date(of[k - 1], "start_date")) << code;
      }
      const Date day = names.date(r, "start_date");
      if (names.text(r, "name").find("ST") == std::string::npos || code.starts_with("3") ||
          code.starts_with("688") || code.starts_with("92"))
        continue;
      ++marked;
      const Asked limit = ask(small(), "stk_limit", Asking(now).code(code).days(day, day));
      ASSERT_EQ(limit.size(), 1U) << code << day.iso();
      EXPECT_EQ(std::round(limit.number(0, "up_limit") * 100),
                std::floor(limit.number(0, "pre_close") * 105 + 0.5 + 1e-9))
          << code;
    }
  }
  EXPECT_GT(marked, 3);
}

TEST(Basics, ATableWithoutGeneratorIsRefused) {
  catalog::TableSpec unknown = spec("daily");
  unknown.name = "dayly";
  const auto answer = small().rows(unknown, {});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::NotFound);
  EXPECT_NE(answer.error().message.find("dayly"), std::string::npos);
}

}  // namespace
}  // namespace kanpan::source::sim::world
