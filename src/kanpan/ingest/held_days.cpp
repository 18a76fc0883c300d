#include "kanpan/ingest/held_days.hpp"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "kanpan/frame/ndjson.hpp"
#include "kanpan/ingest/row_order.hpp"
#include "kanpan/ingest/stored_keys.hpp"

namespace kanpan::ingest {
namespace {

using catalog::TableSpec;
using journal::Quarantined;

constexpr std::size_t kAll = std::numeric_limits<std::int32_t>::max();

/// The row, with nulls for what cannot be read; nothing where that is part of its key.
std::optional<frame::Batch> keyed_row(const TableSpec& table, const std::string& json) {
  auto reader = frame::NdjsonReader::read(frame::stream_of(json), table.name, table.fields());
  if (!reader) return std::nullopt;
  auto block = reader->next(1);
  if (!block || !*block || (*block)->batch.rows() != 1) return std::nullopt;
  frame::Batch& row = (*block)->batch;
  for (const std::string& name : table.key) {
    const auto at = row.find(name);
    const bool needed = name == table.time || name == table.code;
    if (needed && row.column(at).is_null(0)) return std::nullopt;
    const auto is_bad = [&](const auto& cell) { return cell.column == at; };
    if (std::ranges::any_of((*block)->bad_cells, is_bad)) return std::nullopt;
  }
  return std::move(row);
}

std::string code_of(const TableSpec& table, const frame::Batch& row) {
  return table.code.empty() ? "" : row.column(row.find(table.code)).text_of(0);
}

/// Not what key_of() gives: a JSON object.
void add_unkeyed(HeldKeys& keys, const Quarantined& kept) { keys.emplace(kept.row, ""); }

/// Held rows whose key can be told, and what became of it.
class Successors {
 public:
  Successors(const TableSpec& table, const store::Store& store)
      : table_(table), store_(store), rows_(table.fields()) {}

  void add(const Quarantined& kept, Date day, const frame::Batch& row) {
    waiting_.push_back({day, key_of(table_, row, 0), code_of(table_, row), kept.after, kept.at});
    rows_.append(row);
  }

  /// Adds the keys of those that nothing has made up for.
  Result<void> find(const std::map<Date, journal::DayState>& days,
                    std::map<Date, HeldKeys>& missing) {
    if (waiting_.empty()) return {};
    KANPAN_LET(const auto now, stored_under(table_, rows_, store_, std::nullopt));
    for (Waiting& row : waiting_) {
      const auto stored = now.find(row.key);
      bool made_up = stored != now.end() && came_again(row, days);
      if (stored != now.end() && !made_up) {
        KANPAN_LET(const Cells* then, as_of(row.after));
        const auto before = then->find(row.key);
        made_up = before == then->end() || before->second != stored->second;
      }
      if (!made_up) missing[row.day].emplace(std::move(row.key), std::move(row.code));
    }
    return {};
  }

 private:
  using Cells = std::map<std::string, std::string>;
  struct Waiting {
    Date day;
    std::string key, code;
    journal::Sequence after;
    Instant at;
  };

  /// All of the day came later and lacked nothing. Had the row been held back again, or not come at
  /// all, the day would have counted it. One that lacks another row does not say which it had.
  static bool came_again(const Waiting& row, const std::map<Date, journal::DayState>& days) {
    const auto found = days.find(row.day);
    if (found == days.end()) return false;
    const journal::DayState& day = found->second;
    return day.was_fetched() && day.seen > row.at && !day.is_short();
  }

  Result<const Cells*> as_of(journal::Sequence seq) {
    auto found = before_.find(seq);
    if (found == before_.end()) {
      KANPAN_LET(auto cells, stored_under(table_, rows_, store_, seq));
      found = before_.emplace(seq, std::move(cells)).first;
    }
    return &found->second;
  }

  const TableSpec& table_;
  const store::Store& store_;
  frame::Batch rows_;
  std::vector<Waiting> waiting_;
  std::map<journal::Sequence, Cells> before_;
};

}  // namespace

std::optional<Date> held_day(const TableSpec& table, std::string_view row) {
  boost::json::error_code error;
  const auto value = boost::json::parse(row, error);
  if (error || !value.is_object() || !table.dated()) return std::nullopt;
  const auto* cell = value.as_object().if_contains(table.time);
  if (!cell) return std::nullopt;
  const std::string text =
      cell->is_string() ? std::string(cell->as_string()) : boost::json::serialize(*cell);
  Date day;
  return parse_date(text, day) ? std::optional(day) : std::nullopt;
}

Result<std::set<Date>> held_days(const TableSpec& table, std::string_view run,
                                 const journal::Ledger& ledger) {
  std::set<Date> days;
  KANPAN_LET(const auto held, ledger.quarantine(table.name, "held", kAll));
  for (const Quarantined& row : held)
    if (row.run == run)
      if (const auto day = held_day(table, row.row)) days.insert(*day);
  return days;
}

Result<std::map<Date, HeldKeys>> held_keys(const TableSpec& table, DateRange range,
                                           const store::Store& store,
                                           const journal::Ledger& ledger) {
  std::map<Date, HeldKeys> missing;
  if (!table.dated()) return missing;
  KANPAN_LET(const bool any, ledger.has_held(table.name, table.time, range));
  if (!any) return missing;
  KANPAN_LET(const auto held, ledger.quarantine(table.name, "held", kAll));
  Successors successors(table, store);
  for (const Quarantined& kept : held) {
    const auto day = held_day(table, kept.row);
    if (!day || !range.contains(*day)) continue;
    if (const auto row = keyed_row(table, kept.row))
      successors.add(kept, *day, *row);
    else
      add_unkeyed(missing[*day], kept);
  }
  KANPAN_LET(const auto states, ledger.days(table.name, range));
  std::map<Date, journal::DayState> days;
  for (const journal::DayState& state : states) days.emplace(state.day, state);
  KANPAN_TRY(successors.find(days, missing));
  return missing;
}

Result<void> leave_out_dropped(const TableSpec& table, std::vector<Quarantined>& held,
                               const journal::Ledger& ledger) {
  std::vector<journal::RowOfRule> rows;
  for (const Quarantined& one : held) rows.push_back({one.rule, one.row});
  KANPAN_LET(const auto dropped, ledger.are_quarantined(table.name, "dropped", rows));
  std::size_t at = 0;
  std::erase_if(held, [&](const Quarantined&) { return dropped[at++]; });
  return {};
}

HeldKeys keys_of_day(const TableSpec& table, std::span<const Quarantined> held, Date day) {
  HeldKeys keys;
  for (const Quarantined& one : held) {
    if (held_day(table, one.row).value_or(day) != day) continue;
    if (const auto row = keyed_row(table, one.row))
      keys.emplace(key_of(table, *row, 0), code_of(table, *row));
    else
      add_unkeyed(keys, one);
  }
  return keys;
}

}  // namespace kanpan::ingest
