// Progress of a run on a terminal or as JSON events.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "kanpan/app/session.hpp"
#include "kanpan/ingest/progress.hpp"

namespace kanpan::app {

/// Thread-safe. Under --json every event is a line on stdout; on a terminal one line is redrawn;
/// elsewhere only what went wrong is printed. Why the calls of a unit fail is told once, and again
/// only where it is something else.
class ProgressLine {
 public:
  explicit ProgressLine(Session& session) : session_(session) {}

  void show(const ingest::Event& event, const std::optional<ingest::Tally>& tally);
  /// Removes the redrawn line.
  void clear();

 private:
  std::string text_of(const ingest::Event& event);

  Session& session_;
  std::mutex mutex_;
  std::map<std::string, std::string> causes_;  ///< told last, by table and unit
  bool drawn_ = false;
  std::chrono::steady_clock::time_point last_{};
};

}  // namespace kanpan::app
