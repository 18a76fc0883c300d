#include "kanpan/ingest/progress.hpp"

#include <algorithm>
#include <utility>

#include <boost/json.hpp>

namespace kanpan::ingest {

std::string Event::to_json() const {
  boost::json::object object;
  object["event"] = kind;
  const auto add = [&](const char* key, const std::string& value) {
    if (!value.empty()) object[key] = value;
  };
  add("run", run);
  add("table", table);
  add("unit", unit);
  object["rows"] = rows;
  if (calls > 0) object["calls"] = calls;
  if (seq > 0) object["seq"] = seq;
  add("message", text());
  object["elapsed_ms"] = elapsed_ms;
  return boost::json::serialize(object);
}

double Tally::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
}

double Tally::rows_per_second() const {
  return static_cast<double>(rows) / std::max(seconds(), 1e-3);
}

std::optional<double> Tally::seconds_left() const {
  if (units_done == 0 || units_total == 0) return std::nullopt;
  return seconds() / static_cast<double>(units_done) *
         static_cast<double>(units_total - std::min(units_done, units_total));
}

Progress::Subscription::Subscription(Subscription&& other) noexcept
    : progress_(std::exchange(other.progress_, nullptr)), id_(other.id_) {}

Progress::Subscription& Progress::Subscription::operator=(Subscription&& other) noexcept {
  std::swap(progress_, other.progress_);
  std::swap(id_, other.id_);
  return *this;
}

Progress::Subscription::~Subscription() {
  if (!progress_) return;
  const std::lock_guard lock(progress_->listeners_mutex_);
  progress_->listeners_.erase(id_);
}

Progress::Subscription Progress::subscribe(Listener listener) {
  const std::lock_guard lock(listeners_mutex_);
  const auto id = next_++;
  listeners_.emplace(id, std::move(listener));
  return Subscription(*this, id);
}

void Progress::tell(const Event& event) {
  const std::lock_guard lock(listeners_mutex_);
  for (const auto& [id, listener] : listeners_) listener(event);
}

void Progress::begin(const std::string& run) {
  {
    const std::lock_guard lock(mutex_);
    tallies_[run].run = run;
  }
  tell({.kind = "begin", .run = run});
}

void Progress::planned(const std::string& run, std::uint64_t units) {
  const std::lock_guard lock(mutex_);
  tallies_[run].units_total += units;
}

void Progress::unit_done(const journal::Unit& unit) {
  const std::lock_guard lock(mutex_);
  Tally& tally = tallies_[unit.run];
  tally.table = unit.table;
  tally.rows += unit.rows;
  tally.quarantined += unit.quarantined;
  ++tally.units_done;
  if (unit.state == journal::UnitState::Refused) ++tally.refused;
  if (unit.state == journal::UnitState::Failed) ++tally.failed;
}

void Progress::end(const std::string& run) {
  const std::lock_guard lock(mutex_);
  tallies_.erase(run);
}

std::optional<Tally> Progress::of(const std::string& run) const {
  const std::lock_guard lock(mutex_);
  const auto found = tallies_.find(run);
  return found == tallies_.end() ? std::nullopt : std::optional(found->second);
}

std::vector<Tally> Progress::current() const {
  const std::lock_guard lock(mutex_);
  std::vector<Tally> tallies;
  for (const auto& [run, tally] : tallies_) tallies.push_back(tally);
  return tallies;
}

}  // namespace kanpan::ingest
