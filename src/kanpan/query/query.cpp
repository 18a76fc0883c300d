#include "kanpan/query/query.hpp"

#include <charconv>

#include <fmt/format.h>

#include "kanpan/catalog/units.hpp"
#include "kanpan/query/completeness.hpp"
#include "kanpan/query/spelling.hpp"

namespace kanpan::query {
namespace {

using catalog::TableSpec;
using store::Read;

std::vector<ColumnInfo> describe(const TableSpec& table, const std::vector<std::string>& names,
                                 Units units) {
  std::vector<ColumnInfo> columns;
  const auto add = [&](const catalog::ColumnSpec& column) {
    const std::string unit =
        units == Units::Source ? column.unit : catalog::to_normal(column.unit).unit;
    columns.push_back({column.name, column.type, unit, column.label, column.label_en});
  };
  if (names.empty())
    for (const auto& column : table.columns) add(column);
  for (const std::string& name : names)
    if (const auto* column = table.column(name)) add(*column);
  return columns;
}

/// Without a first day it does not begin in the future.
DateRange days_of(const Read& read) {
  const DateRange all = DateRange::all();
  return {read.from.value_or(all.first), read.to.value_or(all.last)};
}

}  // namespace

std::vector<frame::Field> fields_of(const Read& read) {
  if (read.columns.empty()) return read.table->fields();
  std::vector<frame::Field> fields;
  for (const std::string& name : read.columns)
    fields.push_back({name, read.table->column(name)->type});
  return fields;
}

/// In this order: days whose rows come later than `applied` find the journal ahead of it.
Result<Query::Known> Query::known(const Read& read) const {
  KANPAN_TRY(check_range(read.from, read.to));
  Known known;
  known.applied = store_.applied();
  KANPAN_LET(known.days, versions_.days(read.table->name));
  KANPAN_LET(known.table, versions_.of(read.table->name, known.applied, span_of(read)));
  KANPAN_LET(known.absent, absences_.of(*read.table, known.days));
  KANPAN_LET(known.strangers, codes_.strangers(read));
  if (known.table.newest > known.table.last) {
    KANPAN_LET(known.is_past, store_.has_changed(read, *read.as_of));
  }
  known.due = absences_.due(*read.table);
  DateRange days = days_of(read);
  if (read.to) days.first = std::max(days.first, known.due + 1);  // its part counts as by itself
  KANPAN_LET(known.is_to_come, absences_.is_to_come(*read.table, days));
  return known;
}

Result<std::string> Query::version(const Read& read) const {
  KANPAN_LET(const Known known, this->known(read));
  return version(read, known);
}

Result<std::string> Query::version(const Read& read, const Known& known) const {
  std::string version = fmt::format("{}-{}", known.table.last, fingerprint(read, known));
  for (const std::string& name : judged_by(read, known)) {
    KANPAN_LET(const auto other, versions_.of(name, known.applied));
    version += fmt::format(".{}", other.last);
  }
  return version;
}

Result<Evidence> Query::evidence(const RowsRequest& request) const {
  KANPAN_LET(const Known known, this->known(request.read));
  return evidence(request, known);
}

Result<Evidence> Query::evidence(const RowsRequest& request, const Known& known) const {
  const Read& read = request.read;
  Evidence evidence;
  evidence.data_version = known.table.last;
  if (known.table.last > 0) {
    evidence.as_of = rfc3339(known.table.time);
    evidence.source = known.table.sources;
    evidence.simulated = known.table.simulated;
  }
  KANPAN_LET(static_cast<Completeness&>(evidence), judge(read, known, catalog_, store_, ledger_));
  evidence.columns = describe(*read.table, read.columns, request.units);
  return evidence;
}

Result<Snapshot> Query::snapshot(const RowsRequest& request) const {
  constexpr int kTries = 4;
  for (int i = 1;; ++i) {
    KANPAN_LET(const Known known, this->known(request.read));
    Snapshot snapshot;
    snapshot.seen = known.applied;
    KANPAN_LET(snapshot.version, version(request.read, known));
    KANPAN_LET(snapshot.evidence, evidence(request, known));
    // Where days or codes were judged by rows, these were those of now.
    const bool saw_rows = !known.strangers.empty() || !judged_by(request.read, known).empty();
    if (!saw_rows || store_.applied() == known.applied || i == kTries) return snapshot;
  }
}

Result<void> Query::rows(const RowsRequest& request, const store::Sink& sink) const {
  KANPAN_TRY(check_range(request.read.from, request.read.to));
  if (request.units == Units::Source) return store_.read(request.read, sink);
  return store_.read(request.read, [&](frame::Batch&& batch) -> Result<bool> {
    for (std::size_t c = 0; c < batch.width(); ++c)
      if (const auto* column = request.read.table->column(batch.fields()[c].name))
        catalog::convert(batch.column(c), catalog::to_normal(column->unit).factor);
    return sink(std::move(batch));
  });
}

Result<void> Query::rows(const RowsRequest& request, const Snapshot& snapshot,
                         const store::Sink& sink) const {
  bool is_known = request.read.as_of.has_value(), has_changed = false;
  const auto look = [&]() -> Result<void> {
    if (is_known) return {};
    is_known = true;
    KANPAN_LET(const std::string now, version(request.read));
    has_changed = now != snapshot.version;
    return {};
  };
  // With the first rows it is settled which state all of them are of, and nothing was sent yet.
  KANPAN_TRY(rows(request, [&](frame::Batch&& batch) -> Result<bool> {
    KANPAN_TRY(look());
    return has_changed ? false : sink(std::move(batch));
  }));
  KANPAN_TRY(look());
  if (!has_changed) return {};
  RowsRequest before = request;
  before.read.as_of = snapshot.seen;
  return rows(before, sink);
}

Result<std::uint64_t> Query::count(const RowsRequest& request) const {
  KANPAN_TRY(check_range(request.read.from, request.read.to));
  return store_.count(request.read);
}

Result<store::Sequence> Query::as_of(std::string_view text) const {
  store::Sequence seq = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seq);
  const bool number = error == std::errc{} && end == text.data() + text.size();
  Date day;
  if (parse_date(text, day))
    return journal_.at(shanghai_instant(day + 1, 0) - std::chrono::microseconds{1});
  if (number) {
    if (seq > store_.applied())
      return Error{Errc::Usage, fmt::format("as_of {} is in the future", seq),
                   fmt::format("the newest commit is {}", store_.applied())};
    return seq;
  }
  auto instant = parse_rfc3339(text);
  if (!instant)
    return Error{Errc::Usage, fmt::format("as_of '{}' is neither a commit, a day nor a time", text),
                 "write 1234, 2024-06-28 or 2024-06-28T18:00:00+08:00"};
  return journal_.at(*instant);
}

}  // namespace kanpan::query
