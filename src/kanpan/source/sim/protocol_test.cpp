#include "kanpan/source/sim/protocol.hpp"

#include <random>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kanpan/frame/json.hpp"
#include "kanpan/source/sim/sample_table.hpp"

namespace kanpan::source::sim {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;

const catalog::Catalog& tables() {
  static const catalog::Catalog loaded =
      catalog::Catalog::load(std::string(KANPAN_SOURCE_DIR) + "/catalog/tables").value();
  return loaded;
}

const catalog::TableSpec& table(std::string_view name) { return **tables().find(name); }

class ProtocolTest : public testing::Test {
 protected:
  ProtocolTest() {
    rows_.set(
        table("daily"),
        {{"000001.SZ", "20240628", "10.1", "10.3", "10", "10.15", "10.1", "0.05", "0.495",
          "525152.77", "1491300"},
         {"600000.SH", "20240628", "8", "8.8", "8", "8.75", "8", "0.75", "9.375", "100", "87"},
         {"000001.SZ", "20240627", "10", "10.1", "9.9", "10.1", "10", "0.1", "1", "", "5"}});
    rows_.set(table("trade_cal"), {{"SSE", "20240629", "0", "20240628"},
                                   {"SZSE", "20240629", "0", "20240628"},
                                   {"SSE", "20240628", "1", "20240627"}});
  }

  Protocol protocol(ProtocolOptions options = {}) {
    return Protocol(tables(), rows_, *clock_, std::move(options));
  }
  static std::string text(const net::Response& answer) {
    return std::get<std::string>(answer.body);
  }
  /// The body of an answer to `{"api_name":…, "token":"T", …}`.
  static std::string ask(Protocol& protocol, std::string_view api, std::string_view params = "{}",
                         std::string_view fields = "\"\"") {
    const std::string body = fmt::format(
        R"({{"api_name":"{}","token":"T","params":{},"fields":{}}})", api, params, fields);
    return text(protocol.answer("", body, "POST"));
  }
  static frame::ParsedPage page(const std::string& body, const catalog::TableSpec& table) {
    return frame::parse_page(body, table.fields()).value();
  }

  test::Rows rows_;
  std::unique_ptr<Clock> clock_ = *make_clock("2024-06-30T12:00:00+08:00");
};

TEST_F(ProtocolTest, envelope_is_written_as_the_source_does) {
  Protocol protocol = this->protocol();
  const std::string body =
      ask(protocol, "daily", R"({"ts_code":"000001.SZ"})", R"("trade_date,vol,amount,close")");
  EXPECT_THAT(body,
              testing::MatchesRegex(
                  R"(\{"request_id":"[0-9a-f]{48}","code":0,"data":.*,"msg":"","detail":null\})"));
  EXPECT_THAT(body, HasSubstr(R"("data":{"fields":["trade_date","vol","amount","close"],"items":[)"
                              R"(["20240628",525152.77,1491300.0,10.15],)"
                              R"(["20240627",null,5.0,10.1]],"has_more":false,"count":-1})"));
}

TEST_F(ProtocolTest, answer_is_http_200_json) {
  Protocol protocol = this->protocol();
  const net::Response answer = protocol.answer("nonsense", "{}", "POST");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.headers.get("content-type"), "application/json; charset=utf-8");
  EXPECT_FALSE(answer.misbehaviour.any());
  EXPECT_FALSE(answer.misbehaviour.drop);
}

TEST_F(ProtocolTest, interface_may_be_named_in_the_path) {
  Protocol protocol = this->protocol();
  const std::string body = text(protocol.answer("daily", R"({"token":"x"})", "POST"));
  EXPECT_EQ(page(body, table("daily")).batch.rows(), 3U);
}

TEST_F(ProtocolTest, request_ids_differ) {
  Protocol protocol = this->protocol();
  EXPECT_NE(ask(protocol, "daily").substr(0, 64), ask(protocol, "daily").substr(0, 64));
}

