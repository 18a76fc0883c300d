// Data versions and day states, kept in memory and brought up to date from the journal's feed.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kanpan/journal/journal.hpp"
#include "kanpan/journal/ledger.hpp"
#include "kanpan/store/store.hpp"

namespace kanpan::query {

/// What the commits of a table have touched that a read can see.
struct TableVersion {
  journal::Sequence last = 0;    ///< of those that touched the years read
  Instant time{};                ///< of that commit
  journal::Sequence newest = 0;  ///< what `last` would be without `until`
  bool pending = false;          ///< the journal has more of them, which cannot be seen yet
  bool empty = true;             ///< no commit at all, of whatever year
  std::string sources;           ///< "tushare", "csv,sim": of all years; files by their format
  bool simulated = false;        ///< any of those commits was
};

/// The commits that are asked for. Unset bounds are open.
struct Span {
  std::optional<int> first_year, last_year;
  std::optional<journal::Sequence> until;  ///< the last one that counts
};

/// The commits that can have changed what the read gives.
Span span_of(const store::Read& read);

using DayStates = std::map<Date, journal::DayState>;

/// Thread-safe. Look-ups are a map access unless something new was committed.
class Versions {
 public:
  Versions(const journal::Journal& journal, const journal::Ledger& ledger)
      : journal_(journal), ledger_(ledger) {}

  /// Of the commits up to `applied`, the last one that can be seen, within the span; all zero for a
  /// table without any.
  Result<TableVersion> of(std::string_view table, journal::Sequence applied,
                          const Span& span = {}) const;
  Result<std::shared_ptr<const DayStates>> days(std::string_view table) const;

 private:
  struct Touch {
    journal::Sequence seq = 0;
    Instant time{};
    std::optional<std::pair<int, int>> years;  ///< first and last; none = any of them
  };
  struct History {
    std::vector<Touch> touches;                        ///< every commit, oldest first
    std::map<int, journal::Sequence> by_year;          ///< last that names the year
    journal::Sequence every_year = 0;                  ///< last that may have touched any
    std::map<std::string, journal::Sequence> sources;  ///< first commit of each
    std::optional<journal::Sequence> simulated_since;
  };
  static void add(History& history, const journal::Commit& commit);
  static const Touch* newest(const History& history, const Span& span);
  static const Touch* last_until(const History& history, const Span& span, journal::Sequence until);
  static TableVersion sum_up(const History& history, const Span& span, journal::Sequence applied);
  Result<void> follow(journal::Sequence to) const;

  const journal::Journal& journal_;
  const journal::Ledger& ledger_;
  mutable std::shared_mutex mutex_;
  mutable journal::Sequence followed_ = 0;
  mutable std::map<std::string, History, std::less<>> tables_;
  struct KnownDays {
    std::uint64_t landings = 0;  ///< of days of the table, when they were read
    std::shared_ptr<const DayStates> days;
  };
  mutable std::mutex days_mutex_;
  mutable std::map<std::string, KnownDays, std::less<>> days_;
};

}  // namespace kanpan::query
