#include "kanpan/ingest/schedule.hpp"

#include <algorithm>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

namespace kanpan::ingest {
namespace {

using catalog::TableSpec;
using market::Calendar;

/// Days of announcements that a check looks back: late and corrected ones.
constexpr int kLookBackDays = 3;

std::string key_of(const TableSpec& table) { return "schedule:" + table.name; }

Result<std::optional<Instant>> instant_in(const boost::json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  if (!value || !value->is_string()) return std::optional<Instant>();
  KANPAN_LET(const Instant at, parse_rfc3339(std::string_view(value->as_string())));
  return std::optional(at);
}

/// A run's plan is that of the time at which it began.
std::string run_to_resume(const Schedule::Entry& entry, Instant now, const Calendar& calendar) {
  const Attempts& past = entry.past;
  if (past.run.empty() || !past.tried) return "";
  const auto more = next_due(*entry.table, *past.tried, calendar);
  return more && *more <= now ? "" : past.run;
}

}  // namespace

std::string Attempts::to_json() const {
  boost::json::object object;
  const auto put = [&](std::string_view key, const std::optional<Instant>& at) {
    if (at) object[key] = rfc3339(*at);
  };
  put("tried", tried);
  put("succeeded", succeeded);
  put("since", since);
  put("retry", retry);
  if (!run.empty()) object["run"] = run;
  if (refused) object["refused"] = true;
  if (!error.empty()) object["error"] = error;
  return boost::json::serialize(object);
}

Result<Attempts> Attempts::from_text(std::string_view text) {
  Attempts attempts;
  if (!text.starts_with('{')) {
    KANPAN_LET(attempts.tried, parse_rfc3339(text));
    attempts.since = attempts.succeeded = attempts.tried;
    return attempts;
  }
  boost::json::error_code wrong;
  const auto value = boost::json::parse(text, wrong);
  if (wrong || !value.is_object())
    return Error{Errc::Corrupt, fmt::format("past attempts are unreadable: '{}'", text)};
  const auto& object = value.as_object();
  KANPAN_LET(attempts.tried, instant_in(object, "tried"));
  KANPAN_LET(attempts.succeeded, instant_in(object, "succeeded"));
  KANPAN_LET(attempts.since, instant_in(object, "since"));
  KANPAN_LET(attempts.retry, instant_in(object, "retry"));
  const auto text_in = [&](std::string_view key) {
    const auto* value = object.if_contains(key);
    return value && value->is_string() ? std::string(value->as_string()) : std::string();
  };
  const auto* refused = object.if_contains("refused");
  attempts.refused = refused && refused->is_bool() && refused->as_bool();
  attempts.run = text_in("run");
  attempts.error = text_in("error");
  return attempts;
}

Result<Attempts> attempts_of(const journal::Ledger& ledger, const TableSpec& table) {
  KANPAN_LET(const auto kept, ledger.value(key_of(table)));
  if (!kept || kept->empty()) return Attempts{};
  auto attempts = Attempts::from_text(*kept);
  if (!attempts) return std::move(attempts).error().within(table.name);
  return attempts;
}

Result<void> keep(journal::Ledger& ledger, const TableSpec& table, const Attempts& attempts) {
  return ledger.set_value(key_of(table), attempts.to_json());
}

std::optional<Instant> first_due(const TableSpec& table, const Attempts& past, Instant now,
                                 bool catch_up, const Calendar& calendar) {
  if (!catch_up || !past.since || trigger_of(table) == Trigger::Continuous)
    return next_due(table, now, calendar);
  const bool failed = past.tried && !past.succeeded;
  return failed ? past.since : next_due(table, *past.since, calendar);
}

std::optional<Instant> first_begin(const TableSpec& table, const Attempts& past, Instant now,
                                   bool catch_up, bool is_empty, const Calendar& calendar) {
  const auto due = first_due(table, past, now, catch_up, calendar);
  if (!due || *due > now) return due;
  return begin_of(table, *due, now, is_empty, calendar);
}

DateRange announcement_days(const Attempts& past, Date today) {
  const Date from = past.since ? std::min(shanghai_date(*past.since), today) : today;
  return {from - kLookBackDays, today};
}

bool looks_back(const Attempts& past, Date today) {
  return !past.since || shanghai_date(*past.since) < today;
}

void Schedule::add(const TableSpec& table, Attempts past, Instant now, bool catch_up,
                   const Calendar& calendar, Left left) {
  Entry entry{&table, std::move(past), {}, {}, 0, false};
  entry.due = entry.next = catch_up && left != Left::Nothing
                               ? now
                               : first_due(table, entry.past, now, catch_up, calendar);
  entries_.push_back(std::move(entry));
}

std::vector<Schedule::Entry*> Schedule::take(
    bool continuous, Instant now, const Calendar& calendar,
    const std::function<bool(const TableSpec&)>& is_empty) {
  std::vector<Entry*> out;
  const auto together = [&](const Entry& entry) {
    const Entry& first = out.empty() ? entry : *out.front();
    const Trigger trigger = trigger_of(*entry.table);
    const Date today = shanghai_date(now);
    if (!entry.resumes.empty() || !first.resumes.empty()) return entry.resumes == first.resumes;
    if (trigger == Trigger::Continuous &&
        looks_back(entry.past, today) != looks_back(first.past, today))
      return false;
    return trigger == trigger_of(*first.table) && entry.past.refused == first.past.refused &&
           (trigger != Trigger::Event || announcement_days(entry.past, today).first ==
                                             announcement_days(first.past, today).first);
  };
  for (Entry& entry : entries_) {
    const bool polled = trigger_of(*entry.table) == Trigger::Continuous;
    if (polled != continuous || entry.running || !entry.next || *entry.next > now) continue;
    entry.resumes = run_to_resume(entry, now, calendar);
    if (!together(entry)) continue;
    const Instant begin = begin_of(*entry.table, *entry.due, now, is_empty(*entry.table), calendar);
    if (begin > now)
      entry.next = begin;
    else
      out.push_back(&entry);
  }
  for (Entry* entry : out) entry->running = true;
  return out;
}

void Schedule::finish(Entry& entry, const std::string& run, Instant began, Instant now,
                      const std::optional<Error>& error, const Calendar& calendar, Left left) {
  Attempts& past = entry.past;
  entry.running = false;
  past.tried = began;
  past.retry.reset();
  const bool probed = std::exchange(past.refused, error && is_refusal(error->code));
  if (probed && !past.refused && (!error || error->code == Errc::Quality)) {
    past.error = "";
    entry.next = now;
    return;
  }
  past.error = error ? error->text() : "";
  past.run = error && !past.refused && !probed ? run : "";
  if (!error) past.succeeded = past.since = began;
  const bool polled = trigger_of(*entry.table) == Trigger::Continuous;
  // All else of it is done, so that what is asked for again need not grow; by polls least of all.
  const bool all_else = error && error->code == Errc::Quality;
  if (polled && (all_else || (error && error->code == Errc::SourceParameter))) past.since = began;
  if (!polled && !past.since) past.since = began;
  if (!polled && all_else) past.since = std::max(*past.since, began - kRefusedDays);
  entry.tries = error || left == Left::Rows ? entry.tries + 1 : 0;
  // From its begin: what came due while it ran is not covered by it.
  Instant after = polled || error ? now : began;
  // Polls that look back cost more than others, and would do so again and again.
  if (polled && error && looks_back(past, shanghai_date(now))) after += kFirstRetry;
  const auto ahead = next_due(*entry.table, after, calendar);
  const bool is_left = error ? !polled && may_heal(error->code) : left != Left::Nothing;
  if (!is_left) {
    entry.due = entry.next = ahead;
    return;
  }
  const auto pause = !error && left == Left::Proof ? kLongestRetry : retry_pause(entry.tries);
  entry.next = ahead ? std::min(*ahead, now + pause) : now + pause;
  if (error)
    past.retry = entry.next;
  else
    entry.due = entry.next;
}

}  // namespace kanpan::ingest
