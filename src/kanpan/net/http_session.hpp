// One connection of the HTTP server. Included by the server's own sources only: it is heavy.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "kanpan/net/http_server.hpp"

namespace kanpan::net {

namespace asio = boost::asio;
using Executor = asio::io_context::executor_type;
using Stream = boost::beast::basic_stream<asio::generic::stream_protocol, Executor>;
using Socket = asio::basic_stream_socket<asio::generic::stream_protocol, Executor>;
using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, Executor>;
template <typename T = void>
using Awaitable = asio::awaitable<T, Executor>;

/// Completion token: await, and the error goes to `error` instead of being thrown.
inline auto into(boost::system::error_code& error) {
  return asio::redirect_error(asio::use_awaitable_t<Executor>{}, error);
}

/// Threads that make bodies, and how many of these may run or wait at once.
struct ProducerPool {
  ProducerPool(std::size_t count, std::size_t waiting) : most(count + waiting), threads(count) {}
  /// False when it is full; else the caller gives the place back.
  bool enter() {
    if (taken++ < most) return true;
    --taken;
    return false;
  }
  void leave() { --taken; }

  const std::size_t most;
  std::atomic<std::size_t> taken{0};
  asio::thread_pool threads;
};

/// What all connections of a server share.
struct ServerState {
  ServerState(ServerOptions o, const Clock& c, Dispatch d)
      : options(std::move(o)),
        clock(c),
        dispatch(std::move(d)),
        handlers(options.handler_threads),
        streams(options.stream_threads, options.stream_queue),
        lasting(options.lasting_threads, 0) {}

  const ServerOptions options;
  const Clock& clock;
  const Dispatch dispatch;
  std::string id_prefix;  ///< of request ids made here
  std::atomic<std::uint64_t> next_id{1};
  std::atomic<bool> draining{false};
  std::atomic<std::uint64_t> in_flight{0};
  std::atomic<std::uint64_t> refused{0};
  std::atomic<std::size_t> queued{0};  ///< handlers waiting or running
  std::mutex mutex;
  std::condition_variable ended;  ///< notified when `connections` falls
  std::size_t connections = 0;    ///< guarded by mutex
  asio::thread_pool handlers;
  ProducerPool streams;
  ProducerPool lasting;
};

/// Lives as long as its connection. Everything runs on the thread of its executor, except what is
/// said to run on a pool.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(ServerState& server, Socket socket, std::string peer);

  /// Serves until the connection ends, then calls `ended`. With `refuse` it only says 503.
  void start(bool refuse, std::function<void()> ended);
  /// No further request: an idle connection closes now, a busy one after its answer.
  void drain();
  /// Ends now; a running handler is told through its stop token.
  void abort();

 private:
  enum class Sent { Whole, Cut };

  Awaitable<> run(bool refuse);
  Awaitable<bool> read_request();
  Awaitable<> read_failed(boost::system::error_code error);
  bool take_request();
  void adopt_id();

  Awaitable<> answer();
  Awaitable<> call_handler(const Action& action);
  void run_handler(const Handler& handler);
  void refuse_with(int status, std::string code, std::string detail);
  Awaitable<> send_refusal();
  Awaitable<Sent> send_response();
  Awaitable<Sent> send_bytes(std::string_view body);
  Awaitable<Sent> send_produced(const Producer& producer);
  /// Nothing when too many are at work.
  std::shared_ptr<Pipe> start_producer(const Producer& producer, bool compress);
  Awaitable<Sent> send_stream(Pipe& pipe, bool compress);
  Awaitable<Sent> send_events(Pipe& pipe);
  Awaitable<Pipe::Taken> next(Pipe& pipe);
  void compress_body();
  void say_compressed();
  bool wants_gzip() const;

  std::string head(std::optional<std::uint64_t> length);
  std::string framed(std::string bytes, bool last) const;
  Awaitable<Sent> send(std::string_view top, std::string_view body);
  Awaitable<Sent> send_badly(std::string_view body);
  Awaitable<bool> write(std::string_view first, std::string_view second);
  Awaitable<bool> wait(std::chrono::milliseconds time);
  void wake();
  std::function<void()> remote_wake();
  void watch();
  void unwatch();
  Awaitable<> linger();

  ServerState& server_;
  Stream stream_;
  Timer timer_;
  std::string peer_;
  boost::beast::flat_buffer buffer_;
  std::optional<boost::beast::http::request_parser<boost::beast::http::string_body>> parser_;
  Request request_;
  Response response_;
  std::stop_source stop_;
  std::uint64_t body_bytes_ = 0;  ///< of this answer, sent
  bool keep_alive_ = true;
  bool chunked_ = false;
  bool idle_ = false;
  bool gone_ = false;         ///< nothing can be sent any more
  bool peer_closed_ = false;  ///< the client will send nothing more; it may still read
  bool handled_ = false;
  bool watching_ = false;
};

}  // namespace kanpan::net
