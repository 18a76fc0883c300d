#include "kanpan/ingest/repair.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include <fmt/format.h>

namespace kanpan::ingest {
namespace {

using catalog::TableSpec;

constexpr std::size_t kImpossible = std::numeric_limits<std::size_t>::max() / 4;

bool is_whole(const DayCoverage& day) {
  if (!day.missing.empty()) return false;
  // A partial day without a missing code lacks rows in quarantine: the source repeats itself.
  // What was expected when the day was judged may have become less since: codes were suspended.
  return day.state == "complete" || day.state == "partial" ||
         (day.expected && day.rows >= *day.expected);
}

bool walks_by_code(const TableSpec& table) {
  return !table.code.empty() &&
         std::ranges::any_of(table.source.walks, [](const catalog::Walk& walk) {
           return walk.kind == catalog::WalkKind::Code;
         });
}

std::size_t calls_for(const TableSpec& table, Date day, const Knowledge& knowledge) {
  PlanRequest request{&table, {}, {}, {}, {}, std::vector{day}};
  const auto made = plan(request, knowledge);
  return made ? made->calls : kImpossible;
}

void add(Plan& into, Plan&& part) {
  into.calls += part.calls;
  std::ranges::move(part.slices, std::back_inserter(into.slices));
}

/// Of days ordered from the fewest missing codes to the most: how many from the front to ask code
/// by code so that the calls in all are the fewest.
std::size_t best_split(const std::vector<const DayCoverage*>& days,
                       const std::vector<std::size_t>& day_calls) {
  std::size_t by_day = 0;
  for (const std::size_t calls : day_calls) by_day += calls;
  std::size_t best = 0, least = by_day;
  std::set<std::string_view> codes;
  for (std::size_t n = 0; n < days.size(); ++n) {
    by_day -= day_calls[n];
    codes.insert(days[n]->missing.begin(), days[n]->missing.end());
    if (by_day + codes.size() < least) least = by_day + codes.size(), best = n + 1;
  }
  return best;
}

Result<void> add_whole_days(Plan& into, const TableSpec& table, std::vector<Date> days,
                            const Knowledge& knowledge) {
  if (days.empty()) return {};
  std::ranges::sort(days);
  KANPAN_LET(auto part, plan({&table, {}, {}, {}, {}, std::move(days)}, knowledge));
  add(into, std::move(part));
  return {};
}

Result<void> add_cells(Plan& into, const TableSpec& table, std::span<const DayCoverage* const> days,
                       const Knowledge& knowledge) {
  std::map<std::string, std::vector<Date>> by_code;
  for (const DayCoverage* day : days)
    for (const std::string& code : day->missing) by_code[code].push_back(day->day);
  for (auto& [code, missing] : by_code) {
    std::ranges::sort(missing);
    KANPAN_LET(auto part, plan({&table, {}, {}, {code}, {}, std::move(missing)}, knowledge));
    add(into, std::move(part));
  }
  return {};
}

}  // namespace

std::vector<Date> incomplete_days(const TableSpec& table, const Coverage& coverage,
                                  const Knowledge& knowledge) {
  std::vector<Date> days;
  for (const DayCoverage& day : coverage.days)
    if (!is_whole(day) && knowledge.is_ready(table, day.day)) days.push_back(day.day);
  return days;
}

Result<Plan> plan_repair(const TableSpec& table, const Coverage& coverage,
                         const Knowledge& knowledge) {
  Plan repair;
  std::vector<const DayCoverage*> cells;
  std::vector<Date> whole_days;
  std::size_t missing = 0;
  for (const DayCoverage& day : coverage.days) {
    if (!knowledge.is_ready(table, day.day)) continue;
    if (is_whole(day)) {
      ++repair.left_out;
      continue;
    }
    missing += day.missing.size();
    if (walks_by_code(table) && !day.missing.empty())
      cells.push_back(&day);
    else
      whole_days.push_back(day.day);
  }
  std::ranges::stable_sort(cells, {}, [](const auto* day) { return day->missing.size(); });
  std::vector<std::size_t> day_calls;
  for (const DayCoverage* day : cells) day_calls.push_back(calls_for(table, day->day, knowledge));
  const std::size_t by_code = best_split(cells, day_calls);
  for (std::size_t n = by_code; n < cells.size(); ++n) whole_days.push_back(cells[n]->day);
  repair.note = fmt::format("{} cells missing; {} days whole, the rest code by code", missing,
                            whole_days.size());
  KANPAN_TRY(add_whole_days(repair, table, std::move(whole_days), knowledge));
  KANPAN_TRY(add_cells(repair, table, std::span(cells).first(by_code), knowledge));
  return repair;
}

}  // namespace kanpan::ingest
