#include "kanpan/ingest/run_registry.hpp"

#include <utility>

namespace kanpan::ingest {

RunRegistry::Entry::Entry(RunRegistry& registry, std::string run, const std::stop_token& outer)
    : registry_(registry),
      run_(std::move(run)),
      outer_(outer, [source = source_]() mutable { source.request_stop(); }) {
  const std::lock_guard lock(registry_.mutex_);
  registered_ = registry_.running_.emplace(run_, source_).second;
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

}  // namespace kanpan::ingest
