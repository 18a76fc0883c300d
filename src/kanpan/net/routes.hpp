// Which handler answers which method and path.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kanpan/net/http_message.hpp"

namespace kanpan::net {

/// Built once, then only read: find() is thread-safe. HEAD is answered by GET's handler.
class Routes {
 public:
  /// `pattern` is a path whose segments may be `{name}` (one segment) or, at the end, `{name...}`
  /// (any rest, with its slashes). Literal segments win over names, whatever the order of adding.
  void add(std::string method, std::string_view pattern, Action action);
  /// The action for the request, with its captures filled; else one that answers 404, or 405 with
  /// `Allow`, as problem+json.
  Action find(Request& request) const;
  Dispatch dispatch() const;

 private:
  struct Route {
    std::string method;
    std::string pattern;
    std::vector<std::string> segments;
    Action action;
  };
  std::vector<Route> routes_;  ///< most literal first
};

}  // namespace kanpan::net
