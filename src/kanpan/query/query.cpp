#include "kanpan/query/query.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kanpan/catalog/roles.hpp"
#include "kanpan/catalog/units.hpp"
#include "kanpan/query/bars.hpp"
#include "kanpan/query/completeness.hpp"
#include "kanpan/query/filter.hpp"

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

/// Whose commits can have changed what the read gives.
Span span_of(const Read& read) {
  Span span;
  span.until = read.as_of;
  const TableSpec& table = *read.table;
  // A row whose time is no part of its key can move out of a year that its new version is not in.
  const bool rows_stay = std::ranges::find(table.key, table.time) != table.key.end();
  if (!rows_stay || table.days == catalog::Days::Calendar) return span;
  if (read.from) span.first_year = read.from->year();
  if (read.to) span.last_year = read.to->year();
  return span;
}

/// Weeks and months are read whole.
Read daily_read(const TableSpec& daily, const BarsRequest& request) {
  Read read;
  read.table = &daily;
  read.codes = {request.code};
  read.as_of = request.as_of;
  if (request.from) read.from = period_of(*request.from, request.frequency).first;
  if (request.to) read.to = period_of(*request.to, request.frequency).last;
  return read;
}

/// The factor of an anchor is the last one on or before it, of whatever year.
Read factor_read(const TableSpec& factors, const BarsRequest& request) {
  Read read = daily_read(factors, request);
  if (request.adjust != Adjust::Qfq || !request.anchor) return read;
  read.from.reset();
  if (read.to) read.to = std::max(*read.to, *request.anchor);
  return read;
}

