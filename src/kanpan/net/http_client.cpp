#include "kanpan/net/http_client.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <curl/curl.h>
#include <fmt/format.h>

namespace kanpan::net {
namespace {

using Steady = std::chrono::steady_clock;
using std::chrono::milliseconds;

template <typename T, void (*release)(T*)>
struct Releaser {
  void operator()(T* held) const { release(held); }
};
using Easy = std::unique_ptr<CURL, Releaser<CURL, curl_easy_cleanup>>;
using Lines = std::unique_ptr<curl_slist, Releaser<curl_slist, curl_slist_free_all>>;
using Url = std::unique_ptr<CURLU, Releaser<CURLU, curl_url_cleanup>>;
struct MultiReleaser {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
using Multi = std::unique_ptr<CURLM, MultiReleaser>;  // its clean-up returns a code, unlike theirs

std::string part(CURLU* url, CURLUPart which) {
  char* text = nullptr;
  if (curl_url_get(url, which, &text, 0) != CURLUE_OK) return "";
  std::string out(text);
  curl_free(text);
  return out;
}

struct Address {
  std::string text;  ///< for messages
  bool is_local = false;
};

Result<Address> address_of(const std::string& url) {
  const Url parsed(curl_url());
  const bool is_url = curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) == CURLUE_OK;
  const std::string scheme = is_url ? part(parsed.get(), CURLUPART_SCHEME) : "";
  if (scheme != "http" && scheme != "https")
    return Error{Errc::Config, "the address is not one of http:// or https://",
                 "write it as https://host[:port][/path]"};
  const std::string host = part(parsed.get(), CURLUPART_HOST);
  const std::string port = part(parsed.get(), CURLUPART_PORT);
  return Address{
      scheme + "://" + host + (port.empty() ? "" : ":" + port) + part(parsed.get(), CURLUPART_PATH),
      host == "localhost" || host.starts_with("127.") || host == "[::1]"};
}

}  // namespace

Result<std::string> public_part(const std::string& url) {
  KANPAN_LET(Address address, address_of(url));
  return std::move(address.text);
}

/// The handles that live from request to request, and the state of the one under way.
struct HttpClient::Transfer {
  explicit Transfer(HttpClientLimits given)
      : limits(given), easy(curl_easy_init()), multi(curl_multi_init()) {}

  Result<HttpReply> run(const char* method, const std::string& url,
                        std::optional<std::string_view> body, const Headers& headers,
                        std::stop_token stop);

  static std::size_t take_body(char* data, std::size_t, std::size_t size, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    transfer.count(size);
    if (transfer.take) {
      transfer.take(std::string_view(data, size));
      return size;
    }
    if (transfer.reply.body.size() + size > transfer.limits.body_bytes) {
      transfer.too_large = true;
      return 0;
    }
    transfer.reply.body.append(data, size);
    return size;
  }
  static std::size_t take_header(char*, std::size_t, std::size_t size, void* self) {
    static_cast<Transfer*>(self)->count(size);
    return size;
  }
  void count(std::size_t bytes) {
    if (!answering) window_began = Steady::now();
    answering = true;
    window_bytes += bytes;
  }

  void set_up(const char* method, const std::string& url, const Address& address,
              std::optional<std::string_view> body);
  CURLcode drive(std::stop_token stop);
  /// Which deadline has passed, if one has.
  std::optional<std::string> overdue(Steady::time_point now);
  Error error_of(CURLcode code, const std::string& where) const;

  HttpClientLimits limits;
  Easy easy;
  Multi multi;
  std::array<char, CURL_ERROR_SIZE> reason{};
  std::string socket;                          ///< Unix socket, "" = TCP
  std::string authorities;                     ///< PEM file, "" = the system's
  std::function<void(std::string_view)> take;  ///< gets the body while it is set

  HttpReply reply;
  std::size_t last_size = 0;
  Steady::time_point began, window_began;
  std::size_t window_bytes = 0;
  bool answering = false, too_large = false, stopped = false, reached = true;
  std::optional<std::string> late;  ///< which deadline passed
};

void HttpClient::Transfer::set_up(const char* method, const std::string& url,
                                  const Address& address, std::optional<std::string_view> body) {
  CURL* const handle = easy.get();
  curl_easy_reset(handle);  // keeps the connection
  curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS);
  curl_easy_setopt(handle, CURLOPT_USERAGENT, "kanpan");
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, reason.data());
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(limits.connect.count()));
  // Packing would cost more than it saves on the way to a server on this machine; what comes packed
  // is unpacked all the same.
  if (address.is_local) curl_easy_setopt(handle, CURLOPT_PROXY, "");
  curl_easy_setopt(handle, CURLOPT_ACCEPT_ENCODING, address.is_local ? "identity" : "");
  if (!socket.empty()) curl_easy_setopt(handle, CURLOPT_UNIX_SOCKET_PATH, socket.c_str());
  if (!authorities.empty()) {
    curl_easy_setopt(handle, CURLOPT_CAINFO, authorities.c_str());
    curl_easy_setopt(handle, CURLOPT_CAPATH, nullptr);
  }
  curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, method);
  if (body) {
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body->size()));
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, body->data());
  }
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &take_body);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, &take_header);
  curl_easy_setopt(handle, CURLOPT_HEADERDATA, this);
  reply = {};
  reply.body.reserve(last_size);  // pages of a walk are much alike
  reason[0] = '\0';
  window_bytes = 0;
  answering = too_large = stopped = false;
  late.reset();
  began = Steady::now();
}

