// The policies of the requirements, word for word, against what the catalog holds.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kanpan/catalog/catalog.hpp"

namespace kanpan::catalog {
namespace {

const std::filesystem::path kTables = std::filesystem::path(KANPAN_SOURCE_DIR) / "catalog/tables";

struct Required {
  std::string table, category;
  UpdateMode mode;
  std::string schedule;
  int batch_size, retry_times;
  Conflict conflict;
  std::string cache_invalidate;
  std::vector<std::string> quality_checks;
  int poll_interval;
};

const std::vector<Required> kRequired{
    {"daily",
     "quote",
     UpdateMode::Incremental,
     "0 18 * * 1-5",
     5000,
     3,
     Conflict::Replace,
     "quote:daily:*:{date}",
     {"check_volume_not_null", "check_price_range", "check_continuity"},
     0},
    {"weekly",
     "quote",
     UpdateMode::Incremental,
     "0 19 * * 5",
     5000,
     3,
     Conflict::Replace,
     "quote:weekly:*",
     {},
     0},
    {"stk_factor",
     "quote",
     UpdateMode::Incremental,
     "30 18 * * 1-5",
     3000,
     3,
     Conflict::Replace,
     "quote:factor:*:{date}",
     {},
     0},
    {"stk_factor_pro",
     "quote",
     UpdateMode::Incremental,
     "0 19 * * 1-5",
     2000,
     3,
     Conflict::Replace,
     "quote:factor_pro:*:{date}",
     {},
     0},
    {"daily_basic",
     "quote",
     UpdateMode::Incremental,
     "0 18 * * 1-5",
     5000,
     3,
     Conflict::Replace,
     "quote:basic:*:{date}",
     {},
     0},
    {"adj_factor",
     "quote",
     UpdateMode::Incremental,
     "0 6 * * 1-5",
     5000,
     5,
     Conflict::Merge,
     "quote:adj:*",
     {},
     0},
    {"fina_indicator",
     "finance",
     UpdateMode::Merge,
     "event_driven",
     2000,
     5,
     Conflict::Replace,
     "fina:indicator:*",
     {"check_report_date_valid", "check_indicator_consistency", "check_cross_validation"},
     0},
    {"balancesheet_vip",
     "finance",
     UpdateMode::Merge,
     "event_driven",
     1000,
     5,
     Conflict::Replace,
     "fina:balance:*",
     {},
     0},
    {"income_vip",
     "finance",
     UpdateMode::Merge,
     "event_driven",
     1000,
     5,
     Conflict::Replace,
     "fina:income:*",
     {},
     0},
    {"cashflow_vip",
     "finance",
     UpdateMode::Merge,
     "event_driven",
     1000,
     5,
     Conflict::Replace,
     "fina:cashflow:*",
     {},
     0},
    {"express_vip",
     "finance",
     UpdateMode::Incremental,
     "event_driven",
     500,
     3,
     Conflict::Replace,
     "fina:express:*",
     {},
     0},
    {"forecast_vip",
     "finance",
     UpdateMode::Incremental,
     "event_driven",
     500,
     3,
     Conflict::Replace,
     "fina:forecast:*",
     {},
     0},
    {"fina_audit",
     "finance",
     UpdateMode::Merge,
     "0 2 1 5 *",
     1000,
     3,
     Conflict::Replace,
     "fina:audit:*",
     {},
     0},
    {"limit_list_d",
     "market",
     UpdateMode::Incremental,
     "30 15 * * 1-5",
     2000,
     3,
     Conflict::Replace,
     "rank:limit_*:{date}",
     {},
     0},
    {"top_list",
     "market",
     UpdateMode::Incremental,
     "0 17 * * 1-5",
     1000,
     3,
     Conflict::Replace,
     "rank:toplist:{date}",
     {},
     0},
    {"hm_detail",
     "market",
     UpdateMode::Incremental,
     "0 17 * * 1-5",
     1000,
     3,
     Conflict::Replace,
     "rank:hm:*",
     {},
     0},
    {"moneyflow",
     "market",
     UpdateMode::Incremental,
     "0 18 * * 1-5",
     5000,
     3,
     Conflict::Replace,
     "realtime:moneyflow:*",
     {},
     0},
    {"margin",
     "market",
     UpdateMode::Incremental,
     "0 19 * * 1-5",
     3000,
     3,
     Conflict::Replace,
     "quote:margin:*",
     {},
     0},
    {"moneyflow_hsgt",
     "market",
     UpdateMode::Incremental,
     "0 18 * * 1-5",
     1000,
     3,
     Conflict::Replace,
     "moneyflow:hsgt:*",
     {},
     0},
    {"kpl_concept",
     "special",
     UpdateMode::Realtime,
     "continuous",
     500,
     3,
     Conflict::Replace,
     "realtime:hot:concept",
     {},
     30},
    {"kpl_list",
     "special",
     UpdateMode::Realtime,
     "continuous",
     500,
     3,
     Conflict::Replace,
     "realtime:kpl:*",
     {},
     30},
    {"ths_hot",
     "special",
     UpdateMode::Realtime,
     "continuous",
     500,
     3,
     Conflict::Replace,
     "realtime:hot:stock",
     {},
     60},
    {"cyq_chips",
     "special",
     UpdateMode::Incremental,
     "0 19 * * 1-5",
     3000,
     3,
     Conflict::Replace,
     "quote:cyq:*",
     {},
     0},
    {"cyq_perf",
     "special",
     UpdateMode::Incremental,
     "0 20 * * 1-5",
     2000,
     3,
     Conflict::Replace,
     "quote:cyq_perf:*",
     {},
     0},
    {"stock_basic",
     "base",
     UpdateMode::Full,
     "0 6 * * 1-5",
     5000,
     5,
     Conflict::Merge,
     "basic:*",
     {"check_code_uniqueness", "check_list_date_valid", "check_status_consistency"},
     0},
    {"stock_company",
     "base",
     UpdateMode::Full,
     "0 6 * * 1-5",
     3000,
     3,
     Conflict::Merge,
     "company:*",
     {},
     0},
    {"trade_cal",
     "base",
     UpdateMode::Full,
     "0 2 1 1 *",
     1000,
     3,
     Conflict::Replace,
     "meta:trade_cal",
     {},
     0},
};

TEST(Policies, are_those_of_the_requirements) {
  const auto catalog = Catalog::load(kTables);
  ASSERT_TRUE(catalog) << catalog.error().text();
  ASSERT_EQ(kRequired.size(), 27);
  for (const Required& required : kRequired) {
    SCOPED_TRACE(required.table);
    const auto table = catalog->find(required.table);
    ASSERT_TRUE(table) << table.error().text();
    const Policy& policy = (*table)->policy;
    EXPECT_EQ((*table)->category, required.category);
    EXPECT_FALSE((*table)->helper);
    EXPECT_EQ(policy.mode, required.mode);
    EXPECT_EQ(policy.schedule, required.schedule);
    EXPECT_EQ(policy.batch_size, required.batch_size);
    EXPECT_EQ(policy.retry_times, required.retry_times);
    EXPECT_EQ(policy.conflict, required.conflict);
    EXPECT_EQ(policy.cache_invalidate, required.cache_invalidate);
    EXPECT_EQ(policy.quality_checks, required.quality_checks);
    EXPECT_EQ(policy.poll_interval, required.poll_interval);
  }
}

TEST(Policies, every_other_table_is_a_helper) {
  const auto catalog = Catalog::load(kTables);
  ASSERT_TRUE(catalog) << catalog.error().text();
  std::vector<std::string> helpers;
  for (const TableSpec* table : catalog->tables())
    if (table->helper) helpers.push_back(table->name);
  EXPECT_THAT(helpers, testing::ElementsAre("dividend", "index_daily", "monthly", "namechange",
                                            "stk_limit", "suspend_d"));
}

struct Cached {
  std::string table;
  int l1, l2, l3;
  std::string key;
};

/// A table of each line of the cache matrix that names tables.
TEST(Policies, caches_are_those_of_the_matrix) {
  constexpr int kMinute = 60, kHour = 3600, kDay = 86400;
  const auto catalog = Catalog::load(kTables);
  ASSERT_TRUE(catalog) << catalog.error().text();
  for (const Cached& cached :
       std::vector<Cached>{{"ths_hot", 60, 5 * kMinute, 30 * kMinute, "hot:{type}:{ts}"},
                           {"daily_basic", 30, 15 * kMinute, 0, "quote:{code}:{date}"},
                           {"daily", 0, kHour, kDay, "kline:{code}:{type}:{range}"},
                           {"weekly", 0, kHour, kDay, "kline:{code}:{type}:{range}"},
                           {"fina_indicator", 0, 24 * kHour, 7 * kDay, "fina:{code}:{report_date}"},
                           {"stock_basic", 5 * kMinute, 24 * kHour, 7 * kDay, "basic:{code}"},
                           {"limit_list_d", 5 * kMinute, 30 * kMinute, 0, "limit:{date}"},
                           {"top_list", 0, 2 * kHour, kDay, "toplist:{date}"},
                           {"moneyflow", 2 * kMinute, 10 * kMinute, 0, "moneyflow:{code}:{ts}"}}) {
    SCOPED_TRACE(cached.table);
    const auto table = catalog->find(cached.table);
    ASSERT_TRUE(table) << table.error().text();
    EXPECT_EQ((*table)->cache.l1_seconds, cached.l1);
    EXPECT_EQ((*table)->cache.l2_seconds, cached.l2);
    EXPECT_EQ((*table)->cache.l3_seconds, cached.l3);
    EXPECT_EQ((*table)->cache.key, cached.key);
  }
}

struct Kept {
  std::string table;
  int hot, cold, archive;
};

/// The four tables that the requirements name, and one of the category kept for ever.
TEST(Policies, retention_is_that_of_the_requirements) {
  const auto catalog = Catalog::load(kTables);
  ASSERT_TRUE(catalog) << catalog.error().text();
  for (const Kept& kept : std::vector<Kept>{{"daily", 90, 365 * 3, 365 * 5},
                                            {"moneyflow", 90, 365 * 2, 365 * 3},
                                            {"kpl_concept", 30, 365, 365 * 2},
                                            {"fina_indicator", 365 * 2, 365 * 10, 0},
                                            {"stock_basic", 0, 0, 0}}) {
    SCOPED_TRACE(kept.table);
    const auto table = catalog->find(kept.table);
    ASSERT_TRUE(table) << table.error().text();
    EXPECT_EQ((*table)->retention.hot_days, kept.hot);
    EXPECT_EQ((*table)->retention.cold_days, kept.cold);
    EXPECT_EQ((*table)->retention.archive_days, kept.archive);
  }
}

}  // namespace
}  // namespace kanpan::catalog
