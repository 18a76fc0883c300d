// The source's protocol over a data set: one request body in, one answer out. No sockets in here.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "kanpan/base/clock.hpp"
#include "kanpan/catalog/catalog.hpp"
#include "kanpan/net/http_message.hpp"
#include "kanpan/source/protocol/request.hpp"
#include "kanpan/source/protocol/wording.hpp"
#include "kanpan/source/sim/dataset.hpp"
#include "kanpan/source/sim/faults.hpp"
#include "kanpan/source/sim/quota.hpp"

namespace kanpan::source::sim {

struct ProtocolOptions {
  std::string token;          ///< "" accepts any, and none
  std::optional<int> points;  ///< nothing: no quota, no permissions
  bool invented = false;      ///< each answer says so, in the header X-Data-Simulated
  protocol::RateWording wording = protocol::RateWording::Current;
  std::chrono::seconds half_published{0};  ///< see Publication
  std::optional<FaultPlan> faults;
  Quota::Now quota_now = std::chrono::steady_clock::now;
};

/// Thread-safe. The catalog, the data set and the clock must outlive it. Answers depend on the
/// data set, the clock, and the order of calls where quota or faults count them.
class Protocol {
 public:
  Protocol(const catalog::Catalog& catalog, const Dataset& dataset, const Clock& clock,
           ProtocolOptions options);

  /// Answers one request. `path_api` is what follows the base path ("" when the body names the
  /// interface). HTTP status is 200 whatever the verdict, unless a fault says otherwise; the body
  /// is the envelope of the protocol in UTF-8, held as a string. What a fault asks of the
  /// connection is in `misbehaviour`.
  net::Response answer(std::string_view path_api, std::string_view body,
                       std::string_view http_method);

 private:
  /// What a refusal or a page is made of.
  struct Outcome {
    protocol::Verdict verdict;
    std::string data;  ///< JSON text; "" = null
  };

  Outcome outcome(const protocol::Request& request, const catalog::TableSpec& table,
                  const std::vector<Strike>& strikes);
  Outcome page(const protocol::Request& request, const catalog::TableSpec& table,
               std::optional<int> row_limit, const std::vector<Strike>& strikes) const;
  Outcome account(const protocol::Request& request) const;
  net::Response envelope(const Outcome& outcome);
  bool token_is_right(const protocol::Request& request) const;

  const catalog::Catalog& catalog_;
  const Dataset& dataset_;
  const Clock& clock_;
  const ProtocolOptions options_;
  std::unique_ptr<Quota> quota_;
  std::unique_ptr<Faults> faults_;
  std::atomic<std::uint64_t> requests_{0};
};

}  // namespace kanpan::source::sim