std::optional<std::string> HttpClient::Transfer::overdue(Steady::time_point now) {
  if (now - began >= limits.whole)
    return fmt::format("the answer was not complete after {} ms", limits.whole.count());
  if (!answering) {
    if (now - began < limits.first_byte) return std::nullopt;
    return fmt::format("no answer began within {} ms", limits.first_byte.count());
  }
  if (now - window_began < limits.stall) return std::nullopt;
  if (window_bytes < limits.stall_bytes)
    return fmt::format("the answer stalled: {} bytes in {} ms", window_bytes, limits.stall.count());
  window_began = now;
  window_bytes = 0;
  return std::nullopt;
}

CURLcode HttpClient::Transfer::drive(std::stop_token stop) {
  const std::stop_callback wake(stop, [this] { curl_multi_wakeup(multi.get()); });
  for (;;) {
    int running = 0;
    curl_multi_perform(multi.get(), &running);
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi.get(), &left))
      if (message->msg == CURLMSG_DONE) return message->data.result;
    stopped = stop.stop_requested();
    const auto now = Steady::now();
    late = overdue(now);
    if (stopped || late) return CURLE_ABORTED_BY_CALLBACK;
    const auto deadline = std::min(
        began + limits.whole, answering ? window_began + limits.stall : began + limits.first_byte);
    const auto wait = std::chrono::ceil<milliseconds>(deadline - now).count();
    curl_multi_poll(multi.get(), nullptr, 0,
                    static_cast<int>(std::clamp<std::int64_t>(wait, 1, 60'000)), nullptr);
  }
}

Error HttpClient::Transfer::error_of(CURLcode code, const std::string& where) const {
  if (stopped) return Error{Errc::Cancelled, where + ": stopped", ""};
  if (late) return Error{Errc::Timeout, fmt::format("{}: {}", where, *late), ""};
  if (too_large)
    return Error{Errc::Io,
                 fmt::format("{}: the answer is larger than {} bytes", where, limits.body_bytes),
                 ""};
  const char* const text = reason[0] != '\0' ? reason.data() : curl_easy_strerror(code);
  std::string message = fmt::format("{}: {}", where, text);
  if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE)
    return Error{Errc::Config, std::move(message), "check who answers at this address"};
  return Error{code == CURLE_OPERATION_TIMEDOUT ? Errc::Timeout : Errc::Io, std::move(message), ""};
}

Result<HttpReply> HttpClient::Transfer::run(const char* method, const std::string& url,
                                            std::optional<std::string_view> body,
                                            const Headers& headers, std::stop_token stop) {
  KANPAN_LET(const Address address, address_of(url));
  set_up(method, url, address, body);
  // No "Expect: 100-continue": it costs a round trip for a body of a few hundred bytes.
  Lines lines(curl_slist_append(nullptr, "Expect:"));
  for (const auto& [name, value] : headers)
    lines.reset(curl_slist_append(lines.release(), (name + ": " + value).c_str()));
  curl_easy_setopt(easy.get(), CURLOPT_HTTPHEADER, lines.get());
  curl_multi_add_handle(multi.get(), easy.get());
  const CURLcode code = drive(std::move(stop));
  reached = code != CURLE_COULDNT_CONNECT && code != CURLE_COULDNT_RESOLVE_HOST &&
            code != CURLE_COULDNT_RESOLVE_PROXY;
  curl_multi_remove_handle(multi.get(), easy.get());
  if (code != CURLE_OK) return error_of(code, std::string(method) + " " + address.text);
  long status = 0;
  const char* type = nullptr;
  curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(easy.get(), CURLINFO_CONTENT_TYPE, &type);
  reply.status = static_cast<int>(status);
  reply.content_type = type == nullptr ? "" : type;
  last_size = reply.body.size();
  return std::move(reply);
}

HttpClient::HttpClient(HttpClientLimits limits) : transfer_(std::make_unique<Transfer>(limits)) {}
HttpClient::~HttpClient() = default;
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;

Result<HttpReply> HttpClient::post(const std::string& url, std::string_view body,
                                   const Headers& headers, std::stop_token stop) {
  return transfer_->run("POST", url, body, headers, std::move(stop));
}

Result<HttpReply> HttpClient::get(const std::string& url, const Headers& headers,
                                  std::stop_token stop) {
  return transfer_->run("GET", url, std::nullopt, headers, std::move(stop));
}

Result<HttpReply> HttpClient::stream(const std::string& url, std::string_view body,
                                     std::function<void(std::string_view)> take,
                                     std::stop_token stop) {
  transfer_->take = std::move(take);
  auto reply = transfer_->run("POST", url, body, {}, std::move(stop));
  transfer_->take = nullptr;
  return reply;
}

bool HttpClient::reached() const { return transfer_->reached; }

std::string HttpClient::header(const std::string& name) const {
  curl_header* found = nullptr;
  const auto code =
      curl_easy_header(transfer_->easy.get(), name.c_str(), 0, CURLH_HEADER, -1, &found);
  return code == CURLHE_OK ? found->value : "";
}

HttpClient& HttpClient::over_socket(const std::string& path) {
  transfer_->socket = path;
  return *this;
}

HttpClient& HttpClient::trust_only(const std::string& file) {
  transfer_->authorities = file;
  return *this;
}

}  // namespace kanpan::net
