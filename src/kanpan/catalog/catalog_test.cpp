#include "kanpan/catalog/catalog.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kanpan::catalog {
namespace {

const std::filesystem::path kTables = std::filesystem::path(KANPAN_SOURCE_DIR) / "catalog/tables";

TEST(Catalog, loads_every_table_of_the_repository) {
  const auto catalog = Catalog::load(kTables);
  ASSERT_TRUE(catalog) << catalog.error().text();
  EXPECT_EQ(catalog->tables().size(), 33);
}

TEST(Catalog, finds_by_name_with_a_suggestion) {
  const auto catalog = Catalog::load(kTables);
  ASSERT_TRUE(catalog) << catalog.error().text();
  ASSERT_TRUE(catalog->find("daily"));
  EXPECT_EQ((*catalog->find("daily"))->title, "A股日线行情");
  const auto missing = catalog->find("dayly");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::NotFound);
  EXPECT_EQ(missing.error().text(), "no table 'dayly' (did you mean 'daily'?)");
}

TEST(Catalog, reads_what_a_table_says_of_itself) {
  const auto catalog = Catalog::load(kTables);
  ASSERT_TRUE(catalog) << catalog.error().text();
  const TableSpec& margin = **catalog->find("margin");
  EXPECT_EQ(margin.key, (std::vector<std::string>{"trade_date", "exchange_id"}));
  EXPECT_EQ(margin.since, Date::from_ymd(2010, 3, 31));
  EXPECT_EQ(margin.days, Days::Trading);
  EXPECT_EQ(margin.expect, Expect::Splits);
  EXPECT_EQ(margin.source.ready_second, 9 * 3600);
  EXPECT_EQ(margin.source.ready_days, 1);
  ASSERT_EQ(margin.source.walks.size(), 2);
  EXPECT_EQ(margin.source.walks[0].kind, WalkKind::Window);
  EXPECT_EQ(margin.source.walks[0].from, "start_date");
  EXPECT_EQ(margin.source.walks[0].max_days, 1800);
  ASSERT_TRUE(margin.source.split);
  EXPECT_EQ(margin.source.split->since.at("BSE"), Date::from_ymd(2023, 2, 13));
  EXPECT_EQ(margin.column("rzye")->unit, "元");
  EXPECT_EQ(margin.identities[0].relation, Relation::Sum);
  EXPECT_EQ(margin.identities[0].tolerance, 0.000001);
  EXPECT_EQ((*catalog->find("stock_basic"))->column("list_status")->by_default, false);
  EXPECT_EQ((*catalog->find("trade_cal"))->column("is_open")->type, frame::Type::Int);
  EXPECT_EQ((*catalog->find("weekly"))->column("pct_chg")->unit, "比例");
}

TEST(Catalog, the_codes_of_all_tables_are_shares_but_those_of_indices_and_lists) {
  const auto catalog = Catalog::load(kTables);
  ASSERT_TRUE(catalog) << catalog.error().text();
  std::vector<std::string> others;
  for (const TableSpec* table : catalog->tables())
    if (!table->code.empty() && table->takes_code("000111.KP")) others.push_back(table->name);
  std::ranges::sort(others);
  EXPECT_EQ(others, (std::vector<std::string>{"index_daily", "kpl_concept", "ths_hot"}));
  EXPECT_TRUE((*catalog->find("stock_basic"))->takes_code("TS0018.SH"));
}

TEST(Catalog, walk_of_a_twin_has_the_twins_terms) {
  const auto catalog = Catalog::load(kTables);
  ASSERT_TRUE(catalog) << catalog.error().text();
  const SourceSpec& source = (*catalog->find("fina_indicator"))->source;
  const Walk& by_period = source.walks.front();
  const Walk& by_code = source.walks.back();
  EXPECT_EQ(source.api_of(by_period), "fina_indicator_vip");
  EXPECT_EQ(source.points_of(by_period), 5000);
  EXPECT_EQ(source.row_limit_of(by_period), std::nullopt);
  EXPECT_EQ(source.api_of(by_code), "fina_indicator");
  EXPECT_EQ(source.points_of(by_code), 2000);
  EXPECT_EQ(source.row_limit_of(by_code), 100);
}

