#include "kanpan/ingest/scheduler.hpp"

#include <algorithm>

#include "kanpan/base/log.hpp"
#include "kanpan/market/cron.hpp"

namespace kanpan::ingest {
namespace {

using catalog::TableSpec;
using market::Calendar;

constexpr int kEveningCheck = 21 * 3600;
constexpr int kNoonCheck = 12 * 3600 + 1800;
constexpr int kSessionStart = 9 * 3600 + 15 * 60;
/// Longest sleep: a simulated clock may run ahead, and due times change when the calendar does.
constexpr std::chrono::milliseconds kLongestSleep{500};
/// Days of announcements that a check looks back: late and corrected ones.
constexpr int kLookBackDays = 3;
/// Two months: the ends of a month that lie ahead of any day.
constexpr int kLongestPeriod = 62;
/// A run that begins later than this after its time was missed.
constexpr std::chrono::minutes kLate{60};

bool is_disclosure_month(int month) {
  return month <= 4 || month == 7 || month == 8 || month == 10;
}

/// At the time of day of the expression, on the last trading day of the week or month.
std::optional<Instant> next_period_end(const TableSpec& table, const market::Cron& cron,
                                       Instant after, const Calendar& calendar) {
  const auto sample = cron.next(after);
  if (!sample) return std::nullopt;
  const Date today = shanghai_date(after);
  for (const Date day : days_of(table, calendar, {today, today + kLongestPeriod}))
    if (const Instant due = shanghai_instant(day, shanghai_second_of_day(*sample)); due > after)
      return due;
  return std::nullopt;
}

std::optional<Instant> next_cron(const TableSpec& table, Instant after, const Calendar& calendar) {
  const auto cron = market::Cron::parse(table.policy.schedule);
  if (!cron) return std::nullopt;
  if (table.days == catalog::Days::WeekEnd || table.days == catalog::Days::MonthEnd)
    return next_period_end(table, *cron, after, calendar);
  const bool by_weekday = !table.policy.schedule.ends_with('*');
  auto next = cron->next(after);
  while (next && by_weekday && !calendar.is_open(shanghai_date(*next))) next = cron->next(*next);
  return next;
}

std::optional<Instant> next_event(Instant after) {
  for (Date day = shanghai_date(after);; ++day) {
    if (is_disclosure_month(day.month()))
      if (const Instant noon = shanghai_instant(day, kNoonCheck); noon > after) return noon;
    if (const Instant evening = shanghai_instant(day, kEveningCheck); evening > after)
      return evening;
  }
}

std::optional<Instant> next_poll(const TableSpec& table, Instant after, const Calendar& calendar) {
  const Instant candidate = after + std::chrono::seconds{std::max(table.policy.poll_interval, 1)};
  switch (calendar.phase(candidate)) {
    case market::Phase::CallAuction:
    case market::Phase::Morning:
    case market::Phase::Afternoon:
      return candidate;
    case market::Phase::PreOpen:
      return shanghai_instant(shanghai_date(candidate), kSessionStart);
    case market::Phase::LunchBreak:
      return shanghai_instant(shanghai_date(candidate), 13 * 3600);
    case market::Phase::Closed:
    case market::Phase::AfterClose:
      break;
  }
  return shanghai_instant(calendar.next(shanghai_date(candidate)), kSessionStart);
}

std::string key_of(const TableSpec& table) { return "schedule:" + table.name; }

}  // namespace

Trigger trigger_of(const TableSpec& table) {
  if (table.policy.schedule == "continuous") return Trigger::Continuous;
  return table.policy.schedule == "event_driven" ? Trigger::Event : Trigger::Cron;
}

std::optional<Instant> next_due(const TableSpec& table, Instant after, const Calendar& calendar) {
  switch (trigger_of(table)) {
    case Trigger::Cron:
      return next_cron(table, after, calendar);
    case Trigger::Event:
      return next_event(after);
    case Trigger::Continuous:
      return next_poll(table, after, calendar);
  }
  return std::nullopt;
}

Instant begin_of(const TableSpec& table, Instant due, Instant now, bool is_empty) {
  const bool on_time = trigger_of(table) == Trigger::Cron && now - due <= kLate;
  if (table.policy.mode != catalog::UpdateMode::Full || on_time || is_empty) return due;
  const Date today = shanghai_date(now);
  const int second = shanghai_second_of_day(now);
  if (second < kLowTrafficFrom) return shanghai_instant(today, kLowTrafficFrom);
  return second < kLowTrafficTo ? due : shanghai_instant(today + 1, kLowTrafficFrom);
}

Scheduler::Scheduler(Collector& collector, journal::Ledger& ledger, const Clock& clock,
                     bool catch_up)
    : collector_(collector), ledger_(ledger), clock_(clock) {
  if (const auto prepared = prepare(catch_up); !prepared)
    log::error("scheduler", "the past is unknown: {}", prepared.error().text());
  timed_ = std::jthread([this](const std::stop_token& stop) { loop(false, stop); });
  continuous_ = std::jthread([this](const std::stop_token& stop) { loop(true, stop); });
}

Scheduler::~Scheduler() {
  timed_.request_stop();
  continuous_.request_stop();
}

Result<void> Scheduler::prepare(bool catch_up) {
  const Instant now = clock_.now();
  const auto days = calendar();
  for (const TableSpec* table : collector_.catalog().tables()) {
    if (table->policy.schedule.empty()) continue;
    Entry entry{table, std::nullopt, std::nullopt, false};
    KANPAN_LET(const auto last, ledger_.value(key_of(*table)));
    if (last) {
      KANPAN_LET(entry.last, parse_rfc3339(*last));
    }
    const bool look_back = catch_up && entry.last && trigger_of(*table) != Trigger::Continuous;
    entry.next = next_due(*table, look_back ? *entry.last : now, *days);
    entries_.push_back(entry);
  }
  return {};
}

std::shared_ptr<const Calendar> Scheduler::calendar() {
  auto universe = collector_.universe();
  if (universe) return std::shared_ptr<const Calendar>(*universe, &(*universe)->calendar());
  log::warn("scheduler", "the stored calendar cannot be read, the built-in one is used: {}",
            universe.error().text());
  return std::make_shared<const Calendar>(Calendar::built_in());
}

void Scheduler::loop(bool continuous, const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    if (const auto entries = due(continuous); !entries.empty()) {
      collect(entries, stop);
      finished(entries);
      continue;
    }
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop, kLongestSleep, [] { return false; });
  }
}

