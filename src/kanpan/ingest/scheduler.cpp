#include "kanpan/ingest/scheduler.hpp"

#include <algorithm>

#include "kanpan/base/log.hpp"
#include "kanpan/ingest/days.hpp"

namespace kanpan::ingest {
namespace {

using catalog::TableSpec;
using market::Calendar;

/// Longest sleep: a simulated clock may run ahead, and due times change when the calendar does.
constexpr std::chrono::milliseconds kLongestSleep{500};

/// What the ledger calls a scheduled run.
constexpr const char* kCommand = "schedule";

}  // namespace

Scheduler::Scheduler(Collector& collector, journal::Ledger& ledger, const Clock& clock,
                     bool catch_up, std::optional<Instant> since)
    : collector_(collector), ledger_(ledger), clock_(clock) {
  prepare(catch_up, since);
  timed_ = std::jthread([this](const std::stop_token& stop) { loop(false, stop); });
  continuous_ = std::jthread([this](const std::stop_token& stop) { loop(true, stop); });
}

Scheduler::~Scheduler() { request_stop(); }

void Scheduler::request_stop() {
  timed_.request_stop();
  continuous_.request_stop();
}

void Scheduler::prepare(bool catch_up, std::optional<Instant> since) {
  const Instant now = catch_up && since ? *since : clock_.now();
  const auto days = calendar();
  for (const TableSpec* table : collector_.catalog().tables()) {
    if (table->policy.schedule.empty()) continue;
    auto past = attempts_of(ledger_, *table);
    if (!past)
      log::error("scheduler", "the past of {} is unknown: {}", table->name, past.error().text());
    if (past && !past->since) know(*table, *past, now);
    const Left left = past && past->since ? left_of(*table, now, *days) : Left::Nothing;
    schedule_.add(*table, past ? std::move(*past) : Attempts{}, now, catch_up, *days, left);
  }
}

/// From now on it is owed what comes due: a server that runs by day only would wait for the evening
/// for ever.
void Scheduler::know(const TableSpec& table, Attempts& past, Instant now) {
  if (trigger_of(table) == Trigger::Continuous) return;  // begins with all it can have
  past.since = now;
  if (const auto kept = keep(ledger_, table, past); !kept)
    log::error("scheduler", "when {} was first scheduled cannot be kept: {}", table.name,
               kept.error().text());
}

std::shared_ptr<const Calendar> Scheduler::calendar() const {
  auto universe = collector_.universe();
  if (universe) return std::shared_ptr<const Calendar>(*universe, &(*universe)->calendar());
  log::warn("scheduler", "the stored calendar cannot be read, the built-in one is used: {}",
            universe.error().text());
  return std::make_shared<const Calendar>(Calendar::built_in());
}

void Scheduler::loop(bool continuous, const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    if (const auto entries = due(continuous); !entries.empty()) {
      const Instant began = clock_.now();
      finished(entries, began, collect(entries, began, stop));
      continue;
    }
    if (!continuous) forget_idle_runs();
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop, kLongestSleep, [] { return false; });
  }
}

void Scheduler::forget_idle_runs() {
  const Instant now = clock_.now();
  if (forgot_ && now - *forgot_ < std::chrono::days{1}) return;
  forgot_ = now;
  if (const auto gone = ledger_.forget_idle_runs(kCommand, now - kIdleRunsKept); !gone)
    log::warn("scheduler", "old runs cannot be forgotten: {}", gone.error().text());
}

Scheduler::Entries Scheduler::due(bool continuous) {
  const Instant now = clock_.now();
  const auto has_come = [&](const Schedule::Entry& entry) {
    return entry.next && *entry.next <= now && !entry.running;
  };
  {
    const std::lock_guard lock(mutex_);
    if (std::ranges::none_of(schedule_.entries(), has_come)) return {};
  }
  const auto days = calendar();
  const std::lock_guard lock(mutex_);
  return schedule_.take(continuous, now, *days,
                        [this](const TableSpec& table) { return is_empty(table); });
}

