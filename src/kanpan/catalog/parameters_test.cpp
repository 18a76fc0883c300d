#include "kanpan/catalog/parameters.hpp"

#include <gtest/gtest.h>

namespace kanpan::catalog {
namespace {

TableSpec table(std::string api, std::vector<std::string> columns,
                std::vector<std::pair<std::string, std::string>> parameters) {
  TableSpec spec;
  spec.name = spec.source.api = std::move(api);
  for (auto& name : columns) {
    const bool is_date = name.ends_with("_date");
    spec.columns.push_back(
        {name, is_date ? frame::Type::Date : frame::Type::Text, "", "", "", true});
  }
  for (auto& [name, label] : parameters)
    spec.source.parameters.push_back({name, "str", false, label});
  spec.code = spec.column("ts_code") ? "ts_code" : "";
  spec.time = spec.column("trade_date") ? "trade_date" : spec.column("end_date") ? "end_date" : "";
  return spec;
}

void expect(const TableSpec& spec, std::string_view parameter, ParameterKind kind,
            std::string_view column) {
  const Meaning found = meaning(spec, parameter);
  EXPECT_EQ(found.kind, kind) << parameter;
  EXPECT_EQ(found.column, column) << parameter;
}

TEST(Parameters, daily_ranges_bound_the_trade_date) {
  const auto daily = table(
      "daily", {"ts_code", "trade_date", "close"},
      {{"ts_code", ""}, {"trade_date", ""}, {"start_date", "开始日期"}, {"end_date", "结束日期"}});
  expect(daily, "ts_code", ParameterKind::Equal, "ts_code");
  expect(daily, "trade_date", ParameterKind::Equal, "trade_date");
  expect(daily, "start_date", ParameterKind::From, "trade_date");
  expect(daily, "end_date", ParameterKind::To, "trade_date");
  expect(daily, "limit", ParameterKind::Limit, "");
  expect(daily, "offset", ParameterKind::Offset, "");
  expect(daily, "close", ParameterKind::Ignored, "");
  expect(daily, "nonsense", ParameterKind::Ignored, "");
}

TEST(Parameters, label_tells_which_date_a_statement_range_bounds) {
  const std::vector<std::string> columns{"ts_code", "ann_date", "end_date", "report_type"};
  const auto income = table("income", columns,
                            {{"start_date", "公告日开始日期"},
                             {"end_date", "公告日结束日期"},
                             {"period", "报告期"},
                             {"report_type", ""}});
  expect(income, "start_date", ParameterKind::From, "ann_date");
  expect(income, "end_date", ParameterKind::To, "ann_date");
  expect(income, "period", ParameterKind::Equal, "end_date");
  expect(income, "report_type", ParameterKind::Equal, "report_type");
  const auto indicator = table("fina_indicator", columns, {{"start_date", "报告期开始日期"}});
  expect(indicator, "start_date", ParameterKind::From, "end_date");
}

TEST(Parameters, end_date_alone_is_a_column) {
  const auto spec = table("disclosure_date", {"ts_code", "end_date"}, {{"end_date", "财报周期"}});
  expect(spec, "end_date", ParameterKind::Equal, "end_date");
}

TEST(Parameters, names_that_differ_from_their_column_are_known) {
  const auto hot = table("ths_hot", {"trade_date", "data_type", "rank_time"},
                         {{"market", "热榜类型"}, {"is_new", "是否最新"}});
  expect(hot, "market", ParameterKind::Equal, "data_type");
  expect(hot, "is_new", ParameterKind::Newest, "");
  const auto limits = table("limit_list_d", {"trade_date", "ts_code", "limit"},
                            {{"limit_type", ""}, {"exchange", ""}});
  expect(limits, "limit_type", ParameterKind::Equal, "limit");
  expect(limits, "exchange", ParameterKind::CodeSuffix, "");
}

TEST(Parameters, a_split_names_its_column) {
  auto spec = table("some_list", {"trade_date", "kind"}, {{"type", ""}});
  expect(spec, "type", ParameterKind::Ignored, "");
  spec.source.split = Split{"type", {"a", "b"}, true, "kind"};
  expect(spec, "type", ParameterKind::Equal, "kind");
}

TEST(Parameters, the_sources_own_assumptions_are_listed) {
  const auto basic = table("stock_basic", {"ts_code", "list_status"}, {});
  EXPECT_EQ(assumed_parameters(basic),
            (std::vector<std::pair<std::string, std::string>>{{"list_status", "L"}}));
  EXPECT_TRUE(assumed_parameters(table("daily", {"ts_code"}, {})).empty());
}

TEST(Parameters, board_follows_the_number_range) {
  EXPECT_EQ(board_of("300750.SZ"), "GEM");
  EXPECT_EQ(board_of("688981.SH"), "STAR");
  EXPECT_EQ(board_of("920819.BJ"), "BJ");
  EXPECT_EQ(board_of("600000.SH"), "HS");
}

}  // namespace
}  // namespace kanpan::catalog
