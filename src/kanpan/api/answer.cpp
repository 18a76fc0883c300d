#include "kanpan/api/answer.hpp"

#include <numeric>

#include <fmt/format.h>

#include "kanpan/frame/json_writer.hpp"

namespace kanpan::api {
namespace {

using frame::append_json_text;

void append_member(std::string& out, std::string_view name, std::string_view text) {
  fmt::format_to(std::back_inserter(out), ",\"{}\":", name);
  append_json_text(out, text);
}

}  // namespace

void append_json_texts(std::string& out, std::span<const std::string> texts) {
  out += '[';
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (i > 0) out += ',';
    append_json_text(out, texts[i]);
  }
  out += ']';
}

void append_evidence(std::string& out, const query::Evidence& evidence,
                     std::optional<Date> anchor) {
  fmt::format_to(std::back_inserter(out), "{{\"data_version\":{}", evidence.data_version);
  append_member(out, "as_of", evidence.as_of);
  append_member(out, "source", evidence.source);
  out += evidence.simulated ? ",\"simulated\":true" : ",\"simulated\":false";
  append_member(out, "status", evidence.status);
  out += ",\"missing\":";
  append_json_texts(out, evidence.missing);
  fmt::format_to(std::back_inserter(out), ",\"missing_count\":{},\"short_days\":{}",
                 evidence.missing_count, evidence.short_days);
  append_member(out, "tier", evidence.tier);
  if (anchor) append_member(out, "anchor", anchor->iso());
  out += ",\"columns\":[";
  for (const query::ColumnInfo& column : evidence.columns) {
    if (out.back() == '}') out += ',';
    out += "{\"name\":";
    append_json_text(out, column.name);
    append_member(out, "type", frame::name(column.type));
    append_member(out, "unit", column.unit);
    append_member(out, "label", column.label);
    append_member(out, "label_en", column.label_en);
    out += '}';
  }
  out += "]}";
}

void set_evidence_headers(net::Response& response, const query::Evidence& evidence) {
  response.headers.set("X-Data-Version", std::to_string(evidence.data_version));
  response.headers.set("X-Data-As-Of", evidence.as_of);
  response.headers.set("X-Data-Source", evidence.source);
  response.headers.set("X-Data-Simulated", evidence.simulated ? "true" : "false");
  response.headers.set("X-Data-Status", evidence.status);
}

std::string etag(std::string_view version, std::string_view form) {
  return fmt::format("\"{}-{}\"", version, form);
}

bool is_known(const net::Request& request, std::string_view tag) {
  std::string_view rest = request.header("if-none-match");
  while (!rest.empty()) {
    std::string_view item = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(item.size() + 1, rest.size()));
    item.remove_prefix(std::min(item.find_first_not_of(' '), item.size()));
    if (item.starts_with("W/")) item.remove_prefix(2);
    item = item.substr(0, item.find_last_not_of(' ') + 1);
    if (item == tag || item == "*") return true;
  }
  return false;
}

net::Response not_modified(std::string tag) {
  net::Response response;
  response.status = 304;
  response.headers.add("ETag", std::move(tag));
  response.headers.add("Cache-Control", "no-cache");
  response.headers.add("Vary", "Accept, Accept-Encoding");
  return response;
}

net::Response data_response(std::string content_type, net::Body body, std::string tag) {
  net::Response response = net::reply(200, std::move(content_type), std::move(body));
  response.headers.add("ETag", std::move(tag));
  response.headers.add("Cache-Control", "no-cache");
  response.headers.add("Vary", "Accept");
  return response;
}

std::vector<std::size_t> all_columns(std::size_t width) {
  std::vector<std::size_t> columns(width);
  std::iota(columns.begin(), columns.end(), std::size_t{0});
  return columns;
}

}  // namespace kanpan::api
