// Collection as the API shows it: runs, tables, schedules.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "kanpan/api/context.hpp"
#include "kanpan/app/instance.hpp"
#include "kanpan/ingest/scheduler.hpp"

namespace kanpan::app {

/// Thread-safe.
class ProgressFeed final : public api::Progress {
 public:
  using Calendar = std::function<std::shared_ptr<const market::Calendar>()>;

  /// `scheduler` may be null.
  ProgressFeed(Instance& instance, const ingest::Scheduler* scheduler)
      : instance_(instance), scheduler_(scheduler) {}

  std::string snapshot() const override;
  std::shared_ptr<void> subscribe(std::function<void(const api::Event&)> listener) override;
  void set_scheduler(const ingest::Scheduler* scheduler) { scheduler_ = scheduler; }
  /// One will be set: until then what it would do now, on this calendar, is shown. To be called
  /// before anything else is.
  void expect_scheduler(Calendar calendar) { calendar_ = std::move(calendar); }

 private:
  std::map<std::string, store::Size> sizes() const;
  /// By table.
  std::map<std::string, ingest::TableSchedule> schedules(const ingest::Scheduler* scheduler) const;

  Instance& instance_;
  std::atomic<const ingest::Scheduler*> scheduler_;
  Calendar calendar_;  ///< empty when no scheduler is to come
  mutable std::mutex mutex_;
  mutable std::map<std::string, store::Size> sizes_;  ///< counted at most once a second
  mutable std::chrono::steady_clock::time_point counted_{};
};

}  // namespace kanpan::app
