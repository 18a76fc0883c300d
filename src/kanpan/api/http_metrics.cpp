#include "kanpan/api/http_metrics.hpp"

#include <algorithm>
#include <array>

namespace kanpan::api {
namespace {

/// Only methods that exist, so that no client can make labels up.
std::string method_label(const std::string& method) {
  constexpr std::array<std::string_view, 6> kMethods{"GET", "HEAD",   "POST",
                                                     "PUT", "DELETE", "OPTIONS"};
  return std::ranges::find(kMethods, method) == kMethods.end() ? "other" : method;
}

}  // namespace

std::function<void(const net::Request&, const net::Response&, const net::Served&)> observe_requests(
    metrics::Registry& registry) {
  return [&registry](const net::Request& request, const net::Response& response,
                     const net::Served& served) {
    const std::string route = response.route.empty() ? "unmatched" : response.route;
    registry
        .counter("kanpan_http_requests_total", "Requests answered",
                 {{"route", route},
                  {"method", method_label(request.method)},
                  {"status", std::to_string(response.status)}})
        .Increment();
    registry
        .histogram("kanpan_http_request_duration_seconds",
                   "From the last byte of a request to the last byte of its answer",
                   {{"route", route}})
        .Observe(std::chrono::duration<double>(served.elapsed).count());
    registry.counter("kanpan_http_response_bytes_total", "Bytes of bodies sent", {{"route", route}})
        .Increment(static_cast<double>(served.body_bytes));
  };
}

void observe_load(metrics::Registry& registry, const net::HttpServer& server) {
  registry.add_reader([&server]() -> std::vector<metrics::Registry::Reading> {
    const net::ServerLoad load = server.load();
    return {{"kanpan_http_connections",
             "Open connections",
             false,
             {},
             static_cast<double>(load.connections)},
            {"kanpan_http_in_flight",
             "Requests being answered",
             false,
             {},
             static_cast<double>(load.in_flight)},
            {"kanpan_http_refused_total",
             "Connections and requests turned away",
             true,
             {},
             static_cast<double>(load.refused)}};
  });
}

}  // namespace kanpan::api
