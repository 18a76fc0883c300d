#include "kanpan/app/progress_feed.hpp"

#include <chrono>
#include <map>

#include <boost/json.hpp>

#include "kanpan/base/log.hpp"

namespace kanpan::app {
namespace {

/// Progress events a second at the most; commits are told as they come.
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

std::string ProgressFeed::snapshot() const {
  const auto tallies = instance_.progress().current();
  boost::json::object object{{"collecting", !tallies.empty()}};
  if (!tallies.empty()) add_run(object, tallies.back());
  const auto* scheduler = scheduler_.load();
  std::map<std::string, ingest::TableSchedule> schedules;
  if (scheduler)
    for (auto& schedule : scheduler->schedules()) schedules[schedule.table] = schedule;
  const auto sizes = this->sizes();
  boost::json::array tables;
  for (const catalog::TableSpec* table : instance_.catalog().tables()) {
    boost::json::object entry{{"name", table->name}, {"title", table->title}};
    const auto rows = sizes.contains(table->name) ? sizes.at(table->name).rows : 0;
    entry["rows"] = rows;
    entry["state"] = rows > 0 ? "held" : "empty";
    entry["last_day"] = nullptr;
    if (const auto days = instance_.query().days(*table); days && !(*days)->empty())
      entry["last_day"] = (*days)->rbegin()->first.iso();
    entry["next_run"] = nullptr;
    ingest::Attempts past;
    if (const auto found = schedules.find(table->name); found != schedules.end()) {
      past = found->second.past;
      if (found->second.next) entry["next_run"] = rfc3339(*found->second.next);
      if (found->second.running) entry["state"] = "collecting";
    } else if (auto left_behind = ingest::attempts_of(instance_.ledger(), *table)) {
      past = std::move(*left_behind);
    }
    add_past(entry, past);
    tables.push_back(std::move(entry));
  }
  object["tables"] = std::move(tables);
  return boost::json::serialize(object);
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

std::shared_ptr<void> ProgressFeed::subscribe(std::function<void(const api::Event&)> listener) {
  auto last = std::make_shared<std::chrono::steady_clock::time_point>();
  auto subscription = instance_.progress().subscribe(
      [this, listener = std::move(listener), last](const ingest::Event& event) {
        if (event.kind == "commit" && event.seq > 0) listener({"commit", event.to_json()});
        const auto now = std::chrono::steady_clock::now();
        if (event.kind != "done" && now - *last < kBetween) return;
        *last = now;
        listener({"progress", snapshot()});
      });
  return std::make_shared<ingest::Progress::Subscription>(std::move(subscription));
}

}  // namespace kanpan::app
