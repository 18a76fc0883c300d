// OpenAPI 3.1 from the route table.
#include <boost/json.hpp>

#include "kanpan/api/router.hpp"

namespace kanpan::api {
namespace {

namespace json = boost::json;

json::object schema_of(const Parameter& parameter) {
  switch (parameter.type) {
    case ParameterType::Flag:
      return {{"type", "boolean"}};
    case ParameterType::Integer: {
      json::object schema{{"type", "integer"}, {"minimum", parameter.least}};
      if (parameter.most != INT64_MAX) schema["maximum"] = parameter.most;
      return schema;
    }
    case ParameterType::Day:
      return {{"type", "string"}, {"format", "date"}};
    case ParameterType::Choice:
      return {{"type", "string"},
              {"enum", json::array(parameter.choices.begin(), parameter.choices.end())}};
    case ParameterType::Codes:
    case ParameterType::Words:
      return {{"type", "array"}, {"items", {{"type", "string"}}}};
    case ParameterType::Filter:
      return {{"type", "object"}, {"additionalProperties", {{"type", "string"}}}};
    case ParameterType::Text:
    case ParameterType::Code:
      break;
  }
  return {{"type", "string"}};
}

json::object describe(const Parameter& parameter, bool in_path) {
  json::object out{{"name", parameter.name},
                   {"in", in_path ? "path" : "query"},
                   {"required", in_path || parameter.required},
                   {"description", parameter.doc},
                   {"schema", schema_of(parameter)}};
  if (parameter.type == ParameterType::Filter) out["style"] = "deepObject";
  if (parameter.type == ParameterType::Codes || parameter.type == ParameterType::Words)
    out["explode"] = false;
  return out;
}

json::object describe(const Endpoint& endpoint) {
  json::array parameters;
  for (const Parameter& parameter : endpoint.parameters)
    parameters.push_back(describe(
        parameter, endpoint.pattern.find("{" + parameter.name + "}") != std::string::npos));
  json::object content;
  for (const std::string& type : endpoint.produces) content[type] = json::object{};
  json::object problem{
      {"description", "What is wrong"},
      {"content",
       {{"application/problem+json", {{"schema", {{"$ref", "#/components/schemas/Problem"}}}}}}}};
  return {{"summary", endpoint.summary},
          {"parameters", std::move(parameters)},
          {"responses",
           {{"200", {{"description", "The answer"}, {"content", std::move(content)}}},
            {"default", std::move(problem)}}}};
}

json::object problem_schema() {
  const json::object text{{"type", "string"}};
  json::object field{
      {"type", "object"},
      {"properties", {{"field", text}, {"value", text}, {"reason", text}, {"did_you_mean", text}}}};
  return {{"type", "object"},
          {"required", {"type", "title", "status", "detail", "code", "errors", "request_id"}},
          {"properties",
           {{"type", text},
            {"title", text},
            {"status", {{"type", "integer"}}},
            {"detail", text},
            {"code", text},
            {"hint", text},
            {"errors", {{"type", "array"}, {"items", std::move(field)}}},
            {"request_id", text}}}};
}

}  // namespace

std::string Router::openapi(std::string_view version) const {
  json::object paths;
  for (const auto& endpoint : endpoints_) {
    if (!endpoint->documented) continue;
    std::string method;
    for (const char c : endpoint->method) method += static_cast<char>(std::tolower(c));
    json::value& path = paths[endpoint->pattern];
    if (!path.is_object()) path.emplace_object();
    path.as_object()[method] = describe(*endpoint);
  }
  return json::serialize(
      json::object{{"openapi", "3.1.0"},
                   {"info", {{"title", "Kanpan"}, {"version", version}}},
                   {"paths", std::move(paths)},
                   {"components", {{"schemas", {{"Problem", problem_schema()}}}}}});
}

}  // namespace kanpan::api
