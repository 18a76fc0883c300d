// The source proper: a Tushare Pro server over HTTP.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "kanpan/base/clock.hpp"
#include "kanpan/net/http_client.hpp"
#include "kanpan/source/quota_store.hpp"
#include "kanpan/source/source.hpp"
#include "kanpan/source/tushare/breaker.hpp"
#include "kanpan/source/tushare/rate_limiter.hpp"

namespace kanpan::source {

struct TushareOptions {
  std::string url = "https://api.tushare.pro";
  std::string token;          ///< never in a message, log line or ledger entry
  std::string authorities;    ///< PEM file of the only authorities trusted; "" = the system's
  bool path_per_api = false;  ///< appends /{api_name} to the path of `url`
  bool simulated = false;     ///< whatever its answers say
  /// How long a call tries to reach a source that is away before it fails. It counts once. A wrong
  /// address is told soon; the night's back-fill outlives a router that starts anew.
  std::chrono::milliseconds patience{5'000};
  std::chrono::milliseconds patience_once_reached{120'000};
  protocol::LimitSettings limits;
  tushare::BreakerPolicy breaker;
  net::HttpClientLimits http;
};

/// `wall` is real time (days of quota); `quota` may be null, then a restart forgets the counts.
/// Both must outlive the source. Errc::Config for an address that is none.
Result<std::unique_ptr<Source>> make_tushare_source(TushareOptions options, const Clock& wall,
                                                    QuotaStore* quota);

}  // namespace kanpan::source
