#include "kanpan/source/sim/reading.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kanpan/source/sim/sample_table.hpp"

namespace kanpan::source::sim {
namespace {

using test::batch_of;
using test::column;
using test::parameter;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

Date day(std::string_view text) { return *parse_date(text); }

std::variant<Reading, protocol::Verdict> read(const catalog::TableSpec& table,
                                              std::map<std::string, std::string> parameters) {
  return read_parameters(table, {table.source.api, "", std::move(parameters), {}});
}

Reading good(const catalog::TableSpec& table, std::map<std::string, std::string> parameters) {
  auto result = read(table, std::move(parameters));
  const protocol::Verdict* verdict = std::get_if<protocol::Verdict>(&result);
  EXPECT_EQ(verdict, nullptr) << (verdict ? verdict->message : "");
  return verdict ? Reading{} : std::get<Reading>(std::move(result));
}

std::string refusal(const catalog::TableSpec& table,
                    std::map<std::string, std::string> parameters) {
  const auto result = read(table, std::move(parameters));
  const protocol::Verdict* verdict = std::get_if<protocol::Verdict>(&result);
  return verdict ? verdict->message : "accepted";
}

std::vector<std::uint32_t> kept(const catalog::TableSpec& table, const Reading& reading,
                                const frame::Batch& batch) {
  const auto all = conditions(reading, batch);
  std::vector<std::uint32_t> rows;
  for (std::uint32_t row = 0; row < batch.rows(); ++row)
    if (holds(all, row)) rows.push_back(row);
  return reading.selection.of(table, batch, std::move(rows));
}

TEST(Reading, day_of_the_time_column_is_a_range_of_one) {
  const Question question = good(test::daily_table(), {{"trade_date", "20240628"}}).question;
  EXPECT_EQ(question.from, day("20240628"));
  EXPECT_EQ(question.to, day("20240628"));
  EXPECT_THAT(question.equal, IsEmpty());
}

TEST(Reading, start_and_end_bound_the_time_column) {
  const Question question =
      good(test::daily_table(), {{"start_date", "20240601"}, {"end_date", "20240628"}}).question;
  EXPECT_EQ(question.from, day("20240601"));
  EXPECT_EQ(question.to, day("20240628"));
}

TEST(Reading, day_and_range_together_narrow_each_other) {
  const Question question =
      good(test::daily_table(), {{"trade_date", "20240610"}, {"start_date", "20240601"}}).question;
  EXPECT_EQ(question.from, day("20240610"));
  EXPECT_EQ(question.to, day("20240610"));
}

TEST(Reading, codes_are_a_comma_separated_list) {
  const Question question =
      good(test::daily_table(), {{"ts_code", "000001.SZ, 600000.SH,"}}).question;
  EXPECT_THAT(question.codes, ElementsAre("000001.SZ", "600000.SH"));
}

TEST(Reading, unknown_parameters_are_ignored) {
  EXPECT_FALSE(good(test::daily_table(), {{"colour", "red"}}).filters());
}

TEST(Reading, statement_range_bounds_the_announcement_and_period_the_report) {
  const Question question =
      good(test::income_table(),
           {{"start_date", "20240401"}, {"end_date", "20240430"}, {"period", "20240331"}})
          .question;
  EXPECT_EQ(question.from, day("20240331"));
  EXPECT_EQ(question.to, day("20240331"));
  ASSERT_EQ(question.between.size(), 1U);
  EXPECT_EQ(question.between[0].column, "ann_date");
  EXPECT_EQ(question.between[0].from, day("20240401"));
  EXPECT_EQ(question.between[0].to, day("20240430"));
}

TEST(Reading, range_of_which_nothing_is_said_bounds_the_report_period) {
  catalog::TableSpec table = test::income_table();
  table.source.parameters = {parameter("start_date", "报告期开始日期"),
                             parameter("end_date", "报告期结束日期")};
  const Question question = good(table, {{"start_date", "20240101"}}).question;
  EXPECT_EQ(question.from, day("20240101"));
  EXPECT_THAT(question.between, IsEmpty());
}

TEST(Reading, end_date_without_a_start_date_is_a_column) {
  catalog::TableSpec table = test::income_table();
  table.source.api = "disclosure_date";
  table.source.parameters = {parameter("end_date", "财报周期")};
  const Question question = good(table, {{"end_date", "20240331"}}).question;
  EXPECT_EQ(question.from, day("20240331"));
  EXPECT_EQ(question.to, day("20240331"));
}

TEST(Reading, announcement_day_of_a_statement_is_a_bound) {
  const Question question = good(test::income_table(), {{"ann_date", "20240425"}}).question;
  ASSERT_EQ(question.between.size(), 1U);
  EXPECT_EQ(question.between[0].from, day("20240425"));
  EXPECT_EQ(question.between[0].to, day("20240425"));
}

TEST(Reading, report_type_1_is_assumed) {
  EXPECT_THAT(good(test::income_table(), {}).assumed, ElementsAre(Pair("report_type", "1")));
  const Reading asked = good(test::income_table(), {{"report_type", "6"}});
  EXPECT_THAT(asked.assumed, IsEmpty());
  EXPECT_THAT(asked.question.equal, ElementsAre(Pair("report_type", "6")));
}

TEST(Reading, assumption_keeps_rows_whose_cell_is_null) {
  const catalog::TableSpec table = test::income_table();
  const frame::Batch batch = batch_of(table, {{"A", "", "", "20240331", "1", "1"},
                                              {"B", "", "", "20240331", "6", "1"},
                                              {"C", "", "", "20240331", "", "1"}});
  EXPECT_THAT(kept(table, good(table, {}), batch), ElementsAre(0, 2));
  EXPECT_THAT(kept(table, good(table, {{"report_type", "1"}}), batch), ElementsAre(0));
}

TEST(Reading, assumption_holds_for_the_column_that_the_parameter_goes_by) {
  catalog::TableSpec table = test::income_table();
  table.source.parameters[5].name = "form";
  table.source.parameters[5].column = "report_type";
  EXPECT_THAT(good(table, {}).assumed, ElementsAre(Pair("report_type", "1")));
  const Reading asked = good(table, {{"form", "6"}});
  EXPECT_THAT(asked.assumed, IsEmpty());
  EXPECT_THAT(asked.question.equal, ElementsAre(Pair("report_type", "6")));
}

TEST(Reading, wrong_dates_are_refused) {
  const catalog::TableSpec table = test::daily_table();
  EXPECT_EQ(refusal(table, {{"trade_date", "20240230"}}), "参数校验失败，trade_date不能是20240230");
  EXPECT_EQ(refusal(table, {{"trade_date", "2024-06-28"}}),
            "参数校验失败，trade_date不能是2024-06-28");
  EXPECT_EQ(refusal(table, {{"end_date", "soon"}}), "参数校验失败，end_date不能是soon");
}

TEST(Reading, wrong_limit_and_offset_are_refused) {
  const catalog::TableSpec table = test::daily_table();
  EXPECT_EQ(refusal(table, {{"limit", "0"}}), "参数校验失败，limit不能是0");
  EXPECT_EQ(refusal(table, {{"limit", "ten"}}), "参数校验失败，limit不能是ten");
  EXPECT_EQ(refusal(table, {{"offset", "-1"}}), "参数校验失败，offset不能是-1");
  EXPECT_EQ(good(table, {{"limit", "10"}, {"offset", "20"}}).offset, 20U);
}

TEST(Reading, missing_required_parameter_is_refused) {
  catalog::TableSpec table = test::daily_table();
  table.source.parameters[0].required = true;
  EXPECT_EQ(refusal(table, {{"trade_date", "20240628"}}), "必填参数，ts_code");
  EXPECT_EQ(refusal(table, {{"ts_code", "600000.SH"}}), "accepted");
}

TEST(Reading, limit_type_and_exchange_of_the_limit_list) {
  catalog::TableSpec table;
  table.code = "ts_code";
  table.columns = {column("ts_code", frame::Type::Text), column("limit", frame::Type::Text)};
  table.source.parameters = {parameter("limit_type"), parameter("exchange")};
  table.source.parameters[0].column = "limit";
  table.source.parameters[1].matches = catalog::ParameterKind::CodeSuffix;
  const frame::Batch batch =
      batch_of(table, {{"600000.SH", "U"}, {"000001.SZ", "U"}, {"600001.SH", "D"}});
  EXPECT_THAT(kept(table, good(table, {{"limit_type", "U"}}), batch), ElementsAre(0, 1));
  EXPECT_THAT(kept(table, good(table, {{"exchange", "SH"}}), batch), ElementsAre(0, 2));
  EXPECT_THAT(kept(table, good(table, {{"exchange", "SH,SZ"}, {"limit_type", "D"}}), batch),
              ElementsAre(2));
}

TEST(Reading, market_of_the_limit_pools_is_a_board) {
  catalog::TableSpec table;
  table.code = "ts_code";
  table.columns = {column("ts_code", frame::Type::Text)};
  table.source.parameters = {parameter("market")};
  table.source.parameters[0].matches = catalog::ParameterKind::Board;
  const frame::Batch batch =
      batch_of(table, {{"600000.SH"}, {"300001.SZ"}, {"688001.SH"}, {"920001.BJ"}});
  EXPECT_THAT(kept(table, good(table, {{"market", "HS"}}), batch), ElementsAre(0));
  EXPECT_THAT(kept(table, good(table, {{"market", "GEM"}}), batch), ElementsAre(1));
  EXPECT_THAT(kept(table, good(table, {{"market", "STAR"}}), batch), ElementsAre(2));
}

TEST(Reading, hot_list_market_is_the_data_type_and_is_new_the_last_snapshot) {
  catalog::TableSpec table;
  table.key = {"trade_date", "data_type", "rank_time"};
  table.columns = {column("trade_date", frame::Type::Date), column("data_type", frame::Type::Text),
                   column("rank_time", frame::Type::Text)};
  table.time = "trade_date";
  table.source.parameters = {parameter("market"), parameter("is_new")};
  table.source.parameters[0].column = "data_type";
  table.source.parameters[1].matches = catalog::ParameterKind::Newest;
  table.source.parameters[1].column = "rank_time";
  const frame::Batch batch = batch_of(table, {{"20240628", "热股", "2024-06-28 22:30:00"},
                                              {"20240628", "热股", "2024-06-28 10:00:00"},
                                              {"20240628", "ETF", "2024-06-28 11:00:00"}});
  EXPECT_THAT(kept(table, good(table, {{"market", "热股"}}), batch), ElementsAre(0, 1));
  EXPECT_THAT(kept(table, good(table, {{"is_new", "Y"}}), batch), ElementsAre(0, 2));
  EXPECT_THAT(kept(table, good(table, {{"is_new", "N"}}), batch), ElementsAre(0, 1, 2));
  table.source.parameters[1].assumed = "Y";
  EXPECT_THAT(kept(table, good(table, {}), batch), ElementsAre(0, 2));
  EXPECT_THAT(kept(table, good(table, {{"is_new", "N"}}), batch), ElementsAre(0, 1, 2));
}

TEST(Reading, numbers_are_compared_by_value) {
  catalog::TableSpec table = test::daily_table();
  table.source.parameters.push_back(parameter("hidden"));
  const frame::Batch batch = batch_of(table, {{"A", "20240628", "1", "1", "1", "1", "1"},
                                              {"B", "20240628", "1", "1", "1", "1", "0"},
                                              {"C", "20240628", "1", "1", "1", "1", ""}});
  EXPECT_THAT(kept(table, good(table, {{"hidden", "1"}}), batch), ElementsAre(0));
  EXPECT_THAT(kept(table, good(table, {{"hidden", "0,1"}}), batch), ElementsAre(0, 1));
  EXPECT_THAT(good(table, {{"hidden", "0,1"}}).question.equal, IsEmpty());
  EXPECT_THAT(kept(table, good(table, {{"hidden", "one"}}), batch), IsEmpty());
}

}  // namespace
}  // namespace kanpan::source::sim
