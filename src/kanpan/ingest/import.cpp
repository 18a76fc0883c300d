#include "kanpan/ingest/import.hpp"

#include <algorithm>
#include <atomic>
#include <semaphore>
#include <thread>

#include <boost/json.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kanpan/base/log.hpp"
#include "kanpan/ingest/day_groups.hpp"
#include "kanpan/ingest/days.hpp"
#include "kanpan/ingest/file_block.hpp"
#include "kanpan/ingest/held_days.hpp"
#include "kanpan/ingest/late_references.hpp"
#include "kanpan/ingest/new_rows.hpp"
#include "kanpan/ingest/quarantine.hpp"
#include "kanpan/ingest/released_rows.hpp"
#include "kanpan/ingest/run_report.hpp"

namespace kanpan::ingest {
namespace {

using catalog::TableSpec;
using journal::UnitState;

/// Blocks read ahead of the gate, and blocks behind it that are not visible yet: what memory holds.
constexpr std::size_t kReadAhead = 2;
constexpr std::ptrdiff_t kInFlight = 4;
/// Of a block, 8 bytes or more each: blocks of wide tables have fewer rows.
constexpr std::size_t kCellsPerBlock = std::size_t{1} << 20;

std::string source_of(const ImportFile& file) {
  return journal::file_source(file.format, file.name);
}

}  // namespace

/// One import from its first block to its last commit.
class ImportExecution {
 public:
  ImportExecution(const Parts& parts, ImportRequest& request, const std::stop_token& stop)
      : parts_(parts),
        request_(request),
        table_(*request.table),
        id_(request.run.empty() ? journal::new_run_id(parts.clock) : request.run),
        running_(parts.runs, id_, stop),
        stop_(running_.stop()),
        report_(id_, parts.progress, parts.ledger, parts.run_ledger),
        history_(parts.store) {}

  Result<RunOutcome> run() {
    KANPAN_LET(lease_, parts_.run_ledger.await(table_.name, "run " + id_, stop_));
    auto outcome = run_leased();
    if (const auto released = parts_.run_ledger.release(lease_); !released)
      log::warn("ingest", "the lease on {} was not given back: {}", table_.name,
                released.error().text());
    return outcome;
  }

 private:
  Result<RunOutcome> run_leased() {
    KANPAN_TRY(start());
    KANPAN_LET(calendar_, load_calendar(parts_.catalog, parts_.store));
    since_ = parts_.store.applied();
    parts_.progress.begin(id_);
    for (ImportFile& file : request_.files)
      if (cut_ = cut_ || over(); !cut_) read(file);
    parts_.writer.drain();
    if (auto settled = settle(); !settled) report_.fail(std::move(settled).error());
    if (auto compared = compare(); !compared) report_.fail(std::move(compared).error());
    parts_.writer.tidy();
    parts_.progress.end(id_);
    KANPAN_TRY(note_refusal());
    return report_.finish(cut_ && stop_.stop_requested(),
                          contradiction_ ? contradiction_ : refusal_);
  }

  /// Of the blocks that the gate refused the first one, for the line that closes the import.
  Result<void> note_refusal() {
    KANPAN_LET(const auto units, parts_.ledger.units(id_, UnitState::Refused));
    if (units.empty()) return {};
    const journal::Unit& first = units.front();
    const bool units_differ =
        first.error.starts_with("page.unit_flip") || first.error.starts_with("page.price_between");
    std::string hint = "see kanpan quarantine list";
    if (units_differ && !request_.normal_units)
      hint += "; a file in 元, 股 and %: import it with --units kanpan";
    else if (units_differ)
      hint += "; a file in the source's units: import it without --units kanpan";
    refusal_ =
        Error{Errc::Quality,
              fmt::format("{} {} was refused, {}{}", table_.name, first.label, first.error,
                          units.size() > 1 ? fmt::format("; and {} more", units.size() - 1) : ""),
              std::move(hint)};
    return {};
  }

  Result<void> start() {
    std::vector<std::string> names;
    for (const ImportFile& file : request_.files) names.push_back(file.name);
    journal::Run run;
    run.id = id_;
    run.command = "import";
    run.tables = table_.name;
    run.arguments = boost::json::serialize(
        boost::json::object{{"command", "import"},
                            {"tables", boost::json::value_from(std::vector{table_.name})},
                            {"files", boost::json::value_from(names)}});
    run.started = parts_.clock.now();
    return parts_.ledger.start_run(run, {});
  }

