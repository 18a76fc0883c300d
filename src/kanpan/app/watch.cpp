#include "kanpan/app/watch.hpp"

#include <atomic>
#include <thread>

#include <fmt/format.h>

#include "kanpan/app/progress_line.hpp"
#include "kanpan/base/channel.hpp"

namespace kanpan::app {
namespace {

/// Shows what happens on a thread of its own: whoever reads may take his time (a pager, a pipe that
/// is full), and the runs, which tell their events one at a time, must not wait for him.
class Teller {
 public:
  explicit Teller(Session& session) : session_(session), line_(session) {}
  ~Teller() { finish(); }

  /// Never waits. Beyond what is kept for a reader who does not read only the number is told.
  void tell(const ingest::Event& event) {
    if (!waiting_.try_send(event)) ++left_out_;
  }
  /// Waits until everything has been shown.
  void finish() {
    waiting_.close();
    if (thread_.joinable()) thread_.join();
    line_.clear();
  }

 private:
  static constexpr std::size_t kKept = 10'000;

  void show() {
    while (const auto event = waiting_.receive()) {
      line_.show(*event, session_.instance->progress().of(event->run));
      if (const auto lost = left_out_.exchange(0); lost > 0)
        line_.show({.kind = "note",
                    .run = event->run,
                    .table = event->table,
                    .message = fmt::format("{} events are not shown: they came faster than they "
                                           "were read",
                                           lost)},
                   {});
    }
  }

  Session& session_;
  ProgressLine line_;
  Channel<ingest::Event> waiting_{kKept};
  std::atomic<std::uint64_t> left_out_ = 0;
  std::thread thread_{[this] { show(); }};  // last: it uses the others
};

}  // namespace

Result<int> watch(Session& session, std::string run,
                  const std::function<Result<ingest::RunOutcome>(std::stop_token)>& work,
                  bool resumable) {
  Teller teller(session);
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
    teller.tell(event);
  });
  auto outcome = work(session.terminal.stop);
  teller.finish();
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
