// Bodies of unknown length and event streams.
#include <atomic>
#include <future>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kanpan/net/http_client_for_tests.hpp"

namespace kanpan::net {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;

TEST(HttpServer, a_100_mb_stream_holds_back_its_producer) {
  constexpr std::size_t kPieces = 1600;
  // What fits between producer and client: the pipe, one write, and both kernel buffers.
  constexpr std::size_t kInFlight = 24 * 1024 * 1024;
  const std::string piece(64 * 1024, 's');
  std::atomic<std::size_t> produced{0};
  const auto server = serve(always([&](const Request&) {
    return reply(200, "application/octet-stream", Producer([&](const Write& write) -> Result<void> {
                   for (std::size_t i = 0; i < kPieces; ++i) {
                     if (!write(piece)) return Error{Errc::Cancelled, "client left", ""};
                     produced += piece.size();
                   }
                   return {};
                 }));
  }));
  Client client(server->port());
  client.get("/");
  EXPECT_THAT(client.read_until("\r\n\r\n"), HasSubstr("Transfer-Encoding: chunked"));
  std::size_t received = 0, most_ahead = 0;
  for (;;) {
    const std::size_t size = std::stoul(client.read_until("\r\n"), nullptr, 16);
    ASSERT_EQ(client.read_until("\r\n").size(), size + 2);
    if (size == 0) break;
    received += size;
    most_ahead = std::max(most_ahead, produced - std::min<std::size_t>(produced, received));
  }
  EXPECT_EQ(received, kPieces * piece.size());
  EXPECT_LT(most_ahead, kInFlight);
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

TEST(HttpServer, a_packed_stream_has_a_weak_tag) {
  const auto server = serve(always([](const Request&) {
    Response response = reply(200, "text/csv", Producer([](const Write& write) -> Result<void> {
                                write(std::string(10'000, 'x'));
                                return {};
                              }));
    response.headers.add("ETag", "\"7\"");
    return response;
  }));
  Client client(server->port());
  client.get("/", "Accept-Encoding: gzip\r\nConnection: close\r\n");
  EXPECT_EQ(header_of(client.read_all(), "ETag"), "W/\"7\"");
  EXPECT_EQ(header_of(fetch(*server, "/"), "ETag"), "\"7\"");
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

TEST(HttpServer, a_producer_that_finds_no_room_says_when_to_ask_again) {
  const auto server = serve(always([](const Request&) {
    return reply(200, "text/csv", Producer([](const Write&) -> Result<void> {
                   return Error{Errc::Busy, "4 long reads are going on already", ""};
                 }));
  }));
  const std::string answer = fetch(*server, "/");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 503 "));
  EXPECT_EQ(header_of(answer, "Retry-After"), "1");
}

TEST(HttpServer, a_lasting_body_waits_for_a_reader_who_takes_his_time) {
  constexpr std::size_t kBytes = 16 << 20;  // more than sockets and buffers hold
  std::promise<void> cut;
  ServerOptions options;
  options.write_timeout = std::chrono::milliseconds{50};
  options.observer = [&](const Request& r, const Response&, const Served& served) {
    if (r.path == "/brief" && !served.whole) cut.set_value();
  };
  std::stop_token stop;
  const auto server = serve(always([&](const Request& r) {
                              if (r.path == "/brief") stop = r.stop;
                              Response response =
                                  reply(200, "text/csv", Producer([](const Write& write) {
                                          for (std::size_t n = 0; n < kBytes; n += 1 << 16)
                                            write(std::string(1 << 16, 'x'));
                                          return Result<void>();
                                        }));
                              response.lasting = r.path == "/lasting";
                              return response;
                            }),
                            options);
  Client lasting(server->port()), brief(server->port());
  lasting.get("/lasting");
  brief.get("/brief");
  cut.get_future().wait();  // by now the other one would be cut as well
  EXPECT_TRUE(stop.stop_requested()) << "nobody reads what is still made";
  EXPECT_GT(lasting.read_until("0\r\n\r\n").size(), kBytes);
}

TEST(HttpServer, lasting_bodies_leave_the_threads_of_the_others_alone) {
  ServerOptions options;
  options.stream_threads = options.lasting_threads = 1;
  options.stream_queue = 0;
  std::promise<void> release;
  const auto released = release.get_future().share();
  const auto server = serve(
      always([&](const Request& r) {
        Response response = reply(
            200, "text/csv",
            Producer([waits = r.path != "/short", released](const Write& write) -> Result<void> {
              write("begun\n");
              if (waits) released.wait();
              return {};
            }));
        response.lasting = r.path == "/lasting";
        return response;
      }),
      options);
  Client lasting(server->port()), waiting(server->port()), brief(server->port());
  lasting.get("/lasting");
  lasting.read_until("begun\n");
  brief.get("/short");
  EXPECT_THAT(brief.read_until("begun\n"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(fetch(*server, "/lasting"), StartsWith("HTTP/1.1 503 "));
  waiting.get("/waiting");
  waiting.read_until("begun\n");
  const std::string refused = fetch(*server, "/short");
  EXPECT_THAT(refused, StartsWith("HTTP/1.1 503 "));
  EXPECT_EQ(header_of(refused, "Retry-After"), "1");
  EXPECT_EQ(server->load().refused, 2u);
  release.set_value();
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
  client.socket().set_option(boost::asio::socket_base::linger(true, 0));
  client.close();  // with a reset
  EXPECT_EQ(stopped.get_future().wait_for(20s), std::future_status::ready);
}

TEST(HttpServer, a_client_that_has_ended_its_side_gets_its_whole_answer) {
  std::promise<void> ended;
  const auto has_ended = ended.get_future().share();
  const auto server = serve(always([&](const Request& r) {
    std::promise<void> stop;
    const std::stop_callback on_stop(r.stop, [&] { stop.set_value(); });
    has_ended.wait();
    const auto told = stop.get_future().wait_for(200ms);
    return text(told == std::future_status::timeout ? "whole" : "stopped");
  }));
  Client client(server->port());
  client.get("/");
  client.socket().shutdown(boost::asio::socket_base::shutdown_send);
  ended.set_value();
  EXPECT_EQ(body_of(client.read_answer()), "whole");
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

}  // namespace
}  // namespace kanpan::net
