// Query: adjusted bars and cross-sections of the bars.
#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kanpan/catalog/roles.hpp"
#include "kanpan/catalog/units.hpp"
#include "kanpan/ingest/universe.hpp"
#include "kanpan/query/bars.hpp"
#include "kanpan/query/query.hpp"
#include "kanpan/query/spelling.hpp"

namespace kanpan::query {
namespace {

using catalog::TableSpec;
using store::Read;

/// Longer than a month: rows so long after the end of a period show that it is over, though nobody
/// has a row of its last day.
constexpr int kProvesEnd = 31;

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

Read day_read(const TableSpec& table, const DayBarsRequest& request) {
  Read read;
  read.table = &table;
  read.from = read.to = request.day;
  read.as_of = request.as_of;
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

std::size_t count_until(const Series& series, Date day) {
  return static_cast<std::size_t>(std::ranges::upper_bound(series.day, day) - series.day.begin());
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

Result<std::string> Query::version(const BarsRequest& request) const {
  KANPAN_LET(const TableSpec* daily, catalog_.find(catalog::role::kBars));
  KANPAN_LET(const TableSpec* factors, catalog_.find(catalog::role::kFactors));
  KANPAN_LET(const std::string first, version(daily_read(*daily, request)));
  KANPAN_LET(const std::string second, version(factor_read(*factors, request)));
  if (request.frequency == Frequency::Day) return first + "." + second;
  Read dating = daily_read(*daily, request);
  if (dating.to) dating.to = *dating.to + kProvesEnd;
  KANPAN_LET(const auto bars, versions_.of(daily->name, store_.applied(), span_of(dating)));
  Span span;
  span.until = request.as_of;
  KANPAN_LET(const auto calendar, versions_.of(catalog::role::kCalendar, store_.applied(), span));
  return fmt::format("{}.{}.{}.{}", first, second, bars.last, calendar.last);
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

Error Query::no_bars(const TableSpec& daily, const BarsRequest& request) const {
  Span span;
  span.until = request.as_of;
  const auto then = versions_.of(daily.name, store_.applied(), span);
  if (!then) return then.error();
  if (request.as_of && then->empty)
    return {Errc::NotFound,
            fmt::format("no bars of {}: nothing of {} was stored then", request.code, daily.name),
            "ask as of a later commit: kanpan journal list"};
  const auto strangers = codes_.strangers(daily_read(daily, request));
  if (!strangers) return strangers.error();
  return {Errc::NotFound, fmt::format("no bars of {} that end in this range", request.code),
          strangers->empty() ? "see what there is: kanpan coverage daily"
                             : fmt::format("it is not in {}", reference_of(daily))};
}

/// Of whatever code, as of the request; the first of the range where none has one in it.
Result<Date> Query::newest_bar(const BarsRequest& request, DateRange range) const {
  KANPAN_LET(const TableSpec* daily, catalog_.find(catalog::role::kBars));
  Read read;
  read.table = daily;
  read.columns = {daily->time};
  read.as_of = request.as_of;
  read.from = range.first;
  read.to = range.last;
  read.order = {{daily->time, true}};
  read.limit = 1;
  Date newest = range.first;
  KANPAN_TRY(store_.read(read, [&](frame::Batch&& batch) -> Result<bool> {
    if (batch.rows() > 0) newest = batch.column(0).dates()[0];
    return true;
  }));
  return newest;
}

/// By rows, not by the days asked for: the same commits give the same dates for ever. All periods
/// but the last are known to be over.
Result<std::vector<Date>> Query::dates_of(const BarsRequest& request, const Series& days) const {
  if (request.frequency == Frequency::Day || days.size() == 0) return days.day;
  const Date last = days.day.back();
  KANPAN_LET(const Date known,
             newest_bar(request, {last, period_of(last, request.frequency).last + kProvesEnd}));
  if (request.as_of) {
    KANPAN_LET(const auto then, ingest::load_calendar(catalog_, store_, request.as_of));
    return bar_dates(days, request.frequency, then, known);
  }
  KANPAN_LET(const auto calendar, absences_.known_calendar());
  return bar_dates(days, request.frequency, *calendar, known);
}

Result<Bars> Query::bars(const BarsRequest& request) const {
  KANPAN_TRY(check_range(request.from, request.to));
  KANPAN_LET(const TableSpec* daily, catalog_.find(catalog::role::kBars));
  KANPAN_LET(Series days, daily_series(request));
  KANPAN_LET(auto dates, dates_of(request, days));
  const DateRange range{request.from.value_or(DateRange::all().first),
                        request.to.value_or(DateRange::all().last)};
  const auto first = std::ranges::lower_bound(dates, range.first) - dates.begin();
  const auto whole = std::ranges::upper_bound(dates, range.last) - dates.begin();
  if (first >= whole) return no_bars(*daily, request);
  keep(days, 0, count_until(days, range.last));
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
  keep(days, 0, static_cast<std::size_t>(whole));
  dates.resize(days.size());
  Series series = request.frequency == Frequency::Day ? std::move(days) : resample(days, dates);
  keep(series, count_until(series, range.first - 1), series.size());
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
  KANPAN_TRY(add_factor_origin(evidence, factor_read(*factors, request)));
  return evidence;
}

Result<void> Query::add_factor_origin(Evidence& evidence, const Read& factors) const {
  KANPAN_LET(const auto table,
             versions_.of(factors.table->name, store_.applied(), span_of(factors)));
  add_origin(evidence, table);
  evidence.columns.push_back(
      {"adj_factor", frame::Type::Real, "", "复权因子", "Adjustment factor"});
  return {};
}

/// The factor of each code of the day's bars, null where there is none, as their last column. Bars
/// and factors of one day both come in order of code.
Result<void> Query::add_factors(const Read& day, frame::Batch& bars) const {
  KANPAN_LET(const frame::Batch factors, gathered({day, Units::Source}));
  const frame::Texts& codes = bars.column(bars.find("ts_code")).texts();
  frame::Column added(frame::Type::Real);
  added.reserve(bars.rows());
  std::size_t next = 0;
  for (std::size_t row = 0; row < bars.rows(); ++row) {
    while (next < factors.rows() && factors.column(0).texts()[next] < codes[row]) ++next;
    const bool found = next < factors.rows() && factors.column(0).texts()[next] == codes[row] &&
                       !factors.column(1).is_null(next);
    found ? added.push(factors.column(1).reals()[next]) : added.push_null();
  }
  std::vector<frame::Field> fields = bars.fields();
  std::vector<frame::Column> columns;
  for (std::size_t c = 0; c < bars.width(); ++c) columns.push_back(std::move(bars.column(c)));
  fields.push_back({"adj_factor", frame::Type::Real});
  columns.push_back(std::move(added));
  bars = frame::Batch(std::move(fields), std::move(columns));
  return {};
}

Result<frame::Batch> Query::gathered(const RowsRequest& request) const {
  frame::Batch all(fields_of(request.read));
  KANPAN_TRY(rows(request, [&](frame::Batch&& batch) -> Result<bool> {
    all.rows() == 0 ? void(all = std::move(batch)) : all.append(batch);
    return true;
  }));
  return all;
}

Result<std::string> Query::version(const DayBarsRequest& request) const {
  KANPAN_LET(const TableSpec* daily, catalog_.find(catalog::role::kBars));
  KANPAN_LET(const TableSpec* factors, catalog_.find(catalog::role::kFactors));
  KANPAN_LET(const std::string first, version(day_read(*daily, request)));
  KANPAN_LET(const std::string second, version(day_read(*factors, request)));
  return first + "." + second;
}

Result<Bars> Query::bars(const DayBarsRequest& request) const {
  KANPAN_LET(const TableSpec* daily, catalog_.find(catalog::role::kBars));
  KANPAN_LET(const TableSpec* factors, catalog_.find(catalog::role::kFactors));
  const RowsRequest asked{day_read(*daily, request), request.units};
  Read factor_rows = day_read(*factors, request);
  factor_rows.columns = {"ts_code", "adj_factor"};
  Bars bars;
  KANPAN_LET(bars.rows, gathered(asked));
  KANPAN_TRY(add_factors(factor_rows, bars.rows));
  KANPAN_LET(bars.evidence, evidence(asked));
  KANPAN_TRY(add_factor_origin(bars.evidence, factor_rows));
  return bars;
}

}  // namespace kanpan::query
