// The body of a request, read.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kanpan::source::protocol {

struct Request {
  std::string api;
  std::string token;
  /// Numbers and booleans as text; empty strings and nulls are left out, as if never sent.
  std::map<std::string, std::string> parameters;
  std::vector<std::string> fields;  ///< as sent, in order; empty = the interface's default columns
};

/// Reads `{"api_name", "token", "params", "fields"}`; the name in the path wins where both are
/// given. Empty when the body is no such object.
std::optional<Request> read_request(std::string_view path_api, std::string_view body);

/// The parts of a comma separated list, blanks around them removed, empty parts left out.
std::vector<std::string> split_list(std::string_view text);

}  // namespace kanpan::source::protocol
