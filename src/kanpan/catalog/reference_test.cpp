#include "kanpan/catalog/reference.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kanpan::catalog {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::filesystem::path kTables = std::filesystem::path(KANPAN_SOURCE_DIR) / "catalog/tables";

class Reference : public testing::Test {
 protected:
  void SetUp() override {
    auto catalog = Catalog::load(kTables);
    ASSERT_TRUE(catalog) << catalog.error().text();
    catalog_ = *std::move(catalog);
  }
  std::string page(std::string_view table) { return reference_page(**catalog_.find(table)); }

  Catalog catalog_;
};

TEST_F(Reference, page_names_source_policy_and_columns) {
  const std::string daily = page("daily");
  for (const char* part :
       {"# A股日线行情 · A-share daily bars\n", "| Key | `ts_code`, `trade_date` |\n",
        "| Time column | `trade_date`, trading days |\n", "| First day | 1990-12-19 |\n",
        "| Interface | `daily` (document 27) |\n", "| Rows per answer | 6000 |\n",
        "| A day is ready at | 16:00 the same day |\n",
        "- `daily`: one day, every code by `trade_date`; at most 6000 rows; 120 points\n",
        "| `trade_date` | str |  | 交易日期（YYYYMMDD） | `trade_date` |  |\n",
        "| Schedule | `0 18 * * 1-5` |\n", "| Memory (L1) | not cached |\n",
        "| Redis (L2) | 1 h |\n", "| Kept hot | 90 days |\n",
        "| price_between | `amount`, `vol`, `low`, `high` | 10 | 0.002 |\n",
        "| `vol` | real | 手 | 成交量 | Volume | yes | never |\n",
        "| `amount` | real | 千元 | 成交额 | Turnover | yes | all or none |\n"})
    EXPECT_THAT(daily, HasSubstr(part));
  EXPECT_THAT(daily, Not(HasSubstr("Poll interval")));
}

TEST_F(Reference, page_names_twin_split_and_fixed_parameters) {
  EXPECT_THAT(page("fina_indicator"),
              HasSubstr("- `fina_indicator_vip`: one report period, every code by `period`; no row "
                        "cap stated; 5000 points\n"));
  EXPECT_THAT(page("margin"),
              HasSubstr("| Split by `exchange_id` | `SSE`, `SZSE`, `BSE`; `BSE` since 2023-02-13 "
                        "|\n"));
  EXPECT_THAT(page("margin"), HasSubstr("09:00 the next day"));
  EXPECT_THAT(page("ths_hot"), HasSubstr("| Always sent | `is_new=N` |\n"));
  EXPECT_THAT(page("ths_hot"), HasSubstr("| Poll interval | 60 s |\n"));
  EXPECT_THAT(page("trade_cal"), HasSubstr("| range | `is_open` | 1 | 0 to 1 |\n"));
  EXPECT_THAT(page("daily_basic"),
              HasSubstr("`turnover_rate_f`, `free_share` | 1 | 0.05, all from 0.01 up |\n"));
  EXPECT_THAT(page("income_vip"), HasSubstr("`income_tax` | 1 | 0.01, since 2007-01-01 |\n"));
  EXPECT_THAT(page("stock_basic"), HasSubstr("| Kept hot | for ever |\n"));
}

TEST_F(Reference, page_tells_how_each_parameter_picks_rows) {
  EXPECT_THAT(page("stock_basic"),
              HasSubstr("| `list_status` | str |  | 上市状态 | `list_status` | `L` |\n"));
  EXPECT_THAT(page("limit_list_d"), HasSubstr("| 涨跌停类型 | `limit` |  |\n"));
  EXPECT_THAT(page("limit_list_d"), HasSubstr("| 交易所 | the code's suffix |  |\n"));
  EXPECT_THAT(page("ths_hot"), HasSubstr("| 是否最新 | the last `rank_time` | `Y` |\n"));
  EXPECT_THAT(page("income_vip"), HasSubstr("| 公告日开始日期 | `ann_date` from it on |  |\n"));
  EXPECT_THAT(page("income_vip"), HasSubstr("| 公告日结束日期 | `ann_date` up to it |  |\n"));
}

TEST_F(Reference, page_has_a_line_for_every_column) {
  for (const TableSpec* table : catalog_.tables()) {
    const std::string text = reference_page(*table);
    for (const ColumnSpec& column : table->columns)
      EXPECT_THAT(text, HasSubstr("\n| `" + column.name + "` | ")) << table->name;
  }
}

TEST_F(Reference, bar_in_a_cell_does_not_end_it) {
  TableSpec table = **catalog_.find("daily");
  table.columns.front().label = "a|b";
  EXPECT_THAT(reference_page(table), HasSubstr("| a\\|b |"));
}

TEST_F(Reference, index_links_every_table_under_its_category) {
  const std::string index = reference_index(catalog_);
  for (const std::string& name : catalog_.names())
    EXPECT_THAT(index, HasSubstr("| [" + name + "](" + name + ".md) |"));
  EXPECT_LT(index.find("[daily]"), index.find("## finance"));
  EXPECT_LT(index.find("## base"), index.find("[trade_cal]"));
}

}  // namespace
}  // namespace kanpan::catalog
