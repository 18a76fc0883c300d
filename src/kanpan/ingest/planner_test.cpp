#include "kanpan/ingest/planner.hpp"

#include <random>
#include <set>

#include <gmock/gmock.h>

#include "kanpan/ingest/sample.hpp"

namespace kanpan::ingest {
namespace {

using catalog::UpdateMode;
using catalog::Walk;
using catalog::WalkKind;
using test::day_of;
using test::real_table;
using test::share;
using testing::HasSubstr;

struct Present {
  Universe universe{market::Calendar::built_in(), {}, {}};
  std::map<Date, bool> held;
  bool ready = true;
  Date today = day_of("20240628");
  std::optional<int> points;

  Knowledge knowledge() const {
    return {&universe, today, points,
            [this](const catalog::TableSpec&, DateRange range) -> Result<std::map<Date, bool>> {
              return std::map(held.lower_bound(range.first), held.upper_bound(range.last));
            },
            [this](const catalog::TableSpec&, Date) { return ready; }};
  }
};

Universe listed(int count) {
  std::vector<Listing> listings;
  for (int i = 0; i < count; ++i) listings.push_back({share(i), day_of("20100104"), std::nullopt});
  return Universe(market::Calendar::built_in(), std::move(listings), {});
}

/// An invented present, a request, and what is missing of it.
struct World {
  Present present;
  PlanRequest request;
  std::vector<Date> missing;
  std::vector<std::string> wanted;  ///< codes

