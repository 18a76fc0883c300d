// income_vip, balancesheet_vip, cashflow_vip: consolidated, from the beginning of the year.
#include "kanpan/source/sim/world/generators.hpp"
#include "kanpan/source/sim/world/reports.hpp"

namespace kanpan::source::sim::world {
namespace {

/// Sets money cells; what a kind of company does not have is null, not 0.
class Sheet {
 public:
  Sheet(const Version& version, Rows& out) : out_(out) {
    out.begin();
    out.set("ts_code", std::string_view(version.share.ts_code));
    out.set("ann_date", version.announced);
    out.set("f_ann_date", version.announced);
    out.set("end_date", version.report.period);
    out.set("report_type", "1");
    out.set("comp_type", version.share.trade == Trade::Bank     ? "2"
                         : version.share.trade == Trade::Broker ? "4"
                                                                : "1");
    out.set("end_type", version.report.quarter());
    out.set("update_flag", version.correction ? "1" : "0");
  }
  Sheet& operator()(std::string_view name, Cents cents) {
    if (cents != 0) out_.set(name, static_cast<double>(cents) / 100);
    return *this;
  }

 private:
  Rows& out_;
};

/// Interest of banks and brokers: gross figures around a revenue that is net of what was paid.
void money_income(const Version& v, Sheet& put) {
  const Cents revenue = v.report.profit.revenue;
  const bool bank = v.share.trade == Trade::Bank;
  const Cents fees = revenue * (bank ? 20 : 60) / 100, paid = revenue * (bank ? 110 : 40) / 100;
  put("int_income", revenue - fees + paid)("int_exp", paid)("n_commis_income", fees);
  put(bank ? "comm_income" : "n_sec_tb_income", bank ? fees * 11 / 10 : fees * 6 / 10);
  if (bank) put("comm_exp", fees / 10);
  put("oper_exp", v.report.profit.total_cost())("assets_impair_loss", v.report.profit.impairment);
  put("admin_exp", v.report.profit.cost)("biz_tax_surchg", v.report.profit.biz_tax);
}

void general_income(const Version& v, Sheet& put) {
  const Profit& p = v.report.profit;
  put("total_cogs", p.total_cost())("oper_cost", p.cost)("biz_tax_surchg", p.biz_tax);
  put("sell_exp", p.selling)("admin_exp", p.admin)("rd_exp", p.research)("fin_exp", p.finance());
  put("fin_exp_int_exp", p.interest_paid)("fin_exp_int_inc", p.interest_earned);
  put("assets_impair_loss", p.impairment)("invest_income", p.invest)("oth_income", p.other);
  put("ebit", p.before_tax() + p.finance());
  put("ebitda",
      p.before_tax() + p.finance() + v.report.cash.depreciation + v.report.cash.amortisation);
}

void money_assets(const Version& v, Sheet& put) {
  const Balance& b = v.report.balance;
  const bool bank = v.share.trade == Trade::Bank;
  put(bank ? "cash_reser_cb" : "money_cap", b.cash);
  put(bank ? "decr_in_disbur" : "lending_funds", b.loans);
  put(bank ? "debt_invest" : "trad_asset", b.securities);
  put(bank ? "depos" : "acting_trading_sec", b.deposits);
  put(bank ? "loan_oth_bank" : "sold_for_repur_fa", b.interbank);
  put("bond_payable", b.bonds);
}

void general_assets(const Version& v, Sheet& put) {
  const Balance& b = v.report.balance;
  put("money_cap", b.cash)("trad_asset", b.trading)("notes_receiv", b.notes);
  put("accounts_receiv", b.receivable)("accounts_receiv_bill", b.notes + b.receivable);
  put("oth_receiv", b.other_receivable)("oth_rcv_total", b.other_receivable);
  put("prepayment", b.prepaid)("inventories", b.inventory)("oth_cur_assets", b.other_current);
  put("total_cur_assets", b.current_assets());
  put("lt_eqt_invest", b.stakes)("fix_assets", b.fixed)("fix_assets_total", b.fixed);
  put("cip", b.building)("cip_total", b.building)("intan_assets", b.intangible);
  put("goodwill", b.goodwill)("lt_amor_exp", b.deferred_cost)("defer_tax_assets", b.tax_asset);
  put("oth_nca", b.other_long)("total_nca", b.long_assets());
  put("st_borr", b.short_debt)("notes_payable", b.notes_payable)("acct_payable", b.payable);
  put("accounts_pay", b.notes_payable + b.payable);
  const bool new_rules =
      v.report.period >= Date::from_ymd(2020, 3, 31);  // revenue standard of 2017
  put(new_rules ? "contract_liab" : "adv_receipts", b.contract);
  put("payroll_payable", b.payroll)("taxes_payable", b.tax_due)("oth_payable", b.other_payable);
  put("oth_pay_total", b.other_payable)("non_cur_liab_due_1y", b.due_in_year);
  put("total_cur_liab", b.current_liabilities())("lt_borr", b.long_debt);
  put("defer_inc_non_cur_liab", b.deferred_income)("defer_tax_liab", b.tax_liability);
  put("total_ncl", b.long_liabilities());
}

/// The indirect method: from profit to operating cash, what is not told apart in `others`.
void indirect(const Version& v, Sheet& put) {
  const Profit& p = v.report.profit;
  const CashFlow& c = v.report.cash;
  const Cents told =
      p.net() + p.impairment + c.depreciation + c.amortisation + p.interest_paid - p.invest;
  put("net_profit", p.net())("finan_exp", p.interest_paid)("prov_depr_assets", p.impairment);
  put("depr_fa_coga_dpba", c.depreciation)("amort_intang_assets", c.amortisation);
  put("invest_loss", -p.invest)("others", c.operating() - told);
  put("im_net_cashflow_oper_act", c.operating())("im_n_incr_cash_equ", c.end - c.begin);
  put("end_bal_cash", c.end)("beg_bal_cash", c.begin);
}

}  // namespace

void income_vip(const Ask& ask, Rows& out) {
  each_version(ask, [&](const Version& v) {
    const Profit& p = v.report.profit;
    Sheet put(v, out);
    const double each = v.yuan(p.owners()) / static_cast<double>(v.report.shares);
    out.set("basic_eps", rounded(each, 4));
    out.set("diluted_eps", rounded(each, 4));
    put("total_revenue", p.revenue)("revenue", p.revenue);
    if (v.share.trade == Trade::General) {
      general_income(v, put);
    } else {
      money_income(v, put);
    }
    put("operate_profit", p.operating())("non_oper_income", p.extra_in)("non_oper_exp",
                                                                        p.extra_out);
    put("total_profit", p.before_tax())("income_tax", p.tax)("n_income", p.net());
    put("n_income_attr_p", p.owners())("minority_gain", p.minority)("t_compr_income", p.net());
    put("compr_inc_attr_p", p.owners())("compr_inc_attr_m_s", p.minority);
    put("continued_net_profit", p.net());
  });
}

void balancesheet_vip(const Ask& ask, Rows& out) {
  each_version(ask, [&](const Version& v) {
    const Balance& b = v.report.balance;
    Sheet put(v, out);
    if (v.share.trade == Trade::General) {
      general_assets(v, put);
    } else {
      money_assets(v, put);
    }
    put("total_assets", b.assets())("total_liab", b.liabilities());
    out.set("total_share", static_cast<double>(v.report.shares));
    put("cap_rese", b.reserve)("surplus_rese", b.surplus)("undistr_porfit", b.retained);
    put("minority_int", b.minority)("total_hldr_eqy_exc_min_int", b.owners());
    put("total_hldr_eqy_inc_min_int", b.equity());
    put("total_liab_hldr_eqy", b.liabilities() + b.equity());
  });
}

void cashflow_vip(const Ask& ask, Rows& out) {
  each_version(ask, [&](const Version& v) {
    const CashFlow& c = v.report.cash;
    Sheet put(v, out);
    put("c_fr_sale_sg", c.sales)("recp_tax_rends", c.refunds)("c_fr_oth_operate_a", c.other_in);
    put("c_inf_fr_operate_a", c.operating_in())("c_paid_goods_s", c.goods);
    put("c_paid_to_for_empl", c.staff)("c_paid_for_taxes", c.taxes);
    put("oth_cash_pay_oper_act", c.other_out)("st_cash_out_act", c.operating_out());
    put("n_cashflow_act", c.operating());
    put("c_disp_withdrwl_invest", c.disposed)("c_recp_return_invest", c.returns);
    put("stot_inflows_inv_act", c.disposed + c.returns)("c_pay_acq_const_fiolta", c.capex);
    put("c_paid_invest", c.invested)("stot_out_inv_act", c.capex + c.invested);
    put("n_cashflow_inv_act", c.investing())("c_recp_borrow", c.borrowed);
    put("stot_cash_in_fnc_act", c.borrowed)("c_prepay_amt_borr", c.repaid);
    put("c_pay_dist_dpcp_int_exp", c.distributed)("stot_cashout_fnc_act", c.repaid + c.distributed);
    put("n_cash_flows_fnc_act", c.financing())("n_incr_cash_cash_equ", c.end - c.begin);
    put("c_cash_equ_beg_period", c.begin)("c_cash_equ_end_period", c.end);
    put("free_cashflow", c.operating() - c.capex);
    indirect(v, put);
  });
}

}  // namespace kanpan::source::sim::world
