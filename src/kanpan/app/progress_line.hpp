// Progress of a run on a terminal or as JSON events.
#pragma once

#include <chrono>
#include <mutex>
#include <optional>

#include "kanpan/app/session.hpp"
#include "kanpan/ingest/progress.hpp"

namespace kanpan::app {

/// Thread-safe. Under --json every event is a line on stdout; on a terminal one line is redrawn;
/// elsewhere only what went wrong is printed.
class ProgressLine {
 public:
  explicit ProgressLine(Session& session) : session_(session) {}

  void show(const ingest::Event& event, const std::optional<ingest::Tally>& tally);
  /// Removes the redrawn line.
  void clear();

 private:
  Session& session_;
  std::mutex mutex_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point last_{};
};

}  // namespace kanpan::app
