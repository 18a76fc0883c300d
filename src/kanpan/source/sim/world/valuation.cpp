// daily_basic.
#include "kanpan/source/sim/world/valuation.hpp"

#include "kanpan/source/sim/world/generators.hpp"

namespace kanpan::source::sim::world {
namespace {

/// The report as it read on `date`.
Report as_known(const Report& report, Date date) {
  return report.corrected && *report.corrected <= date ? report.after_correction() : report;
}

struct Earned {
  Cents profit = 0, revenue = 0;
};

Earned earned(const Report& report) { return {report.profit.owners(), report.profit.revenue}; }

/// Year to date + last whole year − the same months a year before.
Earned trailing(const Books& books, std::size_t newest, Date date) {
  const Report report = as_known(books.reports[newest], date);
  const auto quarter = static_cast<std::size_t>(report.quarter());
  Earned sum = earned(report);
  if (quarter == 4 || newest < quarter + 4) return sum;
  const Earned year = earned(as_known(books.reports[newest - quarter], date));
  const Earned before = earned(as_known(books.reports[newest - 4], date));
  return {sum.profit + year.profit - before.profit, sum.revenue + year.revenue - before.revenue};
}

double ratio(double value, Cents by) {
  return by > 0 ? rounded(value / (static_cast<double>(by) / 1e6), 4) : kNone;  // 万元
}

void set_dividends(Valuation& v, const Books& books, Date date) {
  double last = 0, year = 0;  // 元
  for (const Payout& payout : books.payouts) {
    if (payout.ex > date) break;
    const double paid = payout.cash / 1000.0 * static_cast<double>(payout.base);
    if (date - payout.ex < 730) last = paid;
    if (date - payout.ex < 365) year += paid;
  }
  if (last > 0) v.dv_ratio = rounded(last / v.total_mv / 100, 4);
  if (year > 0) v.dv_ttm = rounded(year / v.total_mv / 100, 4);
}

/// Against the five sessions before; kNone when there are fewer.
double volume_ratio(const Exchange& exchange, int i, int day, const Bar& bar) {
  std::int64_t lots = 0;
  int sessions = 0;
  const Listing& share = exchange.share(i);
  for (int d = day - 1; d >= share.days.first && sessions < 5; --d) {
    if (share.halted(d)) continue;
    lots += exchange.path(i).bar(d).lots;
    ++sessions;
  }
  if (sessions < 5) return kNone;
  return rounded(static_cast<double>(bar.lots) * 5 / static_cast<double>(lots), 2);
}

}  // namespace

Valuation value(const Exchange& exchange, int i, int day, const Bar& bar) {
  const Path& path = exchange.path(i);
  const Books& books = exchange.books(i);
  const Date date = exchange.days()[day];
  Valuation v;
  v.total_share = static_cast<double>(path.step(day).shares) / 1e4;
  v.float_share = path.float_shares(day) / 1e4;
  v.free_share = path.free_shares(day) / 1e4;
  v.total_mv = rounded(yuan(bar.close) * v.total_share, 4);
  v.circ_mv = rounded(yuan(bar.close) * v.float_share, 4);
  const auto lots = static_cast<double>(bar.lots);
  v.turnover = rounded(lots / v.float_share, 4);  // 手 / 万股 is %
  v.turnover_free = rounded(lots / v.free_share, 4);
  v.volume_ratio = volume_ratio(exchange, i, day, bar);
  set_dividends(v, books, date);

  const int known = books.known(date);
  if (known < 0) return v;
  const auto newest = static_cast<std::size_t>(known);
  const Report report = as_known(books.reports[newest], date);
  const auto quarter = static_cast<std::size_t>(report.quarter()) % 4;
  v.pb = ratio(v.total_mv, report.balance.owners());
  if (newest < quarter) return v;
  const Earned year = earned(as_known(books.reports[newest - quarter], date));
  const Earned ttm = trailing(books, newest, date);
  v.pe = ratio(v.total_mv, year.profit);
  v.ps = ratio(v.total_mv, year.revenue);
  v.pe_ttm = ratio(v.total_mv, ttm.profit);
  v.ps_ttm = ratio(v.total_mv, ttm.revenue);
  return v;
}

void set_valuation(Rows& out, const Valuation& v) {
  out.set("turnover_rate", v.turnover);
  out.set("turnover_rate_f", v.turnover_free);
  out.set("volume_ratio", v.volume_ratio);
  out.set("pe", v.pe);
  out.set("pe_ttm", v.pe_ttm);
  out.set("pb", v.pb);
  out.set("ps", v.ps);
  out.set("ps_ttm", v.ps_ttm);
  out.set("dv_ratio", v.dv_ratio);
  out.set("dv_ttm", v.dv_ttm);
  out.set("total_share", v.total_share);
  out.set("float_share", v.float_share);
  out.set("free_share", v.free_share);
  out.set("total_mv", v.total_mv);
  out.set("circ_mv", v.circ_mv);
}

void daily_basic(const Ask& ask, Rows& out) {
  each_traded(ask, [&](int i, int day) {
    const Bar bar = ask.exchange.path(i).bar(day);
    out.begin();
    out.set("ts_code", std::string_view(ask.exchange.share(i).ts_code));
    out.set("trade_date", ask.exchange.days()[day]);
    out.set("close", yuan(bar.close));
    set_valuation(out, value(ask.exchange, i, day, bar));
  });
}

}  // namespace kanpan::source::sim::world
