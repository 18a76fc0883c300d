#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kanpan/api/sample_service.hpp"

namespace kanpan::api {
namespace {

using boost::json::parse;
using testing::HasSubstr;

TEST(TushareEndpoint, answers_newest_first_in_the_sources_units_and_words) {
  const SampleService service;
  const Heard heard =
      service.ask("POST", "/", R"({"api_name":"daily","token":"","params":{"ts_code":"000001.SZ"},
                      "fields":"ts_code,trade_date,vol,amount"})");
  EXPECT_EQ(heard.status, 200);
  EXPECT_EQ(heard.json(), parse(R"({"request_id":"req-1","code":0,"msg":"","detail":null,"data":{
      "fields":["ts_code","trade_date","vol","amount"],"items":[
      ["000001.SZ","20240628",1200.0,1101.25],["000001.SZ","20240627",900.0,915.0],
      ["000001.SZ","20240626",1000.0,1020.5]],"has_more":false,"count":3}})"));
}

TEST(TushareEndpoint, evidence_is_in_the_headers) {
  SampleService service;
  const std::string question =
      R"({"api_name":"daily","params":{"ts_code":"000001.SZ","trade_date":"20240628"},
          "fields":"close"})";
  const Heard heard = service.ask("POST", "/", question);
  EXPECT_EQ(heard.headers.get("X-Data-Version"), "2");
  EXPECT_EQ(heard.headers.get("X-Data-Source"), "sim");
  EXPECT_EQ(heard.headers.get("X-Data-Simulated"), "true");
  EXPECT_EQ(heard.headers.get("X-Data-Status"), "complete");
  EXPECT_THAT(std::string(heard.headers.get("X-Data-As-Of")), HasSubstr("+08:00"));
  EXPECT_EQ(heard.headers.get("Cache-Control"), "no-store");
  EXPECT_EQ(heard.body,
            R"({"request_id":"req-1","code":0,"msg":"","detail":null,"data":{"fields":["close"],)"
            R"("items":[[9.2]],"has_more":false,"count":1}})");
  const Heard open = service.ask("POST", "/", R"({"api_name":"adj_factor","params":{}})");
  EXPECT_EQ(open.headers.get("X-Data-Status"), "unknown") << "no day of it is recorded";
  const Heard refused = service.ask("POST", "/", R"({"api_name":"nonsense"})");
  EXPECT_FALSE(refused.headers.has("X-Data-Status"));
}

TEST(TushareEndpoint, every_address_is_the_same_endpoint) {
  const SampleService service;
  const std::string named = R"({"api_name":"trade_cal","params":{}})";
  for (const char* path : {"/", "/tushare", "/tushare/", "/dataapi"})
    EXPECT_EQ(service.ask("POST", path, named).at("/data/items").as_array().size(), 3u) << path;
  for (const char* path : {"/trade_cal", "/tushare/trade_cal", "/dataapi/trade_cal"})
    EXPECT_EQ(service.ask("POST", path, R"({"params":{}})").at("/code"), 0) << path;
}

TEST(TushareEndpoint, parameters_are_read_as_clients_send_them) {
  const SampleService service;
  const auto count = [&](const std::string& params) {
    const Heard heard = service.ask("POST", "/daily", R"({"params":)" + params + "}");
    return heard.at("/data/items").as_array().size();
  };
  EXPECT_EQ(count(R"({"ts_code":"","trade_date":null,"offset":null})"), 5u);
  EXPECT_EQ(count(R"({"ts_code":"000001.SZ,600519.SH","trade_date":"20240627"})"), 2u);
  EXPECT_EQ(count(R"({"start_date":"20240627","end_date":20240627})"), 2u);
  EXPECT_EQ(count(R"({"nonsense":"1"})"), 5u);
  EXPECT_EQ(count(R"({"limit":"2"})"), 2u);
  EXPECT_EQ(count(R"({"limit":10,"offset":4})"), 1u);
}

TEST(TushareEndpoint, limit_sets_has_more_truthfully) {
  const SampleService service;
  const auto has_more = [&](const std::string& params) {
    return service.ask("POST", "/daily", R"({"params":)" + params + "}").at("/data/has_more");
  };
  EXPECT_EQ(has_more(R"({"limit":4})"), true);
  EXPECT_EQ(has_more(R"({"limit":5})"), false);
  EXPECT_EQ(has_more(R"({"limit":2,"offset":3})"), false);
}

TEST(TushareEndpoint, fields_replace_the_defaults_and_unknown_ones_are_ignored) {
  const SampleService service;
  const auto fields = [&](const std::string& value) {
    return service.ask("POST", "/stock_basic", R"({"params":{},"fields":)" + value + "}")
        .at("/data/fields");
  };
  EXPECT_EQ(fields(R"("name,nonsense,ts_code")"), parse(R"(["name","ts_code"])"));
  EXPECT_EQ(fields(R"(["ts_code","list_status"])"), parse(R"(["ts_code","list_status"])"));
  EXPECT_THAT(boost::json::serialize(fields(R"("")")), testing::Not(HasSubstr("list_status")));
}

