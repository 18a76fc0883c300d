#include "kanpan/source/tushare/client.hpp"

#include <mutex>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kanpan/net/scripted_server.hpp"

namespace kanpan::source {
namespace {

using namespace std::chrono_literals;
using net::ScriptedServer;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using Peer = ScriptedServer::Peer;
using Request = ScriptedServer::Request;

const std::string kToken = "0123456789abcdef0123456789abcdef0123456789abcdef01234567";

catalog::TableSpec daily() {
  catalog::TableSpec table;
  table.name = "daily";
  table.source.api = "daily";
  const auto add = [&](const char* name, frame::Type type, bool by_default) {
    catalog::ColumnSpec& column = table.columns.emplace_back();
    column.name = name;
    column.type = type;
    column.by_default = by_default;
  };
  add("ts_code", frame::Type::Text, true);
  add("trade_date", frame::Type::Date, true);
  add("close", frame::Type::Real, true);
  add("vol", frame::Type::Real, false);
  return table;
}

constexpr std::string_view kPage =
    R"({"request_id":"r","code":0,"msg":"","data":{"fields":["trade_date","ts_code","close","vol"],)"
    R"("items":[["20240628","600000.SH",8.75,12.0],["20240628","000001.SZ",null,"7"]],"has_more":true}})";

std::string refused(int code, std::string_view message) {
  return fmt::format(R"({{"request_id":"r","code":{},"msg":"{}","data":null}})", code, message);
}

class TushareSource : public testing::Test {
 protected:
  TushareOptions options(const auto& server) {
    TushareOptions options;
    options.url = server.url();
    options.token = kToken;
    options.limits = {.calls_per_minute = 0, .calls_per_day = 0};
    return options;
  }
  std::unique_ptr<Source> source(TushareOptions options) {
    return make_tushare_source(std::move(options), *clock_, nullptr).value();
  }
  Result<Page> fetch(const ScriptedServer& server) { return fetch(options(server)); }
  Result<Page> fetch(TushareOptions given) {
    return source(std::move(given))->fetch(table_, call_, {});
  }
  /// The error of one call that is answered by `script`; it never tells the token.
  Error failure(ScriptedServer::Script script, net::HttpClientLimits http = {}) {
    ScriptedServer server(std::move(script));
    TushareOptions given = options(server);
    given.http = http;
    const Result<Page> page = fetch(std::move(given));
    if (page) return Error{Errc::Failed, "answered", ""};
    EXPECT_THAT(page.error().text(), Not(HasSubstr(kToken.substr(0, 8))));
    return page.error();
  }
  Error failure(std::string body) {
    return failure([body](const Request&, const Peer& peer) { peer.answer(body); });
  }

  const catalog::TableSpec table_ = daily();
  const Call call_{"daily", {{"trade_date", "20240628"}, {"ts_code", "a\"b"}}};
  std::unique_ptr<Clock> clock_ = make_clock("system").value();
};

TEST_F(TushareSource, asks_for_every_column_and_returns_them_in_catalog_order) {
  Request seen;
  ScriptedServer server([&](const Request& request, const Peer& peer) {
    seen = request;
    peer.answer(kPage);
  });
  const auto page = fetch(server);
  ASSERT_TRUE(page.has_value()) << page.error().text();
  EXPECT_EQ(seen.body, R"({"api_name":"daily","token":")" + kToken +
                           R"(","params":{"trade_date":"20240628","ts_code":"a\"b"},)"
                           R"("fields":"ts_code,trade_date,close,vol"})");
  EXPECT_EQ(seen.target(), "/");
  EXPECT_THAT(seen.head, HasSubstr("Content-Type: application/json"));
  EXPECT_EQ(page->batch.fields(), table_.fields());
  ASSERT_EQ(page->batch.rows(), 2u);
  EXPECT_EQ(page->batch.column(0).texts()[1], "000001.SZ");
  EXPECT_TRUE(page->batch.column(2).is_null(1));
  EXPECT_EQ(page->batch.column(3).reals()[1], 7);
  EXPECT_TRUE(page->has_more);
  EXPECT_EQ(page->body, kPage);
  EXPECT_THAT(page->missing, IsEmpty());
}

