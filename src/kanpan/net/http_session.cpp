#include "kanpan/net/http_session.hpp"

#include <algorithm>
#include <cerrno>
#include <exception>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/stream_traits.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/read.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include "kanpan/base/log.hpp"
#include "kanpan/net/gzip.hpp"
#include "kanpan/net/problem.hpp"

namespace kanpan::net {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;
using std::chrono::milliseconds;

/// How long a refused client may still talk before the connection is closed under it.
constexpr milliseconds kLinger{2000};

bool is_plain_id(std::string_view id) {
  return !id.empty() && id.size() <= 64 && std::ranges::all_of(id, [](unsigned char c) {
    return std::isalnum(c) || c == '-' || c == '_' || c == '.';
  });
}

bool is_passing(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

/// Whether nobody can read what is sent. A client that only ended its own side (`nc -N`, shutdown)
/// still can; over TCP, one that closed looks the same until something is sent to it.
bool is_hung_up(int socket) {
  pollfd state{socket, POLLOUT, 0};
  return ::poll(&state, 1, 0) > 0 && (state.revents & (POLLHUP | POLLERR)) != 0;
}

}  // namespace

Session::Session(ServerState& server, Socket socket, std::string peer)
    : server_(server),
      stream_(std::move(socket)),
      timer_(stream_.get_executor()),
      peer_(std::move(peer)) {}

void Session::start(bool refuse, std::function<void()> ended) {
  asio::co_spawn(
      stream_.get_executor(), run(refuse),
      [self = shared_from_this(), ended = std::move(ended)](const std::exception_ptr& error) {
        try {
          if (error) std::rethrow_exception(error);
        } catch (const std::exception& e) {
          log::error("http", "connection from {}: {}", self->peer_, e.what());
        }
        self->stream_.close();
        ended();
      });
}

void Session::drain() {
  keep_alive_ = false;
  if (idle_) stream_.close();
  wake();
}

void Session::abort() {
  gone_ = true;
  keep_alive_ = false;
  stop_.request_stop();
  stream_.close();
  wake();
}

// GCC 12 miscompiles a co_await inside the condition of `if` within do-while, and one whose call
// makes temporaries with destructors: awaited calls here take plain values and stand alone.
Awaitable<> Session::run(bool refuse) {
  if (refuse) {
    refuse_with(503, "too_many_connections", "too many connections are open");
    co_await send_refusal();
    co_return;
  }
  while (keep_alive_ && !gone_) {
    const bool whole = co_await read_request();
    if (!whole) break;
    co_await answer();
  }
}

// ---- reading ------------------------------------------------------------------------------------

/// True when request_ holds a request that is to be answered.
Awaitable<bool> Session::read_request() {
  error_code error;
  parser_.emplace();
  parser_->header_limit(server_.options.max_header_bytes);
  parser_->body_limit(server_.options.max_body_bytes);
  if (buffer_.size() == 0) {
    idle_ = true;
    stream_.expires_after(server_.options.idle_timeout);
    const std::size_t n = co_await stream_.async_read_some(buffer_.prepare(8192), into(error));
    idle_ = false;
    if (error) co_return false;
    buffer_.commit(n);
  }
  stream_.expires_after(server_.options.header_timeout);
  co_await http::async_read_header(stream_, buffer_, *parser_, into(error));
  if (error) {
    co_await read_failed(error);
    co_return false;
  }
  if (!parser_->is_done()) {
    if (beast::iequals(parser_->get()[http::field::expect], "100-continue"))
      co_await write("HTTP/1.1 100 Continue\r\n\r\n", {});
    stream_.expires_after(server_.options.body_timeout);
    co_await http::async_read(stream_, buffer_, *parser_, into(error));
    if (error) {
      co_await read_failed(error);
      co_return false;
    }
  }
  if (take_request()) co_return true;
  co_await send_refusal();
  co_return false;
}

Awaitable<> Session::read_failed(error_code error) {
  request_ = {};
  if (error == http::error::header_limit)
    refuse_with(
        431, "headers_too_large",
        fmt::format("the head of a request may have {} bytes", server_.options.max_header_bytes));
  else if (error == http::error::body_limit)
    refuse_with(
        413, "body_too_large",
        fmt::format("the body of a request may have {} bytes", server_.options.max_body_bytes));
  else if (error.category() == make_error_code(http::error::bad_method).category() &&
           error != http::error::end_of_stream && error != http::error::partial_message)
    refuse_with(400, "bad_request", fmt::format("not an HTTP request: {}", error.message()));
  else
    co_return;
  co_await send_refusal();
}

/// False: it is not one that can be answered, and response_ says why.
bool Session::take_request() {
  auto message = parser_->release();
  keep_alive_ = message.keep_alive() && !server_.draining;
  chunked_ = message.version() == 11;
  request_ = {};
  request_.method = message.method_string();
  request_.target = message.target();
  for (const auto& field : message)
    request_.headers.add(std::string(field.name_string()), std::string(field.value()));
  request_.body = std::move(message.body());
  request_.peer = peer_;
  adopt_id();
  auto target = parse_target(request_.target);
  if (!target) {
    refuse_with(400, "bad_request", target.error().message);
    return false;
  }
  if (message.version() == 11 && !request_.headers.has("host")) {
    refuse_with(400, "bad_request", "the Host header is missing");
    return false;
  }
  request_.path = std::move(target->path);
  request_.query = std::move(target->query);
  return true;
}

void Session::adopt_id() {
  if (const auto id = request_.header("x-request-id"); is_plain_id(id))
    request_.id = id;
  else
    request_.id = fmt::format("{}{:x}", server_.id_prefix, server_.next_id++);
}

// ---- waiting ------------------------------------------------------------------------------------

/// True when woken, false when the time is over.
Awaitable<bool> Session::wait(milliseconds time) {
  error_code error;
  timer_.expires_after(time);
  co_await timer_.async_wait(into(error));
  co_return error == asio::error::operation_aborted;
}

void Session::wake() { timer_.cancel(); }

std::function<void()> Session::remote_wake() {
  return [weak = weak_from_this(), executor = stream_.get_executor()] {
    asio::post(executor, [weak] {
      if (const auto self = weak.lock()) self->wake();
    });
  };
}

/// While an answer is being made nobody reads: the end of the client's stream is waited for apart.
/// Only a client that is gone stops the handler; else a failing write tells.
void Session::watch() {
  if (watching_ || peer_closed_) return;
  watching_ = true;
  stream_.socket().async_wait(Socket::wait_read, [self = shared_from_this()](error_code error) {
    if (error) return;
    self->watching_ = false;
    const int socket = self->stream_.socket().native_handle();
    char byte;
    const auto n = ::recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (n > 0) return;                                     // the next request, early
    if (n < 0 && is_passing(errno)) return self->watch();  // woken for nothing
    self->peer_closed_ = true;
    if (n < 0 || is_hung_up(socket)) self->stop_.request_stop();
    self->wake();
  });
}

void Session::unwatch() {
  if (!watching_) return;
  watching_ = false;
  error_code ignored;  // a socket that is already closed has nothing to cancel
  stream_.socket().cancel(ignored);
}

/// Reads on for a moment after a refusal: closing with unread bytes would reset the connection, and
/// the client would lose the answer.
Awaitable<> Session::linger() {
  error_code error;
  stream_.socket().shutdown(Socket::shutdown_send, error);
  stream_.expires_after(kLinger);
  idle_ = true;
  while (!error) {
    buffer_.clear();
    co_await stream_.async_read_some(buffer_.prepare(64 * 1024), into(error));
  }
}

}  // namespace kanpan::net
