// Liveness, readiness, freshness of the data, metrics.
#include <algorithm>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "kanpan/api/freshness.hpp"
#include "kanpan/api/rest/routes.hpp"

namespace kanpan::api::rest {
namespace {

namespace json = boost::json;

net::Response uncached(net::Response response) {
  response.headers.set("Cache-Control", "no-store");
  return response;
}

Answer ready(const std::vector<Check>& checks, bool verbose) {
  std::string lines;
  net::Problem problem{503, "not_ready", "", "", {}};
  for (const Check& check : checks) {
    const Result<void> result = check.run();
    lines += result ? fmt::format("[+]{} ok\n", check.name)
                    : fmt::format("[-]{} failed: {}\n", check.name, result.error().text());
    if (!result) problem.errors.push_back({check.name, "", result.error().text(), ""});
  }
  if (!problem.errors.empty()) {
    problem.detail = fmt::format("{} is not ready: {}", problem.errors.front().field,
                                 problem.errors.front().reason);
    return Refusal(std::move(problem));
  }
  return uncached(net::reply(200, "text/plain", verbose ? lines + "ready\n" : "ready\n"));
}

/// Of the tables that something is expected of: what nobody has is not fresh.
std::string_view overall(const std::vector<Freshness>& tables) {
  const auto any = [&](std::string_view state) {
    return std::ranges::any_of(
        tables, [&](const Freshness& table) { return table.expected && table.state == state; });
  };
  return any("stale") ? "stale" : any("fresh") && !any("empty") ? "fresh" : "unknown";
}

Answer data_health(const Context& context) {
  KANPAN_LET(const auto tables, freshness(context));
  json::array items;
  std::size_t stale = 0, empty = 0;
  for (const Freshness& table : tables) {
    stale += table.state == "stale" ? 1 : 0;
    empty += table.state == "empty" ? 1 : 0;
    json::object item{{"table", table.table}, {"state", table.state}};
    if (table.last_complete) item["last_complete_day"] = table.last_complete->iso();
    if (table.last_fetched) item["last_fetched_day"] = table.last_fetched->iso();
    if (table.expected) item["expected_day"] = table.expected->iso();
    if (table.lag) item["lag_trading_days"] = *table.lag;
    items.push_back(std::move(item));
  }
  const json::object body{{"data",
                           {{"state", overall(tables)},
                            {"stale", stale},
                            {"empty", empty},
                            {"now", rfc3339(context.clock.now())},
                            {"tables", std::move(items)}}}};
  return uncached(net::reply(200, "application/json", json::serialize(body) + "\n"));
}

}  // namespace

void add_health(Router& router, const Context& context) {
  router.add({"GET",
              "/livez",
              "The process answers",
              {},
              [](const Call&) -> Answer { return uncached(net::reply(200, "text/plain", "ok\n")); },
              true,
              true,
              true,
              {"text/plain"}});
  router.add({"GET",
              "/readyz",
              "What it depends on works",
              {{"verbose", ParameterType::Flag, "one line for each check"}},
              [&context](const Call& call) { return ready(context.checks, call.flag("verbose")); },
              false,
              true,
              true,
              {"text/plain"}});
  router.add({"GET",
              "/healthz/data",
              "Freshness of every table against the calendar",
              {},
              [&context](const Call&) { return data_health(context); }});
  router.add({"GET",
              "/metrics",
              "Prometheus text",
              {},
              [&context](const Call&) -> Answer {
                return uncached(net::reply(200, "text/plain; version=0.0.4; charset=utf-8",
                                           context.metrics.text()));
              },
              false,
              true,
              true,
              {"text/plain"}});
}

}  // namespace kanpan::api::rest