TEST(TushareEndpoint, the_sources_assumptions_hold) {
  const SampleService service;
  const auto codes = [&](const std::string& params) {
    return service.ask("POST", "/stock_basic", R"({"fields":"ts_code","params":)" + params + "}")
        .at("/data/items")
        .as_array()
        .size();
  };
  EXPECT_EQ(codes("{}"), 3u);
  EXPECT_EQ(codes(R"({"list_status":"D"})"), 1u);
  EXPECT_EQ(codes(R"({"list_status":"L,D"})"), 4u);
  const Heard calendar = service.ask("POST", "/trade_cal", R"({"params":{"is_open":"1"}})");
  EXPECT_EQ(calendar.at("/data/items"), parse(R"([["SSE","20240628",1,"20240627"],
                                                  ["SSE","20240627",1,"20240626"]])"));
}

TEST(TushareEndpoint, refusals_are_verdicts_in_the_sources_words) {
  SampleService service;
  const auto verdict = [&](const std::string& body) {
    const Heard heard = service.ask("POST", "/", body);
    EXPECT_EQ(heard.status, 200);
    EXPECT_TRUE(heard.at("/data").is_null());
    return std::string(heard.at("/msg").as_string());
  };
  EXPECT_THAT(verdict(R"({"api_name":"no_such"})"), HasSubstr("请指定正确的接口名"));
  EXPECT_THAT(verdict(R"({"api_name":"pro_bar"})"), HasSubstr("请指定正确的接口名"));
  EXPECT_THAT(verdict("not json"), HasSubstr("参数校验失败"));
  EXPECT_THAT(verdict(R"({"api_name":"daily","params":{"trade_date":"20240231"}})"),
              HasSubstr("trade_date"));
  EXPECT_THAT(verdict(R"({"api_name":"daily","params":{"limit":"x"}})"), HasSubstr("limit"));
  for (const char* params : {"{}", R"({"trade_date":"20240628"})"})
    EXPECT_THAT(verdict(fmt::format(R"({{"api_name":"cyq_chips","params":{}}})", params)),
                HasSubstr("必填参数，ts_code"));
  EXPECT_THAT(verdict(R"({"api_name":"daily","params":[]})"), HasSubstr("params也是对象"));
}

TEST(TushareEndpoint, other_methods_get_the_protocols_405) {
  const SampleService service;
  for (const char* path : {"/tushare", "/tushare/daily", "/dataapi/daily"}) {
    const Heard heard = service.get(path);
    EXPECT_EQ(heard.status, 200);
    EXPECT_THAT(heard.body, HasSubstr("HTTP 405: Method Not Allowed"));
  }
}

TEST(TushareEndpoint, user_and_empty_answers_are_legal) {
  const SampleService service;
  EXPECT_EQ(service.ask("POST", "/user", "{}").at("/data/fields/0"), "user_id");
  const Heard empty = service.ask("POST", "/daily", R"({"params":{"trade_date":"20240629"}})");
  EXPECT_EQ(empty.at("/code"), 0);
  EXPECT_EQ(empty.at("/data/items"), parse("[]"));
  EXPECT_FALSE(empty.at("/data/fields").as_array().empty());
  const Heard backwards = service.ask(
      "POST", "/daily", R"({"params":{"start_date":"20240628","end_date":"20240601"}})");
  EXPECT_EQ(backwards.at("/code"), 0);
  EXPECT_EQ(backwards.at("/data"), empty.at("/data"));
}

TEST(TushareEndpoint, rows_can_be_chosen_by_exchange_and_snapshot) {
  SampleService service;
  service.put("limit_list_d", {"trade_date", "ts_code", "limit"},
              {"2024-06-28,000001.SZ,U", "2024-06-28,600519.SH,U", "2024-06-28,600001.SH,D"});
  const Heard limits = service.ask(
      "POST", "/limit_list_d",
      R"({"fields":"trade_date","params":{"trade_date":"20240628","limit_type":"U","exchange":"SH"}})");
  EXPECT_EQ(limits.at("/data"), parse(R"({"fields":["trade_date"],"items":[["20240628"]],
                                          "has_more":false,"count":1})"));
}

TEST(TushareEndpoint, a_hot_list_is_the_days_last_unless_all_are_asked_for) {
  SampleService service;
  service.put("ths_hot", {"trade_date", "data_type", "ts_code", "rank_time"},
              {"2024-06-28,热股,000001.SZ,2024-06-28 10:00:00",
               "2024-06-28,热股,000001.SZ,2024-06-28 22:30:00",
               "2024-06-28,热股,600519.SH,2024-06-28 10:00:00"});
  const auto times = [&](const std::string& params) {
    return service
        .ask("POST", "/ths_hot",
             R"({"fields":"rank_time","params":{"market":"热股")" + params + "}}")
        .at("/data/items");
  };
  EXPECT_EQ(times(""), parse(R"([["2024-06-28 22:30:00"]])"));
  EXPECT_EQ(times(R"(,"is_new":"Y")"), times(""));
  EXPECT_EQ(times(R"(,"is_new":"N")"), parse(R"([["2024-06-28 22:30:00"],
                                                 ["2024-06-28 10:00:00"],
                                                 ["2024-06-28 10:00:00"]])"));
}

}  // namespace
}  // namespace kanpan::api
