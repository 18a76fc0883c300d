#include <algorithm>

#include "kanpan/source/sim/world/accounts.hpp"

namespace kanpan::source::sim::world {

Profit& Profit::operator+=(const Profit& m) {
  revenue += m.revenue, cost += m.cost, biz_tax += m.biz_tax, selling += m.selling;
  admin += m.admin, research += m.research, interest_paid += m.interest_paid;
  interest_earned += m.interest_earned, impairment += m.impairment, invest += m.invest;
  other += m.other, extra_in += m.extra_in, extra_out += m.extra_out, tax += m.tax;
  minority += m.minority;
  return *this;
}

Profit Profit::operator-(const Profit& l) const {
  Profit p = *this;
  p.revenue -= l.revenue, p.cost -= l.cost, p.biz_tax -= l.biz_tax, p.selling -= l.selling;
  p.admin -= l.admin, p.research -= l.research, p.interest_paid -= l.interest_paid;
  p.interest_earned -= l.interest_earned, p.impairment -= l.impairment, p.invest -= l.invest;
  p.other -= l.other, p.extra_in -= l.extra_in, p.extra_out -= l.extra_out, p.tax -= l.tax;
  p.minority -= l.minority;
  return p;
}

Report Report::after_correction() const {
  Report report = *this;
  report.profit.cost += correction;
  report.balance.inventory -= correction;
  report.balance.retained -= correction;
  return report;
}

std::int64_t Books::shares(const Listing& share, Date date) const {
  std::int64_t shares = share.shares;
  for (const Payout& payout : payouts)
    if (payout.ex <= date) shares += shares * payout.transfer / 1000 + shares * payout.bonus / 1000;
  return shares;
}

int Books::known(Date date) const {
  const auto it = std::partition_point(reports.begin(), reports.end(),
                                       [&](const Report& r) { return r.announced <= date; });
  return static_cast<int>(it - reports.begin()) - 1;
}

const Report* Books::of(Date period) const {
  const auto it = std::partition_point(reports.begin(), reports.end(),
                                       [&](const Report& r) { return r.period < period; });
  return it != reports.end() && it->period == period ? &*it : nullptr;
}

}  // namespace kanpan::source::sim::world
