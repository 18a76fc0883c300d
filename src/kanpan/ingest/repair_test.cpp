#include "kanpan/ingest/repair.hpp"

#include <gtest/gtest.h>

namespace kanpan::ingest {
namespace {

const catalog::Catalog& tables() {
  static const auto catalog = catalog::Catalog::load(KANPAN_SOURCE_DIR "/catalog/tables").value();
  return catalog;
}
const catalog::TableSpec& daily() { return *tables().find("daily").value(); }

Date day(int of_june) { return Date::from_ymd(2024, 6, of_june); }

Coverage covered(std::vector<DayCoverage> days) {
  Coverage coverage;
  coverage.days = std::move(days);
  return coverage;
}

Knowledge knowledge(bool ready = true) {
  static const Universe universe(market::Calendar::built_in(), {}, {});
  Knowledge known;
  known.universe = &universe;
  known.today = Date::from_ymd(2024, 7, 10);
  known.held = [](const catalog::TableSpec&, DateRange) { return std::map<Date, bool>{}; };
  known.is_ready = [ready](const catalog::TableSpec&, Date) { return ready; };
  return known;
}

std::vector<std::string> labels(const Plan& plan) {
  std::vector<std::string> out;
  for (const Slice& slice : plan.slices) out.push_back(slice.label());
  return out;
}

using Labels = std::vector<std::string>;

TEST(Repair, CompleteDaysAreNotAsked) {
  const auto plan =
      plan_repair(daily(),
                  covered({{day(27), "complete", 5, 5u, {}}, {day(28), "absent", 0, 5u, {}}}),
                  knowledge())
          .value();
  EXPECT_EQ(plan.left_out, 1u);
  EXPECT_EQ(labels(plan), Labels{"2024-06-28"});
}

TEST(Repair, ADayThatHasAllThatIsExpectedByNowIsNotAsked) {
  const auto plan =
      plan_repair(daily(), covered({{day(28), "provisional", 5, 5u, {}}}), knowledge()).value();
  EXPECT_TRUE(plan.slices.empty());
  EXPECT_EQ(plan.left_out, 1u);
}

TEST(Repair, ASettledDayIsAskedOnlyForCodesThatAreMissing) {
  const auto plan =
      plan_repair(
          daily(),
          covered({{day(27), "partial", 4, 5u, {}, 1}, {day(28), "partial", 4, 5u, {"600000.SH"}}}),
          knowledge())
          .value();
  EXPECT_EQ(labels(plan), Labels{"2024-06-28"});
  EXPECT_EQ(plan.left_out, 1u) << "of a row in quarantine the source has nothing new to say";
}

TEST(Repair, OneCodeThatIsMissingOnManyDaysIsOneCall) {
  const auto plan = plan_repair(daily(),
                                covered({{day(26), "provisional", 4, 5u, {"600000.SH"}},
                                         {day(27), "provisional", 4, 5u, {"600000.SH"}},
                                         {day(28), "provisional", 4, 5u, {"600000.SH"}}}),
                                knowledge())
                        .value();
  EXPECT_EQ(plan.calls, 1u);
  EXPECT_EQ(labels(plan), Labels{"600000.SH 2024-06-26..2024-06-28"});
}

TEST(Repair, ADayThatLacksManyCodesIsAskedWhole) {
  const auto plan = plan_repair(
      daily(),
      covered(
          {{day(26), "provisional", 4, 5u, {"600000.SH"}},
           {day(27), "provisional", 4, 5u, {"600000.SH"}},
           {day(28), "provisional", 1, 5u, {"000001.SZ", "000002.SZ", "600000.SH", "600001.SH"}}}),
      knowledge());
  EXPECT_EQ(labels(plan.value()), (Labels{"2024-06-28", "600000.SH 2024-06-26..2024-06-27"}));
}

TEST(Repair, WhatIsNotReadyIsLeftAlone) {
  const auto plan =
      plan_repair(daily(), covered({{day(28), "absent", 0, 5u, {}}}), knowledge(false)).value();
  EXPECT_TRUE(plan.slices.empty());
}

TEST(Repair, NothingExpectedIsNothingMissing) {
  const auto plan =
      plan_repair(daily(), covered({{day(28), "absent", 0, 0u, {}}}), knowledge()).value();
  EXPECT_TRUE(plan.slices.empty());
}

}  // namespace
}  // namespace kanpan::ingest