  World(std::uint32_t seed, const catalog::TableSpec& table) {
    std::mt19937 random(seed);
    const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
    const Date first = day_of("20240102") + below(60);
    const DateRange range{first, first + below(table.days == catalog::Days::QuarterEnd ? 600 : 90)};
    std::vector<Listing> listings;
    const int count = 1 + below(40);
    for (int i = 0; i < count; ++i) {
      const Date begins = day_of("20230601") + below(400);
      listings.push_back(
          {share(i), begins, below(5) ? std::nullopt : std::optional(begins + 1 + below(200))});
    }
    present.universe = Universe(market::Calendar::built_in(), listings, {});
    present.today = range.last + below(3);
    request = {&table, range.first, range.last, {}, {}};
    if (!table.code.empty() && below(4) == 0)
      for (int i = 0; i < count; ++i)
        if (below(3) == 0) request.codes.push_back(share(i));
    const bool merge = below(5) == 0;
    if (merge) request.mode = UpdateMode::Merge;
    const int density = below(4);
    for (Date day : days_of(table, present.universe.calendar(), range)) {
      if (below(4) < density) present.held[day] = below(3) > 0;
      const auto state = present.held.find(day);
      if (!request.codes.empty() || state == present.held.end() || !state->second)
        missing.push_back(day);
    }
    if (missing.empty()) return;
    wanted = !request.codes.empty() ? request.codes
             : !table.codes.empty() ? table.codes
                                    : present.universe.codes_in({missing.front(), missing.back()});
  }
};

bool has_walk(const catalog::TableSpec& table, WalkKind kind) {
  return std::ranges::any_of(table.source.walks, [&](const Walk& w) { return w.kind == kind; });
}

/// Calls that asking the missing days one by one takes.
std::size_t calls_by_day(const World& world, const Walk& walk) {
  const auto& table = *world.request.table;
  const auto& split = table.source.split;
  const auto cap = static_cast<std::size_t>(table.source.row_limit_of(walk).value_or(5000));
  std::size_t calls = 0;
  for (Date day : world.missing) {
    const std::size_t rows =
        std::max(world.present.universe.expected_rows(table, day).value_or(100), 1u);
    calls += (split && split->always ? split->values.size() : 1) * ((rows + cap - 1) / cap);
  }
  return calls;
}

void expect_cheapest(const World& world, const Plan& plan) {
  for (const Walk& walk : world.request.table->source.walks) {
    if ((walk.kind == WalkKind::Date || walk.kind == WalkKind::Period) &&
        world.request.codes.empty()) {
      EXPECT_LE(plan.calls, calls_by_day(world, walk));
    }
    if (walk.kind == WalkKind::Code && walk.from.empty() && !world.wanted.empty()) {
      EXPECT_LE(plan.calls, world.wanted.size());
    }
    const bool one_window = world.missing.back() - world.missing.front() < 60 && walk.max_days == 0;
    const int least = world.request.table->source.row_limit_of(walk).value_or(5000);
    if (walk.kind == WalkKind::Code && one_window && !world.wanted.empty()) {
      EXPECT_LE(plan.calls, world.wanted.size() * (least < 100 ? 60 : 1));
    }
  }
}

void expect_cover(const World& world, const Plan& plan) {
  const std::set<Date> missing(world.missing.begin(), world.missing.end());
  std::map<Date, std::multiset<std::string>> asked;  // "" = every code
  for (const Slice& slice : plan.slices) {
    const DateRange range = slice.range.value_or(DateRange{*world.request.from, *world.request.to});
    bool any = false;
    for (const Date day : missing)
      if (range.contains(day)) asked[day].insert(slice.code), any = true;
    EXPECT_TRUE(any) << slice.label() << " brings nothing that is missing";
    if (slice.walk.kind == WalkKind::Date || slice.walk.kind == WalkKind::Period) {
      EXPECT_EQ(range.days(), 1);
      EXPECT_TRUE(missing.contains(range.first)) << slice.label() << " is complete";
    }
    if (slice.range) {
      EXPECT_GE(range.first, *world.request.from);
      EXPECT_LE(range.last, *world.request.to);
      if (slice.walk.max_days > 0) {
        EXPECT_LE(range.days(), slice.walk.max_days);
      }
    }
  }
  for (const Date day : missing) {
    if (asked[day] == std::multiset<std::string>{""}) continue;
    EXPECT_EQ(asked[day], std::multiset<std::string>(world.wanted.begin(), world.wanted.end()))
        << day.iso() << " is not asked for exactly once";
  }
}

TEST(PlannerProperty, SlicesAreDisjointCoverWhatIsMissingAndAreCheapest) {
  std::size_t plans = 0;
  for (const auto* table : test::real_catalog().tables()) {
    if (!table->dated() || table->policy.mode == UpdateMode::Full) continue;
    for (std::uint32_t seed = 0; seed < 60; ++seed) {
      SCOPED_TRACE(fmt::format("{} seed {}", table->name, seed));
      const World world(seed, *table);
      const auto plan = ingest::plan(world.request, world.present.knowledge());
      const bool possible = world.missing.empty() ||
                            (has_walk(*table, WalkKind::Code) && !world.wanted.empty()) ||
                            (world.request.codes.empty() && (has_walk(*table, WalkKind::Date) ||
                                                             has_walk(*table, WalkKind::Period) ||
                                                             has_walk(*table, WalkKind::Window)));
      ASSERT_EQ(plan.has_value(), possible) << (plan ? "" : plan.error().text());
      if (!plan) {
        EXPECT_EQ(plan.error().code, Errc::Failed);
        continue;
      }
      ++plans;
      EXPECT_EQ(plan->slices.empty(), world.missing.empty());
      EXPECT_GE(plan->calls, plan->slices.size());
      if (world.missing.empty()) continue;
      expect_cover(world, *plan);
      expect_cheapest(world, *plan);
      if (HasFailure()) return;
    }
  }
  EXPECT_GT(plans, 1000u);
}

TEST(Planner, RefusesARangeThatEndsBeforeItBegins) {
  const auto plan =
      ingest::plan({&real_table("daily"), day_of("20240628"), day_of("20240601"), {}, {}},
                   Present().knowledge());
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().code, Errc::Usage);
  EXPECT_THAT(plan.error().message, HasSubstr("--to 2024-06-01 is before --from 2024-06-28"));
}

TEST(Planner, RefusesCodesForATableWithoutAny) {
  const auto plan =
      ingest::plan({&real_table("margin"), {}, {}, {"600000.SH"}, {}}, Present().knowledge());
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().code, Errc::Usage);
}

TEST(Planner, AsksForTheCodesToBeCollectedFirst) {
  const auto plan =
      ingest::plan({&real_table("index_daily"), {}, {}, {}, {}}, Present().knowledge());
  EXPECT_TRUE(plan) << "indices have codes of their own";
  const auto chips =
      ingest::plan({&real_table("cyq_chips"), day_of("20240627"), day_of("20240628"), {}, {}},
                   Present().knowledge());
  ASSERT_FALSE(chips);
  EXPECT_THAT(chips.error().hint, HasSubstr("collect stock_basic first"));
}

