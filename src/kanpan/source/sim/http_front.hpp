// The protocol behind an HTTP server.
#pragma once

#include "kanpan/net/http_message.hpp"
#include "kanpan/source/sim/protocol.hpp"

namespace kanpan::source::sim {

/// Answers `POST /`, `POST /{api_name}`, `POST /dataapi` and `POST /dataapi/{api_name}`, the paths
/// that clients of the source use; every other method gets the source's own refusal. `protocol`
/// must outlive the server.
net::Dispatch http_front(Protocol& protocol);

}  // namespace kanpan::source::sim
