// What the routes read from. Everything outlives the server.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kanpan/base/clock.hpp"
#include "kanpan/market/calendar.hpp"
#include "kanpan/metrics/registry.hpp"
#include "kanpan/query/query.hpp"

namespace kanpan::api {

/// One thing that happened, ready for server-sent events.
struct Event {
  std::string kind;  ///< "progress", "commit", …: the event's name
  std::string json;  ///< one line
};

/// What collection is doing. Implemented where the parts are put together. Thread-safe.
class Progress {
 public:
  virtual ~Progress() = default;
  /// The state now, as one JSON object on one line.
  virtual std::string snapshot() const = 0;
  /// `listener` is called for every event, from any thread, and must be quick, until the object
  /// returned is destroyed. After that it is not running any more.
  virtual std::shared_ptr<void> subscribe(std::function<void(const Event&)> listener) = 0;
};

/// A dependency that must work before requests are sent here.
struct Check {
  std::string name;
  std::function<Result<void>()> run;
};

struct About {
  std::string version;
  std::string profile = "embedded";
  std::string source;  ///< "tushare", "sim", …: who is asked
};

struct Context {
  const query::Query& query;
  const Clock& clock;
  metrics::Registry& metrics;
  Progress& progress;
  /// The calendar as it is known now.
  std::function<std::shared_ptr<const market::Calendar>()> calendar;
  About about;
  /// Whether any row is invented; where there is none yet, whether the source's are. Thread-safe.
  std::function<bool()> simulated;
  std::vector<Check> checks;
};

}  // namespace kanpan::api