TEST(Catalog, every_event_driven_table_can_be_polled_for_announcements) {
  const auto catalog = Catalog::load(kTables);
  ASSERT_TRUE(catalog) << catalog.error().text();
  for (const TableSpec* table : catalog->tables())
    EXPECT_EQ(
        table->policy.schedule == "event_driven",
        std::ranges::any_of(table->source.walks,
                            [](const Walk& walk) { return walk.kind == WalkKind::Announcement; }))
        << table->name;
}

/// The default of the settings is 2,000 points: what can be had for them must have a way.
TEST(Catalog, every_statement_has_a_walk_for_two_thousand_points) {
  const auto catalog = Catalog::load(kTables);
  ASSERT_TRUE(catalog) << catalog.error().text();
  for (const TableSpec* table : catalog->tables())
    if (table->category == "finance") {
      const bool reachable = std::ranges::any_of(table->source.walks, [&](const Walk& walk) {
        return table->source.points_of(walk).value_or(0) <= 2000;
      });
      EXPECT_TRUE(reachable) << table->name;
    }
}

/// English labels are there for every column of the tables that people open daily.
TEST(Catalog, everyday_tables_are_labelled_in_both_languages) {
  const auto catalog = Catalog::load(kTables);
  ASSERT_TRUE(catalog) << catalog.error().text();
  for (const char* name :
       {"daily",       "weekly",       "monthly",    "daily_basic",    "adj_factor",
        "stock_basic", "trade_cal",    "moneyflow",  "moneyflow_hsgt", "limit_list_d",
        "top_list",    "margin",       "hm_detail",  "ths_hot",        "kpl_list",
        "kpl_concept", "cyq_chips",    "cyq_perf",   "stk_factor",     "stk_limit",
        "suspend_d",   "index_daily",  "dividend",   "namechange",     "stock_company",
        "fina_audit",  "forecast_vip", "express_vip"})
    for (const ColumnSpec& column : (*catalog->find(name))->columns)
      EXPECT_FALSE(column.label_en.empty()) << name << "." << column.name;
}

TEST(Catalog, finds_by_interface_and_by_its_twin) {
  const auto catalog = Catalog::load(kTables);
  ASSERT_TRUE(catalog) << catalog.error().text();
  for (const auto& [api, table] : {std::pair{"income_vip", "income_vip"},
                                   {"income", "income_vip"},
                                   {"fina_indicator", "fina_indicator"},
                                   {"fina_indicator_vip", "fina_indicator"}}) {
    ASSERT_NE(catalog->by_api(api), nullptr) << api;
    EXPECT_EQ(catalog->by_api(api)->name, table);
  }
  EXPECT_EQ(catalog->by_api("pro_bar"), nullptr);
}

TEST(Catalog, refuses_to_bring_along_what_it_does_not_have) {
  const auto directory = std::filesystem::path(testing::TempDir()) / "kanpan_catalog_alone";
  std::filesystem::create_directories(directory);
  std::filesystem::copy_file(kTables / "quote/daily.yaml", directory / "daily.yaml",
                             std::filesystem::copy_options::overwrite_existing);
  const auto catalog = Catalog::load(directory);
  ASSERT_FALSE(catalog);
  EXPECT_EQ(catalog.error().code, Errc::Config);
  EXPECT_THAT(catalog.error().message,
              testing::EndsWith("daily.yaml: with: no table 'adj_factor'"));
}

/// The example of docs/reference/catalog.md, as somebody adding a table would copy it.
TEST(Catalog, loads_the_documented_example) {
  std::ifstream in(std::filesystem::path(KANPAN_SOURCE_DIR) / "docs/reference/catalog.md");
  const std::string page{std::istreambuf_iterator<char>(in), {}};
  constexpr std::string_view kFence = "```yaml\n";
  const std::size_t begin = page.find(kFence);
  ASSERT_NE(begin, std::string::npos);
  const std::size_t end = page.find("```", begin + kFence.size());
  const auto directory = std::filesystem::path(testing::TempDir()) / "kanpan_catalog_example";
  std::filesystem::create_directories(directory);
  std::ofstream(directory / "stk_limit.yaml")
      << page.substr(begin + kFence.size(), end - begin - kFence.size());
  const auto catalog = Catalog::load(directory);
  ASSERT_TRUE(catalog) << catalog.error().text();
  EXPECT_EQ(catalog->names(), std::vector<std::string>{"stk_limit"});
}

}  // namespace
}  // namespace kanpan::catalog
