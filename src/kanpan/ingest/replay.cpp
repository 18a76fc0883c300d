#include "kanpan/ingest/replay.hpp"

#include <algorithm>
#include <set>
#include <thread>

#include <fmt/format.h>

#include "kanpan/base/channel.hpp"
#include "kanpan/base/log.hpp"

namespace kanpan::ingest {
namespace {

constexpr std::size_t kRecordsPerRead = 20;
constexpr std::size_t kReadsAhead = 1;
constexpr std::size_t kHeadersPerRead = 1000;

using Read = Result<std::vector<journal::Record>>;

/// The batch with exactly the table's columns in catalog order: a record may be older than the
/// catalog.
frame::Batch conform(frame::Batch batch, const catalog::TableSpec& table) {
  const auto fields = table.fields();
  if (batch.fields() == fields) return batch;
  const std::size_t rows = batch.rows();  // of a batch that is about to be taken apart
  std::vector<frame::Column> columns;
  for (const frame::Field& field : fields) {
    const auto at = batch.find(field.name);
    if (at != frame::Batch::npos && batch.column(at).type() == field.type) {
      columns.push_back(std::move(batch.column(at)));
      continue;
    }
    frame::Column empty(field.type);
    for (std::size_t row = 0; row < rows; ++row) empty.push_null();
    columns.push_back(std::move(empty));
  }
  return frame::Batch(fields, std::move(columns));
}

/// Reads the journal from `after` on into the channel until its end, an error, or a closed channel.
void read_ahead(const journal::Journal& journal, journal::Sequence after, std::size_t bytes,
                Channel<Read>& channel) {
  for (;;) {
    Read records = journal.read(after, kRecordsPerRead, bytes);
    const bool last = !records || records->empty();
    if (!last) after = records->back().header.seq;
    if (!channel.send(std::move(records)) || last) break;
  }
  channel.close();
}

}  // namespace

store::Change to_change(const journal::Commit& commit, const catalog::TableSpec& table,
                        frame::Batch rows) {
  return {commit.seq,  &table, commit.mode, commit.scope, conform(std::move(rows), table),
          commit.chain};
}

Result<std::uint64_t> replay(const journal::Journal& journal, store::Store& store,
                             const catalog::Catalog& catalog,
                             const std::function<void(journal::Sequence)>& progress,
                             std::stop_token stop, const ReplayLimits& limits) {
  Channel<Read> channel(kReadsAhead);
  std::jthread reader(
      [&, after = store.applied()] { read_ahead(journal, after, limits.bytes_per_read, channel); });
  struct Closing {
    Channel<Read>& channel;
    ~Closing() { channel.close(); }
  } closing{channel};

  std::uint64_t applied = 0;
  std::set<std::string> unknown;
  std::vector<store::Change> changes;
  std::size_t rows = 0, cells = 0;
  const auto flush = [&]() -> Result<void> {
    if (changes.empty()) return {};
    KANPAN_TRY(store.apply(changes));
    applied += changes.size();
    if (progress) progress(changes.back().seq);
    changes.clear();
    rows = cells = 0;
    return {};
  };
  while (auto records = channel.receive()) {
    if (!*records) return std::move(*records).error();
    for (journal::Record& record : **records) {
      const auto table = catalog.find(record.header.table);
      if (!table) {
        if (unknown.insert(record.header.table).second)
          log::warn("replay", "the catalog has no table {}: its commits are skipped",
                    record.header.table);
        continue;
      }
      rows += record.rows.rows();
      cells += record.rows.rows() * record.rows.width();
      changes.push_back(to_change(record.header, **table, std::move(record.rows)));
      if (rows >= limits.rows_per_transaction || cells >= limits.cells_per_transaction)
        KANPAN_TRY(flush());
    }
    if (stop.stop_requested()) return Error{Errc::Cancelled, "replay was stopped"};
  }
  KANPAN_TRY(flush());
  return applied;
}

Result<bool> has_to_apply(const journal::Journal& journal, const catalog::Catalog& catalog,
                          journal::Sequence after) {
  for (;;) {
    KANPAN_LET(const auto headers, journal.headers(after, kHeadersPerRead));
    if (headers.empty()) return false;
    if (std::ranges::any_of(headers, [&](const journal::Commit& commit) {
          return catalog.find(commit.table).has_value();
        }))
      return true;
    after = headers.back().seq;
  }
}

}  // namespace kanpan::ingest
