#include "kanpan/ingest/stored_keys.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include "kanpan/ingest/row_order.hpp"

namespace kanpan::ingest {
namespace {

using catalog::TableSpec;

/// More codes than these are not looked up one by one.
constexpr std::size_t kMostCodes = 1000;

bool is_in_key(const TableSpec& table, const std::string& column) {
  return std::ranges::find(table.key, column) != table.key.end();
}

}  // namespace

std::optional<DateRange> span_of(const TableSpec& table, const frame::Batch& rows) {
  const auto at = rows.find(table.time);
  if (at == frame::Batch::npos || !table.dated() || rows.rows() == 0) return std::nullopt;
  const auto days = rows.column(at).dates();
  const auto [first, last] = std::ranges::minmax(days);
  return DateRange{first, last};
}

store::Read read_under(const TableSpec& table, const frame::Batch& rows) {
  store::Read read;
  read.table = &table;
  read.any_order = true;
  if (const auto span = is_in_key(table, table.time) ? span_of(table, rows) : std::nullopt) {
    read.from = span->first;
    read.to = span->last;
  }
  if (is_in_key(table, table.code)) {
    const auto& codes = rows.column(rows.find(table.code)).texts();
    std::set<std::string_view> some;
    for (std::size_t row = 0; row < codes.size() && some.size() <= kMostCodes; ++row)
      some.insert(codes[row]);
    if (some.size() <= kMostCodes) read.codes.assign(some.begin(), some.end());
  }
  return read;
}

Result<std::map<std::string, std::string>> stored_under(const TableSpec& table,
                                                        const frame::Batch& rows,
                                                        const store::Store& store,
                                                        std::optional<store::Sequence> as_of) {
  store::Read read = read_under(table, rows);
  read.as_of = as_of;
  const auto keys = keys_of(table, rows);
  std::map<std::string, std::string> stored;
  KANPAN_TRY(store.read(read, [&](frame::Batch&& batch) -> Result<bool> {
    for (std::size_t row = 0; row < batch.rows(); ++row) {
      std::string key = key_of(table, batch, row);
      if (!keys.contains(key)) continue;
      std::string& cells = stored[std::move(key)];
      for (std::size_t c = 0; c < batch.width(); ++c) {
        cells += batch.column(c).is_null(row) ? '0' : '1';
        cells += batch.column(c).text_of(row) + '\x1f';
      }
    }
    return true;
  }));
  return stored;
}

Result<std::vector<std::uint32_t>> new_rows(const TableSpec& table, const frame::Batch& rows,
                                            const store::Store& store) {
  std::vector<std::uint32_t> fresh;
  if (rows.rows() == 0) return fresh;
  auto keys = keys_of(table, rows);
  store::Read read = read_under(table, rows);
  read.columns = table.key;
  KANPAN_TRY(store.read(read, [&](frame::Batch&& batch) -> Result<bool> {
    for (std::size_t row = 0; row < batch.rows(); ++row) keys.erase(key_of(table, batch, row));
    return !keys.empty();
  }));
  if (keys.empty()) return fresh;
  for (std::uint32_t row = 0; row < rows.rows(); ++row)
    if (keys.contains(key_of(table, rows, row))) fresh.push_back(row);
  return fresh;
}

}  // namespace kanpan::ingest
