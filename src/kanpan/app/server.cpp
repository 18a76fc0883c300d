#include "kanpan/app/server.hpp"

#include <algorithm>
#include <cstring>
#include <thread>

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "kanpan/api/http_metrics.hpp"
#include "kanpan/api/surface.hpp"
#include "kanpan/app/remote.hpp"
#include "kanpan/base/log.hpp"
#include "kanpan/base/pause.hpp"

namespace kanpan::app {
namespace {

/// For requests in flight, and when in it clients' commands are told to stop, so that their last
/// words still reach them.
constexpr std::chrono::seconds kDrain{10};
constexpr std::chrono::seconds kUntilTold{5};

}  // namespace

Result<std::unique_ptr<Server>> Server::start(Instance& instance, Scheduling scheduling) {
  std::unique_ptr<Server> server(new Server(instance));
  if (scheduling == Scheduling::Later) {
    server->waiting_since_ = instance.clock().now();
    server->feed_.expect_scheduler([calendar = &server->calendar_] { return calendar->now(); });
  }
  KANPAN_TRY(server->listen());
  if (scheduling == Scheduling::Now) server->start_scheduler();
  notify_supervisor("READY=1");
  return server;
}

Server::Server(Instance& instance)
    : instance_(instance),
      calendar_(instance.query(), [&instance] { return instance.collector().universe(); }),
      readiness_(instance.journal(), instance.store(), instance.catalog(),
                 [&instance] { return instance.store_is_damaged(); }),
      feed_(instance, nullptr) {}

Server::~Server() {
  // Requests and event streams look at the scheduler: they end first.
  end_requests();
  http_.reset();
  feed_.stop();
  scheduler_.reset();
  std::error_code ignored;  // a socket left behind is replaced by the next server
  std::filesystem::remove(socket_path(instance_.directory()), ignored);
}

/// A run can be gone on with later: it is told at once. What only reads may well be done in time.
void Server::end_requests() {
  if (!http_) return;
  if (scheduler_) scheduler_->request_stop();
  instance_.runs().cancel_all();
  const std::jthread later([this](const std::stop_token& stop) {
    if (pause(kUntilTold, stop)) commands_.cancel_all();
  });
  http_->stop(kDrain);
}

void Server::start_scheduler() {
  scheduler_ = std::make_unique<ingest::Scheduler>(
      instance_.collector(), instance_.ledger(), instance_.clock(),
      instance_.settings().flag("scheduler.catch_up"), waiting_since_);
  feed_.set_scheduler(scheduler_.get());
}

api::About Server::about() const {
  api::About about;
  about.version = std::string(kVersion);
  about.source = instance_.settings().text("source.kind");
  return about;
}

/// Goes by the rows: they stay what they are whoever is asked from now on.
bool Server::is_simulated() const {
  if (instance_.store().applied() == 0) return instance_.source().simulated();
  return std::ranges::any_of(instance_.catalog().tables(), [&](const catalog::TableSpec* table) {
    const auto version = instance_.query().table_version(*table);
    return version && version->simulated;
  });
}

Result<void> Server::listen() {
  context_ = std::make_unique<api::Context>(
      api::Context{instance_.query(),
                   instance_.clock(),
                   metrics_,
                   feed_,
                   [this] { return calendar_.now(); },
                   about(),
                   [this] { return is_simulated(); },
                   {{"store", [this] { return readiness_.check(); }}}});
  std::filesystem::path page;
  if (auto found = shipped(instance_.settings(), "web.directory", "web/dist"))
    page = *found;
  else
    log::warn("serve", "the dashboard is not served: {}", found.error().text());
  KANPAN_LET(auto surface, api::make_surface(*context_, page));
  const auto socket = socket_path(instance_.directory());
  std::error_code ignored;  // we own the directory: whatever is there is a dead server's
  std::filesystem::remove(socket, ignored);
  net::ServerOptions options;
  options.listen = {instance_.settings().text("http.listen"), "unix:" + socket.string()};
  options.observer = api::observe_requests(metrics_);
  KANPAN_LET(http_, net::HttpServer::start(
                        std::move(options), instance_.clock(),
                        [this, surface = std::move(surface)](net::Request& request) -> net::Action {
                          if (request.peer == "unix" && request.path == "/command")
                            return {[this](const net::Request& asked) {
                              return answer_command(asked, instance_, feed_, commands_);
                            }};
                          if (request.peer == "unix" && request.path == "/command/stop")
                            return {[this](const net::Request& asked) {
                              return stop_command(asked, commands_);
                            }};
                          if (request.peer == "unix" && request.path == "/store/rebuild")
                            return {[this](const net::Request& asked) {
                              return answer_rebuild(asked, instance_);
                            }};
                          return surface(request);
                        }));
  api::observe_load(metrics_, *http_);
  return {};
}

std::string Server::address() const { return "http://" + http_->addresses().front(); }

void notify_supervisor(std::string_view state) {
  const char* const path = std::getenv("NOTIFY_SOCKET");
  if (!path || std::strlen(path) >= sizeof(sockaddr_un::sun_path)) return;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strcpy(address.sun_path, path);
  if (address.sun_path[0] == '@') address.sun_path[0] = '\0';
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return;
  if (sendto(socket, state.data(), state.size(), 0, reinterpret_cast<const sockaddr*>(&address),
             static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + std::strlen(path))) < 0)
    log::warn("serve", "the supervisor could not be told '{}': {}", state, std::strerror(errno));
  close(socket);
}

}  // namespace kanpan::app
