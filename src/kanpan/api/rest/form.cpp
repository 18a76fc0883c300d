#include "kanpan/api/rest/form.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace kanpan::api::rest {
namespace {

constexpr std::array kForms{Form::Json, Form::Csv, Form::Ndjson};

Refusal not_acceptable(std::string_view field, std::string_view found) {
  const std::string reason = fmt::format("rows are not given as {}", found);
  return net::Problem{406,
                      "not_acceptable",
                      reason,
                      "there are json, csv (text/csv) and ndjson (application/x-ndjson)",
                      {{std::string(field), std::string(found), reason, ""}}};
}

}  // namespace

std::string_view name(Form form) {
  switch (form) {
    case Form::Json:
      return "json";
    case Form::Csv:
      return "csv";
    case Form::Ndjson:
      return "ndjson";
  }
  return "json";
}

std::string_view type(Form form) {
  switch (form) {
    case Form::Json:
      return "application/json";
    case Form::Csv:
      return "text/csv; charset=utf-8";
    case Form::Ndjson:
      return "application/x-ndjson";
  }
  return "application/json";
}

std::vector<std::string> form_types() {
  std::vector<std::string> types;
  for (const Form form : kForms) types.emplace_back(type(form).substr(0, type(form).find(';')));
  return types;
}

Parameter form_parameter() {
  return {"format",
          ParameterType::Choice,
          "instead of Accept",
          {"json", "csv", "ndjson", "arrow", "parquet"}};
}

boost::system::result<Form, Refusal> form_of(const Call& call) {
  if (const std::string format = call.text("format"); !format.empty()) {
    const auto found =
        std::ranges::find_if(kForms, [&](Form form) { return name(form) == format; });
    if (found == kForms.end()) return not_acceptable("format", format);
    return *found;
  }
  const std::string_view accept = call.request.header("accept");
  std::string_view rest = accept;
  while (!rest.empty()) {
    std::string_view item = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(item.size() + 1, rest.size()));
    item.remove_prefix(std::min(item.find_first_not_of(' '), item.size()));
    item = item.substr(0, item.find_first_of("; "));
    if (item == "text/csv") return Form::Csv;
    if (item == "application/x-ndjson" || item == "application/ndjson") return Form::Ndjson;
    if (item == "application/json" || item == "*/*" || item == "application/*") return Form::Json;
  }
  if (accept.empty()) return Form::Json;
  return not_acceptable("Accept", accept);
}

}  // namespace kanpan::api::rest
