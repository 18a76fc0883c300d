// The books of an invented company: quarterly statements that balance, and what it pays out.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "kanpan/base/date.hpp"
#include "kanpan/source/sim/world/days.hpp"
#include "kanpan/source/sim/world/listing.hpp"

namespace kanpan::source::sim::world {

/// Money in hundredths of a yuan: sums are exact.
using Cents = std::int64_t;

/// Profit and loss. In a Quarter: from the beginning of the year.
struct Profit {
  Cents revenue = 0, cost = 0, biz_tax = 0, selling = 0, admin = 0, research = 0;
  Cents interest_paid = 0, interest_earned = 0, impairment = 0;
  Cents invest = 0, other = 0, extra_in = 0, extra_out = 0;
  Cents tax = 0, minority = 0;

  Cents finance() const { return interest_paid - interest_earned; }
  Cents total_cost() const {
    return cost + biz_tax + selling + admin + research + finance() + impairment;
  }
  Cents operating() const { return revenue - total_cost() + invest + other; }
  Cents before_tax() const { return operating() + extra_in - extra_out; }
  Cents net() const { return before_tax() - tax; }
  Cents owners() const { return net() - minority; }
  /// Without what does not recur: extraordinary items and other income, after tax.
  Cents recurring() const { return owners() - (extra_in - extra_out + other) * 85 / 100; }
  Profit& operator+=(const Profit& more);
  Profit operator-(const Profit& less) const;
};

/// Balances at a day. `loans` … `securities` belong to banks and brokers, the rest of the assets
/// and liabilities but `cash` to other companies.
struct Balance {
  Cents cash = 0, trading = 0, notes = 0, receivable = 0, other_receivable = 0, prepaid = 0;
  Cents inventory = 0, other_current = 0;
  Cents stakes = 0, fixed = 0, building = 0, intangible = 0, goodwill = 0, deferred_cost = 0;
  Cents tax_asset = 0, other_long = 0;
  Cents loans = 0, securities = 0;

  Cents short_debt = 0, notes_payable = 0, payable = 0, contract = 0, payroll = 0, tax_due = 0;
  Cents other_payable = 0, due_in_year = 0, long_debt = 0, deferred_income = 0, tax_liability = 0;
  Cents deposits = 0, interbank = 0, bonds = 0;

  Cents capital = 0, reserve = 0, surplus = 0, retained = 0, minority = 0;

  Cents current_assets() const {
    return cash + trading + notes + receivable + other_receivable + prepaid + inventory +
           other_current;
  }
  Cents long_assets() const {
    return stakes + fixed + building + intangible + goodwill + deferred_cost + tax_asset +
           other_long;
  }
  Cents assets() const { return current_assets() + long_assets() + loans + securities; }
  Cents current_liabilities() const {
    return short_debt + notes_payable + payable + contract + payroll + tax_due + other_payable +
           due_in_year;
  }
  Cents long_liabilities() const { return long_debt + deferred_income + tax_liability; }
  Cents liabilities() const {
    return current_liabilities() + long_liabilities() + deposits + interbank + bonds;
  }
  Cents debt() const { return short_debt + due_in_year + long_debt + bonds; }
  Cents owners() const { return capital + reserve + surplus + retained; }
  Cents equity() const { return owners() + minority; }
};

/// Cash from the beginning of the year.
struct CashFlow {
  Cents sales = 0, refunds = 0, other_in = 0, goods = 0, staff = 0, taxes = 0, other_out = 0;
  Cents disposed = 0, returns = 0, capex = 0, invested = 0;
  Cents borrowed = 0, repaid = 0, distributed = 0;
  Cents begin = 0, end = 0;
  Cents depreciation = 0, amortisation = 0;

  Cents operating_in() const { return sales + refunds + other_in; }
  Cents operating_out() const { return goods + staff + taxes + other_out; }
  Cents operating() const { return operating_in() - operating_out(); }
  Cents investing() const { return disposed + returns - capex - invested; }
  Cents financing() const { return borrowed - repaid - distributed; }
};

struct Report {
  Date period;  ///< quarter end
  Date announced;
  std::optional<Date> corrected;  ///< a second version came then …
  Cents correction = 0;           ///< … with this much more cost, and as much less inventory
  Profit profit;                  ///< year to date
  Balance balance;
  CashFlow cash;
  std::int64_t shares = 0;

  int quarter() const { return period.month() / 3; }
  /// The second version.
  Report after_correction() const;
};

/// What a year's profit brought the holders.
struct Payout {
  int year = 0;
  Date proposed, approved, noticed, record, ex, paid;
  int cash = 0;           ///< thousandths of a yuan a share
  int bonus = 0;          ///< shares per thousand, from profit
  int transfer = 0;       ///< shares per thousand, from reserves
  std::int64_t base = 0;  ///< shares it was paid on
};

struct Books {
  std::vector<Report> reports;  ///< oldest first, one per quarter
  std::vector<Payout> payouts;  ///< oldest first

  std::int64_t shares(const Listing& share, Date date) const;
  /// Index of the newest report announced on or before `date`, -1 when there is none.
  int known(Date date) const;
  /// The report of a period, or nullptr.
  const Report* of(Date period) const;
};

/// Depends on the share and the day range's first year alone; never on prices.
Books keep_books(const Listing& share, const Days& days);

}  // namespace kanpan::source::sim::world
