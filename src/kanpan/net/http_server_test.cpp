#include "kanpan/net/http_server.hpp"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <future>
#include <set>
#include <thread>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "kanpan/net/routes.hpp"

namespace kanpan::net {
namespace {

using namespace std::chrono_literals;
using boost::asio::ip::tcp;
using testing::HasSubstr;
using testing::StartsWith;

const Clock& test_clock() {
  static const auto clock = *make_clock("2024-06-28T18:00:00+08:00");
  return *clock;
}

Dispatch always(Handler handler, bool on_io_thread = false) {
  return [handler, on_io_thread](Request&) { return Action{handler, on_io_thread}; };
}

Response text(std::string body) { return reply(200, "text/plain", std::move(body)); }

/// A blocking client on a raw socket, so that it can send what no library would.
class Client {
 public:
  explicit Client(std::uint16_t port) : socket_(context_) {
    socket_.connect({boost::asio::ip::make_address("127.0.0.1"), port});
    const timeval limit{20, 0};
    setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  }
  void send(std::string_view bytes) {
    boost::system::error_code ignored;  // a server that refuses early closes early
    boost::asio::write(socket_, boost::asio::buffer(bytes), ignored);
  }
  void get(std::string_view path, std::string_view headers = "", std::string_view method = "GET") {
    send(fmt::format("{} {} HTTP/1.1\r\nHost: t\r\n{}\r\n", method, path, headers));
  }
  /// Bytes up to and including `end`, or all there are until the peer closes.
  std::string read_until(std::string_view end) {
    while (held_.find(end) == std::string::npos && receive()) {
    }
    const auto at = held_.find(end);
    return take(at == std::string::npos ? held_.size() : at + end.size());
  }
  std::string read_all() {
    while (receive()) {
    }
    return take(held_.size());
  }
  /// Head and body of an answer with Content-Length.
  std::string read_answer(bool with_body = true) {
    std::string out = read_until("\r\n\r\n");
    const auto at = out.find("Content-Length: ");
    if (at == std::string::npos || !with_body) return out;
    const std::size_t length = std::stoul(out.substr(at + 16));
    while (held_.size() < length && receive()) {
    }
    return out + take(length);
  }
  void close() { socket_.close(); }
  tcp::socket& socket() { return socket_; }

