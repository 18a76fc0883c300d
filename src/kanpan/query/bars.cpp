#include "kanpan/query/bars.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>

#include "kanpan/query/rounding.hpp"

namespace kanpan::query {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

void append_column(std::vector<double>& into, const frame::Batch& batch, std::string_view name) {
  const auto at = batch.find(name);
  const std::size_t rows = batch.rows();
  if (at == frame::Batch::npos) return into.resize(into.size() + rows, kNone), void();
  const auto values = batch.column(at).reals();
  const std::size_t first = into.size();
  into.insert(into.end(), values.begin(), values.end());
  if (!batch.column(at).has_nulls()) return;
  for (std::size_t row = 0; row < rows; ++row)
    if (batch.column(at).is_null(row)) into[first + row] = kNone;
}

double percent(double close, double pre_close) {
  return pre_close == 0 || std::isnan(pre_close)
             ? kNone
             : round_cent((close - pre_close) / pre_close * 100);
}

frame::Column real_column(const std::vector<double>& values) {
  frame::Column column(frame::Type::Real);
  column.reserve(values.size());
  for (const double value : values) std::isnan(value) ? column.push_null() : column.push(value);
  return column;
}

}  // namespace

DateRange period_of(Date day, Frequency frequency) {
  switch (frequency) {
    case Frequency::Day:
      return {day, day};
    case Frequency::Week:
      return week_of(day);
    case Frequency::Month:
      return month_of(day);
  }
  return {day, day};
}

void keep(Series& series, std::size_t first, std::size_t last) {
  const auto cut = [&](auto& column) {
    column.erase(column.begin() + static_cast<std::ptrdiff_t>(last), column.end());
    column.erase(column.begin(), column.begin() + static_cast<std::ptrdiff_t>(first));
  };
  cut(series.day);
  for (auto column :
       {&Series::open, &Series::high, &Series::low, &Series::close, &Series::pre_close,
        &Series::change, &Series::pct_chg, &Series::vol, &Series::amount, &Series::factor})
    cut(series.*column);
}

std::vector<Date> bar_dates(const Series& daily, Frequency frequency,
                            const market::Calendar& calendar, Date known) {
  std::vector<Date> dates(daily.size());
  for (std::size_t i = daily.size(); i-- > 0;) {
    const DateRange period = period_of(daily.day[i], frequency);
    if (i + 1 < daily.size() && period.contains(daily.day[i + 1])) {
      dates[i] = dates[i + 1];
      continue;
    }
    const Date closes = calendar.at_or_before(period.last);
    dates[i] = closes > known ? daily.day[i] : std::max(closes, daily.day[i]);
  }
  return dates;
}

void append(Series& series, const frame::Batch& daily) {
  const auto days = daily.column(daily.find("trade_date")).dates();
  series.day.insert(series.day.end(), days.begin(), days.end());
  append_column(series.open, daily, "open");
  append_column(series.high, daily, "high");
  append_column(series.low, daily, "low");
  append_column(series.close, daily, "close");
  append_column(series.pre_close, daily, "pre_close");
  append_column(series.change, daily, "change");
  append_column(series.pct_chg, daily, "pct_chg");
  append_column(series.vol, daily, "vol");
  append_column(series.amount, daily, "amount");
  series.factor.resize(series.day.size(), kNone);
}

Series resample(const Series& daily, std::span<const Date> dates) {
  Series out;
  for (std::size_t i = 0; i < daily.size(); ++i) {
    if (i == 0 || dates[i] != dates[i - 1]) {
      for (auto column : {&Series::open, &Series::high, &Series::low, &Series::close,
                          &Series::pre_close, &Series::change, &Series::pct_chg, &Series::factor})
        (out.*column).push_back((daily.*column)[i]);
      // As the source's weekly and monthly tables have it: the last close as it was, not ex-right.
      if (i > 0) out.pre_close.back() = daily.close[i - 1];
      out.day.push_back(dates[i]);
      out.vol.push_back(0);
      out.amount.push_back(0);
    }
    out.high.back() = std::fmax(out.high.back(), daily.high[i]);
    out.low.back() = std::fmin(out.low.back(), daily.low[i]);
    out.close.back() = daily.close[i];
    out.factor.back() = daily.factor[i];
    out.vol.back() += std::isnan(daily.vol[i]) ? 0 : daily.vol[i];
    out.amount.back() += std::isnan(daily.amount[i]) ? 0 : daily.amount[i];
    out.change.back() = round_cent(out.close.back() - out.pre_close.back());
    out.pct_chg.back() = percent(out.close.back(), out.pre_close.back());
  }
  return out;
}

void adjust(Series& series, Adjust adjust, double anchor_factor, bool round) {
  if (adjust == Adjust::None) return;
  for (auto column :
       {&Series::open, &Series::high, &Series::low, &Series::close, &Series::pre_close})
    for (std::size_t i = 0; i < series.size(); ++i) {
      double& price = (series.*column)[i];
      price *= series.factor[i];
      if (adjust == Adjust::Qfq) price /= anchor_factor;
      if (round) price = round_cent(price);
    }
  for (std::size_t i = 0; i < series.size(); ++i) {
    series.change[i] = series.close[i] - series.pre_close[i];
    series.pct_chg[i] = percent(series.close[i], series.pre_close[i]);
  }
}

frame::Batch to_batch(const Series& series) {
  using frame::Type;
  frame::Column days(Type::Date);
  for (const Date day : series.day) days.push(day);
  std::vector<frame::Field> fields{{"trade_date", Type::Date}};
  std::vector<frame::Column> columns;
  columns.push_back(std::move(days));
  const auto add = [&](const char* name, const std::vector<double>& values) {
    fields.push_back({name, Type::Real});
    columns.push_back(real_column(values));
  };
  add("open", series.open);
  add("high", series.high);
  add("low", series.low);
  add("close", series.close);
  add("pre_close", series.pre_close);
  add("change", series.change);
  add("pct_chg", series.pct_chg);
  add("vol", series.vol);
  add("amount", series.amount);
  add("adj_factor", series.factor);
  return frame::Batch(std::move(fields), std::move(columns));
}

}  // namespace kanpan::query
