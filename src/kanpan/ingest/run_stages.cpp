// RunExecution: its stages, one after the other, and the leases on their tables.
#include <algorithm>
#include <thread>

#include <fmt/format.h>

#include "kanpan/base/log.hpp"
#include "kanpan/base/pause.hpp"
#include "kanpan/catalog/roles.hpp"
#include "kanpan/ingest/run_execution.hpp"

namespace kanpan::ingest {
namespace {

using catalog::TableSpec;
using journal::UnitState;

constexpr std::chrono::hours kRenewAfter{1};
/// For another run that collects what this one only needs.
constexpr std::chrono::minutes kLongestWait{10};

}  // namespace

Result<void> RunExecution::run_stages(const std::vector<std::vector<const TableSpec*>>& stages) {
  KANPAN_LET(known_units_, parts_.ledger.units(id_, std::nullopt));
  is_resumed_ = !known_units_.empty();
  for (const journal::Unit& unit : known_units_)
    next_number_ = std::max(next_number_, unit.number + 1);
  for (const auto& stage : stages) {
    if (stop_.stop_requested() || given_up_.everything()) break;
    if (auto done = run_stage(stage); !done) report_.fail(std::move(done).error());
    parts_.writer.drain();
    if (auto done = universe_ ? settle_days() : Result<void>{}; !done)
      report_.fail(std::move(done).error());
    release_leases();  // others may need what this run only needed first
  }
  return {};
}

Result<void> RunExecution::run_stage(const std::vector<const TableSpec*>& stage) {
  std::vector<const TableSpec*> ours;
  for (const TableSpec* table : stage) {
    const auto acquired = acquire(*table);
    if (stop_.stop_requested()) return {};
    if (acquired)
      ours.push_back(table);
    else
      cannot_begin(*table, acquired.error());
  }
  universe_seq_ = parts_.store.applied();
  KANPAN_LET(universe_, owner_.universe());  // after the waiting, which is for what it is made of
  std::vector<Work> works;
  for (const TableSpec* table : ours) {
    auto units = units_of(*table);
    if (!units) {
      cannot_begin(*table, std::move(units).error());
      continue;
    }
    planned_.insert(table->name);
    for (Work& work : *units) works.push_back(std::move(work));
  }
  parts_.progress.planned(id_, works.size());
  Channel<Work> queue(works.size() + 1);
  for (Work& work : works) queue.send(std::move(work));
  queue.close();
  std::vector<std::jthread> workers;
  for (int n = 0; n < owner_.options_.workers; ++n)
    workers.emplace_back([&] { this->work(queue); });
  return {};
}

/// A table that another run holds, or whose plan fails, does not keep the others from theirs.
void RunExecution::cannot_begin(const TableSpec& table, Error error) {
  unplanned_.emplace(table.name, error);
  report_.fail(std::move(error).within(table.name));
}

bool RunExecution::is_named(const TableSpec& table) const {
  return std::ranges::find(request_.tables, table.name) != request_.tables.end();
}

/// One writer per table. Who asks for a table that another run holds is told so after a few
/// seconds; what is only needed for another one is waited for, since that run brings it.
Result<void> RunExecution::acquire(const TableSpec& table) {
  const auto until = std::chrono::steady_clock::now() + kLongestWait;
  for (;;) {
    const bool needed = !is_named(table) && (table.name == catalog::role::kCalendar ||
                                             table.name == catalog::role::kListings ||
                                             table.name == catalog::role::kSuspensions);
    auto lease = needed ? parts_.run_ledger.acquire(table.name, "run " + id_)
                        : parts_.run_ledger.await(table.name, "run " + id_, stop_);
    if (lease) {
      leases_.emplace(table.name, *std::move(lease));
      return {};
    }
    Error busy = std::move(lease).error();
    if (busy.code != Errc::Busy || !needed || std::chrono::steady_clock::now() >= until)
      return busy;
    if (brought_.insert(table.name).second)
      report_.tell({.kind = "note",
                    .table = table.name,
                    .message = fmt::format("waiting for it, {} minutes at the most: {}",
                                           kLongestWait.count(), busy.message)});
    if (!pause(RunLedger::kBetweenTries, stop_)) return busy;
  }
}

/// A back-fill on a small quota lasts longer than a lease.
Result<void> RunExecution::renew_leases() {
  const std::lock_guard lock(mutex_);
  const Instant now = parts_.clock.now();
  if (now < renewed_ + kRenewAfter) return {};
  renewed_ = now;
  for (const auto& [table, lease] : leases_) KANPAN_TRY(parts_.run_ledger.renew(lease));
  return {};
}

void RunExecution::release_leases() {
  for (const auto& [table, lease] : leases_)
    if (auto released = parts_.run_ledger.release(lease); !released)
      log::warn("ingest", "the lease on {} was not given back: {}", table, released.error().text());
  leases_.clear();
}

Result<std::vector<RunExecution::Work>> RunExecution::units_of(const TableSpec& table) {
  std::vector<Work> works;
  bool known = false;
  for (const journal::Unit& unit : known_units_) {
    if (unit.table != table.name) continue;
    known = true;
    if (unit.state == UnitState::Committed || unit.state == UnitState::Unchanged) continue;
    KANPAN_LET(auto slice, Slice::from_json(table, unit.plan));
    works.push_back({std::move(slice), unit});
  }
  // What has failed may fail again, and a few of those end the table.
  std::ranges::stable_partition(
      works, [](const Work& work) { return work.unit.state != UnitState::Failed; });
  if (known) return works;
  if (brought_.contains(table.name) && table.policy.mode == catalog::UpdateMode::Full) {
    KANPAN_LET(const bool empty, owner_.is_empty(table.name));
    if (!empty) return works;  // whoever was waited for has brought it whole
  }
  return plan_units(table);
}

Result<std::vector<RunExecution::Work>> RunExecution::plan_units(const TableSpec& table) {
  KANPAN_LET(auto plan, owner_.plan_table(table, request_, *universe_));
  const bool named = is_named(table);
  if (request_.probe && named && plan.slices.size() > 1) {
    plan.slices.erase(plan.slices.begin() + 1, plan.slices.end());
    plan.calls = 1;
  }
  std::vector<Work> works;
  std::vector<journal::Unit> units;
  for (Slice& slice : plan.slices) {
    journal::Unit unit;
    unit.run = id_;
    unit.number = next_number_++;
    unit.table = table.name;
    unit.label = slice.label();
    unit.plan = slice.to_json();
    units.push_back(unit);
    works.push_back({std::move(slice), std::move(unit)});
  }
  KANPAN_TRY(parts_.ledger.add_units(units));
  report_.tell({.kind = "plan", .table = table.name, .calls = plan.calls, .message = plan.note});
  if (named && !plan.warning.empty())
    report_.tell({.kind = "note", .table = table.name, .message = plan.warning});
  return works;
}

}  // namespace kanpan::ingest
