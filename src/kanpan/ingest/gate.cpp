#include "kanpan/ingest/gate.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <functional>
#include <map>
#include <span>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kanpan/frame/compare.hpp"
#include "kanpan/ingest/folded_codes.hpp"
#include "kanpan/ingest/held_rows.hpp"
#include "kanpan/ingest/magnitudes.hpp"
#include "kanpan/ingest/relations.hpp"
#include "kanpan/ingest/universe.hpp"

namespace kanpan::ingest {
namespace {

using catalog::TableSpec;
using catalog::WalkKind;
using frame::Batch;
using frame::Column;

/// 2^53: from here on doubles skip whole numbers, and nothing traded, owed or owned is as much.
constexpr double kBeyondAnything = 9007199254740992.0;

/// Most pages have no key twice, and this costs a fraction of what sorting them does.
bool all_different(std::span<const std::uint64_t> hashes) {
  std::vector<std::uint64_t> slots(std::bit_ceil(hashes.size() * 2 + 1), 0);
  const std::size_t mask = slots.size() - 1;
  for (std::uint64_t hash : hashes) {
    if (hash == 0) return false;  // marks an empty slot here
    std::size_t at = hash & mask;
    while (slots[at] != 0 && slots[at] != hash) at = (at + 1) & mask;
    if (slots[at] == hash) return false;
    slots[at] = hash;
  }
  return true;
}

/// Rows of one harvest with the first rule each of them broke.
class Inspection {
 public:
  Inspection(const Slice& slice, const Harvest& harvest, const GateOptions& options)
      : table_(*slice.table),
        slice_(slice),
        harvest_(harvest),
        options_(options),
        bad_(harvest.rows.rows(), false) {}

  std::optional<Refusal> schema() const {
    if (harvest_.rows.rows() == 0 || harvest_.missing.empty()) return std::nullopt;
    std::string reason =
        fmt::format("the answer lacks {} of the {} columns of {}: {}", harvest_.missing.size(),
                    table_.columns.size(), table_.name, fmt::join(harvest_.missing, ", "));
    if (!harvest_.unknown.empty())
      reason += fmt::format("; it has {} instead", fmt::join(harvest_.unknown, ", "));
    return Refusal{"page.missing_column", std::move(reason)};
  }

  void cells() {
    for (const auto& cell : harvest_.bad_cells) {
      const catalog::ColumnSpec& column = table_.columns[cell.column];
      hold(cell.row, "cell." + column.name, [&] {
        return fmt::format("{} is '{}', which is no {}", column.name, cell.raw.substr(0, 80),
                           frame::name(column.type));
      });
    }
  }

  /// Nothing is said of a column that was not asked for, nor of one that is empty throughout and
  /// may be: whether the source usually has it, its history knows.
  std::optional<Refusal> nulls() {
    for (std::size_t c = 0; c < table_.columns.size(); ++c) {
      const catalog::ColumnSpec& spec = table_.columns[c];
      const Column& cells = harvest_.rows.column(c);
      if (spec.nulls == catalog::Nulls::Any || !cells.has_nulls() || is_absent(spec.name)) continue;
      const bool unreadable = std::ranges::any_of(
          harvest_.bad_cells, [&](const auto& cell) { return cell.column == c; });
      if (cells.null_count() == bad_.size() && !unreadable) {
        if (spec.nulls == catalog::Nulls::AllOrNone) continue;
        return Refusal{"page.empty_column",
                       fmt::format("{} is empty in all {} rows", spec.name, bad_.size())};
      }
      for (std::uint32_t row = 0; row < bad_.size(); ++row)
        if (cells.is_null(row))
          hold(row, "null." + spec.name, [&] {
            return fmt::format("{} is empty, which the source never leaves it", spec.name);
          });
    }
    return std::nullopt;
  }