TEST(Planner, TakesTheDayOrTheCodeWhicheverIsCheaper) {
  Present present;
  present.universe = listed(30);
  const auto& daily = real_table("daily");
  const auto few =
      ingest::plan({&daily, day_of("20240624"), day_of("20240628"), {}, {}}, present.knowledge());
  ASSERT_TRUE(few);
  EXPECT_EQ(few->slices.front().walk.kind, WalkKind::Date);
  EXPECT_EQ(few->calls, 5u);
  const auto many =
      ingest::plan({&daily, day_of("20230101"), day_of("20240628"), {}, {}}, present.knowledge());
  ASSERT_TRUE(many);
  EXPECT_EQ(many->slices.front().walk.kind, WalkKind::Code);
  EXPECT_EQ(many->calls, 30u);
}

TEST(Planner, GoesOnFromTheFirstDayHeldAndLeavesOutWhatIsComplete) {
  Present present;
  present.universe = listed(30);
  present.held = {{day_of("20240624"), true}, {day_of("20240625"), false}};
  const auto plan = ingest::plan({&real_table("daily"), {}, {}, {}, {}}, present.knowledge());
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->left_out, 1u);
  ASSERT_EQ(plan->slices.size(), 4u);
  EXPECT_EQ(plan->slices.front().label(), "2024-06-25");
  EXPECT_EQ(plan->slices.back().label(), "2024-06-28");
  EXPECT_THAT(plan->note, HasSubstr("from 2024-06-24"));
  present.ready = false;
  EXPECT_EQ(ingest::plan({&real_table("daily"), {}, {}, {}, {}}, present.knowledge())
                ->slices.back()
                .label(),
            "2024-06-27")
      << "today is not ready";
  EXPECT_EQ(
      ingest::plan({&real_table("daily"), {}, day_of("20240628"), {}, {}}, present.knowledge())
          ->slices.back()
          .label(),
      "2024-06-28")
      << "but it was named";
}

TEST(Planner, BeginsWithTheLastDaysWhereToldSoAndNothingIsHeld) {
  Present present;
  PlanRequest request{&real_table("top_list"), {}, {}, {}, {}};
  request.first_days = 5;
  const auto first = plan(request, present.knowledge()).value();
  EXPECT_EQ(first.slices.size(), 5u) << "Monday to Friday";
  EXPECT_EQ(first.slices.front().range->first, day_of("20240624"));
  EXPECT_THAT(first.note, testing::HasSubstr("collect top_list --from"));

  present.held[day_of("20240528")] = true;
  EXPECT_EQ(plan(request, present.knowledge()).value().slices.size(), 22u) << "as without";
  request.from = day_of("20240604");
  present.held.clear();
  EXPECT_EQ(plan(request, present.knowledge()).value().slices.size(), 18u) << "as told";
}

TEST(Planner, BeginsWithTheLastPeriodAtLeast) {
  Present present;
  PlanRequest request{&real_table("income_vip"), {}, {}, {}, {}};
  request.first_days = 5;
  const auto first = plan(request, present.knowledge()).value();
  ASSERT_EQ(first.slices.size(), 1u);
  EXPECT_EQ(first.slices.front().range->first, day_of("20240331"));
}

TEST(Planner, ReplacesAFullTableWhole) {
  const auto plan =
      ingest::plan({&real_table("stock_basic"), {}, {}, {}, {}}, Present().knowledge());
  ASSERT_TRUE(plan);
  ASSERT_EQ(plan->slices.size(), 1u);
  EXPECT_EQ(plan->slices[0].mode, journal::Mode::Replace);
  EXPECT_EQ(plan->calls, 3u) << "listed, delisted, paused";
  const auto ranged = ingest::plan({&real_table("stock_basic"), day_of("20240101"), {}, {}, {}},
                                   Present().knowledge());
  EXPECT_THAT(ranged->warning, HasSubstr("undated"));
}

TEST(Planner, ReplacesThePeriodsOfAMergeTable) {
  Present present;
  present.universe = listed(30);
  const auto plan =
      ingest::plan({&real_table("income_vip"), day_of("20230101"), day_of("20231231"), {}, {}},
                   present.knowledge());
  ASSERT_TRUE(plan);
  ASSERT_EQ(plan->slices.size(), 4u);
  EXPECT_EQ(plan->slices[0].label(), "2023-03-31");
  for (const Slice& slice : plan->slices) EXPECT_EQ(slice.mode, journal::Mode::Replace);
}

