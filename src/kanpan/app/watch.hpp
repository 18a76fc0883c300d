// A run on the terminal, from its first event to its exit code.
#pragma once

#include <functional>
#include <stop_token>

#include "kanpan/app/session.hpp"

namespace kanpan::app {

/// Prints the run id on stdout as soon as the run is in the ledger, what happens in it while `work`
/// does it, and what came of it, on stderr; under --json only events. `resumable`: what is left can
/// be done by 'run resume'.
Result<int> watch(Session& session, std::string run,
                  const std::function<Result<ingest::RunOutcome>(std::stop_token)>& work,
                  bool resumable = true);

}  // namespace kanpan::app
