#include "kanpan/source/sim/faults.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace kanpan::source::sim {
namespace {

using Parameters = std::map<std::string, std::string>;

std::string_view value_of(const Parameters& parameters, const std::string& name) {
  const auto at = parameters.find(name);
  return at == parameters.end() ? std::string_view{} : std::string_view(at->second);
}

/// Whether the call asks for the day. Dates as YYYYMMDD compare as text.
bool asks_for(const Parameters& parameters, const std::string& date) {
  for (const auto& [name, value] : parameters)
    if (value == date) return true;
  const std::string_view from = value_of(parameters, "start_date");
  const std::string_view to = value_of(parameters, "end_date");
  return (!from.empty() || !to.empty()) && from <= date && (to.empty() || date <= to);
}

bool matches(const FaultWhen& when, std::string_view api, const Parameters& parameters) {
  if (!when.apis.empty() && std::ranges::find(when.apis, api) == when.apis.end()) return false;
  if (when.date && !asks_for(parameters, *when.date)) return false;
  return std::ranges::all_of(when.parameters, [&](const auto& wanted) {
    return value_of(parameters, wanted.first) == wanted.second;
  });
}

}  // namespace

std::vector<Strike> Faults::strike(std::string_view api, const Parameters& parameters) {
  std::vector<Strike> strikes;
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < plan_.rules.size(); ++i) {
    const FaultWhen& when = plan_.rules[i].when;
    if (!matches(when, api, parameters)) continue;
    const std::int64_t call = ++matched_[i];
    if (call < when.from || call > when.to || call % when.every != 0) continue;
    if (Dice(plan_.seed, fmt::format("{}/{}", i, call)).unit() >= when.probability) continue;
    strikes.push_back({&plan_.rules[i].fault, call, Dice(plan_.seed, fmt::to_string(i))});
  }
  std::ranges::stable_sort(strikes, {}, [](const Strike& s) { return s.fault->kind; });
  return strikes;
}

}  // namespace kanpan::source::sim
