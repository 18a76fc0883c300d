#include "kanpan/ingest/run_outcome.hpp"

namespace kanpan::ingest {

int RunOutcome::exit_code() const {
  if (summary.run.state == journal::RunState::Cancelled) return 6;
  // Asking again helps no more than it did.
  if (const int said = error ? kanpan::exit_code(error->code) : 0;
      said == 4 || (said != 0 && error->code == Errc::Config))
    return said;
  if (summary.planned + summary.failed > 0) return 6;
  if (error && error->code == Errc::NoSpace) return 6;
  if (error) return kanpan::exit_code(error->code);
  return summary.quarantined + summary.refused > 0 ? 5 : 0;
}

}  // namespace kanpan::ingest
