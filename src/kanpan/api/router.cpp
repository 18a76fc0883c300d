#include "kanpan/api/router.hpp"

#include <stdexcept>

namespace kanpan::api {
namespace {

net::Response run(const Endpoint& endpoint, const net::Request& request) {
  auto call = read_call(endpoint, request);
  if (!call) return net::to_response(call.error(), request.id);
  Answer answer = endpoint.handler(*call);
  if (!answer) return net::to_response(answer.error(), request.id);
  return *std::move(answer);
}

}  // namespace

Refusal wrong_parameter(std::string field, std::string value, std::string reason,
                        std::string did_you_mean) {
  net::Problem problem{400, "usage", "parameter '" + field + "': " + reason, "", {}};
  if (!did_you_mean.empty()) problem.detail += ": did you mean '" + did_you_mean + "'?";
  problem.errors.push_back(
      {std::move(field), std::move(value), std::move(reason), std::move(did_you_mean)});
  return problem;
}

void throw_exception_from_error(const Refusal& refusal, const boost::source_location&) {
  throw std::runtime_error(refusal.detail);
}

void Router::add(Endpoint endpoint) {
  endpoints_.push_back(std::make_shared<const Endpoint>(std::move(endpoint)));
}

net::Dispatch Router::dispatch(const std::string& version) {
  // The descriptions describe themselves, so their texts are made after their routes were added.
  using Document = std::shared_ptr<std::shared_ptr<const std::string>>;
  const auto add_document = [this](const char* path, const char* summary, const std::string& type) {
    auto document = std::make_shared<Document::element_type>();
    Endpoint endpoint{
        "GET",
        path,
        summary,
        {},
        [document, type](const Call&) -> Answer { return net::reply(200, type, *document); },
        true};
    endpoint.produces = {type.substr(0, type.find(';'))};
    add(std::move(endpoint));
    return document;
  };
  const Document description =
      add_document("/openapi.json", "This description", "application/json");
  const Document page = add_document("/docs", "The routes, for people", "text/html; charset=utf-8");
  const Document codes =
      add_document("/docs/errors", "The problem codes, for people", "text/html; charset=utf-8");
  *description = std::make_shared<const std::string>(openapi(version));
  *page = std::make_shared<const std::string>(docs());
  *codes = std::make_shared<const std::string>(problem_codes_page());
  net::Routes routes;
  for (const auto& endpoint : endpoints_)
    routes.add(endpoint->method, endpoint->pattern,
               {[endpoint](const net::Request& request) { return run(*endpoint, request); },
                endpoint->on_io_thread});
  return routes.dispatch();
}

}  // namespace kanpan::api
