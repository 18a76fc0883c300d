#include "kanpan/app/progress_feed.hpp"

#include <chrono>
#include <map>

#include <boost/json.hpp>

#include "kanpan/base/log.hpp"

namespace kanpan::app {
namespace {

/// Between two snapshots at the least; commits are told as they come.
constexpr std::chrono::milliseconds kBetween{200};
constexpr std::chrono::seconds kCountAgain{1};

void add_run(boost::json::object& object, const ingest::Tally& tally) {
  object["run"] = tally.run;
  object["table"] = tally.table;
  object["units_done"] = tally.units_done;
  object["units_total"] = tally.units_total;
  object["calls_left"] = tally.units_total - std::min(tally.units_done, tally.units_total);
  object["rows"] = tally.rows;
  object["rows_per_second"] = static_cast<std::int64_t>(tally.rows_per_second());
  object["quarantined"] = tally.quarantined;
  if (const auto left = tally.seconds_left())
    object["eta_seconds"] = static_cast<std::int64_t>(*left);
  else
    object["eta_seconds"] = nullptr;
}

void add_past(boost::json::object& entry, const ingest::Attempts& past) {
  const auto put = [&](std::string_view key, const std::optional<Instant>& at) {
    entry[key] = nullptr;
    if (at) entry[key] = rfc3339(*at);
  };
  put("last_run", past.tried);
  put("last_success", past.succeeded);
  entry["last_error"] = nullptr;
  if (!past.error.empty()) entry["last_error"] = past.error;
}

}  // namespace

ProgressFeed::ProgressFeed(Instance& instance, const ingest::Scheduler* scheduler)
    : instance_(instance),
      scheduler_(scheduler),
      telling_([this](const std::stop_token& stop) { tell_state(stop); }),
      subscription_(
          instance.progress().subscribe([this](const ingest::Event& event) { hear(event); })) {}

void ProgressFeed::stop() {
  subscription_ = {};
  telling_.request_stop();
  if (telling_.joinable()) telling_.join();
  scheduler_ = nullptr;
}

std::string ProgressFeed::snapshot() const {
  const auto tallies = instance_.progress().current();
  boost::json::object object{{"collecting", !tallies.empty()}};
  if (!tallies.empty()) add_run(object, tallies.back());
  const auto* scheduler = scheduler_.load();
  object["scheduler"] = scheduler ? "on" : calendar_ ? "later" : "off";
  const auto schedules = this->schedules(scheduler);
  const auto sizes = this->sizes();
  boost::json::array tables;
  for (const catalog::TableSpec* table : instance_.catalog().tables()) {
    boost::json::object entry{{"name", table->name}, {"title", table->title}};
    const auto rows = sizes.contains(table->name) ? sizes.at(table->name).rows : 0;
    entry["rows"] = rows;
    entry["state"] = rows > 0 ? "stored" : "empty";
    entry["last_day"] = nullptr;
    if (const auto last = instance_.ledger().last_complete_day(table->name); last && *last)
      entry["last_day"] = (*last)->day.iso();
    entry["next_run"] = nullptr;
    const ingest::TableSchedule& schedule = schedules.at(table->name);
    if (schedule.next) entry["next_run"] = rfc3339(*schedule.next);
    if (schedule.running) entry["state"] = "collecting";
    add_past(entry, schedule.past);
    // Of whatever run: that of a command leaves no last_error.
    const auto held = instance_.ledger().quarantine_count(table->name, "held");
    entry["quarantined"] = held ? boost::json::value(*held) : boost::json::value(nullptr);
    tables.push_back(std::move(entry));
  }
  object["tables"] = std::move(tables);
  return boost::json::serialize(object);
}

std::map<std::string, ingest::TableSchedule> ProgressFeed::schedules(
    const ingest::Scheduler* scheduler) const {
  std::map<std::string, ingest::TableSchedule> schedules;
  if (scheduler)
    for (auto& schedule : scheduler->schedules()) schedules[schedule.table] = schedule;
  const auto days = !scheduler && calendar_ ? calendar_() : nullptr;
  const Instant now = instance_.clock().now();
  const bool catch_up = instance_.settings().flag("scheduler.catch_up");
  for (const catalog::TableSpec* table : instance_.catalog().tables()) {
    const auto [found, is_new] = schedules.try_emplace(table->name);
    if (!is_new) continue;
    if (auto left_behind = ingest::attempts_of(instance_.ledger(), *table))
      found->second.past = std::move(*left_behind);
    // Not empty: what is collected before the scheduler starts is here by then.
    if (days && !table->policy.schedule.empty())
      found->second.next =
          ingest::first_begin(*table, found->second.past, now, catch_up, false, *days);
  }
  return schedules;
}

std::map<std::string, store::Size> ProgressFeed::sizes() const {
  const std::lock_guard lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  if (now - counted_ < kCountAgain) return sizes_;
  if (auto counted = instance_.store().sizes())
    sizes_ = std::move(*counted);
  else
    log::warn("status", "the rows cannot be counted: {}", counted.error().text());
  counted_ = now;
  return sizes_;
}

std::shared_ptr<void> ProgressFeed::subscribe(Listener listener) {
  const std::lock_guard lock(listeners_mutex_);
  const auto id = next_++;
  listeners_[id] = std::move(listener);
  return {nullptr, [this, id](std::nullptr_t) {
            const std::lock_guard ending(listeners_mutex_);
            listeners_.erase(id);
          }};
}

void ProgressFeed::hear(const ingest::Event& event) {
  if (event.kind == "commit" && event.seq > 0) tell({"commit", event.to_json()});
  {
    const std::lock_guard lock(listeners_mutex_);
    changed_ = true;
  }
  change_.notify_one();
}

void ProgressFeed::tell(const api::Event& event) {
  const std::lock_guard lock(listeners_mutex_);
  for (const auto& [id, listener] : listeners_) listener(event);
}

void ProgressFeed::tell_state(const std::stop_token& stop) {
  std::unique_lock lock(listeners_mutex_);
  while (change_.wait(lock, stop, [this] { return changed_; })) {
    changed_ = false;
    const bool heard = !listeners_.empty();
    lock.unlock();
    if (heard) tell({"progress", snapshot()});
    lock.lock();
    change_.wait_for(lock, stop, kBetween, [] { return false; });
  }
}

}  // namespace kanpan::app
