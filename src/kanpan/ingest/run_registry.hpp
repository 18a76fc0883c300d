// The runs that go on in this process, so that each can be told to stop.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>

namespace kanpan::ingest {

/// Thread-safe. Must outlive its entries.
class RunRegistry {
 public:
  /// A run, registered for as long as this lives; before the ledger calls it running, so that
  /// whoever sees it there can stop it.
  class Entry {
   public:
    /// `outer` stops the run too.
    Entry(RunRegistry& registry, std::string run, const std::stop_token& outer);
    ~Entry();
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    std::stop_token stop() const { return source_.get_token(); }

   private:
    RunRegistry& registry_;
    const std::string run_;
    std::stop_source source_;
    bool registered_ = false;  ///< not when the run is there already: the ledger will refuse it
    std::stop_callback<std::function<void()>> outer_;
  };

  /// Tells a run to stop. False when it is not running here.
  bool cancel(std::string_view run);
  /// The same for a run that may only be on its way here: it is stopped as soon as it is
  /// registered.
  void cancel_on_arrival(std::string run);

 private:
  /// Names that never came are forgotten in favour of newer ones.
  static constexpr std::size_t kMostExpected = 64;

  std::mutex mutex_;
  std::map<std::string, std::stop_source, std::less<>> running_;
  std::deque<std::string> stopped_early_;  ///< oldest first
};

}  // namespace kanpan::ingest
