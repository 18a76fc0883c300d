// The shape that all data answers share: data, page, meta; and their version as ETag.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "kanpan/api/router.hpp"
#include "kanpan/frame/batch.hpp"
#include "kanpan/query/query.hpp"

namespace kanpan::api {

/// Appends `["a","b"]`.
void append_json_texts(std::string& out, std::span<const std::string> texts);
/// Appends the evidence as an object; with `anchor` for adjusted bars.
void append_evidence(std::string& out, const query::Evidence& evidence,
                     std::optional<Date> anchor = std::nullopt);
/// Sets the headers that carry the evidence of answers without a place for it (CSV, NDJSON).
void set_evidence_headers(net::Response& response, const query::Evidence& evidence);

/// Strong tag of a version in one form ("json", "csv", …): every form is another representation.
std::string etag(std::string_view version, std::string_view form);
/// True when If-None-Match names the tag or `*`; weak comparison, as RFC 9110 has it for GET.
bool is_known(const net::Request& request, std::string_view tag);
net::Response not_modified(std::string tag);
/// A data answer: `tag`, and revalidation before every use.
net::Response data_response(std::string content_type, net::Body body, std::string tag);

/// Positions 0 … n-1, all columns of a batch.
std::vector<std::size_t> all_columns(std::size_t width);

}  // namespace kanpan::api
