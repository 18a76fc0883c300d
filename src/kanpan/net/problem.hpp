// application/problem+json (RFC 9457): the body of every answer that is not a success.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kanpan/net/http_message.hpp"

namespace kanpan::net {

struct FieldError {
  std::string field;
  std::string value;  ///< as found
  std::string reason;
  std::string did_you_mean;  ///< "" when nothing is near
};

struct Problem {
  int status = 500;
  std::string code;    ///< stable word: "unknown_parameter", "not_found", …
  std::string detail;  ///< the sentence for a person
  std::string hint;    ///< how to mend it; may be empty
  std::vector<FieldError> errors;
};

/// "Not Found" for 404.
std::string_view reason_phrase(int status);
/// HTTP status for a kind of error.
int status_of(Errc code);
Problem problem_of(const Error& error);
/// `{"type","title","status","detail","code","hint","errors","request_id"}`; Retry-After with a
/// 503.
Response to_response(const Problem& problem, std::string_view request_id);

}  // namespace kanpan::net
