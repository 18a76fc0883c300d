// Collection as the API shows it: runs, tables, schedules.
#pragma once

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
  Instance& instance_;
  std::atomic<const ingest::Scheduler*> scheduler_;
};

}  // namespace kanpan::app
