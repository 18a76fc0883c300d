#include "kanpan/source/protocol/request.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

namespace kanpan::source::protocol {
namespace {

namespace json = boost::json;

/// Text of a scalar; nothing for null, "" and anything nested.
std::optional<std::string> scalar(const json::value& value) {
  switch (value.kind()) {
    case json::kind::string:
      if (value.get_string().empty()) return std::nullopt;
      return std::string(value.get_string());
    case json::kind::int64:
      return fmt::to_string(value.get_int64());
    case json::kind::uint64:
      return fmt::to_string(value.get_uint64());
    case json::kind::double_:
      return fmt::to_string(value.get_double());
    case json::kind::bool_:
      return value.get_bool() ? "1" : "0";
    default:
      return std::nullopt;
  }
}

/// Arrays of codes are joined with commas, which is what they mean.
std::optional<std::string> parameter(const json::value& value) {
  if (!value.is_array()) return scalar(value);
  std::string joined;
  for (const json::value& item : value.get_array())
    if (const auto text = scalar(item)) joined += (joined.empty() ? "" : ",") + *text;
  if (joined.empty()) return std::nullopt;
  return joined;
}

std::vector<std::string> field_names(const json::value& value) {
  if (value.is_string()) return split_list(std::string_view(value.get_string()));
  std::vector<std::string> names;
  if (const auto* array = value.if_array())
    for (const json::value& item : *array)
      if (item.is_string()) names.emplace_back(item.get_string());
  return names;
}

}  // namespace

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    std::string_view part = text.substr(0, comma);
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    if (!part.empty()) parts.emplace_back(part);
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
  }
  return parts;
}

std::optional<Request> read_request(std::string_view path_api, std::string_view body) {
  boost::system::error_code error;
  const json::value document = json::parse(json::string_view(body.data(), body.size()), error);
  if (error || !document.is_object()) return std::nullopt;
  const json::object& object = document.get_object();
  Request request;
  request.api = path_api;
  if (const auto* api = object.if_contains("api_name"); api && api->is_string() && path_api.empty())
    request.api = std::string(api->get_string());
  if (const auto* token = object.if_contains("token"); token && token->is_string())
    request.token = std::string(token->get_string());
  if (const auto* fields = object.if_contains("fields")) request.fields = field_names(*fields);
  if (const auto* params = object.if_contains("params"); params && !params->is_null()) {
    if (!params->is_object()) return std::nullopt;
    for (const auto& [key, value] : params->get_object())
      if (auto text = parameter(value)) request.parameters.emplace(key, *std::move(text));
  }
  return request;
}

}  // namespace kanpan::source::protocol
