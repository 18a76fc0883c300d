#include "kanpan/ingest/quarantine.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "kanpan/frame/json.hpp"
#include "kanpan/frame/json_writer.hpp"
#include "kanpan/frame/ndjson.hpp"
#include "kanpan/ingest/days.hpp"
#include "kanpan/ingest/held_days.hpp"
#include "kanpan/ingest/late_references.hpp"
#include "kanpan/ingest/row_order.hpp"
#include "kanpan/ingest/stored_keys.hpp"

namespace kanpan::ingest {
namespace {

using catalog::TableSpec;
using journal::Quarantined;

Quarantined quarantined(const journal::Unit& unit, Origin origin, std::string rule,
                        std::string reason, Instant at) {
  Quarantined kept;
  kept.run = unit.run;
  kept.unit = unit.number;
  kept.table = unit.table;
  kept.call = std::move(origin.call);
  kept.source = std::move(origin.source);
  kept.simulated = origin.simulated;
  kept.rule = std::move(rule);
  kept.reason = std::move(reason);
  kept.at = at;
  return kept;
}

Error unreadable(const Quarantined& kept, const TableSpec& table, std::uint32_t row,
                 std::uint16_t column, std::string_view raw) {
  const catalog::ColumnSpec& spec = table.columns[column];
  return Error{Errc::Quality,
               fmt::format("{} {}: row {}: {} is '{}', which is no {}", table.name, kept.id,
                           row + 1, spec.name, raw, frame::name(spec.type)),
               fmt::format("collect it again once the source has mended it, and: kanpan quarantine "
                           "drop {}",
                           kept.id)};
}

/// Day and code are what a row is found by.
Result<void> check_key(const Quarantined& kept, const TableSpec& table, const frame::Batch& rows) {
  for (const std::string& name : {table.time, table.code}) {
    const auto at = rows.find(name);
    if (at == frame::Batch::npos || rows.column(at).null_count() == 0) continue;
    return Error{Errc::Quality, fmt::format("{} {}: {} is empty", table.name, kept.id, name),
                 fmt::format("without it a row has no place; kanpan quarantine drop {}", kept.id)};
  }
  return {};
}

Result<void> check_columns(const Quarantined& kept, const TableSpec& table,
                           const std::vector<std::string>& missing) {
  for (const std::string& name : missing)
    if (std::ranges::find(table.key, name) != table.key.end())
      return Error{Errc::Quality, fmt::format("{} {}: it has no {}", table.name, kept.id, name),
                   fmt::format("kanpan quarantine drop {}", kept.id)};
  return {};
}

/// Of a file whose lines need not have every member: an empty cell may be one that a line lacks.
bool of_lines(const Quarantined& kept) {
  return journal::is_file(kept.source) && journal::kind_of(kept.source) == "ndjson";
}

}  // namespace

Quarantined quarantined_row(const journal::Unit& unit, Origin origin, HeldRow held, Instant at) {
  Quarantined kept =
      quarantined(unit, std::move(origin), std::move(held.rule), std::move(held.reason), at);
  kept.row = std::move(held.json);
  return kept;
}

Quarantined quarantined_page(const journal::Unit& unit, Origin origin, const Refusal& refusal,
                             std::string body, Instant at) {
  Quarantined kept = quarantined(unit, std::move(origin), refusal.rule, refusal.reason, at);
  kept.page = std::move(body);
  return kept;
}

std::string page_of(const frame::Batch& rows, const std::vector<std::string>& missing,
                    const std::vector<source::Page::BadCell>& bad_cells) {
  std::vector<std::size_t> columns;
  std::string page = R"({"code":0,"msg":"","data":{"fields":)";
  for (std::size_t c = 0; c < rows.width(); ++c) {
    const std::string& name = rows.fields()[c].name;
    const bool is_empty =
        rows.column(c).null_count() == rows.rows() &&
        std::ranges::find(bad_cells, c, &source::Page::BadCell::column) == bad_cells.end();
    if (is_empty && std::ranges::find(missing, name) != missing.end()) continue;
    page += columns.empty() ? '[' : ',';
    frame::append_json_text(page, name);
    columns.push_back(c);
  }
  page += R"(],"items":[)";
  std::map<std::pair<std::size_t, std::size_t>, std::string_view> raw;
  for (const auto& cell : bad_cells) raw[{cell.row, cell.column}] = cell.raw;
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    page += row == 0 ? "[" : ",[";
    for (const std::size_t c : columns) {
      if (c != columns.front()) page += ',';
      const auto bad = raw.empty() ? raw.end() : raw.find({row, c});
      bad == raw.end() ? frame::append_json_value(page, rows.column(c), row, {})
                       : frame::append_json_text(page, bad->second);
    }
    page += ']';
  }
  return page + "]}}";
}

Result<Quarantined> Quarantine::held(std::uint64_t id) const {
  KANPAN_LET(auto kept, parts_.ledger.quarantined(id));
  if (kept.state != "held")
    return Error{Errc::Usage, fmt::format("{} is {} already", id, kept.state),
                 "see what is held with: kanpan quarantine list"};
  return kept;
}

