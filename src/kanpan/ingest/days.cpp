#include "kanpan/ingest/days.hpp"

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

}  // namespace kanpan::ingest
