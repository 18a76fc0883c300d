// K-line arithmetic on batches: adjustment and resampling. Pure.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <vector>

#include "kanpan/base/error.hpp"
#include "kanpan/frame/batch.hpp"
#include "kanpan/market/calendar.hpp"
#include "kanpan/query/query.hpp"

namespace kanpan::query {

/// Daily bars of one code by column, oldest first; NaN where null. Prices 元, the rest in the
/// daily table's units.
struct Series {
  std::vector<Date> day;
  std::vector<double> open, high, low, close, pre_close, change, pct_chg, vol, amount, factor;

  std::size_t size() const { return day.size(); }
};

/// The ISO week or the month of the day; the day alone for Frequency::Day.
DateRange period_of(Date day, Frequency frequency);

/// Leaves the bars first … last - 1.
void keep(Series& series, std::size_t first, std::size_t last);

/// The day that the week or month of each daily bar is dated by, as the source's weekly and monthly
/// tables have it: the last trading day, whether the share traded on it or not; of one that goes on
/// after `known`, its last bar's day. They never fall.
std::vector<Date> bar_dates(const Series& daily, Frequency frequency,
                            const market::Calendar& calendar, Date known);

/// Appends the rows of a daily batch (columns by name) to the series, factors NaN.
void append(Series& series, const frame::Batch& daily);

/// One bar for the daily bars of one date (bar_dates), dated by it: first open, greatest high,
/// least low, last close and factor, sums of vol and amount; pre_close is the close of the bar
/// before, unadjusted (of the first: its first daily bar's pre_close); change and pct_chg (%) of
/// close against it.
Series resample(const Series& daily, std::span<const Date> dates);

/// As the SDK's pro_bar does it (by ratio): hfq = price × factor, qfq = price × factor ÷ anchor
/// factor, for open, high, low, close, pre_close, each rounded like printf("%.2f") when `round`;
/// change = close − pre_close, pct_chg = change ÷ pre_close × 100 to 2 decimals; vol and amount
/// stay. Every factor must be known.
void adjust(Series& series, Adjust adjust, double anchor_factor, bool round);

/// As the answer's batch: trade_date, open, …, adj_factor.
frame::Batch to_batch(const Series& series);

}  // namespace kanpan::query
