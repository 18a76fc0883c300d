#include <map>
#include <set>

#include <gtest/gtest.h>

#include "kanpan/source/sim/world/asked.hpp"

namespace kanpan::source::sim::world {
namespace {

const Date kNow = ymd(20260630);

const World& small() {
  static const World world({.seed = 7, .codes = 200});
  return world;
}

using Key = std::tuple<std::string, Date, std::string>;  // code, period, version

std::map<Key, std::size_t> by_key(const Asked& asked) {
  std::map<Key, std::size_t> rows;
  for (std::size_t r = 0; r < asked.size(); ++r) {
    const Key key{asked.text(r, "ts_code"), asked.date(r, "end_date"),
                  asked.text(r, "update_flag")};
    EXPECT_TRUE(rows.emplace(key, r).second);
  }
  return rows;
}

double or_zero(double value) { return std::isnan(value) ? 0 : value; }

TEST(Statements, BalanceSheetsBalanceAndTheirPartsAddUp) {
  const Asked sheet = ask(small(), "balancesheet_vip", Asking(kNow));
  ASSERT_GT(sheet.size(), 5000U);
  std::set<std::string> kinds;
  for (std::size_t r = 0; r < sheet.size(); ++r) {
    const auto get = [&](std::string_view name) { return or_zero(sheet.number(r, name)); };
    SCOPED_TRACE(sheet.text(r, "ts_code") + " " + sheet.text(r, "end_date"));
    const double assets = get("total_assets"), near = assets * 1e-12 + 0.02;
    EXPECT_NEAR(assets, get("total_liab_hldr_eqy"), near);
    EXPECT_NEAR(assets, get("total_liab") + get("total_hldr_eqy_inc_min_int"), near);
    EXPECT_NEAR(get("total_hldr_eqy_exc_min_int"),
                get("total_share") + get("cap_rese") + get("surplus_rese") + get("undistr_porfit"),
                near);
    kinds.insert(sheet.text(r, "comp_type"));
    if (sheet.text(r, "comp_type") != "1") continue;
    EXPECT_NEAR(assets, get("total_cur_assets") + get("total_nca"), near);
    EXPECT_NEAR(get("total_liab"), get("total_cur_liab") + get("total_ncl"), near);
    double current = 0;
    for (const char* part : {"money_cap", "trad_asset", "notes_receiv", "accounts_receiv",
                             "oth_receiv", "prepayment", "inventories", "oth_cur_assets"}) {
      EXPECT_GT(get(part), 0) << part;
      current += get(part);
    }
    EXPECT_NEAR(current, get("total_cur_assets"), near);
  }
  EXPECT_EQ(kinds, (std::set<std::string>{"1", "2", "4"}));
}

TEST(Statements, ProfitFollowsFromItsParts) {
  const Asked income = ask(small(), "income_vip", Asking(kNow).where("comp_type", "1"));
  int losses = 0;
  for (std::size_t r = 0; r < income.size(); ++r) {
    const auto get = [&](std::string_view name) { return or_zero(income.number(r, name)); };
    const double near = get("revenue") * 1e-12 + 0.05;
    EXPECT_NEAR(get("total_cogs"),
                get("oper_cost") + get("biz_tax_surchg") + get("sell_exp") + get("admin_exp") +
                    get("rd_exp") + get("fin_exp") + get("assets_impair_loss"),
                near);
    EXPECT_NEAR(get("operate_profit"),
                get("revenue") - get("total_cogs") + get("invest_income") + get("oth_income"),
                near);
    EXPECT_NEAR(get("total_profit"),
                get("operate_profit") + get("non_oper_income") - get("non_oper_exp"), near);
    EXPECT_NEAR(get("n_income"), get("total_profit") - get("income_tax"), near);
    EXPECT_NEAR(get("n_income"), get("n_income_attr_p") + get("minority_gain"), near);
    losses += get("n_income") < 0;
  }
  EXPECT_GT(losses, 50);
}

TEST(Statements, CashFlowsExplainTheChangeOfCash) {
  const Asked flow = ask(small(), "cashflow_vip", Asking(kNow)),
              sheet = ask(small(), "balancesheet_vip", Asking(kNow));
  const auto balance = by_key(sheet);
  for (const auto& [key, r] : by_key(flow)) {
    const auto get = [&](std::string_view name) { return or_zero(flow.number(r, name)); };
    const double near = std::abs(get("c_cash_equ_end_period")) * 1e-12 + 0.05;
    EXPECT_NEAR(get("n_cashflow_act") + get("n_cashflow_inv_act") + get("n_cash_flows_fnc_act"),
                get("n_incr_cash_cash_equ"), near);
    EXPECT_NEAR(get("n_incr_cash_cash_equ"),
                get("c_cash_equ_end_period") - get("c_cash_equ_beg_period"), near);
    EXPECT_NEAR(get("c_inf_fr_operate_a") - get("st_cash_out_act"), get("n_cashflow_act"), near);
    EXPECT_NEAR(get("im_net_cashflow_oper_act"), get("n_cashflow_act"), near);
    const std::size_t b = balance.at(key);
    const double cash =
        or_zero(sheet.number(b, "money_cap")) + or_zero(sheet.number(b, "cash_reser_cb"));
    EXPECT_NEAR(get("c_cash_equ_end_period"), cash, near);
  }
}

TEST(Statements, ReportsComeInTheirWindowsAndCorrectionsLater) {
  const Asked income = ask(small(), "income_vip", Asking(kNow));
  const auto rows = by_key(income);
  const Asked basic = ask(small(), "stock_basic", Asking(kNow));
  std::map<std::string, Date> listed;
  for (std::size_t r = 0; r < basic.size(); ++r)
    listed[basic.text(r, "ts_code")] = basic.date(r, "list_date");
  int corrections = 0;
  for (const auto& [key, r] : rows) {
    const auto& [code, period, version] = key;
    const Date announced = income.date(r, "f_ann_date");
    EXPECT_LE(announced, kNow);
    if (version == "1") {
      ++corrections;
      const std::size_t first = rows.at({code, period, "0"});
      EXPECT_GT(announced, income.date(first, "f_ann_date"));
      EXPECT_NE(income.number(r, "oper_cost"), income.number(first, "oper_cost"));
      continue;
    }
    if (announced == listed.at(code)) continue;  // with the prospectus
    const int deadline[] = {430, 831, 1031, 430};
    const int quarter = period.month() / 3, year = period.year() + (quarter == 4);
    EXPECT_LE(announced, ymd(year * 10000 + deadline[quarter - 1])) << code << " " << period.iso();
    EXPECT_GT(announced, period);
  }
  EXPECT_GT(corrections, 50);
}

TEST(Statements, NothingIsKnownBeforeItIsAnnounced) {
  const Date period = ymd(20240331);
  const auto known = [&](Date now) {
    return ask(small(), "income_vip", Asking(now).days(period, period)).size();
  };
  EXPECT_EQ(known(ymd(20240405)), 0U);
  EXPECT_GT(known(ymd(20240425)), 0U);
  EXPECT_LT(known(ymd(20240425)), known(ymd(20240501)));
}

TEST(Statements, RatiosFollowFromTheStatements) {
  const Asked ratios = ask(small(), "fina_indicator", Asking(kNow)),
              income = ask(small(), "income_vip", Asking(kNow)),
              sheet = ask(small(), "balancesheet_vip", Asking(kNow));
  const auto profits = by_key(income), balances = by_key(sheet);
  EXPECT_EQ(ratios.size(), income.size());
  for (const auto& [key, r] : by_key(ratios)) {
    const std::size_t p = profits.at(key), b = balances.at(key);
    const double owners = sheet.number(b, "total_hldr_eqy_exc_min_int");
    EXPECT_NEAR(ratios.number(r, "roe"), income.number(p, "n_income_attr_p") / owners * 100, 1e-3);
    EXPECT_NEAR(ratios.number(r, "debt_to_assets"),
                sheet.number(b, "total_liab") / sheet.number(b, "total_assets") * 100, 1e-3);
    EXPECT_NEAR(ratios.number(r, "bps"), owners / sheet.number(b, "total_share"), 1e-3);
    if (income.text(p, "comp_type") != "1") continue;
    EXPECT_NEAR(ratios.number(r, "grossprofit_margin"),
                (1 - income.number(p, "oper_cost") / income.number(p, "revenue")) * 100, 1e-3);
    EXPECT_NEAR(ratios.number(r, "current_ratio"),
                sheet.number(b, "total_cur_assets") / sheet.number(b, "total_cur_liab"), 1e-3);
  }
}

TEST(Statements, ForecastsComeBeforeExpressesBeforeReports) {
  const Asked forecast = ask(small(), "forecast_vip", Asking(kNow)),
              express = ask(small(), "express_vip", Asking(kNow)),
              income = ask(small(), "income_vip", Asking(kNow).where("update_flag", "0"));
  std::map<std::pair<std::string, Date>, std::size_t> reports, forecasts;
  for (std::size_t r = 0; r < income.size(); ++r)
    reports[{income.text(r, "ts_code"), income.date(r, "end_date")}] = r;
  int met = 0;
  for (std::size_t r = 0; r < forecast.size(); ++r) {
    const std::pair key{forecast.text(r, "ts_code"), forecast.date(r, "end_date")};
    forecasts[key] = r;
    if (!reports.contains(key)) continue;
    const std::size_t p = reports[key];
    EXPECT_LT(forecast.date(r, "ann_date"), income.date(p, "ann_date"));
    EXPECT_GT(forecast.date(r, "ann_date"), key.second);
    const double profit = income.number(p, "n_income_attr_p") / 1e4;
    EXPECT_LE(forecast.number(r, "net_profit_min"), profit + 0.02);
    EXPECT_GE(forecast.number(r, "net_profit_max"), profit - 0.02);
    if (forecast.text(r, "type") == "首亏") {
      EXPECT_LT(profit, 0);
    }
  }
  for (std::size_t r = 0; r < express.size(); ++r) {
    const std::pair key{express.text(r, "ts_code"), express.date(r, "end_date")};
    if (forecasts.contains(key)) {
      ++met;
      EXPECT_LT(forecast.date(forecasts[key], "ann_date"), express.date(r, "ann_date"));
    }
    if (!reports.contains(key)) continue;
    EXPECT_LT(express.date(r, "ann_date"), income.date(reports[key], "ann_date"));
    EXPECT_EQ(express.number(r, "revenue"), income.number(reports[key], "revenue"));
  }
  EXPECT_GT(forecast.size(), 300U);
  EXPECT_GT(express.size(), 100U);
  EXPECT_GT(met, 20);
}

TEST(Statements, DividendsMakeTheExDatesOfTheQuotes) {
  const Asked dividend = ask(small(), "dividend", Asking(kNow).where("div_proc", "实施"));
  int ex_dates = 0;
  for (std::size_t r = 0; r < dividend.size(); ++r) {
    EXPECT_LE(dividend.date(r, "imp_ann_date"), dividend.date(r, "record_date"));
    EXPECT_LT(dividend.date(r, "record_date"), dividend.date(r, "ex_date"));
    const Date ex = dividend.date(r, "ex_date");
    const std::string code = dividend.text(r, "ts_code");
    const Asked daily =
        ask(small(), "daily", Asking(kNow).code(code).days(dividend.date(r, "record_date"), ex));
    if (daily.size() != 2 || daily.date(0, "trade_date") != ex) continue;
    ++ex_dates;
    const double expected = (daily.number(1, "close") - dividend.number(r, "cash_div_tax")) /
                            (1 + dividend.number(r, "stk_div"));
    EXPECT_NEAR(daily.number(0, "pre_close"), expected, 0.0051) << code << " " << ex.iso();
  }
  EXPECT_GT(ex_dates, 300);
  EXPECT_GT(ask(small(), "dividend", Asking(kNow).where("div_proc", "预案")).size(),
            dividend.size());
}

TEST(Statements, AuditsAreOneAYear) {
  const Asked audit = ask(small(), "fina_audit", Asking(kNow));
  std::set<std::pair<std::string, Date>> keys;
  for (std::size_t r = 0; r < audit.size(); ++r) {
    EXPECT_EQ(audit.date(r, "end_date").month(), 12);
    EXPECT_TRUE(keys.emplace(audit.text(r, "ts_code"), audit.date(r, "end_date")).second);
    EXPECT_GT(audit.number(r, "audit_fees"), 0);
  }
  EXPECT_GT(audit.size(), 1000U);
}

TEST(Statements, ValuationsUseWhatWasKnownThatDay) {
  const Date day = ymd(20240628);
  const Asked basic = ask_day(small(), "daily_basic", day);
  int losses = 0;
  for (std::size_t r = 0; r < basic.size(); ++r) {
    const std::string code = basic.text(r, "ts_code");
    EXPECT_NEAR(basic.number(r, "total_mv"),
                basic.number(r, "close") * basic.number(r, "total_share"), 1e-3);
    EXPECT_NEAR(basic.number(r, "circ_mv"),
                basic.number(r, "close") * basic.number(r, "float_share"), 1e-3);
    const Asked income =
        ask(small(), "income_vip", Asking(day).code(code).days(ymd(20231231), ymd(20231231)));
    ASSERT_GT(income.size(), 0U) << code;
    const double profit = income.number(0, "n_income_attr_p") / 1e4;  // a correction comes first
    if (profit > 0) {
      EXPECT_NEAR(basic.number(r, "pe"), basic.number(r, "total_mv") / profit, 1e-3) << code;
    } else {
      EXPECT_TRUE(basic.null(r, "pe")) << code;
    }
    losses += profit <= 0;
  }
  EXPECT_GT(losses, 0);
}

}  // namespace
}  // namespace kanpan::source::sim::world
