// Collection as the API shows it: runs, tables, schedules.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "kanpan/api/context.hpp"
#include "kanpan/app/instance.hpp"
#include "kanpan/ingest/scheduler.hpp"

namespace kanpan::app {

/// Thread-safe. Listeners hear commits on the thread that made them, and the state on a thread of
/// the feed: it takes reads of the ledger and the store, which must not hold up a collection.
class ProgressFeed final : public api::Progress {
 public:
  using Calendar = std::function<std::shared_ptr<const market::Calendar>()>;

  /// `scheduler` may be null.
  ProgressFeed(Instance& instance, const ingest::Scheduler* scheduler);

  std::string snapshot() const override;
  std::shared_ptr<void> subscribe(std::function<void(const api::Event&)> listener) override;
  void set_scheduler(const ingest::Scheduler* scheduler) { scheduler_ = scheduler; }
  /// Tells nobody anything any more, and forgets the scheduler.
  void stop();
  /// One will be set: until then what it would do now, on this calendar, is shown. To be called
  /// before anything else is.
  void expect_scheduler(Calendar calendar) { calendar_ = std::move(calendar); }

 private:
  using Listener = std::function<void(const api::Event&)>;

  void hear(const ingest::Event& event);
  void tell(const api::Event& event);
  /// One snapshot for all that listen, a while after something happened.
  void tell_state(const std::stop_token& stop);
  std::map<std::string, store::Size> sizes() const;
  /// By table.
  std::map<std::string, ingest::TableSchedule> schedules(const ingest::Scheduler* scheduler) const;

  Instance& instance_;
  std::atomic<const ingest::Scheduler*> scheduler_;
  Calendar calendar_;  ///< empty when no scheduler is to come
  mutable std::mutex mutex_;
  mutable std::map<std::string, store::Size> sizes_;  ///< counted at most once a second
  mutable std::chrono::steady_clock::time_point counted_{};
  std::mutex listeners_mutex_;
  std::map<std::uint64_t, Listener> listeners_;
  std::uint64_t next_ = 1;
  bool changed_ = false;  ///< since the last snapshot that was told
  std::condition_variable_any change_;
  std::jthread telling_;
  ingest::Progress::Subscription subscription_;
};

}  // namespace kanpan::app
