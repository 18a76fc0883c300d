// What the program is and what time it has.
#include <boost/json.hpp>
#include <fmt/format.h>

#include "kanpan/api/rest/routes.hpp"
#include "kanpan/base/hash.hpp"

namespace kanpan::api::rest {
namespace {

namespace json = boost::json;

net::Response object(json::object data) {
  net::Response response = net::reply(
      200, "application/json", json::serialize(json::object{{"data", std::move(data)}}) + "\n");
  response.headers.add("Cache-Control", "no-cache");
  return response;
}

/// Another one once any table has another column, type, unit or key: 16 hex digits.
std::string schema_of(const catalog::Catalog& catalog) {
  std::string text;
  for (const catalog::TableSpec* table : catalog.tables()) {
    text += table->name + '\n';
    for (const std::string& key : table->key) text += key + ',';
    for (const auto& column : table->columns)
      text += fmt::format("{} {} {}\n", column.name, frame::name(column.type), column.unit);
  }
  return hex(sha256({text})).substr(0, 16);
}

json::object meta(const Context& context, const std::string& schema) {
  return {{"name", "kanpan"},
          {"version", context.about.version},
          {"profile", context.about.profile},
          {"source", context.about.source},
          {"simulated", context.simulated()},
          {"api", "v1"},
          {"schema", schema},
          {"tables", context.query.catalog().tables().size()},
          {"formats", {"json", "csv", "ndjson"}},
          {"timezone", "Asia/Shanghai"},
          {"data_version", context.query.store().applied()}};
}

json::object time(const Context& context) {
  const Instant now = context.clock.now();
  const auto calendar = context.calendar();
  const Date today = shanghai_date(now);
  return {{"now", rfc3339(now)},
          {"date", today.iso()},
          {"phase", market::name(calendar->phase(now))},
          {"is_trading_day", calendar->is_open(today)},
          {"trade_date", calendar->at_or_before(today).iso()},
          {"previous_trade_date", calendar->previous(calendar->at_or_before(today)).iso()},
          {"next_trade_date", calendar->next(today).iso()},
          {"clock_speed", context.clock.speed()}};
}

}  // namespace

void add_meta(Router& router, const Context& context) {
  router.add({"GET",
              "/v1/meta",
              "Versions, schema, source, formats",
              {},
              [&context, schema = schema_of(context.query.catalog())](const Call&) -> Answer {
                return object(meta(context, schema));
              }});
  router.add(
      {"GET", "/v1/time", "Server time and market phase", {}, [&context](const Call&) -> Answer {
         return object(time(context));
       }});
}

}  // namespace kanpan::api::rest
