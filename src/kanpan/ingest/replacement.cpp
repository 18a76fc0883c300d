#include "kanpan/ingest/replacement.hpp"

#include <set>
#include <string>
#include <vector>

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

std::set<std::string> keys_of(const catalog::TableSpec& table, const frame::Batch& rows) {
  std::set<std::string> keys;
  for (std::size_t row = 0; row < rows.rows(); ++row) keys.insert(key_of(table, rows, row));
  return keys;
}

/// Parts the stored rows whose key did not come into those to close and those to keep.
Result<void> find_gone(const Slice& slice, const Verdict& verdict, const store::Store& store,
                       Replacement& out) {
  const catalog::TableSpec& table = *slice.table;
  const auto came = keys_of(table, verdict.rows), held = keys_of(table, verdict.held_rows);
  out.closed = out.kept = frame::Batch(table.fields());
  return store.read(read_of(slice), [&](frame::Batch&& batch) -> Result<bool> {
    std::vector<std::uint32_t> closed, kept;
    for (std::uint32_t row = 0; row < batch.rows(); ++row) {
      const std::string key = key_of(table, batch, row);
      if (came.contains(key)) continue;
      const bool keep = verdict.without_place || held.contains(key);
      (keep ? kept : closed).push_back(row);
    }
    out.closed.append(batch.take(closed));
    out.kept.append(batch.take(kept));
    return true;
  });
}

}  // namespace

Result<Replacement> judge_replacement(const Slice& slice, const Verdict& verdict,
                                      const store::Store& store, bool forced) {
  Replacement out;
  KANPAN_LET(const auto stored, store.count(read_of(slice)));
  const double least = static_cast<double>(stored) * (1 - kMostLost);
  const std::size_t came = verdict.rows.rows() + verdict.held.size();
  if (!forced && stored >= kLeastStored && static_cast<double>(came) < least) {
    out.refused =
        Refusal{"page.shrunk",
                fmt::format("{} rows came for {}, {} are stored; if that is right, collect it "
                            "with --mode full",
                            came, slice.label(), stored)};
    return out;
  }
  if (slice.table->policy.conflict == catalog::Conflict::Merge || !verdict.held.empty())
    KANPAN_TRY(find_gone(slice, verdict, store, out));
  return out;
}

}  // namespace kanpan::ingest
