// The expected set: trade calendar × listed codes − suspensions.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kanpan/base/error.hpp"
#include "kanpan/catalog/catalog.hpp"
#include "kanpan/market/calendar.hpp"
#include "kanpan/store/store.hpp"

namespace kanpan::ingest {

struct Listing {
  std::string code;
  Date listed;
  std::optional<Date> delisted;  ///< first day on which it is no longer listed
};

/// What is known of codes and days at one moment. Immutable, shared by the threads of a run.
class Universe {
 public:
  Universe(market::Calendar calendar, std::vector<Listing> listings,
           std::map<Date, std::set<std::string>> suspended);
  /// From the tables trade_cal, stock_basic and suspend_d as stored; what is not there yet is the
  /// built-in calendar, no codes, no suspensions.
  static Result<Universe> load(const catalog::Catalog& catalog, const store::Store& store);
  /// Of these codes alone, with the built-in calendar: cheap, for expects().
  static Result<Universe> of_codes(const catalog::Catalog& catalog, const store::Store& store,
                                   const std::vector<std::string>& codes);

  const market::Calendar& calendar() const { return calendar_; }
  const std::vector<Listing>& listings() const { return listings_; }
  /// Number of codes listed on `day`.
  std::size_t listed_on(Date day) const;
  /// Codes listed at some time in the range, sorted.
  std::vector<std::string> codes_in(DateRange range) const;

  /// Rows that `day` of the table must have to be complete; nothing when no rule of their number is
  /// known or no code is. Both 0 on days without trading for tables that live on trading days.
  std::optional<std::uint32_t> expected_rows(const catalog::TableSpec& table, Date day) const;
  /// Whether `day`, if it is one with rows, must have one of the code in a table with a rule by
  /// code.
  bool expects(const catalog::TableSpec& table, std::string_view code, Date day) const;
  /// The codes behind expected_rows, sorted; empty for tables without a rule by code.
  std::vector<std::string> expected_codes(const catalog::TableSpec& table, Date day) const;
  /// How many of expected_codes are not among `codes`, which are sorted and may repeat. One pass.
  std::uint32_t missing_codes(const catalog::TableSpec& table, Date day,
                              std::span<const std::string_view> codes) const;

 private:
  template <typename Use>
  void each_expected(const catalog::TableSpec& table, Date day, const Use& use) const;

  /// Of one exchange, sorted, so that counting needs no look at the listings.
  struct Dates {
    std::vector<Date> listed, delisted;
    std::size_t count_on(Date day) const;
  };
  std::uint32_t count_expected(const catalog::TableSpec& table, Date day) const;

  market::Calendar calendar_;
  std::vector<Listing> listings_;                      ///< by code
  std::map<std::string, Dates, std::less<>> counted_;  ///< by the suffix of the codes
  std::map<Date, std::set<std::string>> suspended_;
};

/// Whether the table's expectation names codes.
bool expects_codes(const catalog::TableSpec& table);
/// Whether it names codes of this exchange, if it names any.
bool covers(const catalog::TableSpec& table, std::string_view code);

/// The open days of trade_cal as stored, or as they were after the commit, else the built-in
/// calendar. Errors are the store's.
Result<market::Calendar> load_calendar(const catalog::Catalog& catalog, const store::Store& store,
                                       std::optional<store::Sequence> as_of = std::nullopt);
/// When these codes (none = all) are listed as stock_basic says; none of a code that it does not
/// have. Errors are the store's.
Result<std::vector<Listing>> load_listings(const catalog::Catalog& catalog,
                                           const store::Store& store,
                                           const std::vector<std::string>& codes);

/// The days of the range that the table's time column can take, oldest first.
std::vector<Date> days_of(const catalog::TableSpec& table, const market::Calendar& calendar,
                          DateRange range);

}  // namespace kanpan::ingest
