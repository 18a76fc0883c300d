// Outbound HTTP: one request at a time over a connection that is kept.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kanpan/base/error.hpp"

namespace kanpan::net {

struct HttpClientLimits {
  std::chrono::milliseconds connect{10'000};        ///< name, TCP and TLS
  std::chrono::milliseconds first_byte{60'000};     ///< from the start until an answer begins
  std::chrono::milliseconds whole{300'000};         ///< from the start until the answer is complete
  std::chrono::milliseconds stall{20'000};          ///< longest time in which fewer than …
  std::size_t stall_bytes = 1024;                   ///< … so many bytes of an answer may come
  std::size_t body_bytes = std::size_t{256} << 20;  ///< largest body, after unpacking
};

struct HttpReply {
  int status = 0;
  std::string content_type;
  std::string body;  ///< unpacked
};

/// HTTP/1.1, or HTTP/2 where TLS offers it; answers packed where the server likes, but plain from
/// this machine itself; certificates checked; a proxy from the environment, but none on the way to
/// this machine. Redirects are not followed: they are an answer. One thread at a time.
class HttpClient {
 public:
  using Headers = std::vector<std::pair<std::string, std::string>>;

  explicit HttpClient(HttpClientLimits limits = {});
  ~HttpClient();
  HttpClient(HttpClient&&) noexcept;
  HttpClient& operator=(HttpClient&&) noexcept;

  /// Blocks until the answer is whole, whatever its status. Errors: Timeout (a deadline, a stall),
  /// Io (no connection, cut off, body over the bound), Cancelled at once when `stop` is asked for,
  /// Config for an address that is none and for a certificate that is not trusted. Messages name
  /// scheme, host and path, never the query, user information, headers or body.
  Result<HttpReply> post(const std::string& url, std::string_view body, const Headers& headers,
                         std::stop_token stop);
  Result<HttpReply> get(const std::string& url, const Headers& headers, std::stop_token stop);
  /// A POST whose answer's body goes to `take` piece by piece as it arrives, on this thread,
  /// instead of into the reply.
  Result<HttpReply> stream(const std::string& url, std::string_view body,
                           std::function<void(std::string_view)> take, std::stop_token stop);
  /// False when no connection could be made for the last request, so that nobody was asked: the
  /// host's name is unknown, or nobody listens there. A deadline that passed says nothing.
  bool reached() const;
  /// Of the last answer; "" where it had none of that name.
  std::string header(const std::string& name) const;
  /// From now on requests go through this Unix socket; the address's host is only a name.
  HttpClient& over_socket(const std::string& path);
  /// From now on the certificates of this PEM file are the only authorities trusted; "" = those of
  /// the system.
  HttpClient& trust_only(const std::string& file);

 private:
  struct Transfer;
  std::unique_ptr<Transfer> transfer_;
};

/// `http://host:port/path` of an address, without what may be secret. Errc::Config for an address
/// that is not one of HTTP.
Result<std::string> public_part(const std::string& url);

}  // namespace kanpan::net
