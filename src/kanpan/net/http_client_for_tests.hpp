// A server and a raw client for the tests of this folder.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <zlib.h>

#include "kanpan/net/http_server.hpp"

namespace kanpan::net {

using boost::asio::ip::tcp;

inline const Clock& test_clock() {
  static const auto clock = *make_clock("2024-06-28T18:00:00+08:00");
  return *clock;
}

inline Dispatch always(Handler handler, bool on_io_thread = false) {
  return [handler, on_io_thread](Request&) { return Action{handler, on_io_thread}; };
}

inline Response text(std::string body) { return reply(200, "text/plain", std::move(body)); }

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

inline std::unique_ptr<HttpServer> serve(Dispatch dispatch, ServerOptions options = {}) {
  options.io_threads = 2;
  auto server = HttpServer::start(std::move(options), test_clock(), std::move(dispatch));
  EXPECT_TRUE(server) << (server ? "" : server.error().text());
  return *std::move(server);
}

inline std::string fetch(const HttpServer& server, std::string_view path,
                         std::string_view headers = "", std::string_view method = "GET") {
  Client client(server.port());
  client.get(path, headers, method);
  return client.read_answer(method != "HEAD");
}

inline std::string body_of(const std::string& answer) {
  return answer.substr(std::min(answer.size(), answer.find("\r\n\r\n") + 4));
}

inline std::string header_of(const std::string& answer, const std::string& name) {
  const auto at = answer.find("\r\n" + name + ": ");
  if (at == std::string::npos) return "";
  const auto begin = at + name.size() + 4;
  return answer.substr(begin, answer.find("\r\n", begin) - begin);
}

inline std::string unchunk(std::string_view body) {
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

inline std::string gunzip(std::string_view bytes) {
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

}  // namespace kanpan::net
