// Work that goes on in this process under a name (runs, commands of clients), so that each can be
// told to stop.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>

namespace kanpan {

/// Thread-safe. Must outlive its entries.
class StopRegistry {
 public:
  /// A piece of work, registered for as long as this lives: from before anybody is told that it
  /// goes on, so that whoever sees it can stop it.
  class Entry {
   public:
    /// `outer` stops it too.
    Entry(StopRegistry& registry, std::string name, const std::stop_token& outer);
    ~Entry();
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    std::stop_token stop() const { return source_.get_token(); }

   private:
    StopRegistry& registry_;
    const std::string name_;
    std::stop_source source_;
    bool registered_ = false;  ///< not when one of the name is there already
    std::stop_callback<std::function<void()>> outer_;
  };

  /// Tells it to stop. False when it does not go on here.
  bool cancel(std::string_view name);
  /// Tells everything that goes on here to stop.
  void cancel_all();
  /// The same as cancel() for what may only be on its way here: it is stopped as soon as it is
  /// registered.
  void cancel_on_arrival(std::string name);

 private:
  /// Names that never came are forgotten in favour of newer ones.
  static constexpr std::size_t kMostExpected = 64;

  std::mutex mutex_;
  std::map<std::string, std::stop_source, std::less<>> running_;
  std::deque<std::string> stopped_early_;  ///< oldest first
};

}  // namespace kanpan
