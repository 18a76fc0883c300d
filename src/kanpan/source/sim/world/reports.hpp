// The reports that a question asks for, each version with the dates that it came out on.
#pragma once

#include "kanpan/source/sim/world/ask.hpp"

namespace kanpan::source::sim::world {

struct Version {
  const Listing& share;
  const Books& books;
  std::size_t at;   ///< of the report in the books
  Report report;    ///< as this version reads
  Date announced;   ///< when this version came out
  bool correction;  ///< update_flag 1

  double yuan(Cents cents) const { return static_cast<double>(cents) / 100; }
  /// The same quarter of the year before, or nullptr.
  const Report* year_before() const { return at >= 4 ? &books.reports[at - 4] : nullptr; }
  /// The last report of the year before, or nullptr.
  const Report* year_start() const {
    const auto quarter = static_cast<std::size_t>(report.quarter());
    return at >= quarter ? &books.reports[at - quarter] : nullptr;
  }
  /// The quarter before in the same year, or nullptr in the first.
  const Report* quarter_before() const {
    return report.quarter() > 1 && at >= 1 ? &books.reports[at - 1] : nullptr;
  }
};

/// A company that was delisted reports no more.
inline bool reports_on(const Exchange& exchange, const Listing& share, Date date) {
  return !share.leaves || date < share.delist_date(exchange.days());
}

/// Calls `row(version)` for what is out by today, newest period first. The table's time column is
/// end_date or ann_date.
template <typename Row>
void each_version(const Ask& ask, Row row) {
  const bool by_announcement = ask.table.time == "ann_date";
  for (int i : ask.shares) {
    const Listing& share = ask.exchange.share(i);
    const Books& books = ask.exchange.books(i);
    for (std::size_t at = books.reports.size(); at-- > 0;) {
      const Report& report = books.reports[at];
      const auto tell = [&](const Report& version, Date date, bool correction) {
        if (date > ask.today || !reports_on(ask.exchange, share, date)) return;
        if (!ask.wants(by_announcement ? date : report.period)) return;
        row(Version{share, books, at, version, date, correction});
      };
      if (report.corrected) tell(report.after_correction(), *report.corrected, true);
      tell(report, report.announced, false);
    }
  }
}

}  // namespace kanpan::source::sim::world
