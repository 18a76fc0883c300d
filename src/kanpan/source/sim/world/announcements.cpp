// dividend, forecast_vip, express_vip, fina_audit: what is announced beside the reports.
#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "kanpan/source/sim/world/generators.hpp"
#include "kanpan/source/sim/world/names.hpp"
#include "kanpan/source/sim/world/reports.hpp"
#include "kanpan/source/sim/world/valuation.hpp"

namespace kanpan::source::sim::world {
namespace {

enum class Stage { Proposed, Approved, Done };

void payout_row(const Listing& share, const Payout& payout, Stage stage, Date announced,
                Rows& out) {
  out.begin();
  out.set("ts_code", std::string_view(share.ts_code));
  out.set("end_date", Date::from_ymd(payout.year, 12, 31));
  out.set("ann_date", announced);
  out.set("div_proc", stage == Stage::Proposed   ? "预案"
                      : stage == Stage::Approved ? "股东大会通过"
                                                 : "实施");
  out.set("stk_div", (payout.bonus + payout.transfer) / 1000.0);
  out.set("stk_bo_rate", payout.bonus / 1000.0);
  out.set("stk_co_rate", payout.transfer / 1000.0);
  out.set("cash_div", rounded(payout.cash * 0.9 / 1000, 5));  // dividend tax of 10 %
  out.set("cash_div_tax", payout.cash / 1000.0);
  out.set("base_share", static_cast<double>(payout.base) / 1e4);
  if (stage != Stage::Done) return;
  out.set("record_date", payout.record);
  out.set("ex_date", payout.ex);
  if (payout.cash > 0) out.set("pay_date", payout.paid);
  if (payout.bonus + payout.transfer > 0) out.set("div_listdate", payout.ex);
  out.set("imp_ann_date", payout.noticed);
  out.set("base_date", payout.record);
}

std::uint64_t key(const Report& report) { return static_cast<std::uint64_t>(report.period.days); }

std::string_view forecast_type(Cents now, Cents before) {
  if (before <= 0) return now > 0 ? "扭亏" : "续亏";
  if (now <= 0) return "首亏";
  const double change = static_cast<double>(now - before) / static_cast<double>(before);
  if (std::abs(change) < 0.05) return "续盈";
  if (change > 0) return change >= 0.5 ? "预增" : "略增";
  return change <= -0.5 ? "预减" : "略减";
}

/// The exchanges want a forecast of a year that lost or moved by half; others give one at will, and
/// now and then for a half year. Always before the report.
std::optional<Date> forecast_on(const Version& v) {
  const Report* was = v.year_before();
  if (!was || v.correction) return std::nullopt;
  const int quarter = v.report.quarter();
  const Cents now = v.report.profit.owners(), before = was->profit.owners();
  const bool must =
      quarter == 4 && (now <= 0 || before <= 0 || std::abs(now - before) * 2 > before);
  const double odds = quarter == 4 ? 0.25 : quarter == 2 ? 0.2 : 0.03;
  if (!must && !v.share.dice.chance(odds, Draw::Forecast, key(v.report))) return std::nullopt;
  const Date date = v.report.period + 8 +
                    v.share.dice.below(quarter == 4 ? 23 : 10, Draw::Forecast, key(v.report), 1);
  return std::min(date, v.report.announced - 6);
}

/// A third of the companies tell their year, some their half year, ahead of the report.
std::optional<Date> express_on(const Version& v) {
  const int quarter = v.report.quarter();
  if (v.correction || quarter % 2 == 1) return std::nullopt;
  if (!v.share.dice.chance(quarter == 4 ? 0.4 : 0.15, Draw::Express, key(v.report)))
    return std::nullopt;
  const Date date = v.report.period + (quarter == 4 ? 35 : 14) +
                    v.share.dice.below(24, Draw::Express, key(v.report), 1);
  return std::min(date, v.report.announced - 2);
}

/// `date` of an announcement that is asked for and out.
bool told(const Ask& ask, const Listing& share, std::optional<Date> date) {
  return date && *date >= share.list_date && *date <= ask.today && ask.wants(*date) &&
         reports_on(ask.exchange, share, *date);
}

/// Every report with the dates of what comes before it, out or not.
template <typename Row>
void each_report(const Ask& ask, Row row) {
  for (int i : ask.shares) {
    const Books& books = ask.exchange.books(i);
    for (std::size_t at = books.reports.size(); at-- > 0;)
      row(Version{ask.exchange.share(i), books, at, books.reports[at], books.reports[at].announced,
                  false});
  }
}

void forecast_row(const Version& v, Date date, Rows& out) {
  const Cents now = v.report.profit.owners(), before = v.year_before()->profit.owners();
  const double width = v.share.dice.between(0.03, 0.15, Draw::Forecast, key(v.report), 2);
  const Cents margin = static_cast<Cents>(static_cast<double>(std::abs(now)) * width) + 1;
  const auto change = [&](Cents profit) {
    return rounded(
        static_cast<double>(profit - before) / static_cast<double>(std::abs(before)) * 100, 2);
  };
  const auto wan = [](Cents cents) { return rounded(static_cast<double>(cents) / 1e6, 2); };
  const std::string_view type = forecast_type(now, before);
  out.begin();
  out.set("ts_code", std::string_view(v.share.ts_code));
  out.set("ann_date", date);
  out.set("end_date", v.report.period);
  out.set("type", type);
  out.set("p_change_min", change(now - margin));
  out.set("p_change_max", change(now + margin));
  out.set("net_profit_min", wan(now - margin));
  out.set("net_profit_max", wan(now + margin));
  out.set("last_parent_net", wan(before));
  out.set("first_ann_date", date);
  out.set("summary", std::string_view(fmt::format("预计净利润约{:.0f}万元至{:.0f}万元,{}",
                                                  wan(now - margin), wan(now + margin), type)));
  out.set("change_reason", now > before ? "产品销售增长,毛利率提高" : "需求减弱,计提资产减值准备");
}

void express_growth(const Version& v, const Report& was, const Report& start, Rows& out) {
  const Profit &p = v.report.profit, &q = was.profit;
  const Balance &b = v.report.balance, &s = start.balance;
  const auto grown = [](Cents now, Cents before) {
    return before == 0 ? kNone
                       : rounded(static_cast<double>(now - before) /
                                     static_cast<double>(std::abs(before)) * 100,
                                 4);
  };
  const double eps = v.yuan(p.owners()) / static_cast<double>(v.report.shares);
  const double eps_was = v.yuan(q.owners()) / static_cast<double>(was.shares);
  const auto roe = [](const Report& r) {
    return static_cast<double>(r.profit.owners()) / static_cast<double>(r.balance.owners()) * 100;
  };
  out.set("yoy_net_profit", v.yuan(q.owners()));
  out.set("yoy_sales", grown(p.revenue, q.revenue));
  out.set("yoy_op", grown(p.operating(), q.operating()));
  out.set("yoy_tp", grown(p.before_tax(), q.before_tax()));
  out.set("yoy_dedu_np", grown(p.owners(), q.owners()));
  out.set("yoy_eps", rounded((eps - eps_was) / std::abs(eps_was) * 100, 4));
  out.set("yoy_roe", rounded(roe(v.report) - roe(was), 4));
  out.set("growth_assets", grown(b.assets(), s.assets()));
  out.set("yoy_equity", grown(b.owners(), s.owners()));
  const double bps = v.yuan(b.owners()) / static_cast<double>(v.report.shares);
  const double open_bps = v.yuan(s.owners()) / static_cast<double>(start.shares);
  out.set("growth_bps", rounded((bps - open_bps) / open_bps * 100, 4));
  out.set("or_last_year", v.yuan(q.revenue));
  out.set("op_last_year", v.yuan(q.operating()));
  out.set("tp_last_year", v.yuan(q.before_tax()));
  out.set("np_last_year", v.yuan(q.owners()));
  out.set("eps_last_year", rounded(eps_was, 4));
  out.set("open_net_assets", v.yuan(s.owners()));
  out.set("open_bps", rounded(open_bps, 4));
}

void express_row(const Version& v, Date date, Rows& out) {
  const Profit& p = v.report.profit;
  const Balance& b = v.report.balance;
  const auto shares = static_cast<double>(v.report.shares);
  out.begin();
  out.set("ts_code", std::string_view(v.share.ts_code));
  out.set("ann_date", date);
  out.set("end_date", v.report.period);
  out.set("revenue", v.yuan(p.revenue));
  out.set("operate_profit", v.yuan(p.operating()));
  out.set("total_profit", v.yuan(p.before_tax()));
  out.set("n_income", v.yuan(p.owners()));
  out.set("total_assets", v.yuan(b.assets()));
  out.set("total_hldr_eqy_exc_min_int", v.yuan(b.owners()));
  out.set("diluted_eps", rounded(v.yuan(p.owners()) / shares, 4));
  out.set("diluted_roe", rounded(v.yuan(p.owners()) / v.yuan(b.owners()) * 100, 4));
  out.set("bps", rounded(v.yuan(b.owners()) / shares, 4));
  const Report *was = v.year_before(), *start = v.year_start();
  if (was && start) express_growth(v, *was, *start, out);
  out.set("is_audit", 0);
}

constexpr std::array<std::string_view, 8> kAuditors = {
    "衡正会计师事务所(特殊普通合伙)", "岚山会计师事务所(特殊普通合伙)",
    "明澈会计师事务所(特殊普通合伙)", "同楫会计师事务所(特殊普通合伙)",
    "信岫会计师事务所(特殊普通合伙)", "鼎樾会计师事务所(特殊普通合伙)",
    "中砺会计师事务所(特殊普通合伙)", "天朔会计师事务所(特殊普通合伙)"};

void audit_row(const Version& v, Rows& out) {
  const Dice& dice = v.share.dice;
  const bool loss = v.report.profit.owners() < 0;
  const double doubt = dice.unit(Draw::Audit, key(v.report));
  out.begin();
  out.set("ts_code", std::string_view(v.share.ts_code));
  out.set("ann_date", v.announced);
  out.set("end_date", v.report.period);
  out.set("audit_result", loss && doubt < 0.15          ? "无法表示意见"
                          : loss && doubt < 0.35        ? "保留意见"
                          : doubt < (loss ? 0.6 : 0.02) ? "带强调事项段的无保留意见"
                                                        : "标准无保留意见");
  const double fees = 5e5 + v.yuan(v.report.balance.assets()) * 2e-5;
  out.set("audit_fees", std::round(fees / 10000) * 10000);
  const auto term = static_cast<std::uint64_t>(v.report.period.year() / 5);  // firms change seldom
  out.set("audit_agency", kAuditors[static_cast<std::size_t>(
                              dice.below(static_cast<int>(kAuditors.size()), Draw::Audit, term))]);
  out.set("audit_sign", std::string_view(person_name(dice, 50) + "," + person_name(dice, 51)));
}

}  // namespace

/// Each stage is a row of its own, announced on its own day.
void dividend(const Ask& ask, Rows& out) {
  for (int i : ask.shares) {
    const Listing& share = ask.exchange.share(i);
    const auto& payouts = ask.exchange.books(i).payouts;
    for (auto payout = payouts.rbegin(); payout != payouts.rend(); ++payout) {
      const std::array<std::pair<Stage, Date>, 3> stages = {{{Stage::Done, payout->noticed},
                                                             {Stage::Approved, payout->approved},
                                                             {Stage::Proposed, payout->proposed}}};
      for (const auto& [stage, date] : stages)
        if (told(ask, share, date)) payout_row(share, *payout, stage, date, out);
    }
  }
}

void forecast_vip(const Ask& ask, Rows& out) {
  each_report(ask, [&](const Version& v) {
    if (const auto date = forecast_on(v); told(ask, v.share, date)) forecast_row(v, *date, out);
  });
}

/// Never before the forecast of the same period.
void express_vip(const Ask& ask, Rows& out) {
  each_report(ask, [&](const Version& v) {
    auto date = express_on(v);
    if (const auto forecast = forecast_on(v); date && forecast)
      date = std::max(*date, *forecast + 1);
    if (told(ask, v.share, date)) express_row(v, *date, out);
  });
}

void fina_audit(const Ask& ask, Rows& out) {
  each_version(ask, [&](const Version& v) {
    if (v.report.quarter() == 4 && !v.correction) audit_row(v, out);
  });
}

}  // namespace kanpan::source::sim::world
