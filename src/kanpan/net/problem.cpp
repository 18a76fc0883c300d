#include "kanpan/net/problem.hpp"

#include <boost/beast/http/status.hpp>
#include <boost/json.hpp>

namespace kanpan::net {

std::string_view reason_phrase(int status) {
  return boost::beast::http::obsolete_reason(
      boost::beast::http::int_to_status(static_cast<unsigned>(status)));
}

int status_of(Errc code) {
  switch (code) {
    case Errc::Usage:
      return 400;
    case Errc::NotFound:
      return 404;
    case Errc::Quality:
      return 422;
    case Errc::Timeout:
      return 504;
    case Errc::Busy:
    case Errc::Cancelled:
    case Errc::Partial:
      return 503;
    case Errc::NoSpace:
      return 507;
    case Errc::SourceTransient:
    case Errc::SourcePermission:
    case Errc::SourceParameter:
    case Errc::SourceToken:
      return 502;
    case Errc::SourceRate:
    case Errc::SourceQuota:
      return 503;
    case Errc::Failed:
    case Errc::Config:
    case Errc::Io:
    case Errc::Corrupt:
      return 500;
  }
  return 500;
}

Problem problem_of(const Error& error) {
  return {status_of(error.code), std::string(name(error.code)), error.message, error.hint, {}};
}

Response to_response(const Problem& problem, std::string_view request_id) {
  boost::json::array errors;
  for (const FieldError& e : problem.errors) {
    boost::json::object item{{"field", e.field}, {"value", e.value}, {"reason", e.reason}};
    if (!e.did_you_mean.empty()) item["did_you_mean"] = e.did_you_mean;
    errors.push_back(std::move(item));
  }
  boost::json::object body{{"type", "/docs/errors#" + problem.code},
                           {"title", reason_phrase(problem.status)},
                           {"status", problem.status},
                           {"detail", problem.detail},
                           {"code", problem.code}};
  if (!problem.hint.empty()) body["hint"] = problem.hint;
  body["errors"] = std::move(errors);
  body["request_id"] = request_id;
  Response response =
      reply(problem.status, "application/problem+json", boost::json::serialize(body) + "\n");
  response.headers.add("Cache-Control", "no-store");
  if (problem.status == 503) response.headers.add("Retry-After", "1");
  return response;
}

}  // namespace kanpan::net
