#include "kanpan/api/rest/routes.hpp"

#include <fstream>
#include <thread>

#include <boost/algorithm/string/replace.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kanpan/api/freshness.hpp"
#include "kanpan/api/http_metrics.hpp"
#include "kanpan/api/sample_service.hpp"

namespace kanpan::api {
namespace {

using boost::json::parse;
using testing::HasSubstr;

TEST(Bars, a_code_oldest_first_with_evidence) {
  const SampleService service;
  const Heard heard = service.get("/v1/bars/000001.SZ");
  ASSERT_EQ(heard.status, 200) << heard.body;
  EXPECT_EQ(heard.at("/data/fields/0"), "trade_date");
  EXPECT_EQ(heard.at("/data/items/0/0"), "2024-06-26");
  EXPECT_EQ(heard.at("/data/items/2/4"), 9.2);
  EXPECT_EQ(heard.at("/meta/source"), "sim");
  EXPECT_EQ(
      service.get("/v1/bars/000001.SZ", {{"If-None-Match", std::string(heard.headers.get("ETag"))}})
          .status,
      304);
}

TEST(Bars, adjusted_by_factor_and_never_without_one) {
  const SampleService service;
  const Heard qfq = service.get("/v1/bars/000001.SZ?adj=qfq");
  ASSERT_EQ(qfq.status, 200) << qfq.body;
  EXPECT_EQ(qfq.at("/data/items/0/4"), 9.27);  // 10.2 × 2 ÷ 2.2
  EXPECT_EQ(qfq.at("/meta/anchor"), "2024-06-28");
  const Heard missing = service.get("/v1/bars/600519.SH?adj=hfq");
  EXPECT_EQ(missing.status, 422);
  EXPECT_EQ(missing.at("/code"), "quality");
}

TEST(Bars, a_day_is_a_cross_section) {
  const SampleService service;
  const Heard heard = service.get("/v1/bars?trade_date=2024-06-27");
  ASSERT_EQ(heard.status, 200) << heard.body;
  EXPECT_EQ(heard.at("/data/fields/0"), "ts_code");
  EXPECT_EQ(heard.at("/data/fields/11"), "adj_factor");
  EXPECT_EQ(heard.at("/data/items").as_array().size(), 2u);
}

TEST(Bars, come_as_csv_and_ndjson_too) {
  const SampleService service;
  const Heard csv = service.get("/v1/bars?trade_date=2024-06-27", {{"Accept", "text/csv"}});
  EXPECT_EQ(csv.headers.get("Content-Type"), "text/csv; charset=utf-8");
  EXPECT_THAT(csv.body, testing::StartsWith("ts_code,trade_date,open,"));
  EXPECT_EQ(csv.headers.get("X-Data-Status"), "complete");
  const Heard lines = service.get("/v1/bars/000001.SZ?format=ndjson&limit=1");
  EXPECT_EQ(parse(lines.body).at("trade_date"), "2024-06-28");
  EXPECT_NE(lines.headers.get("ETag"),
            service.get("/v1/bars/000001.SZ?limit=1").headers.get("ETag"));
  EXPECT_EQ(service.get("/v1/bars/000001.SZ?format=parquet").status, 406);
  EXPECT_EQ(service.get("/v1/bars/000001.SZ", {{"Accept", "text/html"}}).status, 406);
}

TEST(Bars, as_of_gives_the_bars_and_factors_as_they_were) {
  SampleService service;
  const auto before = std::to_string(service.hot->applied());
  const auto items = [&](const std::string& target) {
    return service.get(target).at("/data/items");
  };
  const std::string code = "/v1/bars/000001.SZ?adj=hfq&start=20240628",
                    day = "/v1/bars?trade_date=20240628";
  const auto code_then = items(code), day_then = items(day);
  service.put("daily", {"ts_code", "trade_date", "close"}, {"000001.SZ,2024-06-28,99"});
  service.put("adj_factor", {"ts_code", "trade_date", "adj_factor"}, {"000001.SZ,2024-06-28,3"});
  EXPECT_NE(items(code), code_then);
  EXPECT_EQ(items(code + "&as_of=" + before), code_then);
  EXPECT_NE(items(day), day_then);
  EXPECT_EQ(items(day + "&as_of=" + before), day_then);
  const Heard wrong = service.get(code + "&as_of=yesterday");
  EXPECT_EQ(wrong.status, 400);
  EXPECT_THAT(wrong.body, HasSubstr("yesterday"));
}

TEST(Bars, wrong_questions_are_refused) {
  const SampleService service;
  for (const char* wrong :
       {"/v1/bars/000001.SZ?freq=H", "/v1/bars/000001.SZ?adj=both",
        "/v1/bars/000001.SZ?start=20240628&end=20240601", "/v1/bars",
        "/v1/bars/000001.SZ?anchor=20240628", "/v1/bars/x", "/v1/bars/000001.SZ?method=affine",
        "/v1/bars/000001.SZ?from=20240601", "/v1/bars/000001.SZ?limit=5&start=20240601"})
    EXPECT_EQ(service.get(wrong).status, 400) << wrong;
  EXPECT_EQ(service.get("/v1/bars/600000.SH").status, 404);
}

TEST(Search, ranks_code_initials_and_name) {
  const SampleService service;
  const auto first = [&](const std::string& q) {
    return std::string(service.get("/v1/search?q=" + q).at("/data/items/0/0").as_string());
  };
  EXPECT_EQ(first("gzmt"), "600519.SH");
  EXPECT_EQ(first("GZ"), "600519.SH");
  EXPECT_EQ(first("%E8%8C%85%E5%8F%B0"), "600519.SH");
  EXPECT_EQ(first("6005"), "600519.SH");
  EXPECT_EQ(first("000001"), "000001.SZ");
  const Heard sixty = service.get("/v1/search?q=600");
  EXPECT_EQ(sixty.at("/data/items").as_array().size(), 2u);
  EXPECT_EQ(sixty.at("/data/items/1/4"), "D");  // delisted last
  EXPECT_EQ(service.get("/v1/search?q=zzz").at("/data/items"), parse("[]"));
  EXPECT_EQ(service.get("/v1/search").status, 400);
  for (const char* blank : {"%20", "%20%E3%80%80"}) {  // the second one is full-width
    const Heard refused = service.get(std::string("/v1/search?q=") + blank);
    EXPECT_EQ(refused.status, 400) << blank;
    EXPECT_EQ(refused.at("/errors/0/field"), "q");
  }
}

TEST(Search, follows_the_stock_list) {
  SampleService service;
  EXPECT_EQ(service.get("/v1/search?q=xyz").at("/data/items"), parse("[]"));
  service.put("stock_basic", {"ts_code", "symbol", "name", "cnspell", "market", "list_status"},
              {"600999.SH,600999,新股,xyz,主板,L"});
  EXPECT_EQ(service.get("/v1/search?q=xyz").at("/data/items/0/0"), "600999.SH");
}

TEST(Tables, list_and_one) {
  const SampleService service;
  const auto tables = service.get("/v1/tables").at("/data").as_array();
  EXPECT_EQ(tables.size(), service.tables.tables().size());
  const Heard daily = service.get("/v1/tables/daily");
  ASSERT_EQ(daily.status, 200) << daily.body;
  EXPECT_EQ(daily.at("/data/key"), parse(R"(["ts_code","trade_date"])"));
  EXPECT_EQ(daily.at("/data/coverage/rows"), 5);
  EXPECT_EQ(daily.at("/data/policy/update_mode"), "incremental");
  EXPECT_EQ(daily.at("/data/columns/9/source_unit"), "手");
  EXPECT_EQ(daily.at("/data/columns/9/unit"), "股");
  EXPECT_EQ(service.get("/v1/tables/dail").status, 404);
  EXPECT_EQ(service.get("/v1/tables?x=1").status, 400);
}

TEST(Tables, a_day_that_lacks_rows_is_not_complete_though_it_is_settled) {
  SampleService service;
  const Date day = Date::from_ymd(2024, 6, 28);
  journal::Landing landing;
  landing.days = {{"daily", day - 1, 2, 2, true, {}, {}}, {"daily", day, 1, 2, true, {}, {}}};
  expect_ok(service.truth->land(std::span(&landing, 1)));
  const Heard daily = service.get("/v1/tables/daily");
  EXPECT_EQ(daily.at("/data/coverage/days"), 3);
  EXPECT_EQ(daily.at("/data/coverage/complete_days"), 2);
}

TEST(Health, live_ready_data_metrics) {
  SampleService service;
  EXPECT_EQ(service.get("/livez").body, "ok\n");
  EXPECT_EQ(service.get("/readyz").body, "ready\n");
  EXPECT_EQ(service.get("/readyz?verbose").body, "[+]store ok\nready\n");
  service.context.checks.push_back({"disk", [] {
                                      return Result<void>(Error{Errc::NoSpace, "full", ""});
                                    }});
  const Heard unready = service.get("/readyz");
  EXPECT_EQ(unready.status, 503);
  EXPECT_EQ(unready.at("/errors/0/field"), "disk");
  service.clock.move(std::chrono::hours{1});  // daily is due at 18:00, and takes some time
  const Heard data = service.get("/healthz/data");
  EXPECT_EQ(data.at("/data/state"), "unknown") << "of most tables there is nothing";
  EXPECT_THAT(data.body,
              HasSubstr(R"("table":"daily_basic","state":"empty","expected_day":"2024-06-28")"));
  EXPECT_THAT(service.get("/metrics").body, HasSubstr("kanpan_build_info{"));
}

TEST(Meta, version_time_and_description) {
  const SampleService service;
  EXPECT_EQ(service.get("/v1/meta").at("/data/version"), "0.1.0");
  EXPECT_EQ(service.get("/v1/meta").at("/data/simulated"), true);
  EXPECT_EQ(service.get("/v1/meta").at("/data/schema").as_string().size(), 16u);
  const Heard time = service.get("/v1/time");
  EXPECT_EQ(time.at("/data/now"), "2024-06-28T18:00:00+08:00");
  EXPECT_EQ(time.at("/data/trade_date"), "2024-06-28");
  EXPECT_EQ(time.at("/data/next_trade_date"), "2024-07-01");
  const Heard description = service.get("/openapi.json");
  EXPECT_EQ(description.at("/openapi"), "3.1.0");
  const auto paths = description.at("/paths").as_object();
  for (const char* path : {"/livez", "/v1/tables/{name}/rows", "/v1/bars/{ts_code}", "/v1/search",
                           "/openapi.json", "/tushare/{api_name}"})
    EXPECT_TRUE(paths.contains(path)) << path;
  EXPECT_EQ(description.at("/paths/~1v1~1search/get/parameters/0/required"), true);
}

TEST(Status, snapshot_and_events) {
  SampleService service;
  EXPECT_EQ(service.get("/v1/status").at("/data/collecting"), false);
  const Heard events = service.get("/v1/events");
  EXPECT_EQ(events.headers.get("Content-Type"), "text/event-stream");
  EXPECT_THAT(events.body, HasSubstr("event: progress\ndata: {\"collecting\":false"));
}

TEST(Status, an_event_reaches_the_pipe_and_a_slow_reader_is_let_go) {
  SampleService service;
  net::Request request;
  request.method = "GET";
  request.path = "/v1/events";
  net::Response response = service.dispatch(request).handler(request);
  const auto pipe = std::get<std::shared_ptr<net::Pipe>>(response.body);
  (*service.progress.listener_)({"commit", R"({"table":"daily","seq":7})"});
  EXPECT_THAT(pipe->take().bytes,
              HasSubstr("event: commit\ndata: {\"table\":\"daily\",\"seq\":7}\n\n"));
  for (int i = 0; i < 3; ++i)
    (*service.progress.listener_)({"progress", std::string(200'000, 'x')});
  EXPECT_TRUE(pipe->take().finished);
}

/// Remembers the thread on which its subscription ended.
class WatchedProgress final : public Progress {
 public:
  std::string snapshot() const override { return "{}"; }
  std::shared_ptr<void> subscribe(std::function<void(const Event&)> listener) override {
    tell = std::move(listener);
    return {&ended_on, [](std::thread::id* id) { *id = std::this_thread::get_id(); }};
  }
  std::function<void(const Event&)> tell;
  std::thread::id ended_on;
};

// A subscription waits for the listener that is running: ended by that listener, for ever.
TEST(Status, a_connection_that_goes_during_an_event_ends_its_subscription_itself) {
  const SampleService service;
  WatchedProgress progress;
  const Context context{service.reader,
                        service.clock,
                        service.context.metrics,
                        progress,
                        service.context.calendar,
                        {},
                        {},
                        {}};
  Router router;
  rest::add_status(router, context);
  const net::Dispatch dispatch = router.dispatch("1");
  net::Request request;
  request.method = "GET";
  request.path = "/v1/events";
  net::Response response = dispatch(request).handler(request);
  auto pipe = std::get<std::shared_ptr<net::Pipe>>(response.body);
  pipe->take();
  EXPECT_TRUE(pipe->take().bytes.empty());
  std::thread::id connection;
  // Called while the listener runs: the moment at which the connection's thread drops the answer.
  pipe->on_ready([&] {
    std::thread closing([&] { response = {}, pipe.reset(); });
    connection = closing.get_id();
    closing.join();
  });
  progress.tell({"progress", "{}"});
  EXPECT_EQ(progress.ended_on, connection);
}

TEST(Routing, what_waits_for_the_store_is_kept_off_the_io_threads) {
  const SampleService service;
  net::Request request;
  request.method = "GET";
  for (const char* path :
       {"/v1/meta", "/v1/time", "/v1/status", "/v1/tables", "/readyz", "/metrics"}) {
    request.path = path;
    EXPECT_FALSE(service.dispatch(request).on_io_thread) << path;
  }
}

TEST(Routing, unknown_routes_and_methods_are_problems) {
  const SampleService service;
  EXPECT_EQ(service.get("/v2/none").status, 404);
  EXPECT_EQ(service.ask("DELETE", "/v1/tables").status, 405);
  EXPECT_EQ(service.get("/livez?x=1").status, 400);
}

TEST(Files, dashboard_with_fallback_cache_and_tags) {
  const journal::ScratchDirectory directory;
  EXPECT_FALSE([&] {
    Router router;
    return rest::add_files(router, directory.path());
  }());
  std::filesystem::create_directory(directory.path() / "assets");
  std::ofstream(directory.path() / "index.html") << "<html>page</html>";
  std::ofstream(directory.path() / "assets/app-1a2b.js") << "let x;";
  SampleService service;
  service.dispatch = expect_ok(make_surface(service.context, directory.path()));
  const Heard index = service.get("/");
  EXPECT_EQ(index.body, "<html>page</html>");
  EXPECT_EQ(index.headers.get("Cache-Control"), "no-cache");
  EXPECT_EQ(service.get("/s/600000.SH").body, index.body);
  for (const char* unknown : {"/tables", "/s/", "/s/a/b", "/nonsense", "/docs/none", "/v1/none"}) {
    const Heard heard = service.get(unknown);
    EXPECT_EQ(heard.status, 404) << unknown;
    EXPECT_EQ(heard.headers.get("Content-Type"), "application/problem+json") << unknown;
    EXPECT_EQ(heard.at("/code"), "unknown_route") << unknown;
  }
  const Heard asset = service.get("/assets/app-1a2b.js");
  EXPECT_THAT(std::string(asset.headers.get("Cache-Control")), HasSubstr("immutable"));
  EXPECT_EQ(asset.headers.get("Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(service.get("/", {{"If-None-Match", std::string(index.headers.get("ETag"))}}).status,
            304);
  EXPECT_EQ(service.get("/assets/none.js").status, 404);
  const Heard seen = service.get("/nonsense", {{"Accept", "text/html,*/*;q=0.8"}});
  EXPECT_EQ(seen.status, 404);
  EXPECT_EQ(seen.headers.get("Content-Type"), index.headers.get("Content-Type"))
      << "the dashboard says so";
  EXPECT_EQ(service.get("/v1/none", {{"Accept", "text/html"}}).headers.get("Content-Type"),
            "application/problem+json");
  EXPECT_EQ(service.get("/v1/none").status, 404);
  EXPECT_EQ(service.get("/..%2f..%2fetc/passwd.txt").status, 404);
  EXPECT_EQ(service.ask("POST", "/", R"({"api_name":"trade_cal"})").at("/code"), 0);
}

TEST(Files, a_directory_that_cannot_be_read_whole_is_not_served) {
  const journal::ScratchDirectory directory;
  std::ofstream(directory.path() / "index.html") << "<html>page</html>";
  Router whole;
  ASSERT_TRUE(rest::add_files(whole, directory.path()));
  // A link to itself cannot be looked at, whoever looks.
  std::filesystem::create_symlink("loop", directory.path() / "loop");
  Router router;
  const auto added = rest::add_files(router, directory.path());
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().code, Errc::Io);
}

/// Where a page's links lead.
std::vector<std::string> links_of(const std::string& page) {
  constexpr std::string_view kStart = "href=\"";
  std::vector<std::string> out;
  for (auto at = page.find(kStart); at != std::string::npos; at = page.find(kStart, at)) {
    at += kStart.size();
    out.push_back(page.substr(at, page.find('"', at) - at));
    boost::replace_all(out.back(), "&amp;", "&");
  }
  return out;
}

TEST(Docs, list_every_route_in_two_languages_with_examples_that_work) {
  const SampleService service;
  const Heard page = service.get("/docs");
  ASSERT_EQ(page.status, 200);
  EXPECT_EQ(page.headers.get("Content-Type"), "text/html; charset=utf-8");
  const boost::json::value paths = service.get("/openapi.json").at("/paths");
  for (const auto& [path, methods] : paths.as_object())
    for (const auto& [method, endpoint] : methods.as_object()) {
      std::string route(method);
      for (char& c : route) c = static_cast<char>(std::toupper(c));
      route += " " + std::string(path);
      EXPECT_THAT(page.body, HasSubstr("<section id=\"" + route + "\">"));
      EXPECT_THAT(page.body, testing::Not(HasSubstr(route + "</h2>\n<p>."))) << "no Chinese";
    }
  EXPECT_THAT(page.body, HasSubstr("<code>adj</code></td><td>none, qfq, hfq</td>"));
  EXPECT_THAT(page.body, testing::Not(HasSubstr("://"))) << "nothing from elsewhere";
  const std::vector<std::string> links = links_of(page.body);
  EXPECT_GT(links.size(), 10U);
  for (const std::string& link : links) {
    const int status = service.get(link).status;
    EXPECT_TRUE(status == 200 || link.starts_with("/v1/bars/")) << link << " " << status;
  }
}

TEST(Docs, explain_every_problem_code) {
  const SampleService service;
  const std::string page = service.get("/docs/errors").body;
  for (int code = 0; code <= static_cast<int>(Errc::SourceToken); ++code) {
    const auto problem = net::problem_of({static_cast<Errc>(code), "", ""});
    EXPECT_THAT(page, HasSubstr(fmt::format("<tr id=\"{0}\"><td><code>{0}</code></td><td>{1}<",
                                            problem.code, problem.status)));
  }
  const std::string type(service.get("/v2/none").at("/type").as_string());
  EXPECT_EQ(type, "/docs/errors#unknown_route");
  EXPECT_THAT(page, HasSubstr("id=\"unknown_route\""));
}

TEST(HttpMetrics, count_by_route_method_and_status) {
  metrics::Registry registry;
  const auto observe = observe_requests(registry);
  net::Request request;
  request.method = "BREW";
  net::Response response;
  response.status = 404;
  observe(request, response, {12, std::chrono::milliseconds(3), true});
  EXPECT_THAT(registry.text(),
              HasSubstr("kanpan_http_requests_total{method=\"other\",route=\"unmatched\","
                        "status=\"404\"} 1"));
}

}  // namespace
}  // namespace kanpan::api
