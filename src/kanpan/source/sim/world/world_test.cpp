#include <algorithm>
#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "kanpan/source/sim/world/asked.hpp"

namespace kanpan::source::sim::world {
namespace {

/// A question of a few rows for each table.
Question sample(std::string_view table, Date now) {
  const catalog::TableSpec& spec = world::spec(table);
  Asking question(now);
  if (table == "cyq_chips") question.code("600002.SH").code("300001.SZ");
  if (spec.time == "trade_date") question.days(ymd(20240611), ymd(20240628));
  if (table.starts_with("stk_factor")) question.days(ymd(20240626), ymd(20240628));
  if (spec.time == "end_date") question.days(ymd(20231231), ymd(20240331));
  if (spec.time == "ann_date") question.days(ymd(20240101), ymd(20240628));
  if (spec.time == "cal_date") question.days(ymd(20240101), ymd(20240628));
  return question;
}

TEST(World, EveryTableOfTheCatalogHasAGeneratorInOrderOfName) {
  const auto tables = World::tables();
  EXPECT_TRUE(std::is_sorted(tables.begin(), tables.end()));
  const auto catalog =
      catalog::Catalog::load(std::string(KANPAN_SOURCE_DIR) + "/catalog/tables").value();
  for (const std::string& name : catalog.names())
    EXPECT_TRUE(std::find(tables.begin(), tables.end(), name) != tables.end()) << name;
}

TEST(World, AnswersDoNotDependOnTheOrderOfQuestions) {
  const World forward({.seed = 11, .codes = 50}), backward({.seed = 11, .codes = 50}),
      other({.seed = 12, .codes = 50});
  auto tables = World::tables();
  std::vector<std::string> first;
  for (std::string_view table : tables)
    first.push_back(all_text(ask(forward, table, sample(table, ymd(20240628))).batch()));
  for (std::size_t k = tables.size(); k-- > 0;) {
    EXPECT_EQ(first[k],
              all_text(ask(backward, tables[k], sample(tables[k], ymd(20240628))).batch()))
        << tables[k];
    EXPECT_FALSE(first[k].empty()) << tables[k];
    if (tables[k] != "trade_cal") {
      EXPECT_NE(first[k], all_text(ask(other, tables[k], sample(tables[k], ymd(20240628))).batch()))
          << tables[k];
    }
  }
}

TEST(World, HistoryDoesNotChangeWhenNowAdvances) {
  const World world({.seed = 11, .codes = 50});
  const std::set<std::string_view> dated_by_state = {"namechange", "stock_basic", "stock_company"};
  for (std::string_view table : World::tables()) {
    if (dated_by_state.contains(table)) continue;  // a name's end, a share's status: as of now
    const Asked then = ask(world, table, sample(table, ymd(20240628)));
    const Asked later = ask(world, table, sample(table, ymd(20260630)));
    if (spec(table).time == "end_date") continue;  // corrections come in between
    EXPECT_EQ(all_text(then.batch()), all_text(later.batch())) << table;
  }
}

TEST(World, KeysAreUniqueDatesDescendAndTheKeyIsNeverNull) {
  const World world({.seed = 11, .codes = 50});
  for (std::string_view table : World::tables()) {
    const catalog::TableSpec& of = spec(table);
    const Asked asked = ask(world, table, sample(table, ymd(20240628)));
    EXPECT_EQ(asked.batch().fields(), of.fields()) << table;
    std::set<std::string> keys;
    for (std::size_t r = 0; r < asked.size(); ++r) {
      std::string key;
      for (const std::string& column : of.key) {
        EXPECT_FALSE(asked.null(r, column)) << table << " " << column;
        key += asked.text(r, column) + "|";
      }
      EXPECT_TRUE(keys.insert(key).second) << table << " " << key;
      if (of.dated() && r > 0) {
        EXPECT_LE(asked.date(r, of.time), asked.date(r - 1, of.time)) << table;
      }
    }
  }
}

/// Columns that have no value in any row of a sample; the docstrings say why.
TEST(World, ColumnsAreFilled) {
  const World world({.seed = 11, .codes = 200});
  const std::set<std::string> sparse = {"income_vip", "balancesheet_vip", "cashflow_vip",
                                        "fina_indicator"};
  const std::set<std::string> known = {"hm_detail.tag", "suspend_d.suspend_timing",
                                       "express_vip.perf_summary", "express_vip.remark"};
  for (std::string_view table : World::tables()) {
    if (sparse.contains(std::string(table))) continue;
    const Asked asked = ask(world, table, sample(table, ymd(20240628)));
    for (const frame::Field& field : asked.batch().fields()) {
      const std::string name = std::string(table) + "." + field.name;
      std::size_t filled = 0;
      for (std::size_t r = 0; r < asked.size(); ++r) filled += !asked.null(r, field.name);
      EXPECT_EQ(filled > 0, !known.contains(name)) << name;
    }
  }
}

TEST(World, ManyThreadsHearTheSame) {
  const World world({.seed = 11, .codes = 40}), alone({.seed = 11, .codes = 40});
  const std::vector<std::string> tables = {"daily", "stk_factor", "daily_basic", "income_vip"};
  std::vector<std::string> heard(8);
  {
    std::vector<std::jthread> threads;
    for (std::size_t k = 0; k < heard.size(); ++k)
      threads.emplace_back([&, k] {
        const std::string& table = tables[k % tables.size()];
        heard[k] = all_text(ask(world, table, sample(table, ymd(20240628))).batch());
      });
  }
  for (std::size_t k = 0; k < heard.size(); ++k) {
    const std::string& table = tables[k % tables.size()];
    EXPECT_EQ(heard[k], all_text(ask(alone, table, sample(table, ymd(20240628))).batch())) << table;
  }
}

TEST(World, OneCodeAndOneDayAreTheSameCells) {
  const World world({.seed = 11, .codes = 50});
  for (const char* table : {"daily", "daily_basic", "stk_factor", "stk_factor_pro", "moneyflow",
                            "cyq_perf", "weekly"}) {
    const Date day = ymd(20240628);
    const Asked one = ask(world, table, Asking(day).code("600002.SH").days(ymd(20200101), day));
    const Asked all = ask(world, table, Asking(day).days(day, day));
    ASSERT_GT(one.size(), 0U) << table;
    std::uint32_t row = 0;
    while (all.text(row, "ts_code") != "600002.SH") ++row;
    EXPECT_EQ(all_text(one.batch().take(std::vector<std::uint32_t>{0})),
              all_text(all.batch().take(std::vector<std::uint32_t>{row})))
        << table;
  }
}

}  // namespace
}  // namespace kanpan::source::sim::world
