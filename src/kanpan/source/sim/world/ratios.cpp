// fina_indicator: ratios that follow from the three statements of the same version.
#include <cmath>

#include "kanpan/source/sim/world/generators.hpp"
#include "kanpan/source/sim/world/reports.hpp"
#include "kanpan/source/sim/world/valuation.hpp"

namespace kanpan::source::sim::world {
namespace {

double of(Cents part, Cents whole) {
  return whole == 0 ? kNone : static_cast<double>(part) / static_cast<double>(whole);
}
double percent(Cents part, Cents whole) { return rounded(of(part, whole) * 100, 4); }
double times(Cents part, Cents whole) { return rounded(of(part, whole), 4); }
/// Growth in %, against the size of what was before.
double growth(Cents now, Cents before) { return percent(now - before, std::abs(before)); }

struct Writer {
  const Version& v;
  Rows& out;

  void operator()(std::string_view name, double value) const { out.set(name, value); }
  void money(std::string_view name, Cents cents) const { out.set(name, v.yuan(cents)); }
  void share(std::string_view name, Cents cents) const {
    out.set(name, rounded(v.yuan(cents) / static_cast<double>(v.report.shares), 4));
  }
};

/// Mean of the balance now and at the beginning of the year.
template <typename Part>
Cents mean(const Version& v, Part part) {
  const Report* start = v.year_start();
  const Cents now = part(v.report.balance);
  return start ? (now + part(start->balance)) / 2 : now;
}

Cents ebit(const Profit& p) { return p.before_tax() + p.finance(); }

void per_share(const Writer& put) {
  const Profit& p = put.v.report.profit;
  const Balance& b = put.v.report.balance;
  const CashFlow& c = put.v.report.cash;
  put.share("eps", p.owners());
  put.share("dt_eps", p.owners());
  put.share("diluted2_eps", p.owners());
  put.share("total_revenue_ps", p.revenue);
  put.share("revenue_ps", p.revenue);
  put.share("capital_rese_ps", b.reserve);
  put.share("surplus_rese_ps", b.surplus);
  put.share("undist_profit_ps", b.retained);
  put.share("retainedps", b.surplus + b.retained);
  put.share("bps", b.owners());
  put.share("ocfps", c.operating());
  put.share("cfps", c.end - c.begin);
  put.share("ebit_ps", ebit(p));
}

void margins(const Writer& put) {
  const Profit& p = put.v.report.profit;
  put("netprofit_margin", percent(p.net(), p.revenue));
  put("grossprofit_margin", percent(p.revenue - p.cost, p.revenue));
  put("cogs_of_sales", percent(p.cost, p.revenue));
  put("expense_of_sales", percent(p.selling + p.admin + p.finance(), p.revenue));
  put("profit_to_gr", percent(p.net(), p.revenue));
  put("saleexp_to_gr", percent(p.selling, p.revenue));
  put("adminexp_of_gr", percent(p.admin, p.revenue));
  put("finaexp_of_gr", percent(p.finance(), p.revenue));
  put("impai_ttm", percent(p.impairment, p.revenue));
  put("gc_of_gr", percent(p.total_cost(), p.revenue));
  put("op_of_gr", percent(p.operating(), p.revenue));
  put("ebit_of_gr", percent(ebit(p), p.revenue));
  put("profit_to_op", percent(p.before_tax(), p.revenue));
  put("op_to_ebt", percent(p.operating(), p.before_tax()));
  put("tax_to_ebt", percent(p.tax, p.before_tax()));
  put("n_op_profit_of_ebt", percent(p.extra_in - p.extra_out, p.before_tax()));
  put("dtprofit_to_profit", percent(p.recurring(), p.net()));
  put.money("extra_item", p.owners() - p.recurring());
  put.money("profit_dedt", p.recurring());
  put.money("gross_margin", p.revenue - p.cost);
  put.money("ebit", ebit(p));
  put.money("op_income", p.operating() - p.invest);
  put.money("valuechange_income", p.invest);
  put.money("non_op_profit", p.extra_in - p.extra_out);
  put.money("profit_prefin_exp", p.operating() + p.finance());
  put.money("rd_exp", p.research);
}

void returns(const Writer& put) {
  const Version& v = put.v;
  const Profit& p = v.report.profit;
  const Balance& b = v.report.balance;
  const int quarter = v.report.quarter();
  const Cents equity = mean(v, [](const Balance& x) { return x.owners(); });
  const Cents assets = mean(v, [](const Balance& x) { return x.assets(); });
  put("roe", percent(p.owners(), b.owners()));
  put("roe_waa", percent(p.owners(), equity));
  put("roe_dt", percent(p.recurring(), b.owners()));
  put("roe_yearly", percent(p.owners() * 4 / quarter, b.owners()));
  put("roa", percent(ebit(p), assets));
  put("npta", percent(p.net(), assets));
  put("roa_dp", percent(p.net(), assets));
  put("roa2_yearly", percent(ebit(p) * 4 / quarter, assets));
  put("roa_yearly", percent(p.net() * 4 / quarter, assets));
  const Cents invested = b.equity() + b.debt();
  put("roic", percent(ebit(p) - p.tax, invested));
  put("roic_yearly", percent((ebit(p) - p.tax) * 4 / quarter, invested));
  put("assets_turn", times(p.revenue, assets));
  put.money("invest_capital", invested);
  put.money("retained_earnings", b.surplus + b.retained);
}

void turnovers(const Writer& put) {
  const Version& v = put.v;
  const Profit& p = v.report.profit;
  const double days = 90.0 * v.report.quarter();
  const double stock = of(p.cost, mean(v, [](const Balance& x) { return x.inventory; }));
  const double owed = of(p.revenue, mean(v, [](const Balance& x) { return x.receivable; }));
  put("inv_turn", rounded(stock, 4));
  put("ar_turn", rounded(owed, 4));
  put("invturn_days", rounded(days / stock, 4));
  put("arturn_days", rounded(days / owed, 4));
  put("turn_days", rounded(days / stock + days / owed, 4));
  put("ca_turn", times(p.revenue, mean(v, [](const Balance& x) { return x.current_assets(); })));
  put("fa_turn", times(p.revenue, mean(v, [](const Balance& x) { return x.fixed; })));
  put("total_fa_trun", times(p.revenue, mean(v, [](const Balance& x) { return x.fixed; })));
}

void structure(const Writer& put) {
  const Profit& p = put.v.report.profit;
  const Balance& b = put.v.report.balance;
  const CashFlow& c = put.v.report.cash;
  const Cents current = b.current_liabilities(), debt = b.debt();
  const Cents tangible = b.owners() - b.intangible - b.goodwill - b.deferred_cost - b.tax_asset;
  put("current_ratio", times(b.current_assets(), current));
  put("quick_ratio", times(b.current_assets() - b.inventory, current));
  put("cash_ratio", times(b.cash + b.trading, current));
  put("ca_to_assets", percent(b.current_assets(), b.assets()));
  put("nca_to_assets", percent(b.long_assets(), b.assets()));
  put("tbassets_to_totalassets", percent(tangible, b.assets()));
  put("int_to_talcap", percent(debt, b.equity() + debt));
  put("eqt_to_talcapital", percent(b.owners(), b.equity() + debt));
  put("currentdebt_to_debt", percent(current, b.liabilities()));
  put("longdeb_to_debt", percent(b.long_liabilities(), b.liabilities()));
  put("ocf_to_shortdebt", times(c.operating(), current));
  put("eqt_to_interestdebt", times(b.owners(), debt));
  put("tangibleasset_to_debt", times(tangible, b.liabilities()));
  put("tangasset_to_intdebt", times(tangible, debt));
  put("ocf_to_interestdebt", times(c.operating(), debt));
  put("ocf_to_netdebt", times(c.operating(), debt - b.cash));
  put("tangibleasset_to_netdebt", times(tangible, debt - b.cash));
  put("ebit_to_interest", times(ebit(p), p.interest_paid));
  put("ebitda_to_debt", times(ebit(p) + c.depreciation + c.amortisation, b.liabilities()));
  put("cash_to_liqdebt", times(b.cash, current));
  put("cash_to_liqdebt_withinterest", times(b.cash, b.short_debt + b.due_in_year));
  put("op_to_liqdebt", times(p.operating(), current));
  put("longdebt_to_workingcapital", times(b.long_debt, b.current_assets() - current));
  put("capitalized_to_da", times(c.capex, c.depreciation + c.amortisation));
  put.money("interst_income", p.interest_paid);
  put.money("daa", c.depreciation + c.amortisation);
  put.money("ebitda", ebit(p) + c.depreciation + c.amortisation);
  put.money("current_exint", current - b.short_debt - b.due_in_year);
  put.money("noncurrent_exint", b.long_liabilities() - b.long_debt);
  put.money("interestdebt", debt);
  put.money("netdebt", debt - b.cash);
  put.money("tangible_asset", tangible);
  put.money("working_capital", b.current_assets() - current);
  put.money("fixed_assets", b.fixed + b.building);
}

/// What has sense for banks and brokers too.
void leverage(const Writer& put) {
  const Profit& p = put.v.report.profit;
  const Balance& b = put.v.report.balance;
  const CashFlow& c = put.v.report.cash;
  put("debt_to_assets", percent(b.liabilities(), b.assets()));
  put("assets_to_eqt", times(b.assets(), b.equity()));
  put("dp_assets_to_eqt", times(b.assets(), b.owners()));
  put("debt_to_eqt", times(b.liabilities(), b.owners()));
  put("eqt_to_debt", times(b.owners(), b.liabilities()));
  put("ocf_to_debt", times(c.operating(), b.liabilities()));
  put("op_to_debt", times(p.operating(), b.liabilities()));
  put("salescash_to_or", percent(c.sales, p.revenue));
  put("ocf_to_or", percent(c.operating(), p.revenue));
  put("ocf_to_profit", percent(c.operating(), p.operating()));
}

void against_year_before(const Writer& put) {
  const Report* was = put.v.year_before();
  const Report* start = put.v.year_start();
  if (!was || !start) return;
  const Profit &p = put.v.report.profit, &q = was->profit;
  const auto each = [](Cents cents, const Report& r) { return cents * 10000 / r.shares; };
  put("basic_eps_yoy", growth(each(p.owners(), put.v.report), each(q.owners(), *was)));
  put("dt_eps_yoy", growth(each(p.owners(), put.v.report), each(q.owners(), *was)));
  put("op_yoy", growth(p.operating(), q.operating()));
  put("ebt_yoy", growth(p.before_tax(), q.before_tax()));
  put("netprofit_yoy", growth(p.owners(), q.owners()));
  put("dt_netprofit_yoy", growth(p.recurring(), q.recurring()));
  put("ocf_yoy", growth(put.v.report.cash.operating(), was->cash.operating()));
  put("tr_yoy", growth(p.revenue, q.revenue));
  put("or_yoy", growth(p.revenue, q.revenue));
  const Balance &b = put.v.report.balance, &s = start->balance;
  put("bps_yoy", growth(each(b.owners(), put.v.report), each(s.owners(), *start)));
  put("assets_yoy", growth(b.assets(), s.assets()));
  put("eqt_yoy", growth(b.owners(), s.owners()));
  put("equity_yoy", growth(b.owners(), was->balance.owners()));
}

/// One quarter's figures out of the year to date.
Profit single(const Report& report, const Report* before) {
  return before ? report.profit - before->profit : report.profit;
}

void single_quarter(const Writer& put) {
  const Version& v = put.v;
  const Profit q = single(v.report, v.quarter_before());
  const Balance& b = v.report.balance;
  put.money("q_opincome", q.operating() - q.invest);
  put.money("q_investincome", q.invest);
  put.money("q_dtprofit", q.recurring());
  put.share("q_eps", q.owners());
  put("q_netprofit_margin", percent(q.net(), q.revenue));
  put("q_gsprofit_margin", percent(q.revenue - q.cost, q.revenue));
  put("q_exp_to_sales", percent(q.selling + q.admin + q.finance(), q.revenue));
  put("q_profit_to_gr", percent(q.net(), q.revenue));
  put("q_saleexp_to_gr", percent(q.selling, q.revenue));
  put("q_adminexp_to_gr", percent(q.admin, q.revenue));
  put("q_finaexp_to_gr", percent(q.finance(), q.revenue));
  put("q_impair_to_gr_ttm", percent(q.impairment, q.revenue));
  put("q_gc_to_gr", percent(q.total_cost(), q.revenue));
  put("q_op_to_gr", percent(q.operating(), q.revenue));
  put("q_roe", percent(q.owners(), b.owners()));
  put("q_dt_roe", percent(q.recurring(), b.owners()));
  put("q_npta", percent(q.net(), b.assets()));
  if (v.at < 5) return;
  const auto& reports = v.books.reports;
  const auto quarter_of = [&](std::size_t at) {
    return single(reports[at], reports[at].quarter() > 1 ? &reports[at - 1] : nullptr);
  };
  const Profit year = quarter_of(v.at - 4), last = quarter_of(v.at - 1);
  put("q_gr_yoy", growth(q.revenue, year.revenue));
  put("q_gr_qoq", growth(q.revenue, last.revenue));
  put("q_sales_yoy", growth(q.revenue, year.revenue));
  put("q_sales_qoq", growth(q.revenue, last.revenue));
  put("q_op_yoy", growth(q.operating(), year.operating()));
  put("q_op_qoq", growth(q.operating(), last.operating()));
  put("q_profit_yoy", growth(q.net(), year.net()));
  put("q_profit_qoq", growth(q.net(), last.net()));
  put("q_netprofit_yoy", growth(q.owners(), year.owners()));
  put("q_netprofit_qoq", growth(q.owners(), last.owners()));
}

}  // namespace

/// Null: fcff, fcfe and their forms per share, networking_capital, roe_avg, roe_yoy, cfps_yoy, the
/// shares of profit in investincome_of_ebt, opincome_of_ebt, nop_to_ebt and ocf_to_opincome, and
/// the single-quarter cash ratios; for banks and brokers all that needs current items.
void fina_indicator(const Ask& ask, Rows& out) {
  each_version(ask, [&](const Version& v) {
    out.begin();
    out.set("ts_code", std::string_view(v.share.ts_code));
    out.set("ann_date", v.announced);
    out.set("end_date", v.report.period);
    out.set("update_flag", v.correction ? "1" : "0");
    const Writer put{v, out};
    per_share(put);
    margins(put);
    returns(put);
    leverage(put);
    against_year_before(put);
    single_quarter(put);
    if (v.share.trade != Trade::General) return;
    turnovers(put);
    structure(put);
  });
}

}  // namespace kanpan::source::sim::world
