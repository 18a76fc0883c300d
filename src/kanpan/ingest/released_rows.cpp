#include "kanpan/ingest/released_rows.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "kanpan/frame/ndjson.hpp"
#include "kanpan/ingest/row_order.hpp"
#include "kanpan/ingest/stored_keys.hpp"

namespace kanpan::ingest {
namespace {

using catalog::TableSpec;

/// As it is read when it is released; nothing where that cannot be.
std::optional<frame::Batch> row_in(const TableSpec& table, const std::string& json) {
  auto reader = frame::NdjsonReader::read(frame::stream_of(json), table.name, table.fields());
  if (!reader) return std::nullopt;
  auto block = reader->next(1);
  if (!block || !*block || !(*block)->bad_cells.empty()) return std::nullopt;
  return std::move((*block)->batch);
}

/// Every cell that the row has is stored; an empty one may have kept what was there.
bool is_as_stored(const frame::Batch& rows, std::size_t row, const frame::Batch& stored,
                  std::size_t at) {
  for (std::size_t c = 0; c < rows.width(); ++c) {
    if (rows.column(c).is_null(row)) continue;
    const frame::Column& cells = stored.column(c);
    if (cells.is_null(at) || cells.text_of(at) != rows.column(c).text_of(row)) return false;
  }
  return true;
}

/// By position in `rows` whether it is stored.
Result<std::vector<bool>> stored_rows(const TableSpec& table, const frame::Batch& rows,
                                      const store::Store& store) {
  std::vector<bool> stored(rows.rows(), false);
  if (rows.rows() == 0) return stored;
  std::multimap<std::string, std::size_t> by_key;
  for (std::size_t row = 0; row < rows.rows(); ++row) by_key.emplace(key_of(table, rows, row), row);
  KANPAN_TRY(store.read(read_under(table, rows), [&](frame::Batch&& batch) -> Result<bool> {
    for (std::size_t at = 0; at < batch.rows(); ++at) {
      const auto [first, last] = by_key.equal_range(key_of(table, batch, at));
      for (auto candidate = first; candidate != last; ++candidate)
        if (is_as_stored(rows, candidate->second, batch, at)) stored[candidate->second] = true;
    }
    return true;
  }));
  return stored;
}

}  // namespace

Result<ReleasedRows> released_rows(const TableSpec& table, std::span<const HeldRow> held,
                                   const journal::Ledger& ledger, const store::Store& store) {
  ReleasedRows out{std::vector<bool>(held.size(), false), frame::Batch(table.fields())};
  std::vector<journal::RowOfRule> asked;
  for (const HeldRow& one : held) asked.push_back({one.rule, one.json});
  KANPAN_LET(const auto known, ledger.are_quarantined(table.name, "released", asked));
  std::vector<std::size_t> places;
  frame::Batch rows(table.fields());
  for (std::size_t n = 0; n < held.size(); ++n) {
    if (!known[n]) continue;
    const auto row = row_in(table, held[n].json);
    if (!row) continue;
    rows.append(*row);
    places.push_back(n);
  }
  KANPAN_LET(const auto stored, stored_rows(table, rows, store));
  std::vector<std::uint32_t> there;
  for (std::uint32_t row = 0; row < stored.size(); ++row) {
    if (!stored[row]) continue;
    out.is[places[row]] = true;
    there.push_back(row);
  }
  out.rows = rows.take(there);
  return out;
}

}  // namespace kanpan::ingest
