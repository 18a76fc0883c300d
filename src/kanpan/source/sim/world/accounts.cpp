#include "kanpan/source/sim/world/accounts.hpp"

#include <algorithm>
#include <cmath>

namespace kanpan::source::sim::world {
namespace {

Cents part(Cents of, double share) {
  return static_cast<Cents>(std::nearbyint(static_cast<double>(of) * share));
}

/// What a company is like, drawn once.
struct Shape {
  double margin, net_margin, growth, receivable, inventory, fixed, payable, long_debt, payout;
};

Shape shape_of(const Listing& share) {
  const Dice& d = share.dice;
  constexpr double kMargins[] = {0.24, 0.34, 0.30, 0.42, 0.20, 0.16, 0.50};
  const double margin = kMargins[static_cast<std::size_t>(share.industry) % 7] +
                        d.between(-0.04, 0.06, Draw::Margin, 0);
  return {.margin = margin,
          .net_margin = margin * d.between(0.25, 0.55, Draw::Margin, 1),
          .growth = d.between(-0.04, 0.14, Draw::Growth, 0),
          .receivable = d.between(0.08, 0.30, Draw::Balance, 0),
          .inventory = d.between(0.08, 0.30, Draw::Balance, 1),
          .fixed = d.between(0.2, 0.8, Draw::Balance, 2),
          .payable = d.between(0.08, 0.25, Draw::Balance, 3),
          .long_debt = d.between(0.0, 0.15, Draw::Balance, 4),
          .payout = d.between(0.15, 0.5, Draw::Payout, 0)};
}

/// Keeps the books quarter by quarter.
class Bookkeeper {
 public:
  Bookkeeper(const Listing& share, const Days& days)
      : share_(share), days_(days), dice_(share.dice), shape_(shape_of(share)) {
    const double value = share.start_price * static_cast<double>(share.shares);  // cents
    const double yearly = value * share.earnings_yield;
    revenue_ = static_cast<Cents>(yearly / (money() ? 0.35 : shape_.net_margin));
    shares_ = share.shares;
  }

  Books keep() {
    const int first = days_[0].year() - 2, last = days_[days_.size() - 1].year() + 1;
    open(first);
    for (int year = first; year <= last; ++year) keep_year(year);
    return std::move(books_);
  }

 private:
  bool money() const { return share_.trade != Trade::General; }
  std::uint64_t key(int year, int quarter) const {
    return static_cast<std::uint64_t>(year * 4 + quarter);
  }
  void open(int year);
  void keep_year(int year);
  void keep_quarter(int year, int quarter);
  Profit earn(int year, int quarter) const;
  Profit earn_as_money(int year, int quarter) const;
  void settle(Balance& b, int year, int quarter) const;
  void settle_as_money(Balance& b) const;
  CashFlow flows(const Profit& p, const Balance& now, int quarter) const;
  void pay(int year, int quarter);
  void decide_payout(int year);
  bool bad(int year) const;
  Date announce(int year, int quarter) const;