std::vector<Scheduler::Entry*> Scheduler::due(bool continuous) {
  const std::lock_guard lock(mutex_);
  std::vector<Entry*> out;
  const Instant now = clock_.now();
  for (Entry& entry : entries_) {
    const Trigger trigger = trigger_of(*entry.table);
    if ((trigger == Trigger::Continuous) != continuous || !entry.next || *entry.next > now ||
        !(out.empty() || trigger_of(*out.front()->table) == trigger))
      continue;
    entry.next = begin_of(*entry.table, *entry.next, now, is_empty(*entry.table));
    if (*entry.next <= now) out.push_back(&entry);
  }
  for (Entry* entry : out) entry->running = true;
  return out;
}

bool Scheduler::is_empty(const TableSpec& table) const {
  if (table.policy.mode != catalog::UpdateMode::Full) return false;
  const auto empty = collector_.is_empty(table.name);
  if (!empty) log::warn("scheduler", "{} cannot be counted: {}", table.name, empty.error().text());
  return empty && *empty;
}

CollectRequest Scheduler::request_for(const std::vector<Entry*>& entries) const {
  CollectRequest request;
  request.command = "schedule";
  for (const Entry* entry : entries) request.tables.push_back(entry->table->name);
  const Date today = shanghai_date(clock_.now());
  const Entry& first = *entries.front();
  if (trigger_of(*first.table) == Trigger::Continuous) request.from = request.to = today;
  if (trigger_of(*first.table) == Trigger::Event)
    request.announcements = DateRange{
        first.last ? shanghai_date(*first.last) - kLookBackDays : today - kLookBackDays, today};
  return request;
}

void Scheduler::collect(const std::vector<Entry*>& entries, const std::stop_token& stop) {
  const auto outcome = collector_.collect(request_for(entries), stop);
  if (!outcome)
    log::error("scheduler", "a scheduled collection failed: {}", outcome.error().text());
  else if (outcome->error)
    log::warn("scheduler", "run {}: {}", outcome->summary.run.id, outcome->error->text());
}

void Scheduler::finished(const std::vector<Entry*>& entries) {
  const auto days = calendar();
  const Instant now = clock_.now();
  for (Entry* entry : entries) {
    if (const auto kept = ledger_.set_value(key_of(*entry->table), rfc3339(now)); !kept)
      log::error("scheduler", "the time of {} cannot be kept: {}", entry->table->name,
                 kept.error().text());
    const std::lock_guard lock(mutex_);
    entry->last = now;
    entry->next = next_due(*entry->table, now, *days);
    entry->running = false;
  }
}

std::vector<TableSchedule> Scheduler::schedules() const {
  const std::lock_guard lock(mutex_);
  std::vector<TableSchedule> out;
  for (const Entry& entry : entries_)
    out.push_back({entry.table->name, entry.last, entry.next, entry.running});
  return out;
}

}  // namespace kanpan::ingest
