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

net::Dispatch Router::dispatch(std::string version) {
  // The description describes itself, so its text is made after its route was added.
  const auto document = std::make_shared<std::shared_ptr<const std::string>>();
  add({"GET",
       "/openapi.json",
       "This description",
       {},
       [document](const Call&) -> Answer { return net::reply(200, "application/json", *document); },
       true});
  *document = std::make_shared<const std::string>(openapi(version));
  net::Routes routes;
  for (const auto& endpoint : endpoints_)
    routes.add(endpoint->method, endpoint->pattern,
               {[endpoint](const net::Request& request) { return run(*endpoint, request); },
                endpoint->on_io_thread});
  return routes.dispatch();
}

}  // namespace kanpan::api
