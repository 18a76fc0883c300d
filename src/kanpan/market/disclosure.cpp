#include "kanpan/market/disclosure.hpp"

namespace kanpan::market {

Date disclosure_deadline(Date period) {
  const int months = period.month() == 12 ? 4 : period.month() == 6 ? 2 : 1;
  for (int n = 0; n < months; ++n) period = month_of(period + 1).last;
  return period;
}

}  // namespace kanpan::market
