#include "kanpan/ingest/replacement.hpp"

#include <set>
#include <string>

#include <fmt/format.h>

namespace kanpan::ingest {
namespace {

/// Fewer stored rows than this say nothing by their number.
constexpr std::uint64_t kLeastStored = 20;

store::Read read_of(const Slice& slice) {
  const journal::Scope scope = slice.scope();
  store::Read read;
  read.table = slice.table;
  read.codes = scope.codes;
  if (scope.time) {
    read.from = scope.time->first;
    read.to = scope.time->last;
  }
  return read;
}

std::string key_of(const catalog::TableSpec& table, const frame::Batch& rows, std::size_t row) {
  std::string key;
  for (const std::string& name : table.key) {
    const frame::Column& column = rows.column(rows.find(name));
    key += column.is_null(row) ? std::string(1, '\0') : column.text_of(row);
    key += '\x1f';
  }
  return key;
}

Result<frame::Batch> stored_without(const Slice& slice, const frame::Batch& rows,
                                    const store::Store& store) {
  std::set<std::string> kept;
  for (std::size_t row = 0; row < rows.rows(); ++row) kept.insert(key_of(*slice.table, rows, row));
  frame::Batch closed(slice.table->fields());
  KANPAN_TRY(store.read(read_of(slice), [&](frame::Batch&& batch) -> Result<bool> {
    std::vector<std::uint32_t> gone;
    for (std::uint32_t row = 0; row < batch.rows(); ++row)
      if (!kept.contains(key_of(*slice.table, batch, row))) gone.push_back(row);
    closed.append(batch.take(gone));
    return true;
  }));
  return closed;
}

}  // namespace

Result<Replacement> judge_replacement(const Slice& slice, const frame::Batch& rows,
                                      const store::Store& store, bool forced) {
  Replacement out;
  KANPAN_LET(const auto stored, store.count(read_of(slice)));
  const double least = static_cast<double>(stored) * (1 - kMostLost);
  if (!forced && stored >= kLeastStored && static_cast<double>(rows.rows()) < least) {
    out.refused =
        Refusal{"page.shrunk",
                fmt::format("{} rows came for {}, {} are stored; if that is right, collect it "
                            "with --mode full",
                            rows.rows(), slice.label(), stored)};
    return out;
  }
  if (slice.table->policy.conflict == catalog::Conflict::Merge) {
    KANPAN_LET(out.closed, stored_without(slice, rows, store));
  }
  return out;
}

}  // namespace kanpan::ingest
