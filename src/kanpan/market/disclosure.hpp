// When listed companies have to have published their reports.
#pragma once

#include "kanpan/base/date.hpp"

namespace kanpan::market {

/// The last day for the report of the quarter that ends on `period`: annual reports within four
/// months, half-year reports within two (Securities Law of 2019, article 79), those of the first
/// and third quarter within one (listing rules of the exchanges). `period` ends a quarter.
Date disclosure_deadline(Date period);

}  // namespace kanpan::market
