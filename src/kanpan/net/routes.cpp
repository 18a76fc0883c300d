#include "kanpan/net/routes.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>

#include <boost/algorithm/string/join.hpp>
#include <fmt/format.h>

#include "kanpan/net/problem.hpp"

namespace kanpan::net {
namespace {

std::vector<std::string> segments_of(std::string_view path) {
  std::vector<std::string> out;
  while (!path.empty()) {
    path.remove_prefix(1);
    out.emplace_back(path.substr(0, path.find('/')));
    path.remove_prefix(out.back().size());
  }
  return out;
}

bool is_name(std::string_view segment) { return segment.starts_with('{'); }
bool is_rest(std::string_view segment) { return segment.ends_with("...}"); }

/// Sorts literal before name before rest, segment by segment.
int rank(std::string_view segment) { return is_rest(segment) ? 2 : is_name(segment) ? 1 : 0; }

std::optional<Parameters> match(const std::vector<std::string>& pattern,
                                const std::vector<std::string>& path) {
  Parameters captures;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const std::string_view segment = pattern[i];
    if (is_rest(segment)) {
      std::string rest;
      for (std::size_t j = i; j < path.size(); ++j) rest += (j > i ? "/" : "") + path[j];
      captures.emplace_back(segment.substr(1, segment.size() - 5), std::move(rest));
      return captures;
    }
    if (i >= path.size()) return std::nullopt;
    if (!is_name(segment)) {
      if (segment != path[i]) return std::nullopt;
    } else if (path[i].empty()) {
      return std::nullopt;
    } else {
      captures.emplace_back(segment.substr(1, segment.size() - 2), path[i]);
    }
  }
  if (path.size() > pattern.size()) return std::nullopt;
  return captures;
}

Action refuse(Problem problem, std::string allow) {
  return {[problem = std::move(problem), allow = std::move(allow)](const Request& request) {
            Response response = to_response(problem, request.id);
            if (!allow.empty()) response.headers.add("Allow", allow);
            return response;
          },
          true};
}

}  // namespace

void Routes::add(std::string method, std::string_view pattern, Action action) {
  // The answer carries its pattern, so that metrics count by route and not by path. Shared, because
  // an Action is copied for every request.
  auto shared = std::make_shared<const std::pair<Handler, std::string>>(std::move(action.handler),
                                                                        std::string(pattern));
  action.handler = [shared](const Request& request) {
    Response response = shared->first(request);
    response.route = shared->second;
    return response;
  };
  Route route{std::move(method), std::string(pattern), segments_of(pattern), std::move(action)};
  const auto place = std::ranges::upper_bound(routes_, route, [](const Route& a, const Route& b) {
    return std::ranges::lexicographical_compare(a.segments, b.segments, {}, rank, rank);
  });
  routes_.insert(place, std::move(route));
}

Action Routes::find(Request& request) const {
  const std::vector<std::string> path = segments_of(request.path);
  std::string_view method = request.method;
  if (method == "HEAD") method = "GET";
  std::set<std::string> allowed;
  for (const Route& route : routes_) {
    auto captures = match(route.segments, path);
    if (!captures) continue;
    if (route.method == method) {
      request.captures = std::move(*captures);
      return route.action;
    }
    allowed.insert(route.method);
    if (route.method == "GET") allowed.insert("HEAD");
  }
  if (allowed.empty())
    return refuse({404,
                   "unknown_route",
                   fmt::format("no route {}", request.path),
                   "GET /docs lists the routes",
                   {}},
                  "");
  const std::string allow = boost::algorithm::join(allowed, ", ");
  return refuse({405,
                 "method_not_allowed",
                 fmt::format("{} is not possible on {}", request.method, request.path),
                 "allowed: " + allow,
                 {}},
                allow);
}

Dispatch Routes::dispatch() const {
  return [routes = std::make_shared<const Routes>(*this)](Request& r) { return routes->find(r); };
}

}  // namespace kanpan::net
