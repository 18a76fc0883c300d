// Collection as the API shows it: runs, tables, schedules.
#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <string>

#include "kanpan/api/context.hpp"
#include "kanpan/app/instance.hpp"
#include "kanpan/ingest/scheduler.hpp"

namespace kanpan::app {

/// Thread-safe.
class ProgressFeed final : public api::Progress {
 public:
  /// `scheduler` may be null.
  ProgressFeed(Instance& instance, const ingest::Scheduler* scheduler)
      : instance_(instance), scheduler_(scheduler) {}

  std::string snapshot() const override;
  std::shared_ptr<void> subscribe(std::function<void(const api::Event&)> listener) override;
  void set_scheduler(const ingest::Scheduler* scheduler) { scheduler_ = scheduler; }

 private:
  std::map<std::string, store::Size> sizes() const;

  Instance& instance_;
  std::atomic<const ingest::Scheduler*> scheduler_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, store::Size> sizes_;  ///< counted at most once a second
  mutable std::chrono::steady_clock::time_point counted_{};
};

}  // namespace kanpan::app
