// Many connections, draining, addresses, misbehaviour.
#include <atomic>
#include <filesystem>
#include <future>
#include <map>
#include <mutex>

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kanpan/net/http_client_for_tests.hpp"

namespace kanpan::net {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;

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

TEST_F(UnixSocket, a_command_hears_that_its_client_has_closed) {
  std::promise<void> entered, stopped;
  ServerOptions options;
  options.listen = {"unix:" + path_};
  const auto server =
      HttpServer::start(options, test_clock(), always([&](const Request& r) {
                          std::promise<void> stop;
                          const std::stop_callback on_stop(r.stop, [&] { stop.set_value(); });
                          entered.set_value();
                          stop.get_future().wait();
                          stopped.set_value();
                          return text("late");
                        }));
  ASSERT_TRUE(server) << server.error().text();
  boost::asio::io_context context;
  boost::asio::local::stream_protocol::socket socket(context);
  socket.connect(boost::asio::local::stream_protocol::endpoint(path_));
  boost::asio::write(socket,
                     boost::asio::buffer(std::string_view("GET / HTTP/1.1\r\nHost: t\r\n\r\n")));
  entered.get_future().wait();
  socket.close();
  EXPECT_EQ(stopped.get_future().wait_for(20s), std::future_status::ready);
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
  const std::map<std::string, Misbehaviour> faults{
      {"/drop", {.drop = true}},
      {"/close", {.close_after = 100}},
      {"/slow", {.delay = 100ms, .bytes_per_second = 5000}},
      {"/stall", {.stall_after = 10}},
  };
  const auto server = serve(always([&](const Request& r) {
    Response response = text(body);
    response.misbehaviour = faults.at(r.path);
    return response;
  }));
  EXPECT_EQ(fetch(*server, "/drop"), "");
  EXPECT_EQ(body_of(fetch(*server, "/close")), body.substr(0, 100));
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(body_of(fetch(*server, "/slow")), body);
  EXPECT_GE(std::chrono::steady_clock::now() - began, 250ms);
  Client client(server->port());
  client.get("/stall");
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