TEST_F(ProtocolTest, fields_may_be_an_array_and_unknown_ones_are_ignored) {
  Protocol protocol = this->protocol();
  EXPECT_THAT(ask(protocol, "daily", "{}", R"(["close","colour","ts_code"])"),
              HasSubstr(R"("fields":["close","ts_code"],"items":[[10.15,"000001.SZ"],)"));
}

TEST_F(ProtocolTest, columns_that_are_no_default_come_only_when_named) {
  rows_.set(table("stock_basic"), {{"000001.SZ", "000001", "平安银行"}});
  const catalog::TableSpec& basic = table("stock_basic");
  std::vector<std::string> hidden;
  std::vector<std::string> row;
  for (const catalog::ColumnSpec& column : basic.columns) {
    if (!column.by_default) hidden.push_back(column.name);
    row.push_back(column.name == "list_status" ? "L" : "");
  }
  ASSERT_FALSE(hidden.empty());
  rows_.set(basic, {row});
  Protocol protocol = this->protocol();
  EXPECT_EQ(page(ask(protocol, "stock_basic"), basic).missing, hidden);
  EXPECT_THAT(ask(protocol, "stock_basic", "{}", fmt::format("\"{}\"", hidden[0])),
              HasSubstr(fmt::format(R"("fields":["{}"])", hidden[0])));
}

TEST_F(ProtocolTest, assumed_parameters_apply) {
  Protocol protocol = this->protocol();
  EXPECT_EQ(page(ask(protocol, "trade_cal"), table("trade_cal")).batch.rows(), 2U);
  EXPECT_EQ(
      page(ask(protocol, "trade_cal", R"({"exchange":"SZSE"})"), table("trade_cal")).batch.rows(),
      1U);
  EXPECT_EQ(page(ask(protocol, "trade_cal", R"({"is_open":"1"})"), table("trade_cal")).batch.rows(),
            1U);
}

TEST_F(ProtocolTest, day_is_not_there_before_its_ready_time) {
  clock_ = *make_clock("2024-06-28T09:00:00+08:00");
  Protocol protocol = this->protocol();
  const std::string body = ask(protocol, "daily", R"({"trade_date":"20240628"})");
  EXPECT_THAT(body, HasSubstr(R"("items":[],"has_more":false)"));
  EXPECT_EQ(page(ask(protocol, "daily"), table("daily")).batch.rows(), 1U);
}

TEST_F(ProtocolTest, refusals_are_worded_as_the_source_does) {
  ProtocolOptions options;
  options.token = "T";
  Protocol protocol = this->protocol(options);
  const auto refused = [&](const std::string& body, int code, std::string_view message) {
    EXPECT_THAT(body, HasSubstr(fmt::format(R"("code":{},"data":null,"msg":"{}","detail":null)",
                                            code, message)));
  };
  refused(text(protocol.answer("", R"({"api_name":"daily","token":"X"})", "POST")), 40101,
          "您的token不对，请确认。");
  refused(text(protocol.answer("", R"({"api_name":"daily"})", "POST")), 40101,
          "您的token不对，请确认。");
  refused(ask(protocol, "pro_bar"), -2001, "请指定正确的接口名");
  refused(text(protocol.answer("", "{}", "POST")), -2001, "请指定正确的接口名");
  refused(text(protocol.answer("", "<xml>", "POST")), -2001,
          "参数校验失败，请求应是JSON对象，其中params也是对象");
  refused(text(protocol.answer("daily", "", "GET")), 405,
          "抱歉, 不合法的请求，(HTTP 405: Method Not Allowed)！");
  refused(ask(protocol, "cyq_chips", R"({"trade_date":"20240628"})"), -2001, "必填参数，ts_code");
  refused(ask(protocol, "daily", R"({"trade_date":"20240631"})"), -2001,
          "参数校验失败，trade_date不能是20240631");
}