  void codes() {
    const Column* codes = column(table_.code);
    if (!codes || codes->type() != frame::Type::Text) return;
    for (std::uint32_t row = 0; row < bad_.size(); ++row) {
      if (codes->is_null(row)) continue;
      const auto code = codes->texts()[row];
      if (!slice_.code.empty() && code != slice_.code)
        hold(row, "code.window",
             [&] { return fmt::format("{} came although {} was asked", code, slice_.code); });
      else if (!table_.takes_code(code))
        hold(row, "code.malformed", [&] {
          const bool of_shares = table_.code_form == catalog::CodeForm::Share;
          return fmt::format("'{}' is not a {}", code, of_shares ? "share's code" : "code");
        });
    }
  }

  void window() {
    const bool announcement = slice_.walk.kind == WalkKind::Announcement;
    if (slice_.range && (announcement || slice_.by_time_column()))
      hold_outside(announcement ? slice_.walk.column : table_.time, *slice_.range, "date.window",
                   "outside " + slice_.label());
    const bool of_trading = table_.days == catalog::Days::Trading ||
                            table_.days == catalog::Days::WeekEnd ||
                            table_.days == catalog::Days::MonthEnd;
    if (options_.today && of_trading)
      hold_outside(table_.time, {DateRange::all().first, *options_.today + options_.days_ahead},
                   "date.future", "ahead of " + options_.today->iso());
  }

  void closed_days() {
    const Column* days = column(table_.time);
    if (!options_.calendar || table_.days != catalog::Days::Trading || !expects_codes(table_) ||
        !days || days->type() != frame::Type::Date)
      return;
    const auto values = days->dates();
    std::optional<Date> day;
    bool closed = false;
    for (std::uint32_t row = 0; row < bad_.size(); ++row) {
      if (days->is_null(row)) continue;
      if (day != values[row]) closed = options_.calendar->is_told_closed(values[row]);
      day = values[row];
      if (closed)
        hold(row, "date.closed", [&] { return fmt::format("nobody trades on {}", day->iso()); });
    }
  }

  void numbers() {
    for (std::size_t c = 0; c < harvest_.rows.width(); ++c) {
      const Column& column = harvest_.rows.column(c);
      if (column.type() != frame::Type::Real) continue;
      const auto values = column.reals();
      for (std::uint32_t row = 0; row < bad_.size(); ++row)
        if (!(std::abs(values[row]) < kBeyondAnything))
          hold(row, "cell." + table_.columns[c].name, [&] {
            return fmt::format("{} is {}, which cannot be", table_.columns[c].name, values[row]);
          });
    }
  }

