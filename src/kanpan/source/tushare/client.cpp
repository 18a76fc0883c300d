#include "kanpan/source/tushare/client.hpp"

#include <algorithm>
#include <atomic>
#include <functional>
#include <mutex>
#include <vector>

#include <fmt/format.h>

#include "kanpan/base/pause.hpp"
#include "kanpan/frame/json.hpp"
#include "kanpan/frame/json_writer.hpp"
#include "kanpan/source/protocol/refusal.hpp"

namespace kanpan::source {
namespace {

using Steady = std::chrono::steady_clock;

/// A real token has 56 digits. A word that somebody gave a local server may occur in any answer.
constexpr std::size_t kShortestSecret = 8;
constexpr std::string_view kHidden = "***";
/// The header by which the simulator, and a Kanpan that holds its rows, says that they are
/// invented.
const std::string kInvented = "X-Data-Simulated";
/// Between two tries to reach a source that is away.
constexpr std::chrono::milliseconds kBetweenTries{250};

/// Connections that wait for their next request. Thread-safe.
class Connections {
 public:
  Connections(net::HttpClientLimits limits, std::string authorities)
      : limits_(limits), authorities_(std::move(authorities)) {}

  net::HttpClient take() {
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) return std::move(net::HttpClient(limits_).trust_only(authorities_));
    net::HttpClient client = std::move(idle_.back());
    idle_.pop_back();
    return client;
  }
  void give_back(net::HttpClient client) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(client));
  }

 private:
  net::HttpClientLimits limits_;
  std::string authorities_;
  std::mutex mutex_;
  std::vector<net::HttpClient> idle_;
};

class TushareSource final : public Source {
 public:
  TushareSource(TushareOptions options, const Clock& wall, QuotaStore* quota)
      : options_(std::move(options)),
        limiter_(wall, quota),
        breakers_(options_.breaker),
        connections_(options_.http, options_.authorities),
        find_token_(options_.token.begin(), options_.token.end()) {}

  bool simulated() const override { return options_.simulated || invented_; }
  bool is_away() const override { return away_; }
  Result<Page> fetch(const catalog::TableSpec& table, const Call& call,
                     std::stop_token stop) override;

 private:
  std::string request(const catalog::TableSpec& table, const Call& call) const;
  Result<net::HttpReply> send(const std::string& url, const std::string& body,
                              const std::stop_token& stop);
  Result<Page> ask(const catalog::TableSpec& table, const Call& call, std::stop_token stop);
  Error refusal(const std::string& api, std::int64_t code, std::string_view message);
  /// The source may repeat what it was sent.
  std::string without_token(std::string text) const;

  TushareOptions options_;
  tushare::RateLimiter limiter_;
  tushare::Breakers breakers_;
  Connections connections_;
  std::atomic<bool> away_ = false;
  std::atomic<bool> was_reached_ = false;
  std::atomic<bool> invented_ = false;  ///< an answer said so
  std::boyer_moore_horspool_searcher<std::string::const_iterator> find_token_;
};

Result<Page> TushareSource::fetch(const catalog::TableSpec& table, const Call& call,
                                  std::stop_token stop) {
  KANPAN_TRY(breakers_.enter(call.api, stop));
  const auto limits = protocol::limits_of(table.source, options_.limits);
  KANPAN_TRY(limiter_.acquire(call.api, limits, stop));
  auto page = ask(table, call, stop);
  if (page) {
    breakers_.leave(call.api, true);
    return page;
  }
  Error error = std::move(page).error();
  if (error.code != Errc::Cancelled && !away_)
    breakers_.leave(call.api, error.code != Errc::SourceTransient);
  error.message = without_token(std::move(error.message));
  return error;
}

std::string TushareSource::request(const catalog::TableSpec& table, const Call& call) const {
  std::string body = R"({"api_name":)";
  frame::append_json_text(body, call.api);
  body += R"(,"token":)";
  frame::append_json_text(body, options_.token);
  body += R"(,"params":{)";
  for (std::size_t i = 0; i < call.parameters.size(); ++i) {
    if (i > 0) body += ',';
    frame::append_json_text(body, call.parameters[i].first);
    body += ':';
    frame::append_json_text(body, call.parameters[i].second);
  }
  // Every column by name: some are only sent when named.
  std::string fields;
  for (const catalog::ColumnSpec& column : table.columns)
    fields += (fields.empty() ? "" : ",") + column.name;
  body += R"(},"fields":)";
  frame::append_json_text(body, fields);
  return body + '}';
}