Result<std::uint64_t> Quarantine::release(std::uint64_t id, bool force) {
  KANPAN_LET(const auto kept, held(id));
  KANPAN_LET(const TableSpec* table, parts_.catalog.find(kept.table));
  KANPAN_LET(auto rows, rows_of(kept, *table));
  KANPAN_TRY(check_key(kept, *table, rows.batch));
  const std::uint64_t count = rows.batch.rows();
  const auto span = span_of(*table, rows.batch);
  KANPAN_TRY(leased(*table, id, [&](const journal::Lease& lease) -> Result<void> {
    if (!force) {
      KANPAN_TRY(check_newer(kept, *table, rows.batch));
    }
    KANPAN_TRY(write(kept, *table, std::move(rows), lease));
    if (!span) return {};
    KANPAN_TRY(settle(*table, *span, lease));
    return span->first == span->last ? history_.learn(*table, span->first) : Result<void>{};
  }));
  return count;
}

/// What was corrected meanwhile is not undone by going through the list.
Result<void> Quarantine::check_newer(const Quarantined& kept, const TableSpec& table,
                                     const frame::Batch& rows) const {
  KANPAN_LET(const auto then, stored_under(table, rows, parts_.store, kept.after));
  KANPAN_LET(const auto now, stored_under(table, rows, parts_.store, std::nullopt));
  if (then == now) return {};
  std::size_t changed = 0;
  std::string example;
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    const std::string key = key_of(table, rows, row);
    const auto cells = [&key](const auto& stored) {
      const auto at = stored.find(key);
      return at == stored.end() ? std::string_view{} : std::string_view(at->second);
    };
    if (cells(then) == cells(now) || changed++ > 0) continue;
    for (const std::string& name : table.key)
      example += (example.empty() ? "" : "/") + rows.column(rows.find(name)).text_of(row);
  }
  return Error{
      Errc::Quality,
      fmt::format("{} {}: {} of its {} rows would take the place of what was stored after "
                  "it was held back on {}, as {}",
                  table.name, kept.id, changed, rows.rows(), rfc3339(kept.at), example),
      fmt::format("compare with: kanpan get {}; if what is held is right after all: kanpan "
                  "quarantine release {} --force, else kanpan quarantine drop {}",
                  table.name, kept.id, kept.id)};
}

Result<void> Quarantine::drop(std::uint64_t id) {
  KANPAN_LET(const auto kept, held(id));
  const auto table = parts_.catalog.find(kept.table);
  const auto day = table ? held_day(**table, kept.row) : std::nullopt;
  if (!day) return parts_.ledger.set_quarantine_state(id, "dropped");
  return leased(**table, id, [&](const journal::Lease& lease) -> Result<void> {
    KANPAN_TRY(parts_.ledger.set_quarantine_state(id, "dropped"));
    return settle(**table, {*day, *day}, lease);
  });
}

Result<void> Quarantine::leased(const TableSpec& table, std::uint64_t id,
                                const std::function<Result<void>(const journal::Lease&)>& work) {
  KANPAN_LET(const auto lease,
             parts_.run_ledger.await(table.name, fmt::format("quarantine {}", id)));
  const auto done = work(lease);
  const auto released = parts_.run_ledger.release(lease);
  KANPAN_TRY(done);
  return released;
}

/// The row no longer keeps its day from being complete.
Result<void> Quarantine::settle(const TableSpec& table, DateRange span,
                                const journal::Lease& lease) {
  KANPAN_LET(const auto universe, Universe::load(parts_.catalog, parts_.store));
  Submission settled;
  settled.landing.lease = lease;
  KANPAN_LET(settled.landing.days, stored_days(table, span, Asked::Nothing, universe, parts_.store,
                                               parts_.ledger, parts_.clock.now()));
  KANPAN_TRY(parts_.writer.write(std::move(settled)));
  return {};
}

Result<Quarantine::Rows> Quarantine::rows_of(const Quarantined& kept,
                                             const TableSpec& table) const {
  if (kept.row.empty()) {
    KANPAN_LET(auto page, frame::parse_page(kept.page, table.fields()));
    KANPAN_TRY(check_columns(kept, table, page.missing));
    if (!page.bad_cells.empty()) {
      const auto& cell = page.bad_cells.front();
      return unreadable(kept, table, cell.row, cell.column, cell.raw);
    }
    sort_by_key(table, page.batch);
    return Rows{std::move(page.batch), page.missing.empty() && !of_lines(kept)};
  }
  KANPAN_LET(auto reader,
             frame::NdjsonReader::read(frame::stream_of(kept.row), table.name, table.fields()));
  KANPAN_TRY(check_columns(kept, table, reader.missing()));
  KANPAN_LET(auto block, reader.next(1));
  if (!block->bad_cells.empty()) {
    const auto& cell = block->bad_cells.front();
    return unreadable(kept, table, cell.row, cell.column, cell.raw);
  }
  return Rows{std::move(block->batch), reader.missing().empty() && !of_lines(kept)};
}

Result<void> Quarantine::write(const Quarantined& kept, const TableSpec& table, Rows rows,
                               const journal::Lease& lease) {
  Submission made;
  made.landing.lease = lease;
  made.landing.released = {kept.id};
  Proposal proposal;
  proposal.table = &table;
  proposal.header.table = table.name;
  const bool merge = !rows.whole || table.policy.conflict == catalog::Conflict::Merge;
  proposal.header.mode = merge ? journal::Mode::Merge : journal::Mode::Upsert;
  proposal.header.run = kept.run;
  proposal.header.unit = kept.unit;
  proposal.header.source = kept.source;
  proposal.header.simulated = kept.simulated;
  proposal.rows = std::move(rows.batch);
  made.proposals.push_back(std::move(proposal));
  KANPAN_TRY(parts_.writer.write(std::move(made)));
  if (!is_reference(table)) return {};
  return judge_after(table, DateRange::all(), parts_, fmt::format("quarantine {}", kept.id), {});
}

}  // namespace kanpan::ingest
