// What an HTTP request and its answer are, whoever reads or sends them.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "kanpan/base/error.hpp"
#include "kanpan/net/pipe.hpp"

namespace kanpan::net {

/// Names and values in the order sent; a name may come more than once.
using Parameters = std::vector<std::pair<std::string, std::string>>;

/// Header lines in order; names are compared without regard to case.
class Headers {
 public:
  void add(std::string name, std::string value);
  /// Replaces every line of that name.
  void set(std::string name, std::string value);
  /// Value of the first line of that name, "" when there is none.
  std::string_view get(std::string_view name) const;
  bool has(std::string_view name) const;
  const Parameters& lines() const { return lines_; }

 private:
  Parameters lines_;
};

/// A target line taken apart, percent-decoded; `+` in the query is a space.
struct Target {
  std::string path;
  Parameters query;
};
/// Bytes above 0x7f and brackets may stand unescaped, as people type them. Errc::Usage on a broken
/// escape or a path that does not start with `/`.
Result<Target> parse_target(std::string_view target);

struct Request {
  std::string method;  ///< upper case, as sent
  std::string target;  ///< as sent
  std::string path;    ///< decoded
  Parameters query;    ///< decoded, in order, duplicates kept
  Headers headers;
  std::string body;
  std::string peer;      ///< "127.0.0.1:52110", or "unix"
  std::string id;        ///< X-Request-Id as sent where it is a plain word, else made here
  Parameters captures;   ///< what the route's {names} stood for; filled by Routes
  std::stop_token stop;  ///< requested when the client is gone or the server must end

  std::string_view header(std::string_view name) const { return headers.get(name); }
  /// First query parameter of that name, or nullptr.
  const std::string* parameter(std::string_view name) const;
  std::string_view capture(std::string_view name) const;
};

/// Takes a piece of the body and waits until there is room for the next one. False: the client is
/// gone, stop producing.
using Write = std::function<bool(std::string piece)>;
/// Makes a body of unknown length, on a thread of its own. An error before the first piece becomes
/// the answer; a later one breaks the connection off, so that nobody takes the part for the whole.
using Producer = std::function<Result<void>(const Write& write)>;

/// A body: bytes, shared bytes, a producer, or a pipe that others feed (server-sent events).
using Body =
    std::variant<std::string, std::shared_ptr<const std::string>, Producer, std::shared_ptr<Pipe>>;

/// How an answer is to misbehave on its way; the simulator's faults. Bytes are those of the body.
struct Misbehaviour {
  std::chrono::milliseconds delay{0};          ///< before the head
  std::uint64_t bytes_per_second = 0;          ///< 0 = as fast as it goes
  std::optional<std::uint64_t> stall_after{};  ///< then nothing, with the connection open
  std::optional<std::uint64_t> close_after{};  ///< then the connection closes
  bool drop = false;                           ///< closes without a byte
  bool any() const { return bytes_per_second || stall_after || close_after; }
};

struct Response {
  int status = 200;
  Headers headers;
  Body body;
  /// The same body compressed, for clients that take gzip; made on the fly where it is missing.
  std::shared_ptr<const std::string> gzipped;
  Misbehaviour misbehaviour;
  /// Its producer works for as long as it likes: it takes no thread from the bodies of others.
  bool lasting = false;
  std::string route;  ///< pattern that answered, for metrics
};

/// A Response of one body.
Response reply(int status, std::string content_type, Body body);

using Handler = std::function<Response(const Request&)>;

/// What is to be done with a request, and where.
struct Action {
  Handler handler;
  bool on_io_thread = false;  ///< only for handlers that never wait
};
/// Chooses the action, on an I/O thread: quick, and thread-safe. It may fill `captures`.
using Dispatch = std::function<Action(Request&)>;

}  // namespace kanpan::net
