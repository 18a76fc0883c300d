#include <set>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kanpan/net/http_client_for_tests.hpp"

namespace kanpan::net {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;

TEST(HttpServer, answers_with_the_headers_every_answer_has) {
  const auto server = serve(always([](const Request& r) { return text(r.path); }));
  const std::string answer = fetch(*server, "/a%20b");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_EQ(body_of(answer), "/a b");
  EXPECT_EQ(header_of(answer, "Date"), "Fri, 28 Jun 2024 10:00:00 GMT");
  EXPECT_EQ(header_of(answer, "Server"), "kanpan");
  EXPECT_FALSE(header_of(answer, "X-Request-Id").empty());
}

TEST(HttpServer, request_is_handed_over_decoded) {
  const auto server = serve(always([](const Request& r) {
    EXPECT_EQ(r.method, "POST");
    EXPECT_EQ(r.body, "payload");
    EXPECT_EQ(r.header("X-TEST"), "yes");
    EXPECT_THAT(r.peer, StartsWith("127.0.0.1:"));
    EXPECT_EQ(r.query, (Parameters{{"filter[vol]", "gt.5"}, {"q", "茅 台"}, {"q", ""}}));
    return text(r.id);
  }));
  Client client(server->port());
  client.send(
      "POST /x?filter[vol]=gt.5&q=%E8%8C%85+\xE5\x8F\xB0&q HTTP/1.1\r\nHost: t\r\n"
      "X-Test: yes\r\nX-Request-Id: my-id_1\r\nContent-Length: 7\r\n\r\npayload");
  EXPECT_EQ(body_of(client.read_answer()), "my-id_1");
}

TEST(HttpServer, a_request_id_that_is_no_plain_word_is_replaced) {
  const auto server = serve(always([](const Request& r) { return text(r.id); }));
  const std::string answer = fetch(*server, "/", "X-Request-Id: a b<script>\r\n");
  EXPECT_THAT(body_of(answer), testing::Not(HasSubstr("script")));
  EXPECT_EQ(body_of(answer), header_of(answer, "X-Request-Id"));
}

TEST(HttpServer, one_connection_serves_many_requests) {
  const auto server = serve(always([](const Request& r) { return text(r.peer); }));
  Client client(server->port());
  std::set<std::string> peers;
  for (int i = 0; i < 5; ++i) {
    client.get("/");
    peers.insert(body_of(client.read_answer()));
  }
  EXPECT_EQ(peers.size(), 1u);
}

TEST(HttpServer, pipelined_requests_are_answered_in_order) {
  const auto server = serve(always([](const Request& r) { return text(r.path); }));
  Client client(server->port());
  client.send(
      "GET /1 HTTP/1.1\r\nHost: t\r\n\r\nPOST /2 HTTP/1.1\r\nHost: t\r\n"
      "Content-Length: 3\r\n\r\nabcGET /3 HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_EQ(body_of(client.read_answer()), "/1");
  EXPECT_EQ(body_of(client.read_answer()), "/2");
  EXPECT_EQ(body_of(client.read_answer()), "/3");
}

TEST(HttpServer, connection_close_and_http_1_0_are_honoured) {
  const auto server = serve(always([](const Request&) { return text("x"); }));
  Client client(server->port());
  client.get("/", "Connection: close\r\n");
  EXPECT_THAT(client.read_all(), HasSubstr("Connection: close\r\n"));
  Client old(server->port());
  old.send("GET / HTTP/1.0\r\n\r\n");
  EXPECT_EQ(body_of(old.read_all()), "x");
}

TEST(HttpServer, head_gives_length_but_no_body) {
  const auto server = serve(always([](const Request&) { return text("twelve bytes"); }));
  Client client(server->port());
  client.get("/", "", "HEAD");
  EXPECT_EQ(header_of(client.read_answer(false), "Content-Length"), "12");
  client.get("/");
  EXPECT_EQ(body_of(client.read_answer()), "twelve bytes");
}

TEST(HttpServer, malformed_requests_get_400_as_problem) {
  const auto server = serve(always([](const Request&) { return text("x"); }));
  for (const char* bad :
       {"GARBAGE\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET  HTTP/1.1\r\n\r\n",
        "GET /%zz HTTP/1.1\r\nHost: t\r\n\r\n", "GET /%ff HTTP/1.1\r\nHost: t\r\n\r\n",
        "GET /x?q=%c3%28 HTTP/1.1\r\nHost: t\r\n\r\n", "GET / HTTP/1.1\r\n\r\n",
        "GET x HTTP/1.1\r\nHost: t\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: t\r\nContent-Length: x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost t\r\n\r\n"}) {
    Client client(server->port());
    client.send(bad);
    const std::string answer = client.read_all();
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 Bad Request\r\n")) << bad;
    EXPECT_EQ(header_of(answer, "Content-Type"), "application/problem+json") << bad;
    const auto problem = boost::json::parse(body_of(answer)).as_object();
    EXPECT_EQ(problem.at("status"), 400) << bad;
    EXPECT_EQ(problem.at("code"), "bad_request") << bad;
  }
}

TEST(HttpServer, heads_and_bodies_have_limits) {
  ServerOptions options;
  options.max_header_bytes = 1000;
  options.max_body_bytes = 1000;
  const auto server = serve(always([](const Request&) { return text("x"); }), options);
  EXPECT_THAT(fetch(*server, "/", "A: " + std::string(2000, 'a') + "\r\n"),
              StartsWith("HTTP/1.1 431 "));
  Client client(server->port());
  client.send("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 3000000\r\n\r\n" +
              std::string(3'000'000, 'b'));
  EXPECT_THAT(client.read_answer(), StartsWith("HTTP/1.1 413 "));
  Client chunked(server->port());
  chunked.send("POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n" +
               std::string(2000, 'c') + "\r\n0\r\n\r\n");
  EXPECT_THAT(chunked.read_answer(), StartsWith("HTTP/1.1 413 "));
}

TEST(HttpServer, expect_100_continue_is_answered_before_the_body) {
  const auto server = serve(always([](const Request& r) { return text(r.body); }));
  Client client(server->port());
  client.send("POST / HTTP/1.1\r\nHost: t\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("ok");
  EXPECT_EQ(body_of(client.read_answer()), "ok");
}

TEST(HttpServer, a_head_that_drips_is_cut_off) {
  ServerOptions options;
  options.header_timeout = 150ms;
  const auto server = serve(always([](const Request&) { return text("x"); }), options);
  Client client(server->port());
  client.send("GET / HT");
  EXPECT_EQ(client.read_all(), "");
}

TEST(HttpServer, a_body_that_does_not_come_and_an_idle_connection_are_cut_off) {
  ServerOptions options;
  options.body_timeout = 100ms;
  options.idle_timeout = 100ms;
  const auto server = serve(always([](const Request&) { return text("x"); }), options);
  Client body(server->port());
  body.send("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 10\r\n\r\nabc");
  EXPECT_EQ(body.read_all(), "");
  Client idle(server->port());
  EXPECT_EQ(idle.read_all(), "");
}

TEST(HttpServer, gzip_only_when_asked_for_and_worth_it) {
  const std::string big(50'000, 'z');
  const auto server = serve(always([&](const Request& r) {
    return r.path == "/small" ? text("small")
           : r.path == "/png" ? reply(200, "image/png", big)
                              : text(big);
  }));
  const std::string zipped = fetch(*server, "/", "Accept-Encoding: br, gzip\r\n");
  EXPECT_EQ(header_of(zipped, "Content-Encoding"), "gzip");
  EXPECT_EQ(header_of(zipped, "Vary"), "Accept-Encoding");
  EXPECT_EQ(gunzip(body_of(zipped)), big);
  EXPECT_EQ(body_of(fetch(*server, "/")), big);
  EXPECT_EQ(body_of(fetch(*server, "/", "Accept-Encoding: gzip;q=0\r\n")), big);
  EXPECT_EQ(body_of(fetch(*server, "/small", "Accept-Encoding: gzip\r\n")), "small");
  EXPECT_EQ(body_of(fetch(*server, "/png", "Accept-Encoding: gzip\r\n")), big);
}

TEST(HttpServer, a_compressed_twin_is_sent_as_it_is) {
  const auto server = serve(always([](const Request&) {
    Response response = text(std::string(5000, 'p'));
    response.gzipped = std::make_shared<const std::string>("made before");
    response.headers.add("ETag", "\"7\"");
    return response;
  }));
  const std::string answer = fetch(*server, "/", "Accept-Encoding: gzip\r\n");
  EXPECT_EQ(body_of(answer), "made before");
  EXPECT_EQ(header_of(answer, "ETag"), "W/\"7\"");
  EXPECT_EQ(header_of(fetch(*server, "/"), "ETag"), "\"7\"");
}

TEST(HttpServer, a_handler_that_throws_is_500_and_the_server_lives) {
  const auto server = serve(always([](const Request& r) -> Response {
    if (r.path == "/throw") throw std::runtime_error("secret detail");
    return text("fine");
  }));
  const std::string answer = fetch(*server, "/throw");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(answer, testing::Not(HasSubstr("secret")));
  EXPECT_EQ(body_of(fetch(*server, "/")), "fine");
}

}  // namespace
}  // namespace kanpan::net
