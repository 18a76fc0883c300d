#include "kanpan/query/versions.hpp"

#include <algorithm>

namespace kanpan::query {
namespace {

constexpr std::size_t kHeadersPerRead = 5000;

void add_source(TableVersion& version, const std::string& source) {
  if (source.empty() || version.sources.find(source) != std::string::npos) return;
  version.sources += (version.sources.empty() ? "" : ",") + source;
}

void add(TableVersion& version, const journal::Commit& commit) {
  version.last = commit.seq;
  version.time = commit.time;
  version.simulated = version.simulated || commit.simulated;
  add_source(version, commit.source);
  if (!commit.touched) return;
  for (int year = commit.touched->first.year(); year <= commit.touched->last.year(); ++year)
    version.by_year[year] = commit.seq;
}

}  // namespace

Result<TableVersion> Versions::of(std::string_view table, journal::Sequence applied) const {
  {
    const std::shared_lock lock(mutex_);
    if (followed_ >= applied) {
      const auto found = tables_.find(table);
      return found == tables_.end() ? TableVersion{} : found->second;
    }
  }
  const std::unique_lock lock(mutex_);
  KANPAN_TRY(follow(applied));
  const auto found = tables_.find(table);
  return found == tables_.end() ? TableVersion{} : found->second;
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
  if (const auto now = ledger_.landings(); now != days_as_of_) {
    days_.clear();
    days_as_of_ = now;
  }
  if (const auto found = days_.find(table); found != days_.end()) return found->second;
  KANPAN_LET(const auto states,
             ledger_.days(table, {Date::from_ymd(1900, 1, 1), Date::from_ymd(2199, 12, 31)}));
  auto days = std::make_shared<DayStates>();
  for (const journal::DayState& state : states) days->emplace(state.day, state);
  return days_.emplace(table, std::move(days)).first->second;
}

}  // namespace kanpan::query
