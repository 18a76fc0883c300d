#include "kanpan/ingest/universe.hpp"

#include <algorithm>

#include "kanpan/catalog/roles.hpp"
#include "kanpan/market/code.hpp"

namespace kanpan::ingest {
namespace {

using catalog::Days;
using catalog::Expect;
using frame::Batch;

/// Reads the named columns of a table that may not be in the catalog or be empty.
Result<void> each_batch(const catalog::Catalog& catalog, const store::Store& store,
                        std::string_view table, std::vector<std::string> columns,
                        const std::vector<std::string>& codes, std::vector<store::Filter> filters,
                        const std::function<void(const Batch&)>& use,
                        std::optional<store::Sequence> as_of = std::nullopt) {
  const auto spec = catalog.find(table);
  if (!spec) return {};
  store::Read read;
  read.table = *spec;
  read.columns = std::move(columns);
  read.codes = codes;
  read.filters = std::move(filters);
  read.as_of = as_of;
  return store.read(read, [&](Batch&& batch) -> Result<bool> {
    use(batch);
    return true;
  });
}

Result<std::map<Date, std::set<std::string>>> load_suspensions(
    const catalog::Catalog& catalog, const store::Store& store,
    const std::vector<std::string>& codes) {
  std::map<Date, std::set<std::string>> suspended;
  KANPAN_TRY(each_batch(
      catalog, store, catalog::role::kSuspensions, {"ts_code", "trade_date", "suspend_timing"},
      codes, {{"suspend_type", store::Op::Eq, {std::string("S")}}}, [&](const Batch& batch) {
        for (std::size_t row = 0; row < batch.rows(); ++row) {
          // With a time of day it is a halt of minutes: the day has a bar.
          if (!batch.column(2).is_null(row) && !batch.column(2).texts()[row].empty()) continue;
          suspended[batch.column(1).dates()[row]].emplace(batch.column(0).texts()[row]);
        }
      }));
  return suspended;
}

/// Whether an open day ends the week or the month where the table has rows only then.
bool is_row_day(const catalog::TableSpec& table, const market::Calendar& calendar, Date day) {
  if (table.days == Days::Calendar) return true;
  if (table.days == Days::QuarterEnd) return quarter_end(day) == day;
  if (!calendar.is_open(day)) return false;
  const Date next = calendar.next(day);
  if (table.days == Days::WeekEnd) return next - day >= 8 - day.weekday();
  if (table.days == Days::MonthEnd) return next.month() != day.month();
  return true;
}

/// Split values that exist on `day`.
std::uint32_t values_on(const catalog::Split& split, Date day) {
  std::uint32_t n = 0;
  for (const std::string& value : split.values) {
    const auto since = split.since.find(value);
    n += since == split.since.end() || since->second <= day ? 1 : 0;
  }
  return n;
}

bool covers_exchange(const catalog::TableSpec& table, std::string_view suffix) {
  return table.expect_exchanges.empty() ||
         std::ranges::find(table.expect_exchanges, suffix) != table.expect_exchanges.end();
}

bool is_listed(const Listing& listing, Date day) {
  return listing.listed <= day && (!listing.delisted || day < *listing.delisted);
}

}  // namespace

Result<market::Calendar> load_calendar(const catalog::Catalog& catalog, const store::Store& store,
                                       std::optional<store::Sequence> as_of) {
  std::vector<Date> open, closed;
  KANPAN_TRY(each_batch(
      catalog, store, catalog::role::kCalendar, {"cal_date", "is_open"}, {},
      {{"exchange", store::Op::Eq, {std::string("SSE")}}, {"is_open", store::Op::NotNull, {}}},
      [&](const Batch& batch) {
        const auto days = batch.column(0).dates();
        for (std::size_t row = 0; row < days.size(); ++row)
          (batch.column(1).ints()[row] == 1 ? open : closed).push_back(days[row]);
      },
      as_of));
  return market::Calendar(std::move(open), std::move(closed));
}

Result<std::vector<Listing>> load_listings(const catalog::Catalog& catalog,
                                           const store::Store& store,
                                           const std::vector<std::string>& codes) {
  std::vector<Listing> listings;
  KANPAN_TRY(each_batch(catalog, store, catalog::role::kListings,
                        {"ts_code", "list_date", "delist_date"}, codes, {},
                        [&](const Batch& batch) {
                          for (std::size_t row = 0; row < batch.rows(); ++row) {
                            if (batch.column(1).is_null(row)) continue;
                            Listing listing{std::string(batch.column(0).texts()[row]),
                                            batch.column(1).dates()[row], std::nullopt};
                            if (!batch.column(2).is_null(row))
                              listing.delisted = batch.column(2).dates()[row];
                            listings.push_back(std::move(listing));
                          }
                        }));
  return listings;
}

bool covers(const catalog::TableSpec& table, std::string_view code) {
  return covers_exchange(table, market::suffix(code));
}

bool expects_codes(const catalog::TableSpec& table) {
  return table.expect == Expect::ListedAll || table.expect == Expect::ListedCodes;
}

std::vector<Date> days_of(const catalog::TableSpec& table, const market::Calendar& calendar,
                          DateRange range) {
  std::vector<Date> days;
  if (range.empty()) return days;
  if (table.days == Days::QuarterEnd) {
    for (Date day = quarter_end(range.first); day <= range.last; day = quarter_end(day + 1))
      days.push_back(day);
  } else if (table.days == Days::Calendar) {
    for (Date day = range.first; day <= range.last; ++day) days.push_back(day);
  } else {
    for (const Date day : calendar.open_days(range))
      if (is_row_day(table, calendar, day)) days.push_back(day);
  }
  return days;
}

Universe::Universe(market::Calendar calendar, std::vector<Listing> listings,
                   std::map<Date, std::set<std::string>> suspended)
    : calendar_(std::move(calendar)),
      listings_(std::move(listings)),
      suspended_(std::move(suspended)) {
  std::ranges::sort(listings_, {}, &Listing::code);
  for (const Listing& listing : listings_) {
    if (listing.delisted && *listing.delisted <= listing.listed) continue;
    Dates& dates = counted_[std::string(market::suffix(listing.code))];
    dates.listed.push_back(listing.listed);
    if (listing.delisted) dates.delisted.push_back(*listing.delisted);
  }
  for (auto& [suffix, dates] : counted_) {
    std::ranges::sort(dates.listed);
    std::ranges::sort(dates.delisted);
  }
}

Result<Universe> Universe::load(const catalog::Catalog& catalog, const store::Store& store) {
  KANPAN_LET(auto calendar, load_calendar(catalog, store));
  KANPAN_LET(auto listings, load_listings(catalog, store, {}));
  KANPAN_LET(auto suspended, load_suspensions(catalog, store, {}));
  return Universe(std::move(calendar), std::move(listings), std::move(suspended));
}

Result<Universe> Universe::of_codes(const catalog::Catalog& catalog, const store::Store& store,
                                    const std::vector<std::string>& codes) {
  KANPAN_LET(auto listings, load_listings(catalog, store, codes));
  KANPAN_LET(auto suspended, load_suspensions(catalog, store, codes));
  return Universe(market::Calendar::built_in(), std::move(listings), std::move(suspended));
}

std::size_t Universe::Dates::count_on(Date day) const {
  const auto begun = std::ranges::upper_bound(listed, day) - listed.begin();
  const auto ended = std::ranges::upper_bound(delisted, day) - delisted.begin();
  return static_cast<std::size_t>(begun - ended);
}

std::size_t Universe::listed_on(Date day) const {
  std::size_t count = 0;
  for (const auto& [suffix, dates] : counted_) count += dates.count_on(day);
  return count;
}

/// As many as expected_codes() has of a day with rows, without going through the listings.
std::uint32_t Universe::count_expected(const catalog::TableSpec& table, Date day) const {
  std::size_t count = 0;
  for (const auto& [suffix, dates] : counted_)
    if (covers_exchange(table, suffix)) count += dates.count_on(day);
  const auto halted = suspended_.find(day);
  if (table.expect == Expect::ListedAll || halted == suspended_.end())
    return static_cast<std::uint32_t>(count);
  for (const std::string& code : halted->second) {
    const auto listing = std::ranges::lower_bound(listings_, code, {}, &Listing::code);
    const bool counts = listing != listings_.end() && listing->code == code &&
                        is_listed(*listing, day) && covers(table, code);
    count -= counts ? 1 : 0;
  }
  return static_cast<std::uint32_t>(count);
}

std::vector<std::string> Universe::codes_in(DateRange range) const {
  std::vector<std::string> codes;
  for (const Listing& listing : listings_)
    if (listing.listed <= range.last && (!listing.delisted || range.first < *listing.delisted))
      codes.push_back(listing.code);
  return codes;
}

std::optional<std::uint32_t> Universe::expected_rows(const catalog::TableSpec& table,
                                                     Date day) const {
  if (table.expect == Expect::Unknown || table.expect == Expect::EveryDay) return std::nullopt;
  if (!is_row_day(table, calendar_, day)) return 0;
  switch (table.expect) {
    case Expect::Splits:
      return table.source.split ? values_on(*table.source.split, day) : 1;
    case Expect::ListedAll:
    case Expect::ListedCodes:
      if (listings_.empty()) return std::nullopt;
      return count_expected(table, day);
    case Expect::Unknown:
    case Expect::EveryDay:
      break;
  }
  return std::nullopt;
}

bool Universe::expects(const catalog::TableSpec& table, std::string_view code, Date day) const {
  if (!expects_codes(table)) return false;
  const auto listing = std::ranges::lower_bound(listings_, code, {}, &Listing::code);
  if (listing == listings_.end() || listing->code != code) return false;
  if (!is_listed(*listing, day) || !covers(table, code)) return false;
  if (table.expect == Expect::ListedAll) return true;
  const auto halted = suspended_.find(day);
  return halted == suspended_.end() || !halted->second.contains(listing->code);
}

/// In the order of the codes. Both lists are sorted, so that no code is looked up.
template <typename Use>
void Universe::each_expected(const catalog::TableSpec& table, Date day, const Use& use) const {
  if (!expects_codes(table) || !is_row_day(table, calendar_, day)) return;
  static const std::set<std::string> nobody;
  const auto found = suspended_.find(day);
  const bool all = table.expect == Expect::ListedAll || found == suspended_.end();
  const std::set<std::string>& halted = all ? nobody : found->second;
  auto halt = halted.begin();
  for (const Listing& listing : listings_) {
    while (halt != halted.end() && *halt < listing.code) ++halt;
    if (halt != halted.end() && *halt == listing.code) continue;
    if (is_listed(listing, day) && covers(table, listing.code)) use(listing.code);
  }
}

std::vector<std::string> Universe::expected_codes(const catalog::TableSpec& table, Date day) const {
  std::vector<std::string> codes;
  each_expected(table, day, [&](const std::string& code) { codes.push_back(code); });
  return codes;
}

std::uint32_t Universe::missing_codes(const catalog::TableSpec& table, Date day,
                                      std::span<const std::string_view> codes) const {
  std::uint32_t missing = 0;
  auto here = codes.begin();
  each_expected(table, day, [&](const std::string& code) {
    while (here != codes.end() && *here < code) ++here;
    if (here == codes.end() || *here != code) ++missing;
  });
  return missing;
}

}  // namespace kanpan::ingest