TEST_F(ProtocolTest, quota_and_points_refuse) {
  ProtocolOptions options;
  options.points = 120;
  options.wording = protocol::RateWording::Older;
  options.quota_now = [] { return std::chrono::steady_clock::time_point{}; };
  Protocol protocol = this->protocol(options);
  EXPECT_THAT(ask(protocol, "trade_cal"),
              HasSubstr("抱歉，您没有接口(trade_cal)访问权限，权限的具体详情访问："
                        "https://tushare.pro/document/1?doc_id=108。"));
  for (int i = 0; i < 500; ++i) EXPECT_THAT(ask(protocol, "daily"), HasSubstr("\"code\":0"));
  EXPECT_THAT(ask(protocol, "daily"),
              HasSubstr("抱歉，您每分钟最多访问该接口500次，权限的具体详情"
                        "访问：https://tushare.pro/document/1?doc_id=108。"));
}

TEST_F(ProtocolTest, twins_share_rows_and_differ_in_terms) {
  const catalog::TableSpec& income = table("income_vip");
  std::vector<std::string> row;
  for (const catalog::ColumnSpec& column : income.columns)
    row.push_back(column.name == "ts_code"         ? "000001.SZ"
                  : column.name == "report_type"   ? "1"
                  : column.name.ends_with("_date") ? "20240331"
                                                   : "");
  rows_.set(income, {row});
  ProtocolOptions options;
  options.points = 2000;
  Protocol protocol = this->protocol(options);
  EXPECT_THAT(ask(protocol, "income_vip", R"({"period":"20240331"})"),
              HasSubstr("抱歉，您没有接口(income_vip)访问权限"));
  EXPECT_THAT(ask(protocol, "income", R"({"period":"20240331"})"), HasSubstr("必填参数，ts_code"));
  EXPECT_EQ(page(ask(protocol, "income", R"({"ts_code":"000001.SZ"})"), income).batch.rows(), 1U);
}

TEST_F(ProtocolTest, points_query_tells_the_points) {
  ProtocolOptions options;
  options.token = "T";
  options.points = 5000;
  Protocol protocol = this->protocol(options);
  EXPECT_THAT(text(protocol.answer("", R"({"api_name":"user","params":{"token":"T"}})", "POST")),
              HasSubstr(R"("fields":["user_id","到期时间","到期积分"],"items":[["100000",)"
                        R"("2099-12-31",5000.0]])"));
  EXPECT_THAT(text(protocol.answer("user", R"({"params":{"token":"X"}})", "POST")),
              HasSubstr("您的token不对，请确认。"));
}

TEST_F(ProtocolTest, failing_data_set_is_an_error_of_the_envelope) {
  Protocol protocol = this->protocol();
  EXPECT_THAT(ask(protocol, "weekly"),
              HasSubstr(R"x("code":50000,"data":null,"msg":"no rows of weekly (set some)")x"));
}

TEST_F(ProtocolTest, calls_from_many_threads_are_answered_alike) {
  Protocol protocol = this->protocol();
  const std::string wanted =
      page(ask(protocol, "daily"), table("daily")).batch.column(0).text_of(2);
  std::atomic<int> same{0};
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i)
        same += page(ask(protocol, "daily"), table("daily")).batch.column(0).text_of(2) == wanted;
    });
  threads.clear();
  EXPECT_EQ(same, 200);
}

/// A market of 130 codes over 60 days, with the naive answer to any question beside it.
class Paging : public ProtocolTest {
 protected:
  struct Row {
    std::string code, date, close;
    friend bool operator==(const Row&, const Row&) = default;
  };

  Paging() {
    std::vector<std::vector<std::string>> cells;
    for (int d = 0; d < 60; ++d)
      for (int c = 0; c < 130; ++c) {
        const std::string date = (*parse_date("20240628") - d).compact();
        market_.push_back({fmt::format("{:06}.SZ", c), date, fmt::format("{}.{:02}", c + 1, d)});
        cells.push_back({market_.back().code, date, "", "", "", market_.back().close});
        cells.back().resize(11);
      }
    rows_.set(table("daily"), cells);
  }

