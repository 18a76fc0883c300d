#include "kanpan/app/watch.hpp"

#include <fmt/format.h>

#include "kanpan/app/progress_line.hpp"

namespace kanpan::app {

Result<int> watch(Session& session, std::string run,
                  const std::function<Result<ingest::RunOutcome>(std::stop_token)>& work,
                  bool resumable) {
  ProgressLine line(session);
  const auto subscription = session.instance->progress().subscribe([&](const ingest::Event& event) {
    if (event.run == run) line.show(event, session.instance->progress().of(run));
  });
  auto outcome = work(session.terminal.stop);
  line.clear();
  if (!outcome) return std::move(outcome).error();
  const auto& summary = outcome->summary;
  if (outcome->error) session.note(fmt::format("kanpan: {}", outcome->error->text()));
  if (session.json) return outcome->exit_code();
  session.line(summary.run.id);
  session.note(fmt::format(
      "{}: {} rows in {} units ({} unchanged, {} refused, {} failed, {} left), {} rows held back, "
      "{} calls",
      journal::name(summary.run.state), summary.rows, summary.units, summary.unchanged,
      summary.refused, summary.failed, summary.planned, summary.quarantined, summary.calls));
  if (outcome->exit_code() == 6 && resumable)
    session.note(fmt::format("go on with: {} run resume {}", session.program, summary.run.id));
  return outcome->exit_code();
}

}  // namespace kanpan::app
