#include "kanpan/app/watch.hpp"

#include <fmt/format.h>

#include "kanpan/app/progress_line.hpp"

namespace kanpan::app {

Result<int> watch(Session& session, std::string run,
                  const std::function<Result<ingest::RunOutcome>(std::stop_token)>& work,
                  bool resumable) {
  ProgressLine line(session);
  const std::string go_on =
      resumable ? fmt::format("go on with: {} run resume {}", session.program, run)
                : "import the files again: rows that are there already stay as they are";
  const auto begun = [&] {
    if (session.terminal.begun) session.terminal.begun(run, go_on);  // before anybody can act on it
    if (!session.json) session.line(run);
  };
  const auto subscription = session.instance->progress().subscribe([&](const ingest::Event& event) {
    if (event.run != run) return;
    if (event.kind == "begin") return begun();
    line.show(event, session.instance->progress().of(run));
  });
  auto outcome = work(session.terminal.stop);
  line.clear();
  if (!outcome) return std::move(outcome).error();
  const auto& summary = outcome->summary;
  if (outcome->error) session.note(fmt::format("kanpan: {}", outcome->error->text()));
  if (session.json) return outcome->exit_code();
  session.note(fmt::format(
      "{}: {} rows in {} units ({} unchanged, {} refused, {} failed, {} left), {} rows held back, "
      "{} calls",
      journal::name(summary.run.state), summary.rows, summary.units, summary.unchanged,
      summary.refused, summary.failed, summary.planned, summary.quarantined, summary.calls));
  const bool is_full = outcome->error && outcome->error->code == Errc::NoSpace;
  if (outcome->exit_code() == 6) session.note((is_full ? "make room, then " : "") + go_on);
  return outcome->exit_code();
}

}  // namespace kanpan::app
