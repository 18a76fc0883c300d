// weekly, monthly: the days of a period made one bar.
#include <algorithm>

#include "kanpan/source/sim/world/generators.hpp"

namespace kanpan::source::sim::world {
namespace {

/// Equal for two days of one period, different for two periods.
using PeriodOf = int (*)(Date);

int week_of(Date date) { return (date.days + 3) / 7; }  // 1970-01-01 was a Thursday
int month_of(Date date) { return date.year() * 12 + date.month(); }

bool ends_period(const Days& days, int day, PeriodOf period) {
  return day + 1 == days.size() || period(days[day + 1]) != period(days[day]);
}

Span period_ending(const Days& days, int day, PeriodOf period) {
  Span span{day, day};
  while (span.first > 0 && period(days[span.first - 1]) == period(days[day])) --span.first;
  return span;
}

struct Totals {
  std::int32_t open = 0, high = 0, low = 0, close = 0, pre_close = 0;
  std::int64_t lots = 0;
  double amount = 0;  ///< 千元
  int sessions = 0;
};

/// Prices as traded, not adjusted; the reference is the last close before the period.
Totals total(const Exchange& exchange, int i, Span span) {
  const Listing& share = exchange.share(i);
  const Path& path = exchange.path(i);
  Totals t;
  span = {std::max(span.first, share.days.first), std::min(span.last, share.days.last)};
  t.pre_close =
      span.first == share.days.first ? path.pre_close(span.first) : path.close(span.first - 1);
  for (int day = span.first; day <= span.last; ++day) {
    if (share.halted(day)) continue;
    const Bar bar = path.bar(day);
    if (t.sessions++ == 0) t.open = bar.open, t.high = bar.high, t.low = bar.low;
    t.high = std::max(t.high, bar.high);
    t.low = std::min(t.low, bar.low);
    t.close = bar.close;
    t.lots += bar.lots;
    t.amount += bar.amount;
  }
  return t;
}

void bars(const Ask& ask, Rows& out, PeriodOf period) {
  const Days& days = ask.exchange.days();
  const Cell code = out.cell("ts_code"), date = out.cell("trade_date"), open = out.cell("open"),
             high = out.cell("high"), low = out.cell("low"), close = out.cell("close"),
             pre_close = out.cell("pre_close"), change = out.cell("change"),
             pct_chg = out.cell("pct_chg"), vol = out.cell("vol"), amount = out.cell("amount");
  const catalog::ColumnSpec* money = ask.table.column("amount");
  const double scale = money && money->unit == "千元" ? 1 : 1000;
  for (int day = ask.days.last; day >= ask.days.first; --day) {
    if (!ends_period(days, day, period)) continue;
    const Span span = period_ending(days, day, period);
    for (int i : ask.shares) {
      if (!ask.exchange.listed(i, day)) continue;
      const Totals t = total(ask.exchange, i, span);
      if (t.sessions == 0) continue;
      out.begin();
      out.set(code, std::string_view(ask.exchange.share(i).ts_code));
      out.set(date, days[day]);
      out.set(open, yuan(t.open));
      out.set(high, yuan(t.high));
      out.set(low, yuan(t.low));
      out.set(close, yuan(t.close));
      out.set(pre_close, yuan(t.pre_close));
      out.set(change, yuan(t.close - t.pre_close));
      out.set(pct_chg, rounded(static_cast<double>(t.close - t.pre_close) / t.pre_close, 4));
      out.set(vol, t.lots);
      out.set(amount, rounded(t.amount * scale, 3));
    }
  }
}

}  // namespace

void weekly(const Ask& ask, Rows& out) { bars(ask, out, week_of); }
void monthly(const Ask& ask, Rows& out) { bars(ask, out, month_of); }

}  // namespace kanpan::source::sim::world