  const Listing& share_;
  const Days& days_;
  const Dice& dice_;
  Shape shape_;
  Books books_;
  Cents revenue_ = 0;  ///< of a usual year
  double scale_ = 1;   ///< of this year against the first
  Cents cushion_ = 0;  ///< financial assets that only back the share capital
  std::int64_t shares_ = 0;
  Balance balance_;  ///< newest
  Balance year_start_;
  Profit year_;            ///< so far
  Cents distributed_ = 0;  ///< dividends so far this year
  Cents written_ = 0;      ///< depreciation so far this year
  Cents amortised_ = 0;
};

bool Bookkeeper::bad(int year) const {
  for (const Marked& marked : share_.marks) {
    if (marked.mark == Mark::Leaving) continue;
    const int spring = days_[marked.days.first].year();
    if (year == spring - 1 || (year == spring - 2 && marked.mark == Mark::StarSt)) return true;
  }
  if (share_.leaves) return year >= days_[share_.days.last].year() - 2;
  return !money() && dice_.chance(0.06, Draw::Growth, 500 + static_cast<std::uint64_t>(year));
}

void Bookkeeper::open(int year) {
  balance_.capital = shares_ * 100;
  settle(balance_, year, 0);
  if (money()) {
    balance_.reserve = part(revenue_, 2.2);
    balance_.surplus = part(revenue_, 0.5);
    balance_.retained = part(revenue_, 1.2);
    settle(balance_, year, 0);
    return;
  }
  const Cents backed = balance_.assets() - balance_.liabilities() + part(revenue_, 0.15);
  cushion_ = std::max<Cents>(0, balance_.capital * 3 / 2 - backed);
  const Cents rest = backed + cushion_ - balance_.capital;
  balance_.reserve = part(rest, 0.55);
  balance_.surplus = part(rest, 0.10);
  balance_.retained = part(rest, 0.33);
  balance_.minority = rest - balance_.reserve - balance_.surplus - balance_.retained;
  settle(balance_, year, 0);
}

void Bookkeeper::keep_year(int year) {
  const double noise = 0.10 * dice_.normal(Draw::Growth, static_cast<std::uint64_t>(year));
  scale_ = std::clamp(scale_ * (1 + shape_.growth + noise), 0.3, 20.0);
  year_start_ = balance_;
  year_ = {};
  distributed_ = written_ = amortised_ = 0;
  for (int quarter = 1; quarter <= 4; ++quarter) keep_quarter(year, quarter);
  decide_payout(year);
}

void Bookkeeper::keep_quarter(int year, int quarter) {
  pay(year, quarter);
  const Profit earned = money() ? earn_as_money(year, quarter) : earn(year, quarter);
  year_ += earned;
  balance_.retained += earned.owners();
  balance_.minority += earned.minority;
  if (quarter == 4 && year_.owners() > 0) {
    const Cents saved = year_.owners() / 10;
    balance_.surplus += saved;
    balance_.retained -= saved;
  }
  written_ += part(balance_.fixed, 0.02);
  amortised_ += part(balance_.intangible + balance_.deferred_cost, 0.006);
  settle(balance_, year, quarter);

  Report report;
  report.period = Date::from_ymd(year, quarter * 3, quarter == 1 || quarter == 4 ? 31 : 30);
  report.announced = announce(year, quarter);
  report.profit = year_;
  report.balance = balance_;
  report.cash = flows(year_, balance_, quarter);
  report.shares = shares_;
  if (dice_.chance(0.05, Draw::Restate, key(year, quarter)) && !money()) {
    report.corrected =
        report.announced + 60 + dice_.below(240, Draw::Restate, key(year, quarter), 1);
    report.correction = std::min(part(year_.cost, 0.01), balance_.inventory / 4);
  }
  books_.reports.push_back(report);
}

Profit Bookkeeper::earn(int year, int quarter) const {
  const auto k = key(year, quarter);
  constexpr double kSeason[] = {0.21, 0.25, 0.25, 0.29};
  const double noise = 1 + 0.06 * dice_.normal(Draw::Growth, k, 1);
  Profit p;
  p.revenue = part(revenue_, scale_ * kSeason[quarter - 1] * noise);
  const double margin = shape_.margin + 0.012 * dice_.normal(Draw::Margin, k, 1);
  p.cost = part(p.revenue, 1 - margin);
  p.biz_tax = part(p.revenue, 0.006);
  const double spent = shape_.margin - shape_.net_margin / 0.85 - 0.006;
  p.selling = part(p.revenue, spent * 0.42 * dice_.between(0.92, 1.08, Draw::Margin, k, 2));
  p.admin = part(p.revenue, spent * 0.36 * dice_.between(0.92, 1.08, Draw::Margin, k, 3));
  p.research = part(p.revenue, spent * 0.22);
  p.interest_paid = part(balance_.debt(), 0.011);
  p.interest_earned = part(balance_.cash, 0.003);
  p.impairment = part(p.revenue, dice_.between(0.0, 0.006, Draw::Margin, k, 4));
  p.invest =
      part(balance_.stakes + balance_.trading, dice_.between(-0.002, 0.014, Draw::Margin, k, 5));
  p.other = part(p.revenue, dice_.between(0.0, 0.008, Draw::Margin, k, 6));
  p.extra_in = part(p.revenue, dice_.between(0.0, 0.003, Draw::Margin, k, 7));
  p.extra_out = part(p.revenue, dice_.between(0.0, 0.003, Draw::Margin, k, 8));
  if (bad(year)) {
    const double loss = quarter == 4 ? dice_.between(0.25, 0.6, Draw::Margin, k, 9) : 0.03;
    p.impairment += std::max<Cents>(0, p.before_tax()) + part(p.revenue, loss);
  }
  p.tax = std::max<Cents>(0, part(p.before_tax(), 0.15));
  p.minority = part(p.net(), 0.03 * dice_.unit(Draw::Margin, 1000));
  return p;
}

/// Banks and brokers: revenue is net of interest paid, cost is what running the house takes.
Profit Bookkeeper::earn_as_money(int year, int quarter) const {
  const auto k = key(year, quarter);
  constexpr double kSeason[] = {0.26, 0.26, 0.24, 0.24};
  const double noise = 1 + 0.04 * dice_.normal(Draw::Growth, k, 1);
  Profit p;
  p.revenue = part(revenue_, scale_ * kSeason[quarter - 1] * noise);
  p.cost = part(p.revenue, dice_.between(0.30, 0.34, Draw::Margin, k, 1));
  p.biz_tax = part(p.revenue, 0.01);
  p.impairment = part(p.revenue, dice_.between(0.18, 0.26, Draw::Margin, k, 2));
  p.extra_in = part(p.revenue, 0.001);
  p.tax = part(p.before_tax(), 0.18);
  return p;
}

void Bookkeeper::settle(Balance& b, int year, int quarter) const {
  if (money()) return settle_as_money(b);
  const auto k = key(year, quarter);
  const Cents r = part(revenue_, scale_);
  const auto about = [&](double ratio, std::uint64_t which) {
    return part(r, ratio * (1 + 0.08 * dice_.normal(Draw::Balance, k, which)));
  };
  b.trading = part(r, 0.03) + cushion_;
  b.notes = about(0.02, 1);
  b.receivable = about(shape_.receivable, 2);
  b.other_receivable = about(0.01, 3);
  b.prepaid = about(0.02, 4);
  b.inventory = about(shape_.inventory, 5);
  b.other_current = about(0.01, 6);
  b.stakes = part(r, 0.03);
  b.fixed = part(r, shape_.fixed);
  b.building = about(0.05, 7);
  b.intangible = part(r, 0.06);
  b.goodwill = part(revenue_, 0.03);
  b.deferred_cost = part(r, 0.005);
  b.tax_asset = part(r, 0.01);
  b.other_long = part(r, 0.01);
  b.notes_payable = about(0.03, 8);
  b.payable = about(shape_.payable, 9);
  b.contract = about(0.03, 10);
  b.payroll = about(0.02, 11);
  b.tax_due = about(0.01, 12);
  b.other_payable = about(0.02, 13);
  b.due_in_year = part(r, 0.02);
  b.long_debt = part(r, shape_.long_debt);
  b.deferred_income = part(r, 0.01);
  b.tax_liability = part(r, 0.005);
  b.short_debt = part(r, 0.05);
  b.cash = 0;
  const Cents left = b.liabilities() + b.equity() - b.assets();
  const Cents least = part(r, 0.06);
  b.short_debt += std::max<Cents>(0, least - left);
  b.cash = std::max(least, left);
}

/// The balance sheet is a multiple of what the owners have: 11 for a bank, 4 for a broker.
void Bookkeeper::settle_as_money(Balance& b) const {
  const Cents total = b.equity() * (share_.trade == Trade::Bank ? 11 : 4);
  b.cash = part(total, 0.10);
  b.loans = part(total, 0.58);
  b.securities = total - b.cash - b.loans;
  const Cents owed = total - b.equity();
  b.interbank = part(owed, 0.16);
  b.bonds = part(owed, 0.08);
  b.deposits = owed - b.interbank - b.bonds;
}

CashFlow Bookkeeper::flows(const Profit& p, const Balance& now, int quarter) const {
  const Balance& was = year_start_;
  CashFlow c;
  c.begin = was.cash;
  c.end = now.cash;
  c.depreciation = written_;
  c.amortisation = amortised_;
  const auto split = [](Cents change, Cents& out, Cents& in) {
    (change > 0 ? out : in) += std::abs(change);
  };
  const auto plant = [](const Balance& b) { return b.long_assets() - b.stakes - b.tax_asset; };
  split(plant(now) - plant(was) + written_ + amortised_, c.capex, c.disposed);
  split(now.trading + now.stakes + now.securities - was.trading - was.stakes - was.securities,
        c.invested, c.disposed);
  c.returns = std::max<Cents>(0, p.invest);
  c.repaid = part(was.debt(), 0.12 * quarter);
  c.borrowed = now.debt() - was.debt() + c.repaid;
  if (c.borrowed < 0) {
    c.repaid -= c.borrowed;
    c.borrowed = 0;
  }
  c.distributed = distributed_ + p.interest_paid;

  const Cents operating = c.end - c.begin - c.investing() - c.financing();
  c.sales = part(p.revenue, 1.06);
  c.refunds = part(p.revenue, 0.005);
  c.other_in = part(p.revenue, 0.02);
  c.staff = part(p.revenue, 0.10);
  c.taxes = p.tax + p.biz_tax + part(p.revenue, 0.02);
  c.other_out = part(p.revenue, 0.05);
  c.goods = c.operating_in() - c.staff - c.taxes - c.other_out - operating;
  if (c.goods < 0) {
    c.other_in -= c.goods;
    c.goods = 0;
  }
  return c;
}

/// Books the payouts whose ex-date lies in the quarter.
void Bookkeeper::pay(int year, int quarter) {
  for (const Payout& payout : books_.payouts) {
    if (payout.ex.year() != year || (payout.ex.month() + 2) / 3 != quarter) continue;
    const Cents cash = shares_ * payout.cash / 10;
    balance_.retained -= cash;
    distributed_ += cash;
    const std::int64_t more = shares_ * payout.transfer / 1000,
                       gift = shares_ * payout.bonus / 1000;
    balance_.reserve -= more * 100;
    balance_.retained -= gift * 100;
    shares_ += more + gift;
    balance_.capital = shares_ * 100;
  }
}

void Bookkeeper::decide_payout(int year) {
  const auto k = static_cast<std::uint64_t>(year);
  const Report& report = books_.reports.back();
  if (year_.owners() <= 0 || balance_.retained <= 0 || !dice_.chance(0.75, Draw::Payout, k, 1))
    return;
  Payout p;
  p.year = year;
  p.base = shares_;
  // Against the price that the shares centre on, so that a payout is a small part of it.
  const double centre = share_.start_price * static_cast<double>(share_.shares) /
                        static_cast<double>(shares_) * 10;  // thousandths of a yuan
  const double each = static_cast<double>(year_.owners()) / static_cast<double>(shares_) * 10;
  p.cash = static_cast<int>(std::min(each * shape_.payout, centre * 0.05) / 5) * 5;
  if (dice_.chance(0.10, Draw::Bonus, k) && !money()) {
    constexpr int kTenths[] = {200, 300, 400, 450, 480};
    p.transfer = kTenths[dice_.below(5, Draw::Bonus, k, 1)];
    if (balance_.reserve < shares_ * p.transfer / 10 * 2 || centre < 6000) p.transfer = 0;
    if (p.transfer == 0 && balance_.retained > shares_ * 40 && centre > 6000) p.bonus = 100;
  }
  p.proposed = report.announced;
  p.approved = p.proposed + 25 + dice_.below(25, Draw::Payout, k, 2);
  p.ex = open_day_from(p.approved + 15 + dice_.below(40, Draw::Payout, k, 3));
  p.record = open_day_before(p.ex);
  p.noticed = open_day_before(p.record - 4);
  p.paid = p.ex;
  if (p.ex < days_[0]) p.transfer = p.bonus = 0;  // shares are counted from the first day
  if (p.cash == 0 && p.transfer == 0 && p.bonus == 0) return;
  if (p.proposed <= share_.list_date) return;  // of a year before it was public
  books_.payouts.push_back(p);
}

/// Reports come in their windows: January 20 – April 29 (year), April 12 – 29, July 20 – August 30,
/// October 12 – 30; the first quarter never before the year. What was due before the listing comes
/// with it.
Date Bookkeeper::announce(int year, int quarter) const {
  const auto in = [&](int y, int month, int day, int width) {
    // Skewed to the end of the window, as filings are.
    const double u = dice_.unit(Draw::Announce, key(year, quarter));
    return Date::from_ymd(y, month, day) + static_cast<int>((1 - u * u) * width);
  };
  Date date;
  switch (quarter) {
    case 1: {
      const Date yearly = books_.reports.empty() ? Date{} : books_.reports.back().announced;
      date = std::max(in(year, 4, 12, 18), yearly);
      break;
    }
    case 2:
      date = in(year, 7, 20, 42);
      break;
    case 3:
      date = in(year, 10, 12, 19);
      break;
    default:
      date = in(year + 1, 1, 20, 100);
      break;
  }
  const Date prospectus = share_.list_date;
  return date < prospectus ? prospectus : date;
}

}  // namespace

Books keep_books(const Listing& share, const Days& days) { return Bookkeeper(share, days).keep(); }

}  // namespace kanpan::source::sim::world
