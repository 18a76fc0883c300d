// A tiny HTTP/1.1 server for tests, over bare sockets so that it can do what no proper server does:
// stop in the middle, dribble, lie about lengths.
#pragma once

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <functional>
#include <list>
#include <mutex>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace kanpan::net {

class ScriptedServer {
 public:
  struct Request {
    std::string head;  ///< request line and headers
    std::string body;
    std::string target() const {
      const std::size_t from = head.find(' ') + 1;
      return head.substr(from, head.find(' ', from) - from);
    }
  };

  /// What a script does with its connection. The connection stays open until the script closes it.
  class Peer {
   public:
    explicit Peer(int socket) : socket_(socket) {}
    void send(std::string_view bytes) const {
      while (!bytes.empty()) {
        const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
      }
    }
    void answer(std::string_view body, std::string_view status = "200 OK",
                std::string_view headers = "Content-Type: application/json\r\n") const {
      send(fmt::format("HTTP/1.1 {}\r\n{}Content-Length: {}\r\n\r\n{}", status, headers,
                       body.size(), body));
    }
    /// True when the client hung up within `milliseconds`; -1 waits for it.
    bool wait_for_hang_up(int milliseconds = -1) const {
      pollfd wanted{socket_, POLLIN, 0};
      return ::poll(&wanted, 1, milliseconds) != 0;
    }
    void close() const { ::shutdown(socket_, SHUT_RDWR); }

   private:
    int socket_;
  };
  using Script = std::function<void(const Request&, const Peer&)>;

  /// On a port that is free, unless one is given.
  explicit ScriptedServer(Script script, int port = 0) : script_(std::move(script)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int reuse = 1;
    ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof reuse);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    socklen_t size = sizeof address;
    auto* const raw = reinterpret_cast<sockaddr*>(&address);
    if (listener_ < 0 || ::bind(listener_, raw, size) != 0 || ::listen(listener_, 64) != 0 ||
        ::getsockname(listener_, raw, &size) != 0)
      throw std::runtime_error("no port for the test server");
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
  }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;
  ~ScriptedServer() {
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    {
      const std::lock_guard lock(mutex_);
      for (int socket : sockets_) ::shutdown(socket, SHUT_RDWR);
    }
    threads_.clear();
    for (int socket : sockets_) ::close(socket);
    ::close(listener_);
  }

  std::string url(std::string_view path = "") const {
    return fmt::format("http://127.0.0.1:{}{}", port_, path);
  }
  int connections() const { return connections_; }

 private:
  void accept_all() {
    for (;;) {
      const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (socket < 0) return;
      ++connections_;
      const std::lock_guard lock(mutex_);
      sockets_.push_back(socket);
      threads_.emplace_back([this, socket] { serve(socket); });
    }
  }

  void serve(int socket) {
    std::string buffer;
    const auto fill = [&] {
      char piece[4096];
      const ssize_t got = ::recv(socket, piece, sizeof piece, 0);
      if (got > 0) buffer.append(piece, static_cast<std::size_t>(got));
      return got > 0;
    };
    for (;;) {
      std::size_t end;
      while ((end = buffer.find("\r\n\r\n")) == std::string::npos)
        if (!fill()) return;
      Request request{buffer.substr(0, end + 2), ""};
      buffer.erase(0, end + 4);
      std::size_t length = 0;
      if (const auto at = request.head.find("Content-Length: "); at != std::string::npos)
        length = std::strtoul(request.head.c_str() + at + 16, nullptr, 10);
      while (buffer.size() < length)
        if (!fill()) return;
      request.body = buffer.substr(0, length);
      buffer.erase(0, length);
      script_(request, Peer(socket));
    }
  }

  Script script_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<int> connections_ = 0;
  std::mutex mutex_;
  std::vector<int> sockets_;
  std::list<std::jthread> threads_;
  std::thread acceptor_;
};

/// Gives no answer, but asks to stop once it is asked something.
class SilentServer {
 public:
  std::string url(std::string_view path = "") const { return server_.url(path); }
  std::stop_token stop() const { return stop_.get_token(); }

 private:
  std::stop_source stop_;
  ScriptedServer server_{[this](const ScriptedServer::Request&, const ScriptedServer::Peer& peer) {
    stop_.request_stop();
    peer.wait_for_hang_up();
  }};
};

}  // namespace kanpan::net
