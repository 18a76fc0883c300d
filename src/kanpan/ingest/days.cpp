#include "kanpan/ingest/days.hpp"

#include <algorithm>
#include <map>

#include "kanpan/ingest/held_days.hpp"
#include "kanpan/market/disclosure.hpp"

namespace kanpan::ingest {
namespace {

/// A rule by codes that nobody can apply, as the listings are not there: what came may be anything.
bool is_unproven(const catalog::TableSpec& table, std::optional<std::uint32_t> by_rule) {
  return expects_codes(table) && !by_rule;
}

/// Of a day that was not fetched by itself, so that no content can be compared.
bool is_complete(const catalog::TableSpec& table, const journal::DayState& state,
                 std::optional<std::uint32_t> by_rule, Asked asked,
                 const journal::DayState* before) {
  const Instant ready = whole_at(table, state.day);
  // Full against fewer codes than are known now is no proof that the source has no more.
  const bool was_full = before && before->expected && !before->is_short();
  const bool lacks_more = was_full && state.is_short();
  if (before && before->complete && state.rows >= before->rows && !lacks_more) return true;
  if (state.expected) return state.rows >= *state.expected && state.seen >= ready;
  if (is_unproven(table, by_rule)) return false;
  // The table expects nothing: what was expected of a day that was fetched were rows held back.
  const bool fetched = before && before->was_fetched();
  const bool decided = asked == Asked::Nothing && fetched && before->expected;
  return (asked == Asked::Everything || decided) &&
         state.seen >= ready + std::chrono::days{kSettledDays};
}

/// Whether it is known of a day without rows that there are none, or too few.
bool is_known(Asked asked, bool before_all, bool is_expected, bool is_new) {
  switch (asked) {
    case Asked::Everything:
      return true;
    case Asked::Part:
      return !before_all || is_expected;
    case Asked::Nobody:
      return false;
    case Asked::Nothing:
      return !is_new;
  }
  return false;
}

/// Of what is stored.
Result<std::uint32_t> missing_codes(const catalog::TableSpec& table, Date day,
                                    const journal::DayState& state, const Universe& universe,
                                    const store::Store& store) {
  if (!expects_codes(table) || !state.expected) return 0;
  KANPAN_LET(const auto codes, store.codes_on(table, day));
  const std::vector<std::string_view> there(codes.begin(), codes.end());
  return universe.missing_codes(table, day, there);
}

}  // namespace

bool may_be_empty(Instant seen, Instant ready) {
  return shanghai_date(seen) > shanghai_date(ready);
}

Instant ready_at(const catalog::TableSpec& table, Date day) {
  return shanghai_instant(day + table.source.ready_days, table.source.ready_second);
}

Instant whole_at(const catalog::TableSpec& table, Date day) {
  if (table.days != catalog::Days::QuarterEnd) return ready_at(table, day);
  return shanghai_instant(market::disclosure_deadline(day) + 1, 0);
}

std::vector<std::string_view> codes_of(const catalog::TableSpec& table, const frame::Batch& rows) {
  std::vector<std::string_view> codes;
  if (!expects_codes(table) || rows.rows() == 0) return codes;
  const frame::Texts& texts = rows.column(rows.find(table.code)).texts();
  codes.reserve(texts.size());
  for (std::size_t row = 0; row < texts.size(); ++row) codes.push_back(texts[row]);
  if (!std::ranges::is_sorted(codes)) std::ranges::sort(codes);
  return codes;
}

std::optional<std::uint32_t> expected_with(std::optional<std::uint32_t> by_rule, std::uint64_t rows,
                                           std::size_t missing, std::size_t held) {
  // A held row may be of a missing code: it does not count twice.
  const std::size_t lacking = std::max(missing, held);
  if (lacking == 0) return by_rule;
  return std::max(by_rule.value_or(0), static_cast<std::uint32_t>(rows + lacking));
}

journal::DayState judge_day(const catalog::TableSpec& table, Date day, const DayFetch& fetch,
                            const Universe& universe,
                            const std::optional<journal::DayState>& before) {
  journal::DayState state;
  state.table = table.name;
  state.day = day;
  state.rows = fetch.rows;
  const auto by_rule = universe.expected_rows(table, day);
  const bool unproven = is_unproven(table, by_rule);
  state.expected = expected_with(by_rule, fetch.rows,
                                 universe.missing_codes(table, day, fetch.codes), fetch.held);
  state.content = fetch.content;
  state.seen = fetch.seen;
  const Instant ready = whole_at(table, day);
  const bool shrunk = before && fetch.rows < before->rows;
  const bool reached = state.expected && fetch.rows >= *state.expected && !shrunk;
  const bool twice = before && before->content == fetch.content && before->seen >= ready &&
                     fetch.seen >= ready &&
                     (fetch.rows > 0 || (!unproven && may_be_empty(fetch.seen, ready)));
  const bool settled = !state.expected && !unproven && !shrunk &&
                       fetch.seen >= ready + std::chrono::days{kSettledDays};
  state.complete = (reached && fetch.seen >= ready) || twice || settled;
  return state;
}

Result<std::vector<journal::DayState>> stored_days(const catalog::TableSpec& table, DateRange range,
                                                   Asked asked, const Universe& universe,
                                                   const store::Store& store,
                                                   const journal::Ledger& ledger, Instant seen) {
  KANPAN_LET(const auto counts, store.day_counts(table, range));
  KANPAN_LET(const auto known, ledger.days(table.name, range));
  KANPAN_LET(const auto held_back, held_keys(table, range, store, ledger));
  std::map<Date, std::uint32_t> rows;
  for (const store::DayCount& count : counts)
    rows[count.day] = static_cast<std::uint32_t>(count.rows);
  std::map<Date, journal::DayState> before;
  for (const journal::DayState& state : known) before.emplace(state.day, state);

  std::vector<journal::DayState> states;
  for (const Date day : days_of(table, universe.calendar(), range)) {
    const auto held = rows.find(day);
    const auto had = before.find(day);
    const auto by_rule = universe.expected_rows(table, day);
    const auto waiting = held_back.find(day);
    const bool is_new = had == before.end();
    // Any day of the year may have rows or none: only those that were asked for have a state.
    if (is_new && table.days == catalog::Days::Calendar && asked != Asked::Everything) continue;
    const bool before_all = rows.empty() || day < rows.begin()->first;
    const bool is_there = held != rows.end() || waiting != held_back.end();
    const bool is_expected = by_rule.value_or(0) > 0;
    if (!is_there && !is_known(asked, before_all, is_expected, is_new)) continue;
    journal::DayState state{table.name, day, held == rows.end() ? 0 : held->second, by_rule, false,
                            Sha256{},   seen};
    if (asked == Asked::Nothing && !is_new)
      state.content = had->second.content, state.seen = had->second.seen;
    KANPAN_LET(const auto missing, missing_codes(table, day, state, universe, store));
    state.expected = expected_with(by_rule, state.rows, missing,
                                   waiting == held_back.end() ? 0 : waiting->second.size());
    state.complete = is_complete(table, state, by_rule, asked, is_new ? nullptr : &had->second);
    states.push_back(std::move(state));
  }
  return states;
}

}  // namespace kanpan::ingest
