// What collection is doing: once, and as server-sent events.
#include <fmt/format.h>

#include "kanpan/api/rest/routes.hpp"
#include "kanpan/net/pipe.hpp"

namespace kanpan::api::rest {
namespace {

/// Bytes that a slow reader may be behind before its stream is ended; browsers come back by
/// themselves and begin with a fresh snapshot.
constexpr std::size_t kMostBehind = 256 * 1024;

std::string as_event(const Event& event) {
  return fmt::format("event: {}\ndata: {}\n\n", event.kind, event.json);
}

/// What the connection holds. The subscription must end with it and nowhere else: a listener that
/// ended its own would wait for itself.
struct Feed {
  std::shared_ptr<net::Pipe> pipe;
  std::shared_ptr<void> subscription;
};

Answer events(Progress& progress) {
  auto feed = std::make_shared<Feed>();
  feed->pipe = std::make_shared<net::Pipe>(kMostBehind);
  feed->pipe->send(as_event({"progress", progress.snapshot()}));
  // Of the pipe alone: for a moment the listener may be the last to hold what it has locked.
  feed->subscription =
      progress.subscribe([weak = std::weak_ptr<net::Pipe>(feed->pipe)](const Event& event) {
        if (const auto pipe = weak.lock(); pipe && !pipe->try_send(as_event(event))) pipe->finish();
      });
  net::Response response =
      net::reply(200, "text/event-stream", std::shared_ptr<net::Pipe>(feed, feed->pipe.get()));
  response.headers.add("Cache-Control", "no-store");
  response.headers.add("X-Accel-Buffering", "no");
  return response;
}

}  // namespace

void add_status(Router& router, const Context& context) {
  router.add(
      {"GET", "/v1/status", "What collection is doing", {}, [&context](const Call&) -> Answer {
         net::Response response = net::reply(200, "application/json",
                                             "{\"data\":" + context.progress.snapshot() + "}\n");
         response.headers.add("Cache-Control", "no-store");
         return response;
       }});
  router.add({"GET",
              "/v1/events",
              "The same as it changes: events progress and commit",
              {},
              [&context](const Call&) { return events(context.progress); },
              false,
              true,
              true,
              {"text/event-stream"}});
}

}  // namespace kanpan::api::rest