  /// One thread reads, this one proves and packs, the writer's two store.
  void read(ImportFile& file) {
    const auto& missing = file.rows->missing();
    const auto needed = never_empty(table_, missing);
    if (!missing.empty())
      tell(
          "note", file.name, 0,
          fmt::format("no column {}{}: left as stored, {}", fmt::join(missing, ", "),
                      file.format == "ndjson" ? " in its first line (a later one may have it)" : "",
                      needed.empty() ? "empty in new rows"
                                     : "and new rows are held back, as they must have " +
                                           fmt::format("{}", fmt::join(needed, ", "))));
    // Which rows are new is asked of the store: what came before must be in it.
    if (!needed.empty()) parts_.writer.drain();
    const std::size_t rows =
        std::clamp<std::size_t>(kCellsPerBlock / table_.columns.size(), 1, request_.block_rows);
    Channel<Result<std::optional<frame::RowBlock>>> channel(kReadAhead);
    std::jthread reader([&] {
      for (;;) {
        auto block = file.rows->next(rows);
        const bool last = !block || !*block;
        if (!channel.send(std::move(block)) || last) break;
      }
      channel.close();
    });
    const auto before = next_number_;
    while (auto block = channel.receive()) {
      if (*block && !**block) break;
      if (cut_ = over(); cut_ || !*block) {
        if (!*block) report_.fail(std::move(*block).error());
        break;
      }
      take(file, std::move(***block));
    }
    channel.close();
    reader.join();
    if (next_number_ == before && !over())
      tell("note", file.name, 0, "the file has no rows below the names of its columns");
    if (!file.rows->unknown().empty())
      tell("note", file.name, 0,
           fmt::format("not in the catalog and left out: {}",
                       fmt::join(file.rows->unknown(), ", ")));
  }

  void take(const ImportFile& file, frame::RowBlock block) {
    in_flight_.acquire();
    Submission made;
    made.landing.lease = lease_;
    journal::Unit& unit = made.landing.unit.emplace();
    unit.run = id_;
    unit.number = next_number_++;
    unit.table = table_.name;
    const auto [first, last] = lines_of(block);
    unit.label = fmt::format("{} {}..{}", file.name, first, last);
    if (auto accepted = accept(file, std::move(block), made); !accepted) {
      unit.state = UnitState::Failed;
      unit.rows = 0;
      unit.error = accepted.error().text();
      made.proposals.clear();
      report_.fail(std::move(accepted).error());
    }
    made.done = [this, unit](const Result<std::vector<store::Applied>>& outcome) {
      settled(unit, outcome);
    };
    if (parts_.writer.submit(std::move(made))) return;
    in_flight_.release();
    report_.fail({Errc::Cancelled, "the writer closed before the import was done"});
  }

  Result<void> accept(const ImportFile& file, frame::RowBlock block, Submission& into) {
    journal::Unit& unit = *into.landing.unit;
    hold_lines(file, block, into.landing);
    KANPAN_TRY(note_held(into.landing));
    unit.state = UnitState::Committed;
    if (block.batch.rows() == 0) return {};
    if (request_.normal_units) restore_units(table_, block);
    Harvest harvest;
    harvest.rows = std::move(block.batch);
    harvest.absent = file.rows->missing();
    for (auto& cell : block.bad_cells)
      harvest.bad_cells.push_back({cell.row, cell.column, std::move(cell.raw)});
    const auto bad_cells = harvest.bad_cells;
    const auto mode = mode_of(file, block.partial);
    const Instant now = parts_.clock.now();
    GateOptions options;
    options.today = shanghai_date(now);
    options.calendar = &*calendar_;
    KANPAN_LET(auto verdict,
               judge(Slice::of_file(table_, mode), std::move(harvest), history_, options));
    if (verdict.refused) {
      refuse(file, *verdict.refused, page_of(verdict.rows, file.rows->missing(), bad_cells),
             into.landing);
      return {};
    }
    KANPAN_LET(const auto all_new,
               hold_new_rows(table_, file.rows->missing(), parts_.store, verdict));
    KANPAN_LET(const auto released,
               released_rows(table_, verdict.held, parts_.ledger, parts_.store));
    for (std::size_t n = 0; n < verdict.held.size(); ++n) {
      if (released.is[n]) continue;
      const auto line = block.lines[verdict.held[n].row];
      into.landing.quarantined.push_back(
          quarantined_row(unit, {fmt::format("{}:{}", file.name, line), source_of(file)},
                          std::move(verdict.held[n]), now));
    }
    KANPAN_TRY(note_held(into.landing));
    if (all_new) {
      refuse(file, *all_new, page_of(verdict.rows, file.rows->missing(), {}), into.landing);
      return {};
    }
    unit.rows = static_cast<std::uint32_t>(verdict.rows.rows());
    repeated_ += verdict.repeated;
    if (verdict.rows.rows() == 0) return {};
    note_span(verdict.rows);
    for (frame::Batch& group : day_groups(table_, std::move(verdict.rows)))
      into.proposals.push_back(proposal(file, mode, unit.number, std::move(group)));
    return {};
  }

  void refuse(const ImportFile& file, const Refusal& refusal, std::string page,
              journal::Landing& landing) const {
    journal::Unit& unit = *landing.unit;
    unit.state = UnitState::Refused;
    unit.error = fmt::format("{}: {}", refusal.rule, refusal.reason);
    landing.quarantined.push_back(quarantined_page(unit, {unit.label, source_of(file)}, refusal,
                                                   std::move(page), parts_.clock.now()));
  }

  void hold_lines(const ImportFile& file, const frame::RowBlock& block,
                  journal::Landing& landing) const {
    for (const auto& line : block.bad_lines)
      landing.quarantined.push_back(quarantined_row(
          *landing.unit, {fmt::format("{}:{}", file.name, line.line), source_of(file)},
          held_line(line), parts_.clock.now()));
  }