std::string joined(std::string_view one, std::string_view other) {
  std::set<std::string_view> names;
  for (std::string_view rest : {one, other})
    while (!rest.empty()) {
      const auto end = std::min(rest.find(','), rest.size());
      names.insert(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  return fmt::format("{}", fmt::join(names, ","));
}

/// Of rows that were read from another table besides.
void add_origin(Evidence& evidence, const TableVersion& table) {
  if (table.last > evidence.data_version) {
    evidence.data_version = table.last;
    evidence.as_of = rfc3339(table.time);
  }
  evidence.source = joined(evidence.source, table.sources);
  evidence.simulated |= table.simulated;
  if (table.pending && evidence.status == "complete") evidence.status = "provisional";
}

int days_per_bar(Frequency frequency) {
  switch (frequency) {
    case Frequency::Day:
      return 1;
    case Frequency::Week:
      return 5;
    case Frequency::Month:
      return 23;
  }
  return 1;
}

void to_units(frame::Batch& bars, const TableSpec& daily, Units units) {
  if (units == Units::Source) return;
  for (std::size_t c = 0; c < bars.width(); ++c)
    if (const auto* column = daily.column(bars.fields()[c].name))
      catalog::convert(bars.column(c), catalog::to_normal(column->unit).factor);
}

Error missing_factors(const std::string& code, const Series& series, std::size_t first) {
  std::size_t count = 0;
  for (const double factor : series.factor) count += std::isnan(factor) ? 1 : 0;
  return {Errc::Quality,
          fmt::format("{} has no adjustment factor on {} of {} days, the first {}", code, count,
                      series.size(), series.day[first].iso()),
          "collect adj_factor for these days, or ask for adj=none"};
}

}  // namespace

/// In this order: days whose rows come later than `applied` find the journal ahead of it.
Result<Query::Known> Query::known(const Read& read) const {
  KANPAN_TRY(check_range(read.from, read.to));
  Known known;
  known.applied = store_.applied();
  KANPAN_LET(known.days, versions_.days(read.table->name));
  KANPAN_LET(known.table, versions_.of(read.table->name, known.applied, span_of(read)));
  KANPAN_LET(known.absent, absences_.of(*read.table, known.days));
  KANPAN_LET(known.strangers, codes_.strangers(read));
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

Result<std::string> Query::version(const BarsRequest& request) const {
  KANPAN_LET(const TableSpec* daily, catalog_.find(catalog::role::kBars));
  KANPAN_LET(const TableSpec* factors, catalog_.find(catalog::role::kFactors));
  KANPAN_LET(const std::string first, version(daily_read(*daily, request)));
  KANPAN_LET(const std::string second, version(factor_read(*factors, request)));
  return first + "." + second;
}

Result<Evidence> Query::evidence(const RowsRequest& request) const {
  KANPAN_LET(const Known known, this->known(request.read));
  return evidence(request, known);
}

Result<Evidence> Query::evidence(const RowsRequest& request, const Known& known) const {
  const Read& read = request.read;
  Evidence evidence;
  evidence.data_version = known.table.last;
  if (known.table.last > 0) evidence.as_of = rfc3339(known.table.time);
  evidence.source = known.table.sources;
  evidence.simulated = known.table.simulated;
  KANPAN_LET(static_cast<Completeness&>(evidence), judge(read, known, catalog_, store_));
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

Result<Series> Query::daily_series(const BarsRequest& request) const {
  KANPAN_LET(const TableSpec* daily, catalog_.find(catalog::role::kBars));
  Read read = daily_read(*daily, request);
  const std::size_t wanted =
      request.limit * static_cast<std::size_t>(days_per_bar(request.frequency));
  const bool last_only = !request.from && !request.to;
  if (last_only) {
    read.order = {{daily->time, true}};
    read.limit = wanted;
  }
  std::vector<frame::Batch> batches;
  KANPAN_TRY(store_.read(read, [&](frame::Batch&& batch) -> Result<bool> {
    batches.push_back(std::move(batch));
    return true;
  }));
  Series series;
  if (last_only)
    for (auto batch = batches.rbegin(); batch != batches.rend(); ++batch) {
      std::vector<std::uint32_t> backwards(batch->rows());
      for (std::uint32_t i = 0; i < backwards.size(); ++i)
        backwards[i] = static_cast<std::uint32_t>(backwards.size()) - 1 - i;
      append(series, batch->take(backwards));
    }
  else
    for (const frame::Batch& batch : batches) append(series, batch);
  return series;
}

/// Puts the factor of each day into the series; what is missing stays NaN.
Result<void> Query::add_factors(const BarsRequest& request, Series& series) const {
  KANPAN_LET(const TableSpec* table, catalog_.find(catalog::role::kFactors));
  Read read;
  read.table = table;
  read.columns = {"trade_date", "adj_factor"};
  read.codes = {request.code};
  read.as_of = request.as_of;
  read.from = series.day.front();
  read.to = series.day.back();
  std::size_t next = 0;
  return store_.read(read, [&](frame::Batch&& batch) -> Result<bool> {
    const auto days = batch.column(0).dates();
    for (std::size_t row = 0; row < batch.rows(); ++row) {
      while (next < series.size() && series.day[next] < days[row]) ++next;
      if (next == series.size()) return false;
      if (series.day[next] == days[row] && !batch.column(1).is_null(row))
        series.factor[next] = batch.column(1).reals()[row];
    }
    return true;
  });
}

Result<double> Query::anchor_factor(const BarsRequest& request) const {
  KANPAN_LET(const TableSpec* table, catalog_.find(catalog::role::kFactors));
  Read read;
  read.table = table;
  read.columns = {"adj_factor"};
  read.codes = {request.code};
  read.as_of = request.as_of;
  read.to = request.anchor;
  read.order = {{"trade_date", true}};
  read.limit = 1;
  double factor = std::nan("");
  KANPAN_TRY(store_.read(read, [&](frame::Batch&& batch) -> Result<bool> {
    if (batch.rows() > 0 && !batch.column(0).is_null(0)) factor = batch.column(0).reals()[0];
    return true;
  }));
  if (std::isnan(factor))
    return Error{Errc::Quality,
                 fmt::format("{} has no adjustment factor on or before {}", request.code,
                             request.anchor->iso()),
                 "choose a later anchor, or collect adj_factor"};
  return factor;
}

Result<Bars> Query::bars(const BarsRequest& request) const {
  KANPAN_TRY(check_range(request.from, request.to));
  KANPAN_LET(const TableSpec* daily, catalog_.find(catalog::role::kBars));
  KANPAN_LET(Series days, daily_series(request));
  const Date to = request.to.value_or(DateRange::all().last);
  const auto whole = whole_until(days, to, request.frequency);
  if (whole == 0) {
    KANPAN_LET(const auto strangers, codes_.strangers(daily_read(*daily, request)));
    return Error{Errc::NotFound, fmt::format("no bars of {} that end in this range", request.code),
                 strangers.empty() ? "see what there is: kanpan coverage daily"
                                   : fmt::format("it is not in {}", reference_of(*daily))};
  }
  keep(days, 0, whole_until(days, to, Frequency::Day));
  KANPAN_TRY(add_factors(request, days));
  Bars bars;
  if (request.adjust != Adjust::None) {
    const auto missing = std::ranges::find_if(days.factor, [](double f) { return std::isnan(f); });
    if (missing != days.factor.end())
      return missing_factors(request.code, days,
                             static_cast<std::size_t>(missing - days.factor.begin()));
  }
  double anchor_value = days.factor.back();
  if (request.adjust == Adjust::Qfq) {
    bars.anchor = request.anchor.value_or(days.day.back());
    if (request.anchor) {
      KANPAN_LET(anchor_value, anchor_factor(request));
    }
  }
  keep(days, 0, whole);
  Series series = resample(days, request.frequency);
  if (!request.from && !request.to && series.size() > request.limit)
    keep(series, series.size() - request.limit, series.size());
  adjust(series, request.adjust, anchor_value, request.round);
  bars.rows = to_batch(series);
  to_units(bars.rows, *daily, request.units);

  // Up to the end that was asked for: days after the last bar may be those that are missing.
  BarsRequest seen = request;
  seen.from = request.from.value_or(series.day.front());
  KANPAN_LET(bars.evidence, bars_evidence(seen, bars.rows.fields()));
  return bars;
}

/// How complete is said of the bars; from where and of when of their factors too.
Result<Evidence> Query::bars_evidence(const BarsRequest& request,
                                      const std::vector<frame::Field>& fields) const {
  KANPAN_LET(const TableSpec* daily, catalog_.find(catalog::role::kBars));
  KANPAN_LET(const TableSpec* factors, catalog_.find(catalog::role::kFactors));
  RowsRequest asked{daily_read(*daily, request), request.units};
  for (const frame::Field& field : fields) asked.read.columns.push_back(field.name);
  KANPAN_LET(Evidence evidence, this->evidence(asked));
  const Span span = span_of(factor_read(*factors, request));
  KANPAN_LET(const auto table, versions_.of(factors->name, store_.applied(), span));
  add_origin(evidence, table);
  evidence.columns.push_back(
      {"adj_factor", frame::Type::Real, "", "复权因子", "Adjustment factor"});
  return evidence;
}

Result<Bars> Query::cross_section(Date day, Units units,
                                  std::optional<store::Sequence> as_of) const {
  KANPAN_LET(const TableSpec* daily, catalog_.find(catalog::role::kBars));
  RowsRequest request;
  request.units = units;
  request.read.table = daily;
  request.read.from = request.read.to = day;
  request.read.as_of = as_of;
  Bars bars;
  bars.rows = frame::Batch(daily->fields());
  KANPAN_TRY(rows(request, [&](frame::Batch&& batch) -> Result<bool> {
    if (bars.rows.rows() == 0)
      bars.rows = std::move(batch);
    else
      bars.rows.append(batch);
    return true;
  }));
  KANPAN_LET(bars.evidence, evidence(request));
  return bars;
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