TEST_F(TushareSource, the_interface_can_be_part_of_the_path) {
  std::vector<std::string> seen;
  ScriptedServer server([&](const Request& request, const Peer& peer) {
    seen.push_back(request.target());
    peer.answer(kPage);
  });
  TushareOptions given = options(server);
  given.path_per_api = true;
  for (const char* path : {"", "/dataapi", "/dataapi/"}) {
    given.url = server.url(path);
    ASSERT_TRUE(fetch(given).has_value());
  }
  EXPECT_THAT(seen, ElementsAre("/daily", "/dataapi/daily", "/dataapi/daily"));
}

TEST_F(TushareSource, says_whether_its_rows_are_invented) {
  ScriptedServer server([](const Request&, const Peer&) {});
  TushareOptions given = options(server);
  EXPECT_FALSE(source(given)->simulated());
  given.simulated = true;
  EXPECT_TRUE(source(given)->simulated());
}

TEST_F(TushareSource, an_answer_may_say_that_its_rows_are_invented) {
  for (const bool invented : {false, true}) {
    ScriptedServer server([&](const Request&, const Peer& peer) {
      peer.answer(kPage, "200 OK",
                  fmt::format("x-data-simulated: {}\r\n", invented ? "true" : "false"));
    });
    const auto asked = source(options(server));
    ASSERT_TRUE(asked->fetch(table_, call_, {}));
    EXPECT_EQ(asked->simulated(), invented);
  }
}

TEST_F(TushareSource, wrong_columns_and_cells_are_listed_for_the_gate) {
  ScriptedServer server([](const Request&, const Peer& peer) {
    peer.answer(R"({"code":0,"data":{"fields":["ts_code","close","new"],"items":[["a","x",1]]}})");
  });
  const auto page = fetch(server);
  ASSERT_TRUE(page.has_value()) << page.error().text();
  EXPECT_THAT(page->missing, ElementsAre("trade_date", "vol"));
  EXPECT_THAT(page->unknown, ElementsAre("new"));
  ASSERT_EQ(page->bad_cells.size(), 1u);
  EXPECT_EQ(page->bad_cells[0].column, 2u);
}

TEST_F(TushareSource, refusals_have_their_kinds_and_keep_the_sources_words) {
  const Error token = failure(refused(40101, "您的token不对，请确认。"));
  EXPECT_EQ(token.code, Errc::SourceToken);
  EXPECT_THAT(token.text(), AllOf(HasSubstr("40101"), HasSubstr("您的token不对"),
                                  HasSubstr("KANPAN_SOURCE_TOKEN")));
  EXPECT_EQ(failure(refused(40203, "抱歉，您没有接口(daily)访问权限")).code,
            Errc::SourcePermission);
  EXPECT_EQ(failure(refused(40203, "抱歉，您每天最多访问该接口5次")).code, Errc::SourceQuota);
  EXPECT_EQ(failure(refused(40203, "频率超限(1次/小时)")).code, Errc::SourceRate);
  EXPECT_EQ(failure(refused(7, "请指定正确的接口名")).code, Errc::SourceParameter);
}

TEST_F(TushareSource, a_source_that_repeats_the_token_does_not_make_us_tell_it) {
  EXPECT_THAT(failure(refused(40101, "您的token不对: " + kToken)).message, HasSubstr("***"));
  failure("<html>" + kToken + "</html>");
  failure(R"({"api_name":"daily","padding":"zzzzzzzzzz","token":")" + kToken + "\"");
  failure([](const Request& request, const Peer& peer) { peer.answer(request.body); });
  ScriptedServer server([](const Request& request, const Peer& peer) {
    std::string body(kPage);
    body.insert(1, "\"echo\":" + request.body + ",");
    peer.answer(body);
  });
  const auto page = fetch(server);
  ASSERT_TRUE(page.has_value()) << page.error().text();
  EXPECT_THAT(page->body, AllOf(HasSubstr("***"), Not(HasSubstr(kToken))));
  EXPECT_EQ(page->batch.rows(), 2u);
}