bool Scheduler::is_empty(const TableSpec& table) const {
  if (table.policy.mode != catalog::UpdateMode::Full) return false;
  const auto empty = collector_.is_empty(table.name);
  if (!empty) log::warn("scheduler", "{} cannot be counted: {}", table.name, empty.error().text());
  return empty && *empty;
}

Left Scheduler::left_of(const TableSpec& table, Instant now, const Calendar& calendar) const {
  if (trigger_of(table) != Trigger::Ready) return Left::Nothing;
  Date day = calendar.at_or_before(shanghai_date(now) - table.source.ready_days);
  if (ready_at(table, day) > now) day = calendar.previous(day);
  const auto states = ledger_.days(table.name, {day, day});
  if (!states) log::warn("scheduler", "{} of {}: {}", day.iso(), table.name, states.error().text());
  if (!states || states->empty() || states->front().complete) return Left::Nothing;
  return states->front().rows > 0 ? Left::Proof : Left::Rows;
}

CollectRequest Scheduler::request_for(const Entries& entries, Instant now) const {
  CollectRequest request;
  request.command = kCommand;
  request.first_days = kFirstDays;
  for (const Schedule::Entry* entry : entries) request.tables.push_back(entry->table->name);
  const Date today = shanghai_date(now);
  const Schedule::Entry& first = *entries.front();
  request.probe = first.past.refused;
  if (trigger_of(*first.table) == Trigger::Continuous) {
    request.to = today;  // named, so that it is asked for though it is not ready
    if (!looks_back(first.past, today)) request.from = today;
  }
  if (trigger_of(*first.table) == Trigger::Event)
    request.announcements = announcement_days(first.past, today);
  return request;
}

Result<RunOutcome> Scheduler::run(const Entries& entries, Instant began,
                                  const std::stop_token& stop) {
  if (const std::string& run = entries.front()->resumes; !run.empty()) {
    auto outcome = collector_.resume(run, stop);
    const bool is_over =
        !outcome && (outcome.error().code == Errc::NotFound || outcome.error().code == Errc::Usage);
    if (!is_over) return outcome;
  }
  return collector_.collect(request_for(entries, began), stop);
}

Scheduler::Ended Scheduler::collect(const Entries& entries, Instant began,
                                    const std::stop_token& stop) {
  auto outcome = run(entries, began, stop);
  if (outcome) {
    const std::string& run = outcome->summary.run.id;
    const bool is_news = !entries.front()->past.refused;
    if (outcome->error && is_news)
      log::warn("scheduler", "run {}: {}", run, outcome->error->text());
    return {run, std::move(outcome->unfinished)};
  }
  log::error("scheduler", "a scheduled collection failed: {}", outcome.error().text());
  Ended ended{entries.front()->resumes, {}};
  for (const Schedule::Entry* entry : entries)
    ended.errors.emplace(entry->table->name, outcome.error());
  return ended;
}

void Scheduler::finished(const Entries& entries, Instant began, const Ended& ended) {
  const auto days = calendar();
  const Instant now = clock_.now();
  for (Schedule::Entry* entry : entries) {
    const auto found = ended.errors.find(entry->table->name);
    const auto error = found == ended.errors.end() ? std::nullopt : std::optional(found->second);
    Schedule::Entry done;
    {
      const std::lock_guard lock(mutex_);
      done = *entry;
    }
    Schedule::finish(done, ended.run, began, now, error, *days, left_of(*done.table, now, *days));
    if (const auto kept = keep(ledger_, *done.table, done.past); !kept)
      log::error("scheduler", "the attempt at {} cannot be kept: {}", done.table->name,
                 kept.error().text());
    const std::lock_guard lock(mutex_);
    *entry = std::move(done);  // what is shown is kept
  }
}

std::vector<TableSchedule> Scheduler::schedules() const {
  const std::lock_guard lock(mutex_);
  std::vector<TableSchedule> out;
  for (const Schedule::Entry& entry : schedule_.entries())
    out.push_back({entry.table->name, entry.past, entry.next, entry.running});
  return out;
}

}  // namespace kanpan::ingest
