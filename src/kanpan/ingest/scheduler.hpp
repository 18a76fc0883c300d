// Collects by itself: every table by its schedule, on days that the exchange is open.
#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "kanpan/base/clock.hpp"
#include "kanpan/ingest/collector.hpp"
#include "kanpan/ingest/schedule.hpp"
#include "kanpan/market/calendar.hpp"

namespace kanpan::ingest {

/// Days that a scheduled collection asks of a table that holds none yet. The whole history is for a
/// command: it may take days, and meanwhile nothing else would be collected
/// (docs/adr/first-scheduled-run.md).
inline constexpr int kFirstDays = 30;

/// How long a scheduled run that changed nothing stays in the ledger. Polls make a thousand of them
/// a day; those of a week are enough to see what a source has been up to.
inline constexpr std::chrono::days kIdleRunsKept{7};

struct TableSchedule {
  std::string table;
  Attempts past;
  std::optional<Instant> next;
  bool running = false;
};

/// Two threads: one for what is due by the clock, one for continuous tables, so that neither waits
/// for the other. What is due together runs as one run; a table never overlaps itself. What was
/// missed while nothing ran, or not done, is caught up once at the start, whole tables as
/// begin_of() says. What fails is tried again after retry_pause(), unless it cannot heal by itself;
/// until more is due by the run that failed, so that no call that was answered is made twice. A
/// table whose trigger is Ready is asked again until its last day is complete.
class Scheduler {
 public:
  /// `since`: of a table that was never tried, what was due after that counts as missed.
  Scheduler(Collector& collector, journal::Ledger& ledger, const Clock& clock, bool catch_up,
            std::optional<Instant> since = std::nullopt);
  /// Stops the runs that are going on; they stay resumable, and are caught up at the next start.
  ~Scheduler();
  /// Tells its runs to stop, and begins none any more; does not wait for them.
  void request_stop();

  std::vector<TableSchedule> schedules() const;

 private:
  using Entries = std::vector<Schedule::Entry*>;

  void prepare(bool catch_up, std::optional<Instant> since);
  void know(const catalog::TableSpec& table, Attempts& past, Instant now);
  void loop(bool continuous, const std::stop_token& stop);
  Entries due(bool continuous);
  /// Nothing for tables whose trigger is another than Ready.
  Left left_of(const catalog::TableSpec& table, Instant now,
               const market::Calendar& calendar) const;
  /// Asked of `full` tables, which are small; false for others.
  bool is_empty(const catalog::TableSpec& table) const;
  struct Ended {
    std::string run;                      ///< "" when none began
    std::map<std::string, Error> errors;  ///< what kept tables of it from being done
  };
  Ended collect(const Entries& entries, Instant began, const std::stop_token& stop);
  Result<RunOutcome> run(const Entries& entries, Instant began, const std::stop_token& stop);
  CollectRequest request_for(const Entries& entries, Instant now) const;
  void finished(const Entries& entries, Instant began, const Ended& ended);
  std::shared_ptr<const market::Calendar> calendar() const;
  /// Once a day.
  void forget_idle_runs();

  Collector& collector_;
  journal::Ledger& ledger_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::condition_variable_any wake_;
  Schedule schedule_;
  std::optional<Instant> forgot_;  ///< of the timed thread
  std::jthread timed_, continuous_;
};

}  // namespace kanpan::ingest
