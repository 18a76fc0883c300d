#include "kanpan/net/http_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "kanpan/net/scripted_server.hpp"

namespace kanpan::net {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::Not;
using Peer = ScriptedServer::Peer;
using Request = ScriptedServer::Request;

constexpr std::string_view kSecret = "5f3c0a9e";

Result<HttpReply> ask(const ScriptedServer& server, HttpClientLimits limits = {}) {
  return HttpClient(limits).post(server.url("/daily?token=" + std::string(kSecret)), "{}",
                                 {{"Content-Type", "application/json"}}, {});
}

Error failure(const ScriptedServer& server, HttpClientLimits limits = {}) {
  const Result<HttpReply> reply = ask(server, limits);
  if (reply) return Error{Errc::Failed, "answered", ""};
  EXPECT_THAT(reply.error().text(), Not(HasSubstr(kSecret)));
  EXPECT_THAT(reply.error().message, HasSubstr("/daily: "));
  return reply.error();
}

std::string gzip(std::string_view bytes) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

TEST(HttpClient, posts_a_body_and_returns_status_type_and_body) {
  Request seen;
  ScriptedServer server([&](const Request& request, const Peer& peer) {
    seen = request;
    peer.answer("oh no", "500 Internal Server Error", "Content-Type: text/html\r\n");
  });
  const auto reply = ask(server);
  ASSERT_TRUE(reply.has_value()) << reply.error().text();
  EXPECT_EQ(reply->status, 500);
  EXPECT_EQ(reply->content_type, "text/html");
  EXPECT_EQ(reply->body, "oh no");
  EXPECT_EQ(seen.body, "{}");
  EXPECT_THAT(seen.head, HasSubstr("POST /daily?token="));
  EXPECT_THAT(seen.head, HasSubstr("Content-Type: application/json\r\n"));
  EXPECT_THAT(seen.head, Not(HasSubstr("Expect:")));
}

TEST(HttpClient, gets_without_a_body) {
  ScriptedServer server(
      [](const Request& request, const Peer& peer) { peer.answer(request.head.substr(0, 8)); });
  EXPECT_EQ(HttpClient().get(server.url("/x"), {}, {})->body, "GET /x H");
}

TEST(HttpClient, keeps_its_connection) {
  ScriptedServer server([](const Request&, const Peer& peer) { peer.answer("{}"); });
  HttpClient client;
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(client.post(server.url(), "{}", {}, {}).has_value());
  EXPECT_EQ(server.connections(), 1);
}

TEST(HttpClient, asks_again_over_a_new_connection_when_the_kept_one_was_closed) {
  ScriptedServer server([](const Request&, const Peer& peer) {
    peer.answer("{}");
    peer.close();
  });
  HttpClient client;
  EXPECT_TRUE(client.post(server.url(), "{}", {}, {}).has_value());
  EXPECT_TRUE(client.post(server.url(), "{}", {}, {}).has_value());
}

TEST(HttpClient, redirects_are_an_answer) {
  ScriptedServer server([](const Request&, const Peer& peer) {
    peer.answer("", "302 Found", "Location: http://127.0.0.1:1/\r\n");
  });
  EXPECT_EQ(ask(server)->status, 302);
}

TEST(HttpClient, nobody_there_is_io) {
  std::string url;
  {
    url = ScriptedServer([](const Request&, const Peer&) {}).url();
  }
  const auto reply = HttpClient().post(url, "", {}, {});
  ASSERT_FALSE(reply.has_value());
  EXPECT_EQ(reply.error().code, Errc::Io);
  EXPECT_THAT(reply.error().message, HasSubstr("POST " + url));
}

TEST(HttpClient, no_answer_is_a_time_out) {
  ScriptedServer server([](const Request&, const Peer& peer) { peer.wait_for_hang_up(); });
  const Error error = failure(server, {.first_byte = milliseconds(80)});
  EXPECT_EQ(error.code, Errc::Timeout);
  EXPECT_THAT(error.message, HasSubstr("no answer began within 80 ms"));
}

TEST(HttpClient, a_stall_is_a_time_out) {
  ScriptedServer server([](const Request&, const Peer& peer) {
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
    peer.wait_for_hang_up();
  });
  const Error error = failure(server, {.stall = milliseconds(80), .stall_bytes = 1000});
  EXPECT_EQ(error.code, Errc::Timeout);
  EXPECT_THAT(error.message, HasSubstr("stalled"));
}

void dribble(const Request&, const Peer& peer) {
  peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
  while (!peer.wait_for_hang_up(5)) peer.send("x");
}

TEST(HttpClient, slow_bytes_run_into_the_whole_deadline) {
  ScriptedServer server(dribble);
  const Error error = failure(server, {.whole = milliseconds(120), .stall_bytes = 1});
  EXPECT_EQ(error.code, Errc::Timeout);
  EXPECT_THAT(error.message, HasSubstr("not complete after 120 ms"));
}

TEST(HttpClient, too_few_bytes_in_a_while_are_a_stall) {
  ScriptedServer server(dribble);
  const Error error = failure(server, {.stall = milliseconds(100), .stall_bytes = 5000});
  EXPECT_THAT(error.message, HasSubstr("stalled"));
}

TEST(HttpClient, a_cut_off_body_is_io) {
  ScriptedServer server([](const Request&, const Peer& peer) {
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
    peer.close();
  });
  EXPECT_EQ(failure(server).code, Errc::Io);
}

TEST(HttpClient, a_dropped_connection_is_io) {
  ScriptedServer server([](const Request&, const Peer& peer) { peer.close(); });
  EXPECT_EQ(failure(server).code, Errc::Io);
}

TEST(HttpClient, no_http_is_io) {
  ScriptedServer server([](const Request&, const Peer& peer) {
    peer.send("220 mail.example.com ESMTP\r\n\r\n");
    peer.close();
  });
  EXPECT_EQ(failure(server).code, Errc::Io);
}

TEST(HttpClient, a_body_over_the_bound_is_refused) {
  ScriptedServer server(
      [](const Request&, const Peer& peer) { peer.answer(std::string(5000, 'x')); });
  EXPECT_THAT(failure(server, {.body_bytes = 4999}).message, HasSubstr("larger than 4999 bytes"));
  EXPECT_EQ(ask(server, {.body_bytes = 5000})->body.size(), 5000u);
}

TEST(HttpClient, the_bound_holds_for_unpacked_bytes) {
  const std::string bomb = gzip(std::string(10'000'000, 'x'));
  ASSERT_LT(bomb.size(), 100'000u);
  ScriptedServer server([&](const Request&, const Peer& peer) {
    peer.answer(bomb, "200 OK", "Content-Encoding: gzip\r\n");
  });
  EXPECT_THAT(failure(server, {.body_bytes = 1'000'000}).message,
              HasSubstr("larger than 1000000 bytes"));
  EXPECT_EQ(ask(server)->body.size(), 10'000'000u);
}

TEST(HttpClient, damaged_packing_is_io) {
  ScriptedServer server([&](const Request&, const Peer& peer) {
    peer.answer("this is no gzip", "200 OK", "Content-Encoding: gzip\r\n");
  });
  EXPECT_EQ(failure(server).code, Errc::Io);
}

TEST(HttpClient, asks_for_packed_answers_of_other_machines_only) {
  std::string asked;
  ScriptedServer server([&](const Request& request, const Peer& peer) {
    asked = request.head;
    peer.answer("x");
  });
  ask(server);
  EXPECT_THAT(asked, HasSubstr("Accept-Encoding: identity"));
  // Another name of this machine, that is not known to be one.
  const std::string url = "http://0" + server.url().substr(std::string("http://127.0.0.1").size());
  ASSERT_TRUE(HttpClient().post(url, "", {}, {}));
  EXPECT_THAT(asked, HasSubstr("gzip"));
}

TEST(HttpClient, stops_at_once_when_asked) {
  const SilentServer server;
  const auto reply = HttpClient().post(server.url("/daily"), "{}", {}, server.stop());
  ASSERT_FALSE(reply.has_value());
  EXPECT_EQ(reply.error().code, Errc::Cancelled);
}

TEST(HttpClient, an_address_that_is_none_is_refused) {
  for (const char* url : {"", "api.tushare.pro", "ftp://host/", "http://", "file:///etc/passwd"}) {
    const auto reply = HttpClient().post(url, "", {}, {});
    ASSERT_FALSE(reply.has_value()) << url;
    EXPECT_EQ(reply.error().code, Errc::Config) << url;
  }
}

TEST(PublicPart, hides_what_may_be_secret) {
  EXPECT_EQ(*public_part("https://me:pw@host:81/a/b?token=x#y"), "https://host:81/a/b");
}

}  // namespace
}  // namespace kanpan::net
