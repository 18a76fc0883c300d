#include "kanpan/source/sim/world/world.hpp"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "kanpan/source/sim/condition.hpp"
#include "kanpan/source/sim/world/ask.hpp"
#include "kanpan/source/sim/world/generators.hpp"

namespace kanpan::source::sim::world {
namespace {

const Generator* find(std::string_view table) {
  const auto all = generators();
  const auto it =
      std::find_if(all.begin(), all.end(), [&](const Generator& g) { return g.table == table; });
  return it == all.end() ? nullptr : &*it;
}

/// A parameter that is no column narrows nothing.
void keep_asked(const frame::Batch& batch, const Question& question,
                std::vector<std::uint32_t>& rows) {
  const std::vector<Condition> all = conditions(batch, question);
  if (!all.empty()) std::erase_if(rows, [&](std::uint32_t row) { return !holds(all, row); });
}

void newest_first(const frame::Batch& batch, const std::string& time,
                  std::vector<std::uint32_t>& rows) {
  const std::size_t at = time.empty() ? frame::Batch::npos : batch.find(time);
  if (at == frame::Batch::npos || batch.column(at).type() != frame::Type::Date) return;
  const auto dates = batch.column(at).dates();
  const auto newer = [dates](std::uint32_t a, std::uint32_t b) { return dates[b] < dates[a]; };
  if (!std::is_sorted(rows.begin(), rows.end(), newer))
    std::stable_sort(rows.begin(), rows.end(), newer);
}

}  // namespace

World::World(const WorldOptions& options) : exchange_(options) {}

Result<frame::Batch> World::rows(const catalog::TableSpec& table, const Question& question) const {
  const Generator* generator = find(table.name);
  if (!generator)
    return Error{Errc::NotFound, fmt::format("the simulator has no table {:?}", table.name),
                 "kanpan table list names those it knows"};
  Rows out(table);
  generator->generate(Ask(exchange_, table, question), out);
  frame::Batch batch = std::move(out).finish();

  std::vector<std::uint32_t> rows(batch.rows());
  std::iota(rows.begin(), rows.end(), 0U);
  keep_asked(batch, question, rows);
  newest_first(batch, table.time, rows);
  const bool as_made = rows.size() == batch.rows() && std::is_sorted(rows.begin(), rows.end());
  return as_made ? std::move(batch) : batch.take(rows);
}

std::vector<std::string_view> World::tables() {
  std::vector<std::string_view> names;
  for (const Generator& generator : generators()) names.push_back(generator.table);
  return names;
}

}  // namespace kanpan::source::sim::world
