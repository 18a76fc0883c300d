// The HTTP/1.1 server: connections, limits, time-outs, draining. What to answer is its Dispatch's.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "kanpan/base/clock.hpp"
#include "kanpan/base/error.hpp"
#include "kanpan/net/http_message.hpp"

namespace kanpan::net {

/// Errc::Usage where it is no address of a server, as ServerOptions::listen describes them.
Result<void> check_address(const std::string& address);

/// One request that is over.
struct Served {
  std::uint64_t body_bytes = 0;        ///< sent, after compression
  std::chrono::nanoseconds elapsed{};  ///< from the last byte of the request
  bool whole = false;                  ///< false: the client left, or the body failed
};

struct ServerOptions {
  /// `127.0.0.1:8600`, `[::1]:8600` (port 0 = any free one), `unix:/path` (made with mode 0600).
  std::vector<std::string> listen{"127.0.0.1:0"};
  std::size_t io_threads = 0;          ///< 0 = one per core
  std::size_t handler_threads = 8;     ///< handlers that may wait run here
  std::size_t handler_queue = 256;     ///< requests that wait for one of them; more get 503
  std::size_t stream_threads = 8;      ///< bodies from producers at once; more wait
  std::size_t stream_queue = 64;       ///< bodies that wait for one of them; more get 503
  std::size_t lasting_threads = 16;    ///< lasting bodies at once; more get 503
  std::size_t max_connections = 4096;  ///< further ones get 503 and are closed
  std::uint32_t max_header_bytes = 16 * 1024;
  std::uint64_t max_body_bytes = 16 * 1024 * 1024;
  std::size_t stream_buffer_bytes = 1024 * 1024;
  std::chrono::milliseconds idle_timeout{75'000};    ///< between requests
  std::chrono::milliseconds header_timeout{10'000};  ///< from a request's first byte to its head
  std::chrono::milliseconds body_timeout{30'000};
  std::chrono::milliseconds write_timeout{30'000};  ///< without 256 KiB of progress
  std::chrono::milliseconds heartbeat{15'000};      ///< comment line on quiet event streams
  std::string server_name = "kanpan";               ///< Server header
  /// Called on an I/O thread after each answer; must be quick and thread-safe. May be empty.
  std::function<void(const Request&, const Response&, const Served&)> observer;
};

struct ServerLoad {
  std::uint64_t connections = 0;  ///< open now
  std::uint64_t in_flight = 0;    ///< requests being answered now
  std::uint64_t refused = 0;      ///< connections and requests turned away with 503, ever
};

/// Starts serving when made; stops when destroyed. Methods are thread-safe.
class HttpServer {
 public:
  /// `clock` gives the Date header and must outlive the server. Errc::Busy names an address that is
  /// taken, Errc::Usage one that cannot be read, Errc::Config one that this machine does not have.
  static Result<std::unique_ptr<HttpServer>> start(ServerOptions options, const Clock& clock,
                                                   Dispatch dispatch);
  ~HttpServer();

  /// What is listened on, ports filled in.
  const std::vector<std::string>& addresses() const;
  /// Of the first TCP address, 0 when there is none.
  std::uint16_t port() const;
  ServerLoad load() const;

  /// Takes no more connections, closes idle ones, lets requests in flight end until `deadline`,
  /// then cuts them off (their stop token first) and waits for their handlers to return.
  void stop(std::chrono::milliseconds deadline);

 private:
  class Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace kanpan::net
