#include "kanpan/catalog/parameters.hpp"

#include <gtest/gtest.h>

#include "kanpan/catalog/catalog.hpp"

namespace kanpan::catalog {
namespace {

/// A table of the repository.
const TableSpec& shipped(std::string_view name) {
  static const auto catalog =
      Catalog::load(std::filesystem::path(KANPAN_SOURCE_DIR) / "catalog/tables");
  return **catalog.value().find(name);
}

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

TEST(Parameters, the_file_tells_which_date_a_statement_range_bounds) {
  const TableSpec& income = shipped("income_vip");
  expect(income, "start_date", ParameterKind::From, "ann_date");
  expect(income, "end_date", ParameterKind::To, "ann_date");
  expect(income, "period", ParameterKind::Equal, "end_date");
  expect(income, "report_type", ParameterKind::Equal, "report_type");
  expect(shipped("fina_indicator"), "start_date", ParameterKind::From, "end_date");
  const TableSpec& names = shipped("namechange");  // undated, with a column of that very name
  expect(names, "start_date", ParameterKind::From, "ann_date");
  expect(names, "end_date", ParameterKind::To, "ann_date");
}

TEST(Parameters, end_date_alone_is_a_column) {
  const auto spec = table("disclosure_date", {"ts_code", "end_date"}, {{"end_date", "财报周期"}});
  expect(spec, "end_date", ParameterKind::Equal, "end_date");
}

TEST(Parameters, names_that_differ_from_their_column_are_known) {
  const TableSpec& hot = shipped("ths_hot");
  expect(hot, "market", ParameterKind::Equal, "data_type");
  expect(hot, "is_new", ParameterKind::Newest, "rank_time");
  EXPECT_EQ(list_columns(hot, "rank_time"), (std::vector<std::string>{"trade_date", "data_type"}));
  const TableSpec& limits = shipped("limit_list_d");
  expect(limits, "limit_type", ParameterKind::Equal, "limit");
  expect(limits, "exchange", ParameterKind::CodeSuffix, "");
}

TEST(Parameters, what_is_said_of_a_parameter_goes_before_its_name) {
  auto spec = table("some_list", {"ts_code", "trade_date", "ann_date", "kind"},
                    {{"type", ""}, {"since", ""}, {"until", ""}, {"kind", ""}, {"end_date", ""}});
  auto& parameters = spec.source.parameters;
  parameters[0].column = "kind";
  parameters[1].matches = ParameterKind::From;
  parameters[2].matches = ParameterKind::To;
  parameters[2].column = "ann_date";
  parameters[3].matches = ParameterKind::Board;
  parameters[4].matches = ParameterKind::To;
  expect(spec, "type", ParameterKind::Equal, "kind");
  expect(spec, "since", ParameterKind::From, "trade_date");
  expect(spec, "until", ParameterKind::To, "ann_date");
  expect(spec, "kind", ParameterKind::Board, "");
  expect(spec, "end_date", ParameterKind::To, "trade_date");
}

TEST(Parameters, a_split_names_its_column) {
  auto spec = table("some_list", {"trade_date", "kind"}, {{"type", ""}});
  expect(spec, "type", ParameterKind::Ignored, "");
  spec.source.split = Split{"type", {"a", "b"}, true, "kind"};
  expect(spec, "type", ParameterKind::Equal, "kind");
}

TEST(Parameters, the_sources_own_assumptions_are_listed) {
  using Assumed = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(assumed_parameters(shipped("stock_basic")), (Assumed{{"list_status", "L"}}));
  EXPECT_EQ(assumed_parameters(shipped("trade_cal")), (Assumed{{"exchange", "SSE"}}));
  EXPECT_EQ(assumed_parameters(shipped("kpl_list")), (Assumed{{"tag", "涨停"}}));
  for (const char* statement : {"income_vip", "balancesheet_vip", "cashflow_vip"})
    EXPECT_EQ(assumed_parameters(shipped(statement)), (Assumed{{"report_type", "1"}}));
  EXPECT_TRUE(assumed_parameters(shipped("daily")).empty());
}

TEST(Parameters, board_follows_the_number_range) {
  EXPECT_EQ(board_of("300750.SZ"), "GEM");
  EXPECT_EQ(board_of("688981.SH"), "STAR");
  EXPECT_EQ(board_of("920819.BJ"), "BJ");
  EXPECT_EQ(board_of("600000.SH"), "HS");
}

}  // namespace
}  // namespace kanpan::catalog