 private:
  bool receive() {
    char piece[65536];
    const auto n = ::recv(socket_.native_handle(), piece, sizeof piece, 0);
    if (n > 0) held_.append(piece, static_cast<std::size_t>(n));
    return n > 0;
  }
  std::string take(std::size_t n) {
    std::string out = held_.substr(0, n);
    held_.erase(0, n);
    return out;
  }
  boost::asio::io_context context_;
  tcp::socket socket_;
  std::string held_;
};

std::unique_ptr<HttpServer> serve(Dispatch dispatch, ServerOptions options = {}) {
  options.io_threads = 2;
  auto server = HttpServer::start(std::move(options), test_clock(), std::move(dispatch));
  EXPECT_TRUE(server) << (server ? "" : server.error().text());
  return *std::move(server);
}

std::string fetch(const HttpServer& server, std::string_view path, std::string_view headers = "",
                  std::string_view method = "GET") {
  Client client(server.port());
  client.get(path, headers, method);
  return client.read_answer(method != "HEAD");
}

std::string body_of(const std::string& answer) {
  return answer.substr(std::min(answer.size(), answer.find("\r\n\r\n") + 4));
}

std::string header_of(const std::string& answer, const std::string& name) {
  const auto at = answer.find("\r\n" + name + ": ");
  if (at == std::string::npos) return "";
  const auto begin = at + name.size() + 4;
  return answer.substr(begin, answer.find("\r\n", begin) - begin);
}

std::string unchunk(std::string_view body) {
  std::string out;
  while (!body.empty()) {
    const std::size_t size =
        std::stoul(std::string(body.substr(0, body.find("\r\n"))), nullptr, 16);
    body.remove_prefix(body.find("\r\n") + 2);
    out += body.substr(0, size);
    body.remove_prefix(std::min(size + 2, body.size()));
    if (size == 0) break;
  }
  return out;
}

std::string gunzip(std::string_view bytes) {
  z_stream stream{};
  inflateInit2(&stream, 15 + 16);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string out;
  int status = Z_OK;
  while (status == Z_OK) {
    char piece[4096];
    stream.next_out = reinterpret_cast<Bytef*>(piece);
    stream.avail_out = sizeof piece;
    status = inflate(&stream, Z_NO_FLUSH);
    out.append(piece, sizeof piece - stream.avail_out);
  }
  inflateEnd(&stream);
  EXPECT_EQ(status, Z_STREAM_END);
  return out;
}

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
  for (const char* bad : {"GARBAGE\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET  HTTP/1.1\r\n\r\n",
                          "GET /%zz HTTP/1.1\r\nHost: t\r\n\r\n", "GET / HTTP/1.1\r\n\r\n",
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

long peak_kilobytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

TEST(HttpServer, a_100_mb_stream_holds_back_its_producer) {
  constexpr int kPieces = 1600;
  const std::string piece(64 * 1024, 's');
  const auto server = serve(always([&](const Request&) {
    return reply(200, "application/octet-stream", Producer([&](const Write& write) -> Result<void> {
                   for (int i = 0; i < kPieces; ++i)
                     if (!write(piece)) return Error{Errc::Cancelled, "client left", ""};
                   return {};
                 }));
  }));
  Client client(server->port());
  client.get("/");
  EXPECT_THAT(client.read_until("\r\n\r\n"), HasSubstr("Transfer-Encoding: chunked"));
  const long before = peak_kilobytes();
  std::size_t received = 0;
  for (;;) {
    const std::string size = client.read_until("\r\n");
    const std::size_t n = std::stoul(size, nullptr, 16);
    const std::string body = client.read_until("\r\n");
    if (n == 0) break;
    ASSERT_EQ(body.size(), n + 2);
    received += n;
  }
  EXPECT_EQ(received, kPieces * piece.size());
  EXPECT_LT(peak_kilobytes() - before, 40 * 1024);
}

TEST(HttpServer, a_short_stream_gets_its_length_and_a_long_one_can_be_compressed) {
  const std::string piece(200'000, 'q');
  const auto server = serve(always([&](const Request& r) {
    const int times = r.path == "/long" ? 40 : 1;
    return reply(200, "text/csv", Producer([&piece, times](const Write& write) -> Result<void> {
                   for (int i = 0; i < times; ++i) write(piece);
                   return {};
                 }));
  }));
  Client client(server->port());
  client.get("/long", "Accept-Encoding: gzip\r\nConnection: close\r\n");
  const std::string answer = client.read_all();
  EXPECT_EQ(header_of(answer, "Content-Encoding"), "gzip");
  const bool chunked = !header_of(answer, "Transfer-Encoding").empty();
  EXPECT_EQ(gunzip(chunked ? unchunk(body_of(answer)) : body_of(answer)).size(), 40 * piece.size());
  Client head(server->port());
  head.get("/long", "", "HEAD");
  EXPECT_THAT(head.read_answer(false), StartsWith("HTTP/1.1 200 OK"));
}

TEST(HttpServer, an_error_before_the_first_piece_is_the_answer_and_later_breaks_off) {
  const auto server = serve(always([](const Request& r) {
    const bool early = r.path == "/early";
    return reply(200, "text/csv", Producer([early](const Write& write) -> Result<void> {
                   if (!early)
                     for (int i = 0; i < 100; ++i) write(std::string(100'000, 'x'));
                   return Error{Errc::NotFound, "no such thing", ""};
                 }));
  }));
  EXPECT_THAT(fetch(*server, "/early"), StartsWith("HTTP/1.1 404 Not Found"));
  Client client(server->port());
  client.get("/late");
  const std::string answer = client.read_all();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(answer, testing::Not(testing::EndsWith("\r\n0\r\n\r\n")));
}

TEST(HttpServer, a_producer_is_dropped_when_its_client_goes) {
  std::promise<void> dropped;
  const auto server = serve(always([&](const Request&) {
    return reply(200, "text/csv", Producer([&](const Write& write) -> Result<void> {
                   while (write(std::string(100'000, 'x'))) {
                   }
                   dropped.set_value();
                   return Error{Errc::Cancelled, "client left", ""};
                 }));
  }));
  Client client(server->port());
  client.get("/");
  client.read_until("\r\n\r\n");
  client.close();
  EXPECT_EQ(dropped.get_future().wait_for(20s), std::future_status::ready);
}

TEST(HttpServer, a_waiting_handler_hears_that_its_client_is_gone) {
  std::promise<void> entered, stopped;
  const auto server = serve(always([&](const Request& r) {
    std::promise<void> stop;
    const std::stop_callback on_stop(r.stop, [&] { stop.set_value(); });
    entered.set_value();
    stop.get_future().wait();
    stopped.set_value();
    return text("late");
  }));
  Client client(server->port());
  client.get("/");
  entered.get_future().wait();
  client.close();
  EXPECT_EQ(stopped.get_future().wait_for(20s), std::future_status::ready);
}

TEST(HttpServer, events_are_pushed_and_end_with_the_pipe) {
  const auto pipe = std::make_shared<Pipe>(1000);
  ServerOptions options;
  options.heartbeat = 50ms;
  const auto server =
      serve(always([&](const Request&) { return reply(200, "text/event-stream", pipe); }), options);
  Client client(server->port());
  client.get("/");
  EXPECT_THAT(client.read_until("\r\n\r\n"), HasSubstr("text/event-stream"));
  EXPECT_THAT(client.read_until(": quiet\n\n"), HasSubstr(": quiet\n\n"));
  EXPECT_TRUE(pipe->try_send("data: 1\n\n"));
  EXPECT_THAT(client.read_until("data: 1\n\n"), HasSubstr("data: 1\n\n"));
  pipe->finish();
  EXPECT_THAT(client.read_until("\r\n0\r\n\r\n"), testing::EndsWith("0\r\n\r\n"));
}

TEST(HttpServer, an_event_feed_hears_that_its_client_is_gone) {
  const auto pipe = std::make_shared<Pipe>(10);
  const auto server =
      serve(always([&](const Request&) { return reply(200, "text/event-stream", pipe); }));
  Client client(server->port());
  client.get("/");
  client.read_until("\r\n\r\n");
  client.close();
  while (pipe->send("data: long enough\n\n")) {
  }
  EXPECT_FALSE(pipe->try_send("x"));
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

TEST(HttpServer, two_hundred_connections_at_once) {
  std::atomic<int> handled{0};
  const auto server = serve(always([&](const Request& r) { return ++handled, text(r.path); }));
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 200; ++i) clients.push_back(std::make_unique<Client>(server->port()));
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 200; ++i) clients[i]->get(fmt::format("/{}", i));
    for (int i = 0; i < 200; ++i)
      ASSERT_EQ(body_of(clients[i]->read_answer()), fmt::format("/{}", i));
  }
  EXPECT_EQ(handled, 600);
  EXPECT_EQ(server->load().connections, 200u);
}

TEST(HttpServer, connections_beyond_the_cap_get_503) {
  ServerOptions options;
  options.max_connections = 2;
  const auto server = serve(always([](const Request&) { return text("x"); }), options);
  Client first(server->port()), second(server->port());
  for (Client* client : {&first, &second}) {
    client->get("/");
    client->read_answer();
  }
  Client third(server->port());
  EXPECT_THAT(third.read_answer(), StartsWith("HTTP/1.1 503 "));
  first.get("/");
  EXPECT_THAT(first.read_answer(), StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(server->load().refused, 1u);
}

TEST(HttpServer, a_full_queue_gets_503_and_cheap_routes_still_answer) {
  ServerOptions options;
  options.handler_threads = 1;
  options.handler_queue = 0;
  std::promise<void> entered, release;
  const auto released = release.get_future().share();
  const auto server = serve(
      [&](Request& r) {
        if (r.path == "/cheap") return Action{[](const Request&) { return text("cheap"); }, true};
        return Action{[&](const Request&) {
                        entered.set_value();
                        released.wait();
                        return text("slow");
                      },
                      false};
      },
      options);
  Client slow(server->port());
  slow.get("/slow");
  entered.get_future().wait();
  const std::string refused = fetch(*server, "/slow");
  EXPECT_THAT(refused, StartsWith("HTTP/1.1 503 "));
  EXPECT_EQ(header_of(refused, "Retry-After"), "1");
  EXPECT_EQ(body_of(fetch(*server, "/cheap")), "cheap");
  release.set_value();
  EXPECT_EQ(body_of(slow.read_answer()), "slow");
}

TEST(HttpServer, stop_lets_requests_in_flight_end) {
  std::promise<void> entered, release;
  const auto released = release.get_future().share();
  const auto server = serve(always([&](const Request&) {
    entered.set_value();
    released.wait();
    return text("finished");
  }));
  Client idle(server->port()), busy(server->port());
  busy.get("/");
  entered.get_future().wait();
  auto stopped = std::async(std::launch::async, [&] { server->stop(20s); });
  EXPECT_EQ(idle.read_all(), "");
  release.set_value();
  const std::string answer = busy.read_all();
  EXPECT_EQ(body_of(answer), "finished");
  EXPECT_THAT(answer, HasSubstr("Connection: close"));
  stopped.get();
  EXPECT_THROW(Client(server->port()), boost::system::system_error);
}

TEST(HttpServer, stop_cuts_off_what_outlasts_the_deadline) {
  std::promise<void> entered;
  const auto server = serve(always([&](const Request& r) {
    std::promise<void> stop;
    const std::stop_callback on_stop(r.stop, [&] { stop.set_value(); });
    entered.set_value();
    stop.get_future().wait();
    return text("too late");
  }));
  Client client(server->port());
  client.get("/");
  entered.get_future().wait();
  server->stop(10ms);
  EXPECT_EQ(client.read_all(), "");
}

TEST(HttpServer, stop_ends_event_streams) {
  const auto pipe = std::make_shared<Pipe>(10);
  const auto server =
      serve(always([&](const Request&) { return reply(200, "text/event-stream", pipe); }));
  Client client(server->port());
  client.get("/");
  client.read_until("\r\n\r\n");
  server->stop(20s);
  EXPECT_THAT(client.read_all(), testing::EndsWith("0\r\n\r\n"));
}

TEST(HttpServer, a_taken_port_is_an_error_that_names_it) {
  const auto server = serve(always([](const Request&) { return text("x"); }));
  ServerOptions options;
  options.listen = {fmt::format("127.0.0.1:{}", server->port())};
  const auto second = HttpServer::start(options, test_clock(), always({}));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::Busy);
  EXPECT_EQ(second.error().message,
            fmt::format("address 127.0.0.1:{} is taken by another program", server->port()));
}

TEST(HttpServer, wrong_addresses_are_refused) {
  for (const auto& [address, code] :
       std::vector<std::pair<std::string, Errc>>{{"8600", Errc::Usage},
                                                 {"127.0.0.1:", Errc::Usage},
                                                 {"127.0.0.1:99999", Errc::Usage},
                                                 {"nonsense:80", Errc::Usage},
                                                 {"198.51.100.1:8600", Errc::Config},
                                                 {"unix:/" + std::string(200, 'x'), Errc::Config},
                                                 {"unix:/no/such/directory/s", Errc::Io}}) {
    ServerOptions options;
    options.listen = {address};
    const auto server = HttpServer::start(options, test_clock(), always({}));
    ASSERT_FALSE(server) << address;
    EXPECT_EQ(server.error().code, code) << server.error().text();
    EXPECT_THAT(server.error().message, HasSubstr(address.substr(address.find('/') + 1)));
  }
}

class UnixSocket : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/kanpan-http-XXXXXX";
    directory_ = mkdtemp(name);
    path_ = directory_ + "/s";
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }
  auto start() {
    ServerOptions options;
    options.listen = {"unix:" + path_};
    return HttpServer::start(options, test_clock(),
                             always([](const Request& r) { return text(r.peer); }));
  }
  std::string directory_, path_;
};

TEST_F(UnixSocket, serves_with_mode_0600_and_removes_its_file) {
  {
    const auto server = start();
    ASSERT_TRUE(server) << server.error().text();
    struct stat info {};
    ASSERT_EQ(stat(path_.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0600u);
    boost::asio::io_context context;
    boost::asio::local::stream_protocol::socket socket(context);
    socket.connect(boost::asio::local::stream_protocol::endpoint(path_));
    boost::asio::write(socket, boost::asio::buffer(std::string_view(
                                   "GET / HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n")));
    std::string answer;
    boost::system::error_code error;
    boost::asio::read(socket, boost::asio::dynamic_buffer(answer), error);
    EXPECT_EQ(body_of(answer), "unix");
  }
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(UnixSocket, replaces_the_file_of_a_dead_process_but_not_of_a_living_one) {
  {
    boost::asio::io_context context;
    boost::asio::local::stream_protocol::acceptor dead(
        context, boost::asio::local::stream_protocol::endpoint(path_));
  }
  ASSERT_TRUE(std::filesystem::exists(path_));
  const auto server = start();
  ASSERT_TRUE(server) << server.error().text();
  const auto second = start();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::Busy);
}

TEST(HttpServer, answers_misbehave_on_request) {
  const std::string body(1000, 'm');
  Misbehaviour bad;
  const auto server = serve(always([&](const Request&) {
    Response response = text(body);
    response.misbehaviour = bad;
    return response;
  }));
  bad = {.drop = true};
  EXPECT_EQ(fetch(*server, "/"), "");
  bad = {.close_after = 100};
  EXPECT_EQ(body_of(fetch(*server, "/")), body.substr(0, 100));
  bad = {.delay = 100ms, .bytes_per_second = 5000};
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(body_of(fetch(*server, "/")), body);
  EXPECT_GE(std::chrono::steady_clock::now() - began, 250ms);
  bad = {.stall_after = 10};
  Client client(server->port());
  client.get("/");
  client.read_until("\r\n\r\n");
  EXPECT_EQ(client.read_until("mmmmmmmmmm"), "mmmmmmmmmm");
  server->stop(10ms);
  EXPECT_EQ(client.read_all(), "");
}

TEST(HttpServer, the_observer_sees_every_answer) {
  std::mutex mutex;
  std::vector<std::pair<int, std::uint64_t>> seen;
  ServerOptions options;
  options.observer = [&](const Request&, const Response& response, const Served& served) {
    const std::lock_guard lock(mutex);
    seen.emplace_back(response.status, served.body_bytes);
  };
  {
    const auto server = serve(always([](const Request&) { return text("12345"); }), options);
    fetch(*server, "/");
    server->stop(20s);
  }
  EXPECT_EQ(seen, (std::vector<std::pair<int, std::uint64_t>>{{200, 5}}));
}

}  // namespace
}  // namespace kanpan::net