  /// Their days lack them, whatever else of these the file has.
  Result<void> note_held(journal::Landing& landing) {
    KANPAN_TRY(leave_out_dropped(table_, landing.quarantined, parts_.ledger));
    landing.unit->quarantined = static_cast<std::uint32_t>(landing.quarantined.size());
    for (const journal::Quarantined& row : landing.quarantined)
      if (const auto day = held_day(table_, row.row)) widen_span({*day, *day});
    return {};
  }

  Proposal proposal(const ImportFile& file, journal::Mode mode, std::uint32_t unit,
                    frame::Batch rows) const {
    Proposal proposal;
    proposal.table = &table_;
    proposal.header.table = table_.name;
    proposal.header.mode = mode;
    proposal.header.run = id_;
    proposal.header.unit = unit;
    proposal.header.source = source_of(file);
    proposal.rows = std::move(rows);
    return proposal;
  }

  /// A column that the file, or a line of it, does not have says nothing about what is stored.
  journal::Mode mode_of(const ImportFile& file, bool partial) const {
    const bool merge = partial || !file.rows->missing().empty() ||
                       table_.policy.conflict == catalog::Conflict::Merge;
    return merge ? journal::Mode::Merge : journal::Mode::Upsert;
  }

  void note_span(const frame::Batch& rows) {
    const auto at = rows.find(table_.time);
    if (at == frame::Batch::npos || !table_.dated()) return;
    const auto [first, last] = std::ranges::minmax(rows.column(at).dates());
    widen_span({first, last});
  }

  void widen_span(DateRange days) {
    if (!span_) span_ = days;
    span_ = {std::min(span_->first, days.first), std::max(span_->last, days.last)};
  }

  /// On the writer's thread.
  void settled(const journal::Unit& unit, const Result<std::vector<store::Applied>>& outcome) {
    if (outcome)
      for (const store::Applied& applied : *outcome)
        repeated_ += applied.unchanged + applied.repeated;
    report_.settled(unit, outcome);
    in_flight_.release();
  }

  Result<void> settle() {
    if (!span_ && table_.dated()) return {};
    if (is_reference(table_))
      KANPAN_TRY(
          judge_after(table_, span_.value_or(DateRange::all()), parts_, "run " + id_, stop_));
    if (!span_) return {};
    KANPAN_LET(const auto universe, Universe::load(parts_.catalog, parts_.store));
    Submission made;
    made.landing.lease = lease_;
    KANPAN_LET(made.landing.days, stored_days(table_, *span_, Asked::Nobody, universe, parts_.store,
                                              parts_.ledger, parts_.clock.now()));
    KANPAN_TRY(parts_.writer.write(std::move(made)));
    return {};
  }

  /// Rows of different blocks are not held against each other before they are stored: that would
  /// take their keys in memory. The store knows which of them took the place of another.
  Result<void> compare() {
    if (repeated_ > 0)
      tell("note", "", repeated_, "rows say what is stored already, or what another row says");
    KANPAN_LET(const auto found, parts_.store.contradictions(table_, since_));
    if (found.rows == 0) return {};
    contradiction_ = Error{
        Errc::Quality,
        fmt::format("{} rows of {} contradict an earlier row of this import with the same key, as "
                    "{}: the later row counts",
                    found.rows, table_.name, found.example),
        fmt::format("the earlier one: kanpan get {} --as-of {}; give each key one row and import "
                    "again",
                    table_.name, found.seq)};
    tell("error", "", found.rows, contradiction_->message);
    return {};
  }

  bool over() const { return stop_.stop_requested() || report_.error().has_value(); }

  void tell(std::string kind, const std::string& unit, std::uint64_t rows, std::string message) {
    report_.tell({.kind = std::move(kind),
                  .table = table_.name,
                  .unit = unit,
                  .rows = rows,
                  .message = std::move(message)});
  }

  const Parts& parts_;
  ImportRequest& request_;
  const TableSpec& table_;
  const std::string id_;
  const StopRegistry::Entry running_;
  const std::stop_token stop_;
  RunReport report_;
  History history_;
  journal::Lease lease_;
  std::uint32_t next_number_ = 1;
  store::Sequence since_ = 0;           ///< last commit before the import
  std::optional<Error> contradiction_;  ///< between its rows; everything is stored
  std::optional<market::Calendar> calendar_;
  bool cut_ = false;               ///< stopped, or failed, before the last block
  std::optional<Error> refusal_;   ///< the first block that the gate refused
  std::optional<DateRange> span_;  ///< of the time column, of what was accepted or held
  std::counting_semaphore<> in_flight_{kInFlight};
  std::atomic<std::uint64_t> repeated_ = 0;  ///< shared with the writer's threads
};

Result<RunOutcome> Importer::run(ImportRequest request, std::stop_token stop) {
  for (const ImportFile& file : request.files) KANPAN_TRY(check_columns(*request.table, file));
  return ImportExecution(parts_, request, stop).run();
}

}  // namespace kanpan::ingest
