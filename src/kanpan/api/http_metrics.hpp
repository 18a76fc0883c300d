// Requests as metrics.
#pragma once

#include "kanpan/metrics/registry.hpp"
#include "kanpan/net/http_server.hpp"

namespace kanpan::api {

/// An observer for net::ServerOptions that counts and times requests by route, method and status
/// in `registry`, which must outlive the server.
std::function<void(const net::Request&, const net::Response&, const net::Served&)> observe_requests(
    metrics::Registry& registry);

/// Adds the server's connections, requests in flight and refusals to the registry; `server` must
/// live as long as it is asked for its text.
void observe_load(metrics::Registry& registry, const net::HttpServer& server);

}  // namespace kanpan::api
