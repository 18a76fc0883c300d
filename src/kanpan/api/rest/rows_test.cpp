#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kanpan/api/moving_store.hpp"
#include "kanpan/api/sample_service.hpp"

namespace kanpan::api {
namespace {

using boost::json::parse;
using testing::HasSubstr;
using testing::StartsWith;

TEST(Rows, answer_has_data_page_and_evidence) {
  const SampleService service;
  const Heard heard = service.get(
      "/v1/tables/daily/rows?ts_code=sz000001&fields=trade_date,vol,amount&start_date=20240627");
  ASSERT_EQ(heard.status, 200) << heard.body;
  EXPECT_EQ(heard.at("/data"), parse(R"({"fields":["trade_date","vol","amount"],
      "items":[["2024-06-27",90000,915000],["2024-06-28",120000,1101250]]})"));
  EXPECT_EQ(heard.at("/page"), parse(R"({"next_cursor":null,"limit":1000})"));
  EXPECT_EQ(heard.at("/meta/source"), "sim");
  EXPECT_EQ(heard.at("/meta/simulated"), true);
  EXPECT_EQ(heard.at("/meta/columns/1/unit"), "股");
}

TEST(Rows, equal_questions_give_equal_bytes_and_the_tag_spares_the_rows) {
  SampleService service;
  const Heard first = service.get("/v1/tables/daily/rows");
  EXPECT_EQ(first.body, service.get("/v1/tables/daily/rows").body);
  const std::string tag(first.headers.get("ETag"));
  ASSERT_FALSE(tag.empty());
  const Heard again = service.get("/v1/tables/daily/rows", {{"If-None-Match", "W/" + tag}});
  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(again.body, "");
  service.put("daily", {"ts_code", "trade_date", "close"}, {"600519.SH,2024-06-28,1520"});
  EXPECT_EQ(service.get("/v1/tables/daily/rows", {{"If-None-Match", tag}}).status, 200);
}

TEST(Rows, source_units_rows_shape_order_and_filters) {
  const SampleService service;
  const Heard heard = service.get(
      "/v1/tables/daily/rows?units=source&shape=rows&fields=ts_code,vol&order=vol.desc"
      "&filter[vol]=ge.900&filter[ts_code]=in.(000001.SZ,600519.SH)");
  ASSERT_EQ(heard.status, 200) << heard.body;
  EXPECT_EQ(heard.at("/data"), parse(R"([{"ts_code":"000001.SZ","vol":1200},
      {"ts_code":"000001.SZ","vol":1000},{"ts_code":"000001.SZ","vol":900}])"));
}

TEST(Rows, the_words_for_units_are_those_of_the_commands) {
  const SampleService service;
  const auto rows = [&](const std::string& units) {
    return service.get("/v1/tables/daily/rows?fields=vol&units=" + units).body;
  };
  EXPECT_EQ(rows("kanpan"), rows("normal"));
  EXPECT_EQ(rows("tushare"), rows("source"));
  EXPECT_NE(rows("tushare"), rows("kanpan"));
  EXPECT_EQ(service.get("/v1/bars/000001.SZ?units=tushare").at("/data/items/0/8"), 1000);
}

TEST(Rows, filters_are_in_the_units_of_the_answer) {
  const SampleService service;
  const Heard heard =
      service.get("/v1/tables/daily/rows?fields=vol&filter[vol]=gt.100000&filter[name]=x");
  EXPECT_EQ(heard.status, 400);
  const Heard good = service.get("/v1/tables/daily/rows?fields=vol&filter[vol]=gt.100000");
  EXPECT_EQ(good.at("/data/items"), parse("[[120000]]"));
}

TEST(Rows, pages_follow_the_cursor_and_stay_as_they_were) {
  SampleService service;
  const std::string base = "/v1/tables/daily/rows?fields=ts_code,trade_date&limit=2";
  Heard page = service.get(base);
  boost::json::array all = page.at("/data/items").as_array();
  // A row that sorts first must not shift the later pages.
  service.put("daily", {"ts_code", "trade_date", "close"}, {"000001.SZ,2024-06-25,9"});
  while (page.at("/page/next_cursor").is_string()) {
    const std::string cursor(page.at("/page/next_cursor").as_string());
    page = service.get(base + "&cursor=" + cursor);
    ASSERT_EQ(page.status, 200) << page.body;
    const boost::json::value items = page.at("/data/items");
    for (const auto& item : items.as_array()) all.push_back(item);
  }
  EXPECT_EQ(all, parse(R"([["000001.SZ","2024-06-26"],["000001.SZ","2024-06-27"],
      ["000001.SZ","2024-06-28"],["600519.SH","2024-06-26"],["600519.SH","2024-06-27"]])"));
}

TEST(Rows, pages_of_one_tag_are_the_same_bytes) {
  SampleService service;
  const std::string base = "/v1/tables/daily/rows?fields=ts_code,trade_date&limit=2";
  const Heard before = service.get(base);
  service.put("adj_factor", {"ts_code", "trade_date", "adj_factor"}, {"600519.SH,2024-06-28,3"});
  const Heard after = service.get(base);
  EXPECT_EQ(after.headers.get("etag"), before.headers.get("etag"));
  EXPECT_EQ(after.body, before.body);
}

TEST(Rows, say_where_it_is_not_known_which_days_were_collected) {
  const SampleService service;
  const Heard heard = service.get("/v1/tables/adj_factor/rows?start_date=20240627");
  EXPECT_EQ(heard.at("/meta/status"), "unknown");
  EXPECT_EQ(heard.at("/meta/missing"), parse(R"(["which days were collected is not known"])"));
}

/// What is answered when the price becomes 99 with commit 5, before the `at`-th look at the store.
struct Moving {
  explicit Moving(int at)
      : store(*service.hot, at, [this] {
          service.put("daily", {"ts_code", "trade_date", "close"}, {"000001.SZ,2024-06-28,99"});
        }) {
    service.dispatch = expect_ok(make_surface(context, {}));
  }

