// What the catalog knows about a table. Everything that derives from a table derives from this.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kanpan/base/date.hpp"
#include "kanpan/frame/batch.hpp"

namespace kanpan::catalog {

/// Which cells of a column the source leaves empty.
enum class Nulls {
  Any,        ///< any of them, by right
  AllOrNone,  ///< all of an answer (a source that does not have the column) or none
  Never,
};
/// "any", "all or none", "never".
std::string_view name(Nulls nulls);

struct ColumnSpec {
  std::string name;
  frame::Type type = frame::Type::Text;
  std::string label;       ///< Chinese, as the source's page has it
  std::string label_en;    ///< may be empty
  std::string unit;        ///< the source's unit (手, 千元, 万元, %, …), "" when it has none
  bool by_default = true;  ///< the source sends it when no fields are named
  Nulls nulls = Nulls::Any;
};

/// How a parameter picks rows.
enum class ParameterKind {
  Equal,       ///< the column holds one of the comma separated values
  From,        ///< the column, a date, is this day or later
  To,          ///< the column, a date, is this day or earlier
  CodeSuffix,  ///< the part of the code behind the dot is one of the values (SH, SZ, BJ)
  Board,       ///< the code belongs to one of the boards HS, GEM, STAR, BJ (see board_of)
  Newest,      ///< `Y`: only the last snapshot, by the column, of each list (see list_columns)
  Limit,       ///< at most so many rows
  Offset,      ///< so many rows are skipped
  Ignored,     ///< it narrows nothing, as at the source
};
/// "equal", "from", "to", "code_suffix", "board", "newest", …
std::string_view name(ParameterKind kind);

struct ParameterSpec {
  std::string name;
  std::string type;  ///< "str", "int", …, as the source's page has it
  bool required = false;
  std::string label;
  /// What the parameter does where its name does not say it: see meaning() for what a name says.
  std::optional<ParameterKind> matches = std::nullopt;
  std::string column = {};   ///< that it goes by, where that is not the one its name says
  std::string assumed = {};  ///< the value that the source fills in when it is not given
};

/// One way of asking the source for a table. The planner chooses among those a table has.
enum class WalkKind {
  Whole,         ///< no range at all: one call (per split value) is the table
  Date,          ///< one call is one day of the time column, every code
  Code,          ///< one call is one code over a window of days
  Period,        ///< one call is one report period (quarter end), every code
  Window,        ///< one call is a window of days, every code
  Announcement,  ///< one call is one calendar day of an announcement column, every code: what a
                 ///< poll for news asks; a poll asks every walk of this kind
};
std::string_view name(WalkKind kind);

struct Walk {
  WalkKind kind = WalkKind::Whole;
  /// Date, Code, Period, Announcement: the parameter that takes the day, code or period.
  std::string parameter;
  std::string from, to;  ///< Code, Window: parameters for the first and last day; may be empty
  int max_days = 0;      ///< Code, Window: longest window, days; 0 = bounded by the row cap only
  /// Announcement, Code, Window: the column that the days asked for bound; "" = the time column.
  std::string column;
  bool twin = false;  ///< asks the source's twin interface instead
};

/// A parameter whose values part the table (exchange, list_status, limit_type): the planner asks
/// each value where one call could hit the cap, or `always`.
struct Split {
  std::string parameter;
  std::vector<std::string> values;
  bool always = false;
  std::string column;  ///< the column that holds the value, when there is one
  /// First day of a value that came later than the table (BSE); the others are as old as it.
  std::map<std::string, Date> since = {};
};

/// An interface with the same columns on other terms: income is income_vip's, one stock per call
/// for fewer points.
struct Twin {
  std::string api;
  std::optional<int> row_limit;
  std::optional<int> points;
};

struct SourceSpec {
  std::string api;                      ///< interface name
  std::optional<int> doc_id;            ///< number of its page, if it has one at the source
  std::optional<int> row_limit;         ///< rows per answer at the most
  std::optional<int> points;            ///< least points; empty = sold separately or unstated
  std::optional<int> calls_per_minute;  ///< the interface's own limit, beside that of the points
  std::optional<int> calls_per_day;
  bool pages = false;       ///< limit/offset may be used; overlapping pages are compared
  int ready_second = 0;     ///< Shanghai second of day at which a day is complete at the source
  int ready_days = 0;       ///< days after the day itself (1: next morning)
  bool intraday = false;    ///< parts of a day are there before that, while the exchange trades
  std::vector<Walk> walks;  ///< best first
  std::optional<Split> split;
  std::optional<Twin> twin;
  /// Parameters that go out with every call, with their values.
  std::vector<std::pair<std::string, std::string>> fixed;
  std::vector<ParameterSpec> parameters;

