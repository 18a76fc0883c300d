// The answering half of a connection.
#include <algorithm>
#include <array>
#include <exception>

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "kanpan/base/log.hpp"
#include "kanpan/net/gzip.hpp"
#include "kanpan/net/http_session.hpp"
#include "kanpan/net/problem.hpp"

namespace kanpan::net {
namespace {

using boost::system::error_code;
using std::chrono::milliseconds;

/// A write is one deadline; larger bodies go in pieces of this size, each with its own.
constexpr std::size_t kPiece = 256 * 1024;
/// Below this gzip's own bytes and time are not worth it.
constexpr std::size_t kLeastCompressed = 1024;
constexpr milliseconds kForEver{std::chrono::hours{24 * 365}};

bool is_header_safe(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

Response failed(const Request& request, std::string_view what) {
  log::error("http", "{} {}: {} [{}]", request.method, request.target, what, request.id);
  return to_response({500, "failed", "the server failed to answer", "its log says why", {}},
                     request.id);
}

Response overloaded(const Request& request, std::string detail) {
  return to_response({503, "overloaded", std::move(detail), "", {}}, request.id);
}

}  // namespace

// ---- answering ----------------------------------------------------------------------------------

Awaitable<> Session::answer() {
  const auto began = std::chrono::steady_clock::now();
  ++server_.in_flight;
  stop_ = {};
  request_.stop = stop_.get_token();
  body_bytes_ = 0;
  response_ = {};
  const Action action = server_.dispatch(request_);
  if (action.on_io_thread)
    run_handler(action.handler);
  else
    co_await call_handler(action);
  Sent sent = Sent::Cut;
  if (!gone_) sent = co_await send_response();
  unwatch();
  stream_.expires_never();
  if (sent == Sent::Cut) {
    keep_alive_ = false, gone_ = true;
    stop_.request_stop();  // what makes the body makes it for nobody
  }
  --server_.in_flight;
  if (server_.options.observer)
    server_.options.observer(
        request_, response_,
        {body_bytes_, std::chrono::steady_clock::now() - began, sent == Sent::Whole});
}

Awaitable<> Session::call_handler(const Action& action) {
  if (server_.queued >= server_.options.handler_queue + server_.options.handler_threads) {
    ++server_.refused;
    response_ = overloaded(request_, "too many requests are waiting");
    co_return;
  }
  ++server_.queued;
  handled_ = false;
  watch();
  asio::post(server_.handlers, [self = shared_from_this(), handler = action.handler] {
    self->run_handler(handler);
    --self->server_.queued;
    asio::post(self->stream_.get_executor(), [self] {
      self->handled_ = true;
      self->wake();
    });
  });
  while (!handled_) co_await wait(kForEver);
}

/// On a pool thread, or on the I/O thread for handlers that never wait.
void Session::run_handler(const Handler& handler) {
  try {
    response_ = handler(request_);
    compress_body();
  } catch (const std::exception& e) {
    response_ = failed(request_, e.what());
  }
}

/// For what is refused before there is a whole request: the connection ends with it.
void Session::refuse_with(int status, std::string code, std::string detail) {
  if (status == 503) ++server_.refused;
  keep_alive_ = false;
  if (request_.id.empty()) adopt_id();
  response_ = to_response({status, std::move(code), std::move(detail), "", {}}, request_.id);
}

Awaitable<> Session::send_refusal() {
  co_await send_response();
  if (server_.options.observer)
    server_.options.observer(request_, response_, {body_bytes_, {}, true});
  co_await linger();
}

bool Session::wants_gzip() const {
  return !response_.headers.has("content-encoding") &&
         is_compressible(response_.headers.get("content-type")) &&
         accepts_gzip(request_.header("accept-encoding"));
}

/// Replaces a whole body by its compressed form where the client takes that and it pays.
void Session::compress_body() {
  std::string_view plain;
  if (const auto* text = std::get_if<std::string>(&response_.body)) plain = *text;
  if (const auto* text = std::get_if<std::shared_ptr<const std::string>>(&response_.body))
    plain = **text;
  if (plain.size() < kLeastCompressed || !is_compressible(response_.headers.get("content-type")))
    return;
  response_.headers.add("Vary", "Accept-Encoding");
  if (!wants_gzip()) return;
  response_.body = response_.gzipped ? Body(response_.gzipped) : Body(gzip(plain));
  say_compressed();
}

/// The compressed bytes are another representation: what they share is the version.
void Session::say_compressed() {
  response_.headers.add("Content-Encoding", "gzip");
  if (const auto etag = response_.headers.get("etag"); etag.starts_with('"'))
    response_.headers.set("ETag", "W/" + std::string(etag));
}

Awaitable<Session::Sent> Session::send_response() {
  const Misbehaviour& bad = response_.misbehaviour;
  if (bad.delay.count() > 0) {
    watch();
    const auto until = std::chrono::steady_clock::now() + bad.delay;
    while (!gone_ && std::chrono::steady_clock::now() < until)
      co_await wait(std::chrono::ceil<milliseconds>(until - std::chrono::steady_clock::now()));
  }
  if (bad.drop || gone_) co_return Sent::Cut;
  if (const auto* text = std::get_if<std::string>(&response_.body))
    co_return co_await send_bytes(*text);
  if (const auto* text = std::get_if<std::shared_ptr<const std::string>>(&response_.body))
    co_return co_await send_bytes(**text);
  if (const auto* producer = std::get_if<Producer>(&response_.body))
    co_return co_await send_produced(*producer);
  const auto pipe = std::get<std::shared_ptr<Pipe>>(response_.body);
  const Sent sent = co_await send_events(*pipe);
  pipe->abandon();
  co_return sent;
}

Awaitable<Session::Sent> Session::send_bytes(std::string_view body) {
  const std::string top = head(body.size());
  if (request_.method == "HEAD" || response_.status == 304 || response_.status == 204) body = {};
  co_return co_await send(top, body);
}

Awaitable<Session::Sent> Session::send_produced(const Producer& producer) {
  if (request_.method == "HEAD") {
    const std::string top = head(std::nullopt);
    co_return co_await send(top, {});
  }
  const bool compress = wants_gzip();
  const auto pipe = start_producer(producer, compress);
  if (!pipe) {
    ++server_.refused;
    response_ = overloaded(request_, "too many long answers are under way");
    co_return co_await send_bytes(std::get<std::string>(response_.body));
  }
  const Sent sent = co_await send_stream(*pipe, compress);
  pipe->abandon();
  co_return sent;
}

std::shared_ptr<Pipe> Session::start_producer(const Producer& producer, bool compress) {
  ProducerPool& pool = response_.lasting ? server_.lasting : server_.streams;
  if (!pool.enter()) return nullptr;
  auto pipe = std::make_shared<Pipe>(server_.options.stream_buffer_bytes);
  asio::post(pool.threads, [pipe, producer, compress, &pool] {
    const auto packer = compress ? std::make_unique<GzipStream>() : nullptr;
    const Write write = [&](std::string piece) {
      if (packer) piece = packer->append(piece);
      return pipe->send(std::move(piece));
    };
    try {
      Result<void> done = producer(write);
      if (done && packer) pipe->send(packer->finish());
      pipe->finish(std::move(done));
    } catch (const std::exception& e) {
      pipe->finish(Error{Errc::Failed, e.what(), ""});
    }
    pool.leave();
  });
  return pipe;
}

/// The head waits for the first bytes: an error before them is the answer, and a body that is whole
/// by then gets its length.
Awaitable<Session::Sent> Session::send_stream(Pipe& pipe, bool compress) {
  watch();
  pipe.on_ready(remote_wake());
  Pipe::Taken taken = co_await next(pipe);
  if (taken.error) {
    response_ = to_response(problem_of(*taken.error), request_.id);
    co_return co_await send_bytes(std::get<std::string>(response_.body));
  }
  if (is_compressible(response_.headers.get("content-type")))
    response_.headers.add("Vary", "Accept-Encoding");
  if (compress) say_compressed();
  if (taken.finished) co_return co_await send_bytes(taken.bytes);
  std::string top = head(std::nullopt);
  while (!gone_ && !taken.error) {
    const std::string body = framed(std::move(taken.bytes), taken.finished);
    if (co_await send(top, body) == Sent::Cut) co_return Sent::Cut;
    if (taken.finished) co_return Sent::Whole;
    top.clear();
    taken = co_await next(pipe);
  }
  if (taken.error) log::warn("http", "{}: broken off: {}", request_.target, taken.error->text());
  co_return Sent::Cut;
}

Awaitable<Session::Sent> Session::send_events(Pipe& pipe) {
  std::string top = head(std::nullopt);
  if (co_await send(top, {}) == Sent::Cut) co_return Sent::Cut;
  if (request_.method == "HEAD") co_return Sent::Whole;
  watch();
  pipe.on_ready(remote_wake());
  while (!gone_ && !peer_closed_) {
    Pipe::Taken taken = pipe.take();
    taken.finished |= server_.draining;
    if (taken.bytes.empty() && !taken.finished) {
      if (co_await wait(server_.options.heartbeat)) continue;
      taken.bytes = ": quiet\n\n";
    }
    const std::string body = framed(std::move(taken.bytes), taken.finished);
    if (co_await send({}, body) == Sent::Cut) co_return Sent::Cut;
    if (taken.finished) co_return Sent::Whole;
  }
  co_return Sent::Cut;
}

/// Waits until there are bytes, or an end.
Awaitable<Pipe::Taken> Session::next(Pipe& pipe) {
  for (;;) {
    Pipe::Taken taken = pipe.take();
    if (!taken.bytes.empty() || taken.finished || gone_) co_return taken;
    co_await wait(kForEver);
  }
}

// ---- bytes --------------------------------------------------------------------------------------

/// Length unknown: chunked for HTTP/1.1, and for 1.0 the end of the connection is the end.
std::string Session::head(std::optional<std::uint64_t> length) {
  if (server_.draining || (!length && !chunked_)) keep_alive_ = false;
  if (length) chunked_ = false;
  std::string out;
  out.reserve(512);
  auto end = std::back_inserter(out);
  fmt::format_to(end, "HTTP/1.1 {} {}\r\n", response_.status, reason_phrase(response_.status));
  const bool bodiless = response_.status == 304 || response_.status == 204;
  if (length && !bodiless) fmt::format_to(end, "Content-Length: {}\r\n", *length);
  if (!length && chunked_) out += "Transfer-Encoding: chunked\r\n";
  if (!keep_alive_)
    out += "Connection: close\r\n";
  else if (request_.headers.has("connection"))
    out += "Connection: keep-alive\r\n";
  fmt::format_to(end, "Date: {:%a, %d %b %Y %H:%M:%S} GMT\r\nServer: {}\r\nX-Request-Id: {}\r\n",
                 fmt::gmtime(std::chrono::system_clock::to_time_t(server_.clock.now())),
                 server_.options.server_name, request_.id);
  for (const auto& [name, value] : response_.headers.lines())
    if (is_header_safe(name) && is_header_safe(value))
      fmt::format_to(end, "{}: {}\r\n", name, value);
  out += "\r\n";
  return out;
}

std::string Session::framed(std::string bytes, bool last) const {
  if (!chunked_) return bytes;
  std::string out;
  if (!bytes.empty()) out = fmt::format("{:x}\r\n", bytes.size()) + bytes + "\r\n";
  if (last) out += "0\r\n\r\n";
  return out;
}

Awaitable<Session::Sent> Session::send(std::string_view top, std::string_view body) {
  if (response_.misbehaviour.any()) {
    if (!co_await write(top, {})) co_return Sent::Cut;
    co_return co_await send_badly(body);
  }
  do {
    const std::string_view piece = body.substr(0, kPiece);
    if (!co_await write(top, piece)) co_return Sent::Cut;
    body_bytes_ += piece.size();
    body.remove_prefix(piece.size());
    top = {};
  } while (!body.empty());
  co_return Sent::Whole;
}

Awaitable<Session::Sent> Session::send_badly(std::string_view body) {
  const Misbehaviour& bad = response_.misbehaviour;
  constexpr std::uint64_t kTicks = 20;  // pieces a second when slow
  while (!body.empty()) {
    if (body_bytes_ >= bad.close_after.value_or(UINT64_MAX)) co_return Sent::Cut;
    if (body_bytes_ >= bad.stall_after.value_or(UINT64_MAX)) {
      watch();
      while (!gone_ && !peer_closed_) co_await wait(kForEver);
      co_return Sent::Cut;
    }
    std::uint64_t size = std::min<std::uint64_t>(body.size(), kPiece);
    if (bad.close_after) size = std::min(size, *bad.close_after - body_bytes_);
    if (bad.stall_after) size = std::min(size, *bad.stall_after - body_bytes_);
    if (bad.bytes_per_second)
      size = std::min(size, std::max<std::uint64_t>(1, bad.bytes_per_second / kTicks));
    if (!co_await write({}, body.substr(0, size))) co_return Sent::Cut;
    body_bytes_ += size;
    body.remove_prefix(size);
    if (bad.bytes_per_second) co_await wait(milliseconds(1000 / kTicks));
    if (gone_) co_return Sent::Cut;
  }
  co_return Sent::Whole;
}

Awaitable<bool> Session::write(std::string_view first, std::string_view second) {
  const std::array<asio::const_buffer, 2> buffers{asio::buffer(first), asio::buffer(second)};
  error_code error;
  if (response_.lasting)
    stream_.expires_never();
  else
    stream_.expires_after(server_.options.write_timeout);
  co_await asio::async_write(stream_, buffers, into(error));
  if (error) gone_ = true;
  co_return !error;
}

}  // namespace kanpan::net