  SampleService service;
  MovingStore store;
  query::Query reader{service.tables, *service.truth, *service.truth, store, service.clock};
  Context context{reader,
                  service.clock,
                  service.registry,
                  service.progress,
                  service.context.calendar,
                  service.context.about,
                  service.context.simulated,
                  {}};
};

TEST(Rows, rows_evidence_and_tag_are_of_one_state_whatever_comes_meanwhile) {
  const std::string ask =
      "/v1/tables/daily/rows?ts_code=000001.SZ&trade_date=20240628&fields=close&limit=1";
  bool has_moved = true;
  for (int at = 1; has_moved; ++at) {
    Moving moving(at);
    const Heard heard = moving.service.get(ask);
    has_moved = moving.store.has_moved();
    const bool is_new = heard.at("/meta/data_version") == 5;
    EXPECT_EQ(heard.at("/data/items"), is_new ? parse("[[99]]") : parse("[[9.2]]")) << at;
    EXPECT_THAT(std::string(heard.headers.get("etag")), StartsWith(is_new ? "\"5-" : "\"2-")) << at;
  }
  has_moved = true;
  for (int at = 1; has_moved; ++at) {
    Moving moving(at);
    const Heard heard = moving.service.get(ask + "&format=csv");
    has_moved = moving.store.has_moved();
    const std::string version(heard.headers.get("x-data-version"));
    EXPECT_EQ(heard.body, version == "5" ? "close\r\n99\r\n" : "close\r\n9.2\r\n") << at;
    EXPECT_THAT(std::string(heard.headers.get("etag")), StartsWith("\"" + version + "-")) << at;
  }
}

TEST(Rows, pages_stay_as_they_were_whatever_comes_meanwhile) {
  const std::string base = "/v1/tables/daily/rows?ts_code=000001.SZ&fields=close&limit=2";
  bool has_moved = true;
  for (int at = 1; has_moved; ++at) {
    Moving moving(at);
    const Heard page = moving.service.get(base);
    const std::string cursor(page.at("/page/next_cursor").as_string());
    const Heard next = moving.service.get(base + "&cursor=" + cursor);
    has_moved = moving.store.has_moved();
    const bool is_new = page.at("/meta/data_version") == 5;
    EXPECT_EQ(next.at("/data/items"), is_new ? parse("[[99]]") : parse("[[9.2]]")) << at;
    EXPECT_EQ(next.at("/meta/data_version"), is_new ? 5 : 2) << at;
  }
}

TEST(Rows, as_of_gives_the_rows_as_they_were) {
  SampleService service;
  const auto before = service.hot->applied();
  service.put("daily", {"ts_code", "trade_date", "close"}, {"000001.SZ,2024-06-28,99"});
  const std::string ask =
      "/v1/tables/daily/rows?ts_code=000001.SZ&trade_date=20240628&fields=close";
  EXPECT_EQ(service.get(ask).at("/data/items"), parse("[[99]]"));
  EXPECT_EQ(service.get(ask + "&as_of=" + std::to_string(before)).at("/data/items"),
            parse("[[9.2]]"));
}

TEST(Rows, csv_and_ndjson_are_streamed_without_cap) {
  const SampleService service;
  const Heard csv = service.get("/v1/tables/daily/rows?fields=ts_code,close&trade_date=20240627",
                                {{"Accept", "text/csv"}});
  EXPECT_EQ(csv.body, "ts_code,close\r\n000001.SZ,10.1\r\n600519.SH,1510\r\n");
  EXPECT_EQ(csv.headers.get("X-Data-Source"), "sim");
  const Heard lines =
      service.get("/v1/tables/daily/rows?fields=close&trade_date=20240627&format=ndjson");
  EXPECT_EQ(lines.body, "{\"close\":10.1}\n{\"close\":1510}\n");
  EXPECT_EQ(service.get("/v1/tables/daily/rows?format=csv&fields=close&limit=20000").status, 200);
}

TEST(Rows, csv_gives_texts_as_they_are_stored) {
  SampleService service;
  service.put("stock_basic", {"ts_code", "name", "industry"},
              {"600002.SH,=1+1,+x", "600003.SH,-y,@z"});
  const Heard csv = service.get(
      "/v1/tables/stock_basic/rows?fields=name,industry&ts_code=600002.SH,600003.SH&format=csv");
  EXPECT_EQ(csv.body, "name,industry\r\n=1+1,+x\r\n-y,@z\r\n");
}

struct Wrong {
  const char* target;
  int status;
  const char* detail;
};

TEST(Rows, everything_wrong_is_named) {
  const SampleService service;
  const std::string rows = "/v1/tables/daily/rows?";
  for (const auto& [target, status, detail] : std::vector<Wrong>{
           {"fom=1", 400, "unknown parameter 'fom'"},
           {"limt=1", 400, "did you mean 'limit'?"},
           {"limit=x", 400, "is not a whole number, found 'x'"},
           {"limit=0", 400, "is less than 1"},
           {"limit=10001", 400, "at most 10000 rows"},
           {"limit=1&limit=2", 400, "more than once"},
           {"trade_date=20240230", 400, "20240230"},
           {"trade_date=", 400, "is empty"},
           {"start_date=20240628&end_date=20240601", 400,
            "ends on 2024-06-01, before it begins on 2024-06-28"},
           {"trade_date=20240628&end_date=20240628", 400, "excludes"},
           {"ts_code=nonsense", 400, "nonsense"},
           {"fields=clos", 400, "did you mean 'close'?"},
           {"fields=a,,b", 400, "empty part"},
           {"order=closee", 400, "did you mean 'close'?"},
           {"order=close.up", 400, "column.asc"},
           {"filter=1", 400, "needs a column"},
           {"filter[clse]=eq.1", 400, "did you mean 'close'?"},
           {"filter[close]=5", 400, "needs an operator"},
           {"filter[close]=eq.abc", 400, "'abc' is no real"},
           {"filter[close]=in.1,2", 400, "in.(a,b,c)"},
           {"units=metric", 400, "is none of normal, kanpan, source, tushare"},
           {"cursor=xyz", 400, "no cursor"},
           {"cursor=0123456789abcdef-1-2", 400, "another question"},
           {"as_of=yesterday", 400, "yesterday"},
           {"as_of=999999", 400, "in the future"},
           {"format=parquet", 406, "parquet"},
           {"format=xml", 400, "is none of"},
       }) {
    const Heard heard = service.get(rows + target);
    EXPECT_EQ(heard.status, status) << target << heard.body;
    EXPECT_EQ(heard.headers.get("Content-Type"), "application/problem+json") << target;
    EXPECT_THAT(std::string(heard.at("/detail").as_string()), HasSubstr(detail)) << target;
    EXPECT_EQ(heard.at("/request_id"), "req-1");
    EXPECT_FALSE(heard.at("/errors/0/field").as_string().empty()) << target;
  }
  for (const char* target : {"/v1/tables/dayly", "/v1/tables/dayly/rows"}) {
    const Heard heard = service.get(target);
    EXPECT_EQ(heard.status, 404) << target;
    EXPECT_EQ(heard.at("/errors/0/value"), "dayly") << target;
    EXPECT_EQ(heard.at("/errors/0/did_you_mean"), "daily") << target;
  }
  EXPECT_EQ(service.get(rows, {{"Accept", "application/vnd.apache.parquet"}}).status, 406);
  EXPECT_EQ(service.get(rows, {{"Accept", "text/html,*/*;q=0.8"}}).status, 200);
}

TEST(Rows, two_spellings_of_a_question_have_one_answer) {
  const SampleService service;
  const std::string rows = "/v1/tables/daily/rows?limit=1&";
  const auto body = [&](const char* question) { return service.get(rows + question).body; };
  EXPECT_THAT(body("trade_date=20240627"), HasSubstr("next_cursor\":\""));
  EXPECT_EQ(body("trade_date=20240627"), body("trade_date=2024-06-27"));
  EXPECT_EQ(body("start_date=20240601&filter[close]=gt.1"),
            body("filter[close]=gt.1&start_date=2024-06-01"));
  EXPECT_NE(body("start_date=20240601"), body("start_date=20240602"));
}

TEST(Rows, all_faults_of_a_request_are_said_at_once) {
  const SampleService service;
  const auto errors =
      service.get("/v1/tables/daily/rows?limit=x&fom=1&units=u").at("/errors").as_array();
  ASSERT_EQ(errors.size(), 3u);
  EXPECT_EQ(errors[0].at("field"), "limit");
  EXPECT_EQ(errors[0].at("value"), "x");
}

}  // namespace
}  // namespace kanpan::api
