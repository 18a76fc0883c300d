#include "kanpan/query/versions.hpp"

#include <algorithm>

namespace kanpan::query {
namespace {

constexpr std::size_t kHeadersPerRead = 5000;

/// Years whose rows the commit may have changed: of its rows, and of all that a Replace covers,
/// since that closes what is not among its rows. Nothing = any year.
std::optional<std::pair<int, int>> years_of(const journal::Commit& commit) {
  std::optional<DateRange> days = commit.touched;
  if (commit.mode == journal::Mode::Replace) {
    const auto& scope = commit.scope.time;
    if (!scope) return std::nullopt;
    if (!days) days = scope;
    days->first = std::min(days->first, scope->first);
    days->last = std::max(days->last, scope->last);
  }
  if (!days) return std::nullopt;
  return std::pair(days->first.year(), days->last.year());
}

}  // namespace

Span span_of(const store::Read& read) {
  Span span;
  span.until = read.as_of;
  const catalog::TableSpec& table = *read.table;
  // A row whose time is no part of its key can move out of a year that its new version is not in.
  const bool rows_stay = std::ranges::find(table.key, table.time) != table.key.end();
  if (!rows_stay || table.days == catalog::Days::Calendar) return span;
  if (read.from) span.first_year = read.from->year();
  if (read.to) span.last_year = read.to->year();
  return span;
}

void Versions::add(History& history, const journal::Commit& commit) {
  history.touches.push_back({commit.seq, commit.time, years_of(commit)});
  if (const auto& years = history.touches.back().years)
    for (int year = years->first; year <= years->second; ++year) history.by_year[year] = commit.seq;
  else
    history.every_year = commit.seq;
  // Files go by their format: their names would add up without end.
  if (const auto source = journal::kind_of(commit.source); !source.empty())
    history.sources.emplace(source, commit.seq);
  if (commit.simulated && !history.simulated_since) history.simulated_since = commit.seq;
}

/// The last commit of the span's years; its `until` is not looked at.
const Versions::Touch* Versions::newest(const History& history, const Span& span) {
  if (!span.first_year && !span.last_year)
    return history.touches.empty() ? nullptr : &history.touches.back();
  journal::Sequence last = history.every_year;
  auto year =
      span.first_year ? history.by_year.lower_bound(*span.first_year) : history.by_year.begin();
  for (; year != history.by_year.end() && year->first <= span.last_year.value_or(year->first);
       ++year)
    last = std::max(last, year->second);
  const auto found = std::ranges::lower_bound(history.touches, last, {}, &Touch::seq);
  return last == 0 ? nullptr : &*found;
}

TableVersion Versions::sum_up(const History& history, const Span& span, journal::Sequence applied) {
  TableVersion out;
  const Touch* touch = newest(history, span);
  out.pending = touch && touch->seq > applied;
  if (out.pending) touch = last_until(history, span, applied);
  out.newest = touch ? touch->seq : 0;
  const auto until = std::min(span.until.value_or(applied), applied);
  if (out.newest > until) touch = last_until(history, span, until);
  if (touch) out.last = touch->seq, out.time = touch->time;
  out.empty = history.touches.empty() || history.touches.front().seq > until;
  for (const auto& [source, first] : history.sources)
    if (first <= until) out.sources += (out.sources.empty() ? "" : ",") + source;
  out.simulated = history.simulated_since && *history.simulated_since <= until;
  return out;
}

/// The same of the commits up to `until`.
const Versions::Touch* Versions::last_until(const History& history, const Span& span,
                                            journal::Sequence until) {
  auto at = std::ranges::upper_bound(history.touches, until, {}, &Touch::seq);
  while (at != history.touches.begin()) {
    const auto& years = (--at)->years;
    if (!years || (span.first_year.value_or(years->second) <= years->second &&
                   years->first <= span.last_year.value_or(years->first)))
      return &*at;
  }
  return nullptr;
}

Result<TableVersion> Versions::of(std::string_view table, journal::Sequence applied,
                                  const Span& span) const {
  const auto look_up = [&] {
    const auto found = tables_.find(table);
    return found == tables_.end() ? TableVersion{} : sum_up(found->second, span, applied);
  };
  const journal::Sequence landed = std::max(applied, journal_.last());
  {
    const std::shared_lock lock(mutex_);
    if (followed_ >= landed) return look_up();
  }
  const std::unique_lock lock(mutex_);
  KANPAN_TRY(follow(landed));
  return look_up();
}

Result<void> Versions::follow(journal::Sequence to) const {
  while (followed_ < to) {
    KANPAN_LET(const auto headers,
               journal_.headers(std::max(followed_, journal_.floor() - 1), kHeadersPerRead));
    if (headers.empty()) break;
    for (const journal::Commit& commit : headers) {
      if (commit.seq > to) return {};
      add(tables_[commit.table], commit);
      followed_ = commit.seq;
    }
  }
  followed_ = std::max(followed_, to);
  return {};
}

Result<std::shared_ptr<const DayStates>> Versions::days(std::string_view table) const {
  const std::lock_guard lock(days_mutex_);
  const auto now = ledger_.landings_of_days(table);
  const auto found = days_.find(table);
  if (found != days_.end() && found->second.landings == now) return found->second.days;
  KANPAN_LET(const auto states, ledger_.days(table, DateRange::all()));
  auto days = std::make_shared<DayStates>();
  for (const journal::DayState& state : states) days->emplace(state.day, state);
  days_.insert_or_assign(std::string(table), KnownDays{now, days});
  return days;
}

}  // namespace kanpan::query
