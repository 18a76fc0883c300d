// The catalog over HTTP.
#include <boost/json.hpp>

#include "kanpan/api/rest/parameters.hpp"
#include "kanpan/api/rest/routes.hpp"
#include "kanpan/catalog/units.hpp"

namespace kanpan::api::rest {
namespace {

namespace json = boost::json;
using catalog::TableSpec;

json::array texts(const std::vector<std::string>& list) {
  return json::array(list.begin(), list.end());
}

json::array columns_of(const TableSpec& table) {
  json::array columns;
  for (const catalog::ColumnSpec& column : table.columns)
    columns.push_back(json::object{{"name", column.name},
                                   {"type", frame::name(column.type)},
                                   {"unit", catalog::to_normal(column.unit).unit},
                                   {"source_unit", column.unit},
                                   {"label", column.label},
                                   {"label_en", column.label_en},
                                   {"by_default", column.by_default}});
  return columns;
}

json::object policy_of(const TableSpec& table) {
  return {{"update_mode", catalog::name(table.policy.mode)},
          {"schedule", table.policy.schedule},
          {"batch_size", table.policy.batch_size},
          {"retry_times", table.policy.retry_times},
          {"conflict_resolution", catalog::name(table.policy.conflict)},
          {"cache_invalidate", table.policy.cache_invalidate},
          {"quality_checks", texts(table.policy.quality_checks)},
          {"poll_interval", table.policy.poll_interval},
          {"retention_days",
           {{"hot", table.retention.hot_days},
            {"cold", table.retention.cold_days},
            {"archive", table.retention.archive_days}}}};
}

Result<json::object> coverage_of(const query::Query& query, const TableSpec& table,
                                 std::uint64_t rows) {
  KANPAN_LET(const query::TableVersion version, query.table_version(table));
  KANPAN_LET(const auto days, query.days(table));
  json::object out{{"rows", rows},
                   {"data_version", version.last},
                   {"as_of", version.last > 0 ? rfc3339(version.time) : ""},
                   {"source", version.sources},
                   {"simulated", version.simulated}};
  if (days->empty()) return out;
  std::size_t complete = 0;
  for (const auto& [day, state] : *days) complete += state.complete && !state.is_short() ? 1 : 0;
  out["first_day"] = days->begin()->first.iso();
  out["last_day"] = days->rbegin()->first.iso();
  out["days"] = days->size();
  out["complete_days"] = complete;
  return out;
}

Result<json::object> describe(const query::Query& query, const TableSpec& table,
                              std::uint64_t rows) {
  json::object out{
      {"name", table.name},         {"title", table.title},   {"title_en", table.title_en},
      {"category", table.category}, {"helper", table.helper}, {"api_name", table.source.api},
      {"time", table.time},         {"code", table.code},     {"key", texts(table.key)}};
  out["update_mode"] = catalog::name(table.policy.mode);
  out["schedule"] = table.policy.schedule;
  KANPAN_LET(out["coverage"], coverage_of(query, table, rows));
  return out;
}

net::Response data(json::value value) {
  net::Response response = net::reply(
      200, "application/json", json::serialize(json::object{{"data", std::move(value)}}) + "\n");
  response.headers.add("Cache-Control", "no-cache");
  return response;
}

Answer list(const query::Query& query) {
  KANPAN_LET(const auto sizes, query.store().sizes());
  json::array tables;
  for (const TableSpec* table : query.catalog().tables()) {
    const auto size = sizes.find(table->name);
    KANPAN_LET(json::object item,
               describe(query, *table, size == sizes.end() ? 0 : size->second.rows));
    tables.push_back(std::move(item));
  }
  return data(std::move(tables));
}

Answer show(const query::Query& query, const Call& call) {
  KANPAN_LET(const TableSpec* table, table_of(query, call));
  KANPAN_LET(const auto sizes, query.store().sizes());
  const auto size = sizes.find(table->name);
  KANPAN_LET(json::object out,
             describe(query, *table, size == sizes.end() ? 0 : size->second.rows));
  out["columns"] = columns_of(*table);
  out["policy"] = policy_of(*table);
  json::array parameters;
  for (const auto& parameter : table->source.parameters)
    parameters.push_back(json::object{{"name", parameter.name},
                                      {"type", parameter.type},
                                      {"required", parameter.required},
                                      {"label", parameter.label}});
  out["source_parameters"] = std::move(parameters);
  return data(std::move(out));
}

}  // namespace

void add_tables(Router& router, const Context& context) {
  router.add({"GET",
              "/v1/tables",
              "Every table with its coverage",
              {},
              [&query = context.query](const Call&) { return list(query); }});
  router.add({"GET",
              "/v1/tables/{name}",
              "One table: columns, units, key, policy, coverage",
              {{"name", ParameterType::Text, "table"}},
              [&query = context.query](const Call& call) { return show(query, call); }});
}

}  // namespace kanpan::api::rest
