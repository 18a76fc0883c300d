#include "kanpan/base/stop_registry.hpp"

#include <utility>
#include <vector>

namespace kanpan {

StopRegistry::Entry::Entry(StopRegistry& registry, std::string name, const std::stop_token& outer)
    : registry_(registry),
      name_(std::move(name)),
      outer_(outer, [source = source_]() mutable { source.request_stop(); }) {
  const std::lock_guard lock(registry_.mutex_);
  registered_ = registry_.running_.emplace(name_, source_).second;
  // Nobody has the token yet, so that nothing is called here.
  if (std::erase(registry_.stopped_early_, name_) > 0) source_.request_stop();
}

StopRegistry::Entry::~Entry() {
  const std::lock_guard lock(registry_.mutex_);
  if (registered_) registry_.running_.erase(name_);
}

bool StopRegistry::cancel(std::string_view name) {
  std::stop_source source(std::nostopstate);
  {
    const std::lock_guard lock(mutex_);
    const auto found = running_.find(name);
    if (found == running_.end()) return false;
    source = found->second;
  }
  source.request_stop();
  return true;
}

void StopRegistry::cancel_all() {
  std::vector<std::stop_source> sources;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, source] : running_) sources.push_back(source);
  }
  for (std::stop_source& source : sources) source.request_stop();
}

void StopRegistry::cancel_on_arrival(std::string name) {
  {
    const std::lock_guard lock(mutex_);
    if (!running_.contains(name)) {
      stopped_early_.push_back(std::move(name));
      if (stopped_early_.size() > kMostExpected) stopped_early_.pop_front();
      return;
    }
  }
  cancel(name);
}

}  // namespace kanpan
