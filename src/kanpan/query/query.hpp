// Reading for every surface: rows with their evidence, adjusted bars, data versions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kanpan/base/clock.hpp"
#include "kanpan/base/error.hpp"
#include "kanpan/catalog/catalog.hpp"
#include "kanpan/frame/batch.hpp"
#include "kanpan/journal/journal.hpp"
#include "kanpan/journal/ledger.hpp"
#include "kanpan/query/absences.hpp"
#include "kanpan/query/completeness.hpp"
#include "kanpan/query/known_codes.hpp"
#include "kanpan/query/versions.hpp"
#include "kanpan/store/store.hpp"

namespace kanpan::query {

struct Series;  // bars.hpp

/// Source: as the source sends them (手, 千元, 万元). Normal: 股, 元, %.
enum class Units { Normal, Source };

struct ColumnInfo {
  std::string name;
  frame::Type type = frame::Type::Text;
  std::string unit;  ///< of the values as given here
  std::string label, label_en;
};

/// What every answer carries: where the rows come from and how far they can be trusted.
struct Evidence : Completeness {
  store::Sequence data_version = 0;  ///< last commit that touched what was read
  std::string as_of;                 ///< RFC 3339 time of that commit; "" when none
  std::string source;                ///< "tushare", "sim", "csv" …; several joined by ","
  bool simulated = false;
  std::string tier = "hot";
  std::vector<ColumnInfo> columns;
};

struct RowsRequest {
  store::Read read;
  Units units = Units::Normal;
};

/// What is known of the rows of one state, whatever is committed meanwhile.
struct Snapshot {
  store::Sequence seen = 0;  ///< the last commit that could be seen
  std::string version;       ///< as Query::version
  Evidence evidence;
};

enum class Frequency { Day, Week, Month };
enum class Adjust { None, Qfq, Hfq };

struct BarsRequest {
  std::string code;
  Frequency frequency = Frequency::Day;
  Adjust adjust = Adjust::None;
  std::optional<Date> anchor;    ///< qfq only; the last bar's day when unset
  std::optional<Date> from, to;  ///< both unset: the last `limit` bars
  std::size_t limit = 250;
  Units units = Units::Normal;
  bool round = true;                     ///< prices to 2 decimals, as pro_bar prints them
  std::optional<store::Sequence> as_of;  ///< bars and factors as they were after this commit
};

/// The bars of all codes on one day.
struct DayBarsRequest {
  Date day;
  Units units = Units::Normal;
  std::optional<store::Sequence> as_of;  ///< bars and factors as they were after this commit
};

/// Columns trade_date, open, high, low, close, pre_close, change, pct_chg, vol, amount, adj_factor;
/// oldest first. Of one day `ts_code` is before them, in order of code.
struct Bars {
  frame::Batch rows;
  Evidence evidence;  ///< complete as far as the bars are; version and sources of the factors too
  std::optional<Date> anchor;  ///< the day whose factor qfq was divided by
};

/// The columns that a read gives, in order.
std::vector<frame::Field> fields_of(const store::Read& read);

/// Thread-safe. By the clock it is judged which days the source has by now.
class Query {
 public:
  Query(const catalog::Catalog& catalog, const journal::Journal& journal,
        const journal::Ledger& ledger, const store::Store& store, const Clock& clock)
      : catalog_(catalog),
        journal_(journal),
        ledger_(ledger),
        store_(store),
        versions_(journal, ledger),
        absences_(catalog, store, versions_, clock),
        codes_(catalog, store, versions_) {}

  /// Everywhere a range that ends before it begins is Errc::Usage.
  ///
  /// The version of what `read` would read: the last commit that touched the table (within the
  /// read's years), then how complete its days are, as "1234-complete". Cheap: no rows are read.
  /// This is the ETag.
  Result<std::string> version(const store::Read& read) const;
  /// The same for bars(): daily and adj_factor, and trade_cal where it dates them.
  Result<std::string> version(const BarsRequest& request) const;
  Result<std::string> version(const DayBarsRequest& request) const;
  /// What is known about the rows that `read` would give, without reading them.
  Result<Evidence> evidence(const RowsRequest& request) const;
  Result<Snapshot> snapshot(const RowsRequest& request) const;
  /// The rows, converted to the units asked for, in batches of a few thousand.
  Result<void> rows(const RowsRequest& request, const store::Sink& sink) const;
  /// The rows that the snapshot of this request speaks of: as they are, or where something came
  /// since as they were.
  Result<void> rows(const RowsRequest& request, const Snapshot& snapshot,
                    const store::Sink& sink) const;
  Result<std::uint64_t> count(const RowsRequest& request) const;

  /// Errc::NotFound for a code without bars; Errc::Quality when a bar has no adjustment factor (a
  /// raw price is never passed off as an adjusted one).
  Result<Bars> bars(const BarsRequest& request) const;
  /// A code without a factor has none (null); a day without bars has no rows.
  Result<Bars> bars(const DayBarsRequest& request) const;

  /// Sequence at a time or of a number: `as_of` as users write it (sequence, date, RFC 3339).
  Result<store::Sequence> as_of(std::string_view text) const;

  /// Day states of the table within the range; no entry for a day never fetched.
  Result<std::shared_ptr<const DayStates>> days(const catalog::TableSpec& table) const {
    return versions_.days(table.name);
  }
  /// The last commit of the table, its time and its sources.
  Result<TableVersion> table_version(const catalog::TableSpec& table) const {
    return versions_.of(table.name, store_.applied());
  }

  const catalog::Catalog& catalog() const { return catalog_; }
  const store::Store& store() const { return store_; }
  const journal::Ledger& ledger() const { return ledger_; }

 private:
  /// What is known of the table that is read, of its commits up to `applied`.
  struct Known : TableState {
    store::Sequence applied = 0;
  };
  Result<Known> known(const store::Read& read) const;
  Result<std::string> version(const store::Read& read, const Known& known) const;
  Result<Evidence> evidence(const RowsRequest& request, const Known& known) const;
  Result<Series> daily_series(const BarsRequest& request) const;
  Result<std::vector<Date>> dates_of(const BarsRequest& request, const Series& days) const;
  Result<Date> newest_bar(const BarsRequest& request, DateRange range) const;
  Result<void> add_factors(const BarsRequest& request, Series& series) const;
  Result<void> add_factors(const store::Read& day, frame::Batch& bars) const;
  Result<void> add_factor_origin(Evidence& evidence, const store::Read& factors) const;
  Result<frame::Batch> gathered(const RowsRequest& request) const;
  Result<Evidence> bars_evidence(const BarsRequest& request,
                                 const std::vector<frame::Field>& fields) const;
  Error no_bars(const catalog::TableSpec& daily, const BarsRequest& request) const;
  Result<double> anchor_factor(const BarsRequest& request) const;

  const catalog::Catalog& catalog_;
  const journal::Journal& journal_;
  const journal::Ledger& ledger_;
  const store::Store& store_;
  Versions versions_;
  Absences absences_;
  KnownCodes codes_;
};

}  // namespace kanpan::query