TEST_F(TushareSource, whatever_goes_wrong_on_the_way_is_transient) {
  EXPECT_EQ(failure("<html>502</html>").code, Errc::SourceTransient);
  EXPECT_EQ(failure("").code, Errc::SourceTransient);
  EXPECT_EQ(failure(std::string(kPage.substr(0, 150))).code, Errc::SourceTransient);
  EXPECT_EQ(failure([](const Request&, const Peer& peer) { peer.close(); }).code,
            Errc::SourceTransient);
  const Error status = failure([](const Request&, const Peer& peer) {
    peer.answer("<html>", "502 Bad Gateway", "Content-Type: text/html\r\n");
  });
  EXPECT_EQ(status.code, Errc::SourceTransient);
  EXPECT_THAT(status.message, HasSubstr("HTTP status 502"));
  const Error stall = failure(
      [](const Request&, const Peer& peer) {
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{");
        peer.wait_for_hang_up();
      },
      {.stall = 50ms});
  EXPECT_EQ(stall.code, Errc::SourceTransient);
  EXPECT_THAT(stall.message, HasSubstr("stalled"));
  const Error large =
      failure([](const Request&, const Peer& peer) { peer.answer(kPage); }, {.body_bytes = 100});
  EXPECT_EQ(large.code, Errc::SourceTransient);
  EXPECT_THAT(large.message, HasSubstr("larger than 100 bytes"));
}

TEST_F(TushareSource, other_statuses_have_their_kinds) {
  EXPECT_EQ(
      failure([](const Request&, const Peer& peer) { peer.answer("", "404 Not Found"); }).code,
      Errc::SourceParameter);
  EXPECT_EQ(failure([](const Request&, const Peer& peer) {
              peer.answer("", "429 Too Many Requests");
            }).code,
            Errc::SourceRate);
}

TEST_F(TushareSource, a_rate_refusal_holds_the_next_call_back_until_stopped) {
  ScriptedServer server([](const Request&, const Peer& peer) {
    peer.answer(refused(40203, "抱歉，您每分钟最多访问该接口200次"));
  });
  const auto asked = source(options(server));
  EXPECT_EQ(asked->fetch(table_, call_, {}).error().code, Errc::SourceRate);
  std::stop_source stop;
  std::jthread stopper([&] { stop.request_stop(); });
  EXPECT_EQ(asked->fetch(table_, call_, stop.get_token()).error().code, Errc::Cancelled);
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(TushareSource, an_interface_that_keeps_failing_is_left_alone) {
  std::atomic<int> calls = 0;
  ScriptedServer server([&](const Request&, const Peer& peer) {
    ++calls;
    peer.answer("", "500 Internal Server Error");
  });
  TushareOptions given = options(server);
  given.breaker = {.failures = 3, .open = 1h};
  const auto asked = source(given);
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(asked->fetch(table_, call_, {}).error().code, Errc::SourceTransient);
  std::stop_source stop;
  std::jthread stopper([&] { stop.request_stop(); });
  EXPECT_EQ(asked->fetch(table_, call_, stop.get_token()).error().code, Errc::Cancelled);
  EXPECT_EQ(calls, 3);
}

/// A port that nobody listens on, at least for a while.
std::string deserted() {
  const ScriptedServer gone([](const Request&, const Peer&) {});
  return gone.url();
}

TEST_F(TushareSource, a_source_that_is_away_is_told_from_one_that_fails) {
  ScriptedServer failing([](const Request&, const Peer& peer) { peer.close(); });
  const auto present = source(options(failing));
  EXPECT_EQ(present->fetch(table_, call_, {}).error().code, Errc::SourceTransient);
  EXPECT_FALSE(present->is_away());

  for (const std::string& url : {deserted(), std::string("http://nobody.invalid")}) {
    TushareOptions given = options(failing);
    given.url = url;
    given.patience = 300ms;
    given.limits.calls_per_minute = 1;
    const auto absent = source(std::move(given));
    const auto page = absent->fetch(table_, call_, {});
    EXPECT_EQ(page.error().code, Errc::SourceTransient) << url;
    EXPECT_THAT(page.error().hint, HasSubstr("source.url")) << url;
    EXPECT_TRUE(absent->is_away()) << url;
  }
}

TEST_F(TushareSource, a_source_that_comes_back_answers_the_call_that_waited) {
  const std::string url = deserted();
  TushareOptions given;
  given.url = url;
  given.patience = 60s;
  given.limits = {.calls_per_minute = 1, .calls_per_day = 1};
  const auto asked = source(std::move(given));
  std::stop_source stop;
  Result<Page> page = Error{Errc::Failed, "not asked"};
  std::thread asking([&] { page = asked->fetch(table_, call_, stop.get_token()); });
  std::this_thread::sleep_for(300ms);  // allowed: proves more if a try fails, never less
  const int port = std::stoi(url.substr(url.rfind(':') + 1));
  ScriptedServer back([](const Request&, const Peer& peer) { peer.answer(kPage); }, port);
  asking.join();
  ASSERT_TRUE(page) << page.error().text();
  EXPECT_FALSE(asked->is_away());
}

TEST_F(TushareSource, a_source_that_was_there_is_waited_for_longer) {
  auto server = std::make_unique<ScriptedServer>(
      [](const Request&, const Peer& peer) { peer.answer(kPage); });
  TushareOptions given = options(*server);
  const std::string url = given.url;
  given.patience = 0ms;
  given.patience_once_reached = 60s;
  const auto asked = source(std::move(given));
  ASSERT_TRUE(asked->fetch(table_, call_, {}));
  server.reset();
  Result<Page> page = Error{Errc::Failed, "not asked"};
  std::thread asking([&] { page = asked->fetch(table_, call_, {}); });
  std::this_thread::sleep_for(300ms);  // allowed: right either way
  const ScriptedServer back([](const Request&, const Peer& peer) { peer.answer(kPage); },
                            std::stoi(url.substr(url.rfind(':') + 1)));
  asking.join();
  EXPECT_TRUE(page) << page.error().text();
}

TEST_F(TushareSource, waiting_for_a_source_that_is_away_ends_when_asked) {
  TushareOptions given;
  given.url = deserted();
  given.patience = 1h;
  const auto asked = source(std::move(given));
  std::stop_source stop;
  std::thread stopper([&] { stop.request_stop(); });
  EXPECT_FALSE(asked->fetch(table_, call_, stop.get_token()));
  EXPECT_FALSE(asked->is_away());
  stopper.join();
}

TEST_F(TushareSource, its_own_limit_is_kept) {
  ScriptedServer server([](const Request&, const Peer& peer) { peer.answer(kPage); });
  TushareOptions given = options(server);
  given.limits.calls_per_day = 2;
  const auto asked = source(given);
  EXPECT_TRUE(asked->fetch(table_, call_, {}).has_value());
  EXPECT_TRUE(asked->fetch(table_, call_, {}).has_value());
  EXPECT_EQ(asked->fetch(table_, call_, {}).error().code, Errc::SourceQuota);
}

TEST_F(TushareSource, workers_fetch_at_once_over_connections_that_are_kept) {
  ScriptedServer server([](const Request&, const Peer& peer) { peer.answer(kPage); });
  const auto asked = source(options(server));
  std::atomic<int> answered = 0;
  {
    std::vector<std::jthread> workers;
    for (int w = 0; w < 4; ++w)
      workers.emplace_back([&] {
        for (int i = 0; i < 25; ++i)
          if (asked->fetch(table_, call_, {})) ++answered;
      });
  }
  EXPECT_EQ(answered, 100);
  EXPECT_LE(server.connections(), 4);
}

TEST_F(TushareSource, stops_at_once_when_asked) {
  const net::SilentServer server;
  EXPECT_EQ(source(options(server))->fetch(table_, call_, server.stop()).error().code,
            Errc::Cancelled);
}

TEST_F(TushareSource, an_address_that_is_none_is_refused_at_once) {
  TushareOptions given;
  given.url = "api.tushare.pro";
  const auto made = make_tushare_source(given, *clock_, nullptr);
  ASSERT_FALSE(made.has_value());
  EXPECT_EQ(made.error().code, Errc::Config);
  EXPECT_THAT(made.error().message, HasSubstr("source.url"));
}

}  // namespace
}  // namespace kanpan::source
