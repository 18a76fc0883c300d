#include "kanpan/ingest/days.hpp"

#include <map>

namespace kanpan::ingest {

Instant ready_at(const catalog::TableSpec& table, Date day) {
  return shanghai_instant(day + table.source.ready_days, table.source.ready_second);
}

journal::DayState judge_day(const catalog::TableSpec& table, Date day, std::uint32_t rows,
                            const Sha256& content, Instant seen, const Universe& universe,
                            const std::optional<journal::DayState>& before) {
  journal::DayState state;
  state.table = table.name;
  state.day = day;
  state.rows = rows;
  state.expected = universe.expected_rows(table, day);
  state.content = content;
  state.seen = seen;
  const Instant ready = ready_at(table, day);
  const bool shrunk = before && rows < before->rows;
  const bool reached = state.expected && rows >= *state.expected && !shrunk;
  const bool twice = before && before->content == content && before->seen >= ready && seen >= ready;
  const bool settled =
      !state.expected && !shrunk && seen >= ready + std::chrono::days{kSettledDays};
  state.complete = (reached && seen >= ready) || twice || settled;
  return state;
}

Result<std::vector<journal::DayState>> stored_days(const catalog::TableSpec& table, DateRange range,
                                                   const Universe& universe,
                                                   const store::Store& store, Instant seen) {
  KANPAN_LET(const auto counts, store.day_counts(table, range));
  std::map<Date, std::uint32_t> rows;
  for (const store::DayCount& count : counts)
    rows[count.day] = static_cast<std::uint32_t>(count.rows);
  std::vector<journal::DayState> states;
  for (const Date day : days_of(table, universe.calendar(), range)) {
    const auto held = rows.find(day);
    const bool before_all = rows.empty() || day < rows.begin()->first;
    if (held == rows.end() && before_all && universe.expected_rows(table, day).value_or(0) == 0)
      continue;
    states.push_back(judge_day(table, day, held == rows.end() ? 0 : held->second, Sha256{}, seen,
                               universe, std::nullopt));
  }
  return states;
}

}  // namespace kanpan::ingest