  /// Day and code must be there; a row that says nothing beyond another of its key is left out;
  /// rows that contradict each other under one key are all held, since nobody can tell which is
  /// right. One that is held already is no witness for or against another.
  void keys(std::uint32_t& repeated, std::vector<bool>& drop) {
    require_time_and_code();
    std::vector<const Column*> key;
    for (const std::string& name : table_.key) key.push_back(column(name));
    const auto hashes = row_hashes(key);
    if (all_different(hashes)) return;
    broken_ = bad_;
    std::vector<std::uint32_t> order(hashes.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
    std::ranges::sort(order, [&](auto a, auto b) {
      return hashes[a] != hashes[b] ? hashes[a] < hashes[b] : a < b;
    });
    for (std::size_t first = 0; first < order.size();) {
      std::size_t end = first + 1;
      while (end < order.size() && hashes[order[end]] == hashes[order[first]]) ++end;
      if (end - first > 1) equal_keys(key, {&order[first], end - first}, repeated, drop);
      first = end;
    }
  }

  void identities() {
    for (const catalog::Identity& identity : table_.identities)
      for (std::uint32_t row : broken_rows(identity, harvest_.rows))
        hold(row, std::string(catalog::name(identity.relation)),
             [&] { return explain(identity, harvest_.rows, row); });
  }

  /// A rule that many rows break is the page's fault, not theirs.
  std::optional<Refusal> systematic() const {
    std::map<std::string_view, std::uint32_t> counts;
    for (const HeldRow& held : held_) ++counts[held.rule];
    for (const auto& [rule, count] : counts) {
      const double share = static_cast<double>(count) / static_cast<double>(bad_.size());
      if (count < options_.systematic_rows || share <= options_.systematic_share) continue;
      const auto& example =
          *std::ranges::find_if(held_, [&](const HeldRow& held) { return held.rule == rule; });
      return Refusal{fmt::format("page.{}", rule),
                     fmt::format("{} of {} rows break the same rule, as {}", count, bad_.size(),
                                 example.reason)};
    }
    return std::nullopt;
  }

  std::vector<HeldRow> take_held() { return std::move(held_); }
  bool is_bad(std::uint32_t row) const { return bad_[row]; }

 private:
  bool is_absent(std::string_view name) const {
    return std::ranges::find(harvest_.absent, name) != harvest_.absent.end();
  }

  const Column* column(std::string_view name) const {
    const auto at = name.empty() ? Batch::npos : harvest_.rows.find(name);
    return at == Batch::npos ? nullptr : &harvest_.rows.column(at);
  }

  template <typename Reason>
  void hold(std::uint32_t row, std::string rule, Reason&& reason) {
    if (bad_[row]) return;
    bad_[row] = true;
    held_.push_back({row, std::move(rule), reason(), {}});
  }

  void hold_outside(const std::string& name, DateRange range, const char* rule,
                    const std::string& where) {
    const Column* days = column(name);
    if (!days || days->type() != frame::Type::Date) return;
    const auto values = days->dates();
    for (std::uint32_t row = 0; row < bad_.size(); ++row)
      if (!days->is_null(row) && !range.contains(values[row]))
        hold(row, rule,
             [&] { return fmt::format("{} {} lies {}", name, values[row].iso(), where); });
  }

  /// Key columns may be null where the source has no value (f_ann_date); day and code may not.
  void require_time_and_code() {
    for (const std::string& name : table_.key) {
      if (name != table_.time && name != table_.code) continue;
      const Column* values = column(name);
      if (!values->has_nulls()) continue;
      for (std::uint32_t row = 0; row < bad_.size(); ++row)
        if (values->is_null(row))
          hold(row, "key.null", [&] { return fmt::format("{} is empty", name); });
    }
  }

  std::vector<std::uint64_t> row_hashes(const std::vector<const Column*>& columns) const {
    std::vector<std::uint64_t> hashes(bad_.size(), 1469598103934665603ull);
    for (const Column* column : columns)
      for (std::uint32_t row = 0; row < hashes.size(); ++row)
        hashes[row] = (hashes[row] ^ cell_hash(*column, row)) * 0x9E3779B97F4A7C15ull;
    return hashes;
  }

  static std::uint64_t cell_hash(const Column& column, std::uint32_t row) {
    if (column.is_null(row)) return 0x51ED270B;
    switch (column.type()) {
      case frame::Type::Text:
        return std::hash<std::string_view>{}(column.texts()[row]);
      case frame::Type::Date:
        return static_cast<std::uint64_t>(column.dates()[row].days) + 1;
      case frame::Type::Int:
        return std::hash<std::int64_t>{}(column.ints()[row]) + 1;
      case frame::Type::Real:
        return std::hash<double>{}(column.reals()[row]);
    }
    return 0;
  }

  /// Every cell that `b` has is the same in `a`.
  bool covers(std::uint32_t a, std::uint32_t b) const {
    for (std::size_t c = 0; c < harvest_.rows.width(); ++c) {
      const Column& column = harvest_.rows.column(c);
      if (!column.is_null(b) && !frame::equal(column, a, b)) return false;
    }
    return true;
  }

  void equal_keys(const std::vector<const Column*>& key, std::span<const std::uint32_t> rows,
                  std::uint32_t& repeated, std::vector<bool>& drop) {
    for (std::size_t i = 1; i < rows.size(); ++i)
      for (std::size_t j = 0; j < i && !drop[rows[i]]; ++j)
        if (const auto a = rows[j], b = rows[i]; !drop[a] && same_key(key, a, b))
          meet(key, a, b, repeated, drop);
  }

  static bool same_key(const std::vector<const Column*>& key, std::uint32_t a, std::uint32_t b) {
    return std::ranges::all_of(key,
                               [&](const Column* column) { return frame::equal(*column, a, b); });
  }

  /// The same row again, or the same row with cells not yet filled: the fuller one stays.
  void meet(const std::vector<const Column*>& key, std::uint32_t a, std::uint32_t b,
            std::uint32_t& repeated, std::vector<bool>& drop) {
    if (broken_[a] != broken_[b]) {
      const auto [good, bad] = broken_[a] ? std::pair(b, a) : std::pair(a, b);
      if (covers(good, bad)) drop[bad] = true, ++repeated;
      return;
    }
    if (const bool fuller = covers(b, a); fuller || covers(a, b)) {
      drop[fuller ? a : b] = true;
      ++repeated;
      return;
    }
    for (const auto row : {a, b})
      hold(row, "key.duplicate",
           [&] { return fmt::format("two different rows with the key {}", key_text(key, row)); });
  }

  std::string key_text(const std::vector<const Column*>& key, std::uint32_t row) const {
    std::vector<std::string> parts;
    for (const Column* column : key) parts.push_back(column->text_of(row));
    return fmt::format("{}", fmt::join(parts, "/"));
  }

  const TableSpec& table_;
  const Slice& slice_;
  const Harvest& harvest_;
  const GateOptions& options_;
  std::vector<bool> bad_;
  std::vector<bool> broken_;  ///< bad by themselves; filled where keys come twice
  std::vector<HeldRow> held_;
};

Verdict refused(Refusal refusal, frame::Batch rows) {
  Verdict verdict;
  verdict.refused = std::move(refusal);
  verdict.rows = std::move(rows);
  return verdict;
}

/// The rows neither held nor dropped; the batch itself when that is all of them.
void accept_rows(Harvest& harvest, const Inspection& inspection, const std::vector<bool>& drop,
                 Verdict& verdict) {
  auto& kept = verdict.places;
  for (std::uint32_t row = 0; row < drop.size(); ++row)
    if (!drop[row] && !inspection.is_bad(row)) kept.push_back(row);
  const bool all = kept.size() == drop.size();
  verdict.rows = all ? std::move(harvest.rows) : harvest.rows.take(kept);
  if (all) kept.clear();
}

void describe_held(const Slice& slice, const Harvest& harvest, Verdict& verdict) {
  std::vector<std::uint32_t> rows;
  for (HeldRow& held : verdict.held) {
    held.json = row_json(harvest, held.row);
    if (has_place(slice, harvest, held.row))
      rows.push_back(held.row);
    else
      verdict.without_place = true;
  }
  verdict.held_rows = harvest.rows.take(rows);
}

}  // namespace

Result<Verdict> judge(const Slice& slice, Harvest harvest, History& history,
                      const GateOptions& options) {
  Verdict verdict;
  for (const std::string& name : harvest.unknown)
    verdict.notes.push_back(fmt::format("column {} is not in the catalog", name));
  if (harvest.rows.rows() == 0) {
    verdict.rows = std::move(harvest.rows);
    return verdict;
  }
  fold_codes(*slice.table, harvest, verdict.notes);
  Inspection inspection(slice, harvest, options);
  if (auto refusal = inspection.schema())
    return refused(std::move(*refusal), std::move(harvest.rows));
  std::vector<bool> drop(harvest.rows.rows(), false);
  inspection.cells();
  if (auto refusal = inspection.nulls())
    return refused(std::move(*refusal), std::move(harvest.rows));
  inspection.numbers();
  inspection.codes();
  inspection.window();
  inspection.closed_days();
  inspection.keys(verdict.repeated, drop);
  inspection.identities();
  if (auto refusal = inspection.systematic())
    return refused(std::move(*refusal), std::move(harvest.rows));
  verdict.held = inspection.take_held();
  if (!verdict.held.empty()) describe_held(slice, harvest, verdict);
  accept_rows(harvest, inspection, drop, verdict);
  KANPAN_LET(auto compared, compare_with_history(slice, verdict.rows, history, options));
  const bool all = verdict.rows.rows() == drop.size();
  if (compared.refused)
    return refused(std::move(*compared.refused), std::move(all ? verdict.rows : harvest.rows));
  verdict.known = std::move(compared.known);
  return verdict;
}

}  // namespace kanpan::ingest
