// Collects by itself: every table by its schedule, on days that the exchange is open.
#pragma once

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
#include "kanpan/market/calendar.hpp"

namespace kanpan::ingest {

enum class Trigger { Cron, Event, Continuous };

/// When a table is collected next, as a pure function of its policy, the calendar and the past.
/// Cron: the first matching time after `after`; where the expression names weekdays, the first on
/// an open day, so that holidays are skipped and dates of the year (1 January, 1 May) are not. A
/// table with one row a week or month is due at the expression's time of day on the last trading
/// day of each, whichever weekday that is.
/// Event: every day at 21:00, in the months of disclosure (January to April, July, August, October)
/// at 12:30 too. Continuous: every poll_interval seconds while the exchange trades or calls an
/// auction.
std::optional<Instant> next_due(const catalog::TableSpec& table, Instant after,
                                const market::Calendar& calendar);
Trigger trigger_of(const catalog::TableSpec& table);

/// Hours in Shanghai in which whole tables are replaced when their time was missed.
inline constexpr int kLowTrafficFrom = 2 * 3600, kLowTrafficTo = 5 * 3600;

/// When what was due at `due` may begin, seen at `now`: at once; but a `full` table whose time was
/// missed, or that an event calls for, waits for the hours of low traffic. The catalog's cron is
/// kept to, whatever its hour. Nobody waits for a table of which nothing is stored (`is_empty`).
Instant begin_of(const catalog::TableSpec& table, Instant due, Instant now, bool is_empty);

struct TableSchedule {
  std::string table;
  std::optional<Instant> last;  ///< end of the last scheduled collection
  std::optional<Instant> next;
  bool running = false;
};

/// Two threads: one for what is due by the clock, one for continuous tables, so that neither waits
/// for the other. What is due together runs as one run; a table never overlaps itself. What was
/// missed while nothing ran is caught up once at the start, whole tables in the night after it.
class Scheduler {
 public:
  Scheduler(Collector& collector, journal::Ledger& ledger, const Clock& clock, bool catch_up);
  /// Stops the runs that are going on; they stay resumable.
  ~Scheduler();

  std::vector<TableSchedule> schedules() const;

 private:
  struct Entry {
    const catalog::TableSpec* table = nullptr;
    std::optional<Instant> last, next;
    bool running = false;
  };

  Result<void> prepare(bool catch_up);
  void loop(bool continuous, const std::stop_token& stop);
  std::vector<Entry*> due(bool continuous);
  /// Asked of `full` tables, which are small; false for others.
  bool is_empty(const catalog::TableSpec& table) const;
  void collect(const std::vector<Entry*>& entries, const std::stop_token& stop);
  CollectRequest request_for(const std::vector<Entry*>& entries) const;
  void finished(const std::vector<Entry*>& entries);
  std::shared_ptr<const market::Calendar> calendar();

  Collector& collector_;
  journal::Ledger& ledger_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::condition_variable_any wake_;
  std::vector<Entry> entries_;
  std::jthread timed_, continuous_;
};

}  // namespace kanpan::ingest
