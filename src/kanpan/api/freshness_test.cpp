#include "kanpan/api/freshness.hpp"

#include <gmock/gmock.h>

#include "kanpan/api/sample_service.hpp"
#include "kanpan/ingest/days.hpp"

namespace kanpan::api {
namespace {

class FreshnessTest : public testing::Test {
 protected:
  void set(std::string_view time) { service_.clock.move(at(time) - service_.clock.now()); }
  static Instant at(std::string_view time) { return parse_rfc3339(time).value(); }
  /// What a fetch after the ready time makes of a day.
  journal::DayState fetched(const std::string& table, Date day) const {
    const auto& spec = **service_.tables.find(table);
    return {table, day, 1, 1, true, {}, ingest::ready_at(spec, day) + std::chrono::minutes{5}};
  }
  void land(journal::DayState day) {
    journal::Landing landing;
    landing.days = {std::move(day)};
    expect_ok(service_.truth->land(std::span(&landing, 1)));
  }
  std::string expected(std::string_view table) const {
    return expected_day(**service_.tables.find(table), *service_.context.calendar(),
                        service_.clock.now())
        .iso();
  }
  Freshness of(std::string_view table) const {
    const auto all = freshness(service_.context).value();
    return *std::ranges::find(all, table, &Freshness::table);
  }
  auto overall() const { return service_.get("/healthz/data").at("/data/state"); }

  SampleService service_;
};

TEST_F(FreshnessTest, ADayIsExpectedAnHourAfterTheScheduleFirstHasItWhole) {
  set("2024-06-28T18:30:00+08:00");
  EXPECT_EQ(expected("daily"), "2024-06-27") << "ready at 16:00, but collected from 18:00 on";
  set("2024-06-28T19:00:00+08:00");
  EXPECT_EQ(expected("daily"), "2024-06-28");
  EXPECT_EQ(expected("moneyflow"), "2024-06-27") << "18:00 comes too early, 19:00 is the time";
  EXPECT_EQ(expected("ths_hot"), "2024-06-27") << "whole at 22:30, when it is polled once more";
  set("2024-06-30T12:00:00+08:00");
  EXPECT_EQ(expected("moneyflow"), "2024-06-28");
  EXPECT_EQ(expected("ths_hot"), "2024-06-28");
  EXPECT_EQ(expected("adj_factor"), "2024-06-27") << "of its own schedule on Monday morning";
}

TEST_F(FreshnessTest, ADayWithoutARuleIsFreshOnceItWasFetchedThoughItIsNotSettled) {
  set("2024-06-28T23:30:00+08:00");
  auto day = fetched("top_list", Date::from_ymd(2024, 6, 28));
  day.expected.reset();
  day.complete = false;
  land(day);
  EXPECT_EQ(of("top_list").state, "fresh");
  EXPECT_FALSE(of("top_list").last_complete);
  day.day = day.day + 3;
  set("2024-07-01T23:30:00+08:00");
  day.seen = ingest::ready_at(**service_.tables.find("top_list"), day.day) - std::chrono::hours{1};
  land(day);
  EXPECT_EQ(of("top_list").state, "stale") << "fetched before its time";
}

TEST_F(FreshnessTest, ADayWithoutARowIsFreshOnceItIsNoMoreLate) {
  set("2024-06-28T23:30:00+08:00");
  auto day = fetched("top_list", Date::from_ymd(2024, 6, 28));
  day.rows = 0;
  day.expected.reset();
  day.complete = false;
  land(day);
  EXPECT_EQ(of("top_list").state, "stale") << "it may be late";
  auto later = day;
  later.seen = day.seen + std::chrono::days{1};
  land(later);
  EXPECT_EQ(of("top_list").state, "fresh") << "it would be there by now";
  land(day);
  EXPECT_EQ(of("top_list").state, "stale");
  day.complete = true;
  land(day);
  EXPECT_EQ(of("top_list").state, "fresh");
}

TEST_F(FreshnessTest, OfATableWithoutARuleNothingIsKnownOnceItHasRows) {
  EXPECT_EQ(of("dividend").state, "empty");
  service_.put("dividend", {"ts_code", "end_date", "ann_date"},
               {"000001.SZ,2023-12-31,2024-03-15"});
  EXPECT_EQ(of("dividend").state, "unknown");
}

TEST_F(FreshnessTest, ADayThatLacksRowsIsStaleUntilTheSourceHasNoMore) {
  set("2024-06-28T23:30:00+08:00");
  auto day = fetched("daily", Date::from_ymd(2024, 6, 28));
  day.expected = 2;
  day.complete = false;
  land(day);
  EXPECT_EQ(of("daily").state, "stale");
  day.complete = true;
  land(day);
  EXPECT_EQ(of("daily").state, "fresh");
  EXPECT_EQ(of("daily").last_complete, Date::from_ymd(2024, 6, 27)) << "a row is missing";
}

TEST_F(FreshnessTest, AllIsFreshWhileEveryTableIsAndStaleOnceASourceBreaks) {
  set("2024-06-28T23:30:00+08:00");
  for (const catalog::TableSpec* table : service_.tables.tables()) {
    if (!table->dated() || table->days != catalog::Days::Trading) continue;
    EXPECT_EQ(overall(), "unknown") << table->name << " is empty";
    const auto calendar = service_.context.calendar();
    land(fetched(table->name, expected_day(*table, *calendar, service_.clock.now())));
  }
  EXPECT_EQ(overall(), "fresh");
  set("2024-06-30T23:30:00+08:00");
  land(fetched("kpl_list", Date::from_ymd(2024, 6, 28)));  // which comes on Saturday
  EXPECT_EQ(overall(), "fresh") << "nothing else comes on a weekend";
  set("2024-07-01T23:30:00+08:00");
  EXPECT_EQ(overall(), "stale");
}

}  // namespace
}  // namespace kanpan::api
