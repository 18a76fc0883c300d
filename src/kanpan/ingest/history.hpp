// What a table's columns usually look like, to notice a change of unit and a column gone empty.
#pragma once

#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "kanpan/base/date.hpp"
#include "kanpan/catalog/table_spec.hpp"
#include "kanpan/frame/batch.hpp"
#include "kanpan/ingest/code_sample.hpp"
#include "kanpan/store/store.hpp"

namespace kanpan::ingest {

/// Rows, and cells of a column, from which a median says something.
inline constexpr std::size_t kLeastRows = 30;

/// One column of a page.
struct Usual {
  /// Of |x| over the cells that are neither null nor 0; NaN where these are fewer than kLeastRows,
  /// and for text and dates.
  double median = std::numeric_limits<double>::quiet_NaN();
  double negative = 0;  ///< share of these that are below 0
  double filled = 0;    ///< share of the cells that are not null
};
/// By column, in the order of the batch.
using Profile = std::vector<Usual>;

/// Medians are over 1,000 evenly spread rows where that many are enough: 500 on either side of the
/// middle leave it within a few per cent, and a unit is at least tenfold.
Profile profile(const frame::Batch& batch);

/// Between a quarter and the same one of the next year.
constexpr bool is_a_year(int days) { return days == 365 || days == 366; }

/// What one day (or report period) looks like.
struct Known {
  Known(const catalog::TableSpec& table, Date of, const frame::Batch& batch)
      : day(of), profile(ingest::profile(batch)), codes(batch, table.code) {}

  Date day;
  Profile profile;
  CodeSample codes;
};

/// Thread-safe. Remembers what accepted whole-market days and report periods look like, and asks
/// the store for one near by when it knows none.
class History {
 public:
  explicit History(const store::Store& store) : store_(store) {}

  /// A day near to `day`, of batches in catalog order: of another day if there is one. One that is
  /// remembered within `close` days will do, which costs nothing; otherwise the nearest of those
  /// remembered and stored. Of a table without days all rows stored, under Date{}. A quarter's
  /// nearest is the same one of a year before or after, if there is one. Null when the table has no
  /// day of at least kLeastRows rows within a month around, or 400 days where a day is a quarter.
  /// Errors are the store's.
  Result<std::shared_ptr<const Known>> near(const catalog::TableSpec& table, Date day, int close);
  /// What is stored now, or is about to be; nothing happens where it is null.
  void accepted(const catalog::TableSpec& table, std::shared_ptr<const Known> known);
  /// `day` is from now on what the store has of it: a person's word has changed it past the gate.
  /// Errors are the store's.
  Result<void> learn(const catalog::TableSpec& table, Date day);

 private:
  Result<std::shared_ptr<const Known>> read(const catalog::TableSpec& table,
                                            std::optional<Date> day) const;
  std::shared_ptr<const Known> remembered(const catalog::TableSpec& table, Date day);
  /// The nearest that is stored, at most `within` off.
  Result<std::shared_ptr<const Known>> from_store(const catalog::TableSpec& table, Date day,
                                                  int within) const;

  const store::Store& store_;
  std::mutex mutex_;
  std::map<std::string, std::map<Date, std::shared_ptr<const Known>>, std::less<>> known_;
};

}  // namespace kanpan::ingest
