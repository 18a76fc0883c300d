// What collection is doing, for whoever watches: the terminal, --json, the page.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "kanpan/journal/record.hpp"

namespace kanpan::ingest {

/// One thing that happened. `kind` is one of begin (the run is in the ledger from here on), plan,
/// page, commit, quarantine, retry, note, done, error.
struct Event {
  std::string kind = {};
  std::string run = {};
  std::string table = {};
  std::string unit = {};  ///< label of the slice
  std::uint64_t rows = 0;
  std::uint64_t calls = 0;  ///< plan: predicted; page: made for its unit so far
  journal::Sequence seq = 0;
  std::string message = {};     ///< for people
  std::string cause = {};       ///< retry: why the call failed; ends the message where it is told
  std::int64_t elapsed_ms = 0;  ///< since the run began

  /// `{"event":…,"run":…,"table":…,"rows":…,"elapsed_ms":…,…}`, empty members left out.
  std::string to_json() const;
  /// The message with its cause.
  std::string text() const { return cause.empty() ? message : message + ": " + cause; }
};

/// Totals of a run as it goes.
struct Tally {
  std::string run;
  std::string table;  ///< last one worked on
  std::uint64_t units_done = 0, units_total = 0;
  std::uint64_t rows = 0, quarantined = 0, refused = 0, failed = 0;
  std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();

  double seconds() const;
  double rows_per_second() const;
  /// From the units done so far; nothing before the first, or while their number is unknown.
  std::optional<double> seconds_left() const;
};

/// Thread-safe. Listeners are called on the thread that tells, one event at a time; they must be
/// quick and must not subscribe or unsubscribe from inside.
class Progress {
 public:
  using Listener = std::function<void(const Event&)>;

  /// Unsubscribes when destroyed.
  class Subscription {
   public:
    Subscription() = default;
    Subscription(Progress& progress, std::uint64_t id) : progress_(&progress), id_(id) {}
    Subscription(Subscription&& other) noexcept;
    Subscription& operator=(Subscription&& other) noexcept;
    ~Subscription();

   private:
    Progress* progress_ = nullptr;
    std::uint64_t id_ = 0;
  };

  [[nodiscard]] Subscription subscribe(Listener listener);
  void tell(const Event& event);

  /// Tells it, too.
  void begin(const std::string& run);
  void planned(const std::string& run, std::uint64_t units);
  void unit_done(const journal::Unit& unit);
  void end(const std::string& run);
  /// The runs that are going on, oldest first.
  std::vector<Tally> current() const;
  /// Nothing when the run does not go on.
  std::optional<Tally> of(const std::string& run) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, Tally> tallies_;  ///< by run id, which sorts by start
  std::mutex listeners_mutex_;
  std::map<std::uint64_t, Listener> listeners_;
  std::uint64_t next_ = 1;
};

}  // namespace kanpan::ingest
