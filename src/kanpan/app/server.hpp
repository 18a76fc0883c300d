// `kanpan serve`: everything that runs while a data directory is served.
#pragma once

#include <memory>
#include <stop_token>

#include "kanpan/api/context.hpp"
#include "kanpan/app/instance.hpp"
#include "kanpan/app/known_calendar.hpp"
#include "kanpan/app/progress_feed.hpp"
#include "kanpan/app/readiness.hpp"
#include "kanpan/ingest/scheduler.hpp"
#include "kanpan/metrics/registry.hpp"
#include "kanpan/net/http_server.hpp"

namespace kanpan::app {

/// Later: start_scheduler() will be called; until then it is shown what it will do.
enum class Scheduling { Off, Now, Later };

/// HTTP on http.listen and on DIR/kanpan.sock, the scheduler, metrics. Serving from start() until
/// destroyed. The instance must outlive it.
class Server {
 public:
  /// Errors: Busy when the port is taken (with what to do), Usage or Config for a wrong address.
  static Result<std::unique_ptr<Server>> start(Instance& instance, Scheduling scheduling);
  ~Server();

  /// For one that was started with Scheduling::Later: at most once, by any thread. What was due in
  /// between is caught up.
  void start_scheduler();

  /// http://127.0.0.1:8600
  std::string address() const;

 private:
  explicit Server(Instance& instance);
  Result<void> listen();
  void end_requests();
  api::About about() const;
  bool is_simulated() const;

  Instance& instance_;
  KnownCalendar calendar_;
  StoreReadiness readiness_;
  metrics::Registry metrics_;
  ProgressFeed feed_;
  StopRegistry commands_;  ///< of clients on the socket
  std::unique_ptr<api::Context> context_;
  std::optional<Instant> waiting_since_;  ///< for start_scheduler()
  std::unique_ptr<ingest::Scheduler> scheduler_;
  std::unique_ptr<net::HttpServer> http_;
};

/// Tells systemd, when it started the process (NOTIFY_SOCKET), e.g. "READY=1".
void notify_supervisor(std::string_view state);

inline constexpr std::string_view kVersion = "0.1.0";

}  // namespace kanpan::app