/// What is wrong with an answer whose status is not 200: the envelope says nothing then.
Error status_error(const net::HttpReply& reply) {
  const std::string message = fmt::format("the source answered with HTTP status {}", reply.status);
  if (reply.status == 429) return Error{Errc::SourceRate, message, ""};
  if (reply.status == 404)
    return Error{Errc::SourceParameter, message, "check source.url and source.path_per_api"};
  return Error{Errc::SourceTransient, message, ""};
}

/// Again and again while nobody is reached, since a server may be starting anew, but not for long.
Result<net::HttpReply> TushareSource::send(const std::string& url, const std::string& body,
                                           const std::stop_token& stop) {
  const auto patience = was_reached_ ? options_.patience_once_reached : options_.patience;
  const auto last = Steady::now() + patience - kBetweenTries;
  net::HttpClient connection = connections_.take();
  for (;;) {
    auto reply = connection.post(url, body, {{"Content-Type", "application/json"}}, stop);
    const bool reached = connection.reached();
    if (reached || Steady::now() >= last || !pause(kBetweenTries, stop)) {
      away_ = !reached && !stop.stop_requested();
      if (reached) was_reached_ = true;
      if (reply && connection.header(kInvented) == "true") invented_ = true;
      connections_.give_back(std::move(connection));
      return reply;
    }
  }
}

Result<Page> TushareSource::ask(const catalog::TableSpec& table, const Call& call,
                                std::stop_token stop) {
  std::string url = options_.url;
  if (options_.path_per_api) url += (url.ends_with('/') ? "" : "/") + call.api;
  const auto began = Steady::now();
  auto reply = send(url, request(table, call), stop);
  if (!reply) {
    Error error = std::move(reply).error();
    if (away_) error.hint = "check source.url and the network";
    if (error.code == Errc::Timeout || error.code == Errc::Io) error.code = Errc::SourceTransient;
    if (error.code == Errc::Config)
      error.hint = options_.authorities.empty()
                       ? "check who answers there, or name its authority by source.authorities"
                       : fmt::format("check who answers there, and source.authorities '{}'",
                                     options_.authorities);
    return error;
  }
  if (reply->status == 429) limiter_.hold(call.api, Steady::now() + protocol::rate_window(""));
  if (reply->status != 200) return status_error(*reply);
  auto parsed = frame::parse_page(reply->body, table.fields());
  // The message of a failure quotes the body, and might cut through what is to be hidden.
  reply->body = without_token(std::move(reply->body));
  if (!parsed) return frame::parse_page(reply->body, table.fields()).error();
  if (parsed->code != 0) return refusal(call.api, parsed->code, parsed->message);
  Page page;
  page.batch = std::move(parsed->batch);
  page.has_more = parsed->has_more;
  page.body = std::move(reply->body);
  page.missing = std::move(parsed->missing);
  page.unknown = std::move(parsed->unknown);
  page.bad_cells = std::move(parsed->bad_cells);
  page.milliseconds = static_cast<std::uint32_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(Steady::now() - began).count());
  return page;
}

std::string_view hint_for(Errc kind) {
  switch (kind) {
    case Errc::SourceRate:
      return "the call is repeated when the source's window is over";
    case Errc::SourceQuota:
      return "go on tomorrow with run resume";
    case Errc::SourceToken:
      return "set KANPAN_SOURCE_TOKEN to the token of your account";
    case Errc::SourcePermission:
      return "the interface needs more points or a licence";
    case Errc::SourceParameter:
      return "compare the call with the interface's page";
    default:
      return "";
  }
}

Error TushareSource::refusal(const std::string& api, std::int64_t code, std::string_view message) {
  const Errc kind = protocol::classify(code, message);
  // Not longer than a minute at once: whether to wait for an hour is the caller's to say.
  if (kind == Errc::SourceRate)
    limiter_.hold(api,
                  Steady::now() + std::min<std::chrono::seconds>(protocol::rate_window(message),
                                                                 std::chrono::minutes(1)));
  return Error{kind, fmt::format("the source refused with code {}: {}", code, message),
               std::string(hint_for(kind))};
}

std::string TushareSource::without_token(std::string text) const {
  if (options_.token.size() < kShortestSecret) return text;
  for (;;) {
    const auto [first, last] = find_token_(text.begin(), text.end());
    if (first == last) return text;
    text.replace(first, last, kHidden);
  }
}

}  // namespace

Result<std::unique_ptr<Source>> make_tushare_source(TushareOptions options, const Clock& wall,
                                                    QuotaStore* quota) {
  if (auto address = net::public_part(options.url); !address)
    return std::move(address).error().within("source.url");
  return std::unique_ptr<Source>(std::make_unique<TushareSource>(std::move(options), wall, quota));
}

}  // namespace kanpan::source