  static std::vector<Row> read(const frame::ParsedPage& page) {
    std::vector<Row> rows;
    for (std::size_t i = 0; i < page.batch.rows(); ++i)
      rows.push_back({page.batch.column(0).text_of(i), page.batch.column(1).dates()[i].compact(),
                      fmt::format("{:.2f}", page.batch.column(5).reals()[i])});
    return rows;
  }

  std::vector<Row> market_;
};

TEST_F(Paging, cap_cuts_and_says_so) {
  Protocol protocol = this->protocol();
  const auto first = page(ask(protocol, "daily"), table("daily"));
  EXPECT_EQ(first.batch.rows(), 6000U);
  EXPECT_TRUE(first.has_more);
  EXPECT_EQ(page(ask(protocol, "daily", R"({"limit":7000})"), table("daily")).batch.rows(), 6000U);
  const auto rest = page(ask(protocol, "daily", R"({"offset":6000})"), table("daily"));
  EXPECT_EQ(rest.batch.rows(), 1800U);
  EXPECT_FALSE(rest.has_more);
  const auto beyond = page(ask(protocol, "daily", R"({"offset":"9000"})"), table("daily"));
  EXPECT_EQ(beyond.batch.rows(), 0U);
  EXPECT_FALSE(beyond.has_more);
}

TEST_F(Paging, pages_cover_every_row_exactly_once) {
  Protocol protocol = this->protocol();
  for (const int limit : {1000, 777, 6000}) {
    std::vector<Row> all;
    for (bool has_more = true; has_more;) {
      const auto next = page(
          ask(protocol, "daily", fmt::format(R"({{"limit":{},"offset":{}}})", limit, all.size())),
          table("daily"));
      const std::vector<Row> rows = read(next);
      all.insert(all.end(), rows.begin(), rows.end());
      has_more = next.has_more;
    }
    EXPECT_EQ(all, market_) << limit;
  }
}

TEST_F(Paging, any_question_is_answered_as_a_plain_filter_would) {
  Protocol protocol = this->protocol();
  std::mt19937 random(7);
  const auto pick = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  for (int round = 0; round < 300; ++round) {
    SCOPED_TRACE(round);
    const std::string from = (*parse_date("20240628") - pick(80)).compact();
    const std::string to = (*parse_date("20240628") - pick(80)).compact();
    const std::string code = fmt::format("{:06}.SZ", pick(150));
    const std::string other = fmt::format("{:06}.SZ", pick(150));
    const bool has_code = pick(2), has_from = pick(2), has_to = pick(2), has_day = pick(6) == 0;
    const std::size_t offset = static_cast<std::size_t>(pick(40));
    const std::size_t limit = static_cast<std::size_t>(pick(200)) + 1;
    std::vector<Row> wanted;
    for (const Row& row : market_)
      if ((!has_code || row.code == code || row.code == other) && (!has_from || row.date >= from) &&
          (!has_to || row.date <= to) && (!has_day || row.date == from))
        wanted.push_back(row);
    const bool has_more = wanted.size() > offset + limit;
    wanted.erase(wanted.begin(),
                 wanted.begin() + static_cast<std::ptrdiff_t>(std::min(offset, wanted.size())));
    wanted.resize(std::min(wanted.size(), limit));
    const auto found = page(
        ask(protocol, "daily",
            fmt::format(R"({{"ts_code":"{}","start_date":"{}","end_date":"{}","trade_date":"{}",)"
                        R"("offset":{},"limit":"{}"}})",
                        has_code ? code + "," + other : "", has_from ? from : "", has_to ? to : "",
                        has_day ? from : "", offset, limit)),
        table("daily"));
    EXPECT_EQ(read(found), wanted);
    EXPECT_EQ(found.has_more, has_more);
  }
}

}  // namespace
}  // namespace kanpan::source::sim