  /// The interface that a walk asks, its row cap and its points.
  const std::string& api_of(const Walk& walk) const { return walk.twin ? twin->api : api; }
  std::optional<int> row_limit_of(const Walk& walk) const {
    return walk.twin ? twin->row_limit : row_limit;
  }
  std::optional<int> points_of(const Walk& walk) const { return walk.twin ? twin->points : points; }
};

enum class UpdateMode { Full, Incremental, Merge, Realtime };
enum class Conflict { Replace, Merge };
std::string_view name(UpdateMode mode);
std::string_view name(Conflict conflict);

struct Policy {
  UpdateMode mode = UpdateMode::Incremental;
  std::string schedule;   ///< five-field cron in Asia/Shanghai, "event_driven" or "continuous"
  int batch_size = 5000;  ///< rows per commit at the most, in full and merge runs per batch
  int retry_times = 3;
  Conflict conflict = Conflict::Replace;
  std::string cache_invalidate;
  std::vector<std::string> quality_checks;
  int poll_interval = 0;  ///< seconds, continuous tables only
};

struct CachePolicy {
  int l1_seconds = 0;  ///< 0 = not cached there
  int l2_seconds = 0;
  int l3_seconds = 0;
  std::string key;      ///< `kline:{code}:{type}:{range}`
  std::string trigger;  ///< what renews it
};

struct Retention {
  int hot_days = 0;  ///< 0 = for ever
  int cold_days = 0;
  int archive_days = 0;
};

/// Which rows a day (or period) must have before it counts as complete.
enum class Expect {
  /// No rule: complete when two fetches after the ready time agree, or by one made so many days
  /// later that the source corrects nothing any more (ingest::kSettledDays).
  Unknown,
  ListedCodes,  ///< every code listed that day and not suspended
  ListedAll,    ///< every code listed that day, suspended or not (adj_factor, stk_limit)
  EveryDay,     ///< a row of every day, which proves it: no other is waited for (trade_cal)
  Splits,       ///< one row for every split value (margin by exchange)
};

std::string_view name(Expect expect);

/// What the codes of a table look like.
enum class CodeForm {
  Any,    ///< market::is_code: indices, concepts, whatever a list names
  Share,  ///< market::is_share_code
};
std::string_view name(CodeForm form);

/// The days that the time column takes.
enum class Days {
  Trading,     ///< open days of the exchange
  WeekEnd,     ///< last open day of each week
  MonthEnd,    ///< last open day of each month
  QuarterEnd,  ///< report periods: 31 March, 30 June, 30 September, 31 December
  Calendar,    ///< any day (announcements, the calendar itself)
};
std::string_view name(Days days);

/// What an identity says of its columns, named here in their order. A row with a null among them is
/// not judged. "Near" means |difference| <= tolerance x max(1, |left|, |right|): relative for large
/// numbers, absolute for small ones. Everything is in the source's units; a date is the number
/// YYYYMMDD, and only `ascending` and `range` take it.
enum class Relation {
  Ohlc,          ///< [open, high, low, close]: 0 < low <= open, close <= high < 10 x low
  PriceBetween,  ///< [amount, vol, low, high]: low - slack <= amount x scale / vol <= high + slack,
                 ///< slack = tolerance x high; not judged where vol or amount
                 ///< is below 1, because there the rounding of amount decides
  Change,        ///< [close, pre_close, change]: |close - pre_close - change| <= tolerance
  PctChg,        ///< [close, pre_close, pct_chg]: |(close / pre_close - 1) x scale - pct_chg| <=
                 ///< tolerance; scale 100 for %, 1 for a fraction; not judged where pre_close is 0
  Sum,           ///< [total, part, …]: total x scale near the sum of the parts
  Balance,       ///< [left, …, right, …], halves: sum of the left near the sum of the right
  Equal,         ///< [a, b]: a x scale near b
  Product,       ///< [total, a, b]: total near a x b x scale
  Products,      ///< [a, b, c, d]: a x b x scale near c x d; not judged where one of the four is
                 ///< below `least`, because there its rounding decides
  Positive,      ///< [column, …]: each > 0
  NotNegative,   ///< [column, …]: each >= 0
  Ascending,     ///< [a, b, …]: each <= the next, or near it
  Range,         ///< [column, …]: minimum <= each <= maximum
};
/// "ohlc", "price_between", …, as the YAML spells it.
std::string_view name(Relation relation);

/// A relation that every row must satisfy.
struct Identity {
  Relation relation = Relation::Positive;
  std::vector<std::string> columns;  ///< in the order that the relation documents
  double tolerance = 0;
  double scale = 1;
  double minimum = 0, maximum = 0;  ///< Range only
  double least = 0;                 ///< Products only
  std::string time = {};            ///< column of the day that `since` bounds
  Date since = {};                  ///< rows of earlier days are not judged, where there is `time`
};

/// The categories, in the order in which people read them.
inline constexpr std::array<std::string_view, 5> kCategories{"quote", "finance", "market",
                                                             "special", "base"};

struct TableSpec {
  std::string name;
  std::string title;  ///< Chinese
  std::string title_en;
  std::string category;  ///< one of kCategories
  bool helper = false;   ///< needed by the rest, not one of the requirements' 27
  SourceSpec source;
  std::vector<ColumnSpec> columns;
  std::vector<std::string> key;  ///< column names
  std::string time;              ///< column that --from/--to bound; "" = undated
  std::string code;              ///< column of the security code; "" = none
  CodeForm code_form = CodeForm::Any;
  Days days = Days::Trading;  ///< dated tables only
  Date since;                 ///< first day the source has
  /// Codes that by-code walks ask; empty = every listed code.
  std::vector<std::string> codes;
  Expect expect = Expect::Unknown;
  /// Exchanges ("SH", "SZ", "BJ", as in the code) that the expectation covers; empty = all.
  std::vector<std::string> expect_exchanges;
  std::vector<Identity> identities;
  /// Tables whose days a collection of this one brings along, so that both have the same.
  std::vector<std::string> with;
  Policy policy;
  CachePolicy cache;
  Retention retention;
  std::string file;  ///< where it was read from, for messages

  const ColumnSpec* column(std::string_view name) const;
  /// Whether a code has the form that the table's codes have.
  bool takes_code(std::string_view code) const;
  /// Columns as batch fields, in catalog order.
  std::vector<frame::Field> fields() const;
  bool dated() const { return !time.empty(); }
};

}  // namespace kanpan::catalog