TEST(Planner, TakesTheTwinThatThePointsAllow) {
  Present present;
  present.universe = listed(3);
  present.points = 2000;
  const PlanRequest request{
      &real_table("income_vip"), day_of("20230101"), day_of("20231231"), {}, {}};
  const auto poor = ingest::plan(request, present.knowledge());
  ASSERT_TRUE(poor);
  EXPECT_TRUE(poor->slices.front().walk.twin);
  present.points = 1;
  EXPECT_THAT(ingest::plan(request, present.knowledge())->note, HasSubstr("points"));
}

TEST(Planner, WaitsForTheCodesWhereThePointsAllowOnlyTheTwin) {
  Present present;  // without listings
  const PlanRequest request{
      &real_table("income_vip"), day_of("20240331"), day_of("20240331"), {}, {}};
  present.points = 5000;
  EXPECT_EQ(ingest::plan(request, present.knowledge())->slices.size(), 1u) << "the period is one";
  present.points = 2000;
  const auto plan = ingest::plan(request, present.knowledge());
  ASSERT_FALSE(plan);
  EXPECT_THAT(plan.error().hint, HasSubstr("collect stock_basic first"));
}

TEST(Planner, AsksEveryWalkForTheAnnouncementsOfEachDay) {
  const DateRange days{day_of("20240427"), day_of("20240430")};
  EXPECT_EQ(plan_announcements(real_table("dividend"), days).slices.size(), 8u);
  EXPECT_EQ(plan_announcements(real_table("daily"), days).slices.size(), 0u);
}

TEST(Planner, PredictsTimeFromTheQuotaOrTheCalls) {
  EXPECT_DOUBLE_EQ(predicted_seconds(100, 0, 0.05, 5), 1);
  EXPECT_DOUBLE_EQ(predicted_seconds(1500, 500, 0.05, 5), 120) << "the first 500 at once";
  EXPECT_DOUBLE_EQ(predicted_seconds(100, 500, 0.05, 5), 1);
}

TEST(Planner, ATableWithOneRowADayIsAskedInTheLongestWindowsThatItsCapBears) {
  const auto& table = real_table("moneyflow_hsgt");
  const Present present;
  const auto made = plan({&table, table.since, day_of("20240628"), {}, {}}, present.knowledge());
  ASSERT_TRUE(made) << made.error().text();
  EXPECT_EQ(made->slices.size(), 9u) << "3512 days in windows of 400";
  EXPECT_EQ(made->calls, 9u);
  const auto cap = static_cast<std::size_t>(*table.source.row_limit);
  for (const Slice& slice : made->slices)
    EXPECT_LT(present.universe.calendar().open_days(*slice.range).size(), cap)
        << slice.label() << ": a full page is taken for a cut one";
}

TEST(Planner, AsksForNoDayToCome) {
  Present present;
  present.universe = listed(10);
  const auto of = [&](const char* table, const char* from, const char* to) {
    PlanRequest request{&real_table(table), day_of(from), day_of(to), {}, {}};
    return plan(request, present.knowledge()).value();
  };
  for (const char* table : {"daily", "weekly", "income_vip", "dividend", "cyq_chips"}) {
    const Plan none = of(table, "20300603", "20300607");
    EXPECT_EQ(none.calls, 0u) << table;
    EXPECT_EQ(none.warning, "not yet: 2030-06-03 is in the future") << table;
  }
  const Plan some = of("daily", "20240627", "20300607");
  EXPECT_EQ(some.slices.size(), 2u);
  EXPECT_EQ(some.warning, "not yet: 2030-06-07 is in the future; asked for until 2024-06-28");
  EXPECT_EQ(of("trade_cal", "20240627", "20251231").warning, "");
}

TEST(Planner, SaysThatDaysAreNoneOfTheTables) {
  Present present;
  present.universe = listed(10);
  PlanRequest request{&real_table("daily"), day_of("20240622"), day_of("20240623"), {}, {}};
  EXPECT_EQ(plan(request, present.knowledge())->warning,
            "no trading day between 2024-06-22 and 2024-06-23");
  request.from = request.to = day_of("20240628");
  present.held[day_of("20240628")] = true;
  EXPECT_EQ(plan(request, present.knowledge())->warning, "") << "it is held";
  request.to.reset();
  present.held.clear();
  present.ready = false;
  EXPECT_EQ(plan(request, present.knowledge())->warning,
            "not yet: 2024-06-28 is not ready at the source");
}

}  // namespace
}  // namespace kanpan::ingest
