#include "kanpan/source/sim/http_front.hpp"

#include <string_view>

namespace kanpan::source::sim {
namespace {

/// `daily` of /daily and /dataapi/daily, "" of / and /dataapi.
std::string_view api_of(std::string_view path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  const std::string_view last = path.substr(path.rfind('/') + 1);
  return last == "dataapi" ? std::string_view{} : last;
}

}  // namespace

net::Dispatch http_front(Protocol& protocol) {
  const net::Action action{.handler = [&protocol](const net::Request& request) {
    return protocol.answer(api_of(request.path), request.body, request.method);
  }};
  return [action](net::Request&) { return action; };
}

}  // namespace kanpan::source::sim
