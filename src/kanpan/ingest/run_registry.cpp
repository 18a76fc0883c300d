#include "kanpan/ingest/run_registry.hpp"

#include <utility>

namespace kanpan::ingest {

RunRegistry::Entry::Entry(RunRegistry& registry, std::string run, const std::stop_token& outer)
    : registry_(registry),
      run_(std::move(run)),
      outer_(outer, [source = source_]() mutable { source.request_stop(); }) {
  const std::lock_guard lock(registry_.mutex_);
  registered_ = registry_.running_.emplace(run_, source_).second;
  // Nobody has the token yet, so that nothing is called here.
  if (std::erase(registry_.stopped_early_, run_) > 0) source_.request_stop();
}

RunRegistry::Entry::~Entry() {
  const std::lock_guard lock(registry_.mutex_);
  if (registered_) registry_.running_.erase(run_);
}

bool RunRegistry::cancel(std::string_view run) {
  std::stop_source source(std::nostopstate);
  {
    const std::lock_guard lock(mutex_);
    const auto found = running_.find(run);
    if (found == running_.end()) return false;
    source = found->second;
  }
  source.request_stop();
  return true;
}

void RunRegistry::cancel_on_arrival(std::string run) {
  {
    const std::lock_guard lock(mutex_);
    if (!running_.contains(run)) {
      stopped_early_.push_back(std::move(run));
      if (stopped_early_.size() > kMostExpected) stopped_early_.pop_front();
      return;
    }
  }
  cancel(run);
}

}  // namespace kanpan::ingest
