#include "kanpan/ingest/replacement.hpp"

#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "kanpan/ingest/row_order.hpp"

namespace kanpan::ingest {
namespace {

/// Fewer stored rows than this, of the scope or of one split value, say nothing by their number.
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

/// The column of the split parameter; "" where there is none.
std::string_view split_column(const catalog::TableSpec& table) {
  return table.source.split ? std::string_view(table.source.split->column) : std::string_view{};
}

/// Stored rows by split value, and how many of them would be closed.
struct Loss {
  std::uint64_t stored = 0, closed = 0;
};
using Losses = std::map<std::string, Loss>;

/// Parts the stored rows whose key did not come into those to close and those to keep.
Result<Losses> find_gone(const Slice& slice, const Verdict& verdict, const store::Store& store,
                         Replacement& out) {
  const catalog::TableSpec& table = *slice.table;
  Losses losses;
  const auto came = keys_of(table, verdict.rows), held = keys_of(table, verdict.held_rows);
  out.closed = out.kept = frame::Batch(table.fields());
  KANPAN_TRY(store.read(read_of(slice), [&](frame::Batch&& batch) -> Result<bool> {
    const auto split = batch.find(split_column(table));
    std::vector<std::uint32_t> closed, kept;
    for (std::uint32_t row = 0; row < batch.rows(); ++row) {
      Loss* loss =
          split == frame::Batch::npos ? nullptr : &losses[batch.column(split).text_of(row)];
      if (loss) ++loss->stored;
      const std::string key = key_of(table, batch, row);
      if (came.contains(key)) continue;
      const bool keep = verdict.without_place || held.contains(key);
      if (loss && !keep) ++loss->closed;
      (keep ? kept : closed).push_back(row);
    }
    out.closed.append(batch.take(closed));
    out.kept.append(batch.take(kept));
    return true;
  }));
  return losses;
}

/// One value that answers nothing is a small part of the whole. A row that came under another value
/// is not lost.
std::optional<Refusal> lost_value(const Slice& slice, const Losses& losses) {
  for (const auto& [value, loss] : losses) {
    const auto most = static_cast<double>(loss.stored) * kMostLost;
    if (loss.stored < kLeastStored || static_cast<double>(loss.closed) <= most) continue;
    return Refusal{
        "page.shrunk",
        fmt::format("{} of the {} stored rows with {} {} did not come for {}; if that "
                    "is right, collect it with --mode full",
                    loss.closed, loss.stored, split_column(*slice.table), value, slice.label())};
  }
  return std::nullopt;
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
  const bool is_split = !split_column(*slice.table).empty();
  if (slice.table->policy.conflict == catalog::Conflict::Replace && verdict.held.empty() &&
      (forced || !is_split))
    return out;
  KANPAN_LET(const auto losses, find_gone(slice, verdict, store, out));
  if (!forced) out.refused = lost_value(slice, losses);
  return out;
}

}  // namespace kanpan::ingest
