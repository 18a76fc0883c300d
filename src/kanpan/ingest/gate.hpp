// The gate: what a slice brought is judged here before anything is stored.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kanpan/frame/batch.hpp"
#include "kanpan/ingest/history.hpp"
#include "kanpan/ingest/slice.hpp"
#include "kanpan/journal/record.hpp"
#include "kanpan/market/calendar.hpp"
#include "kanpan/source/source.hpp"

namespace kanpan::ingest {

/// What the answers to a slice's calls amount to.
struct Harvest {
  frame::Batch rows;                             ///< of all pages, catalog columns in catalog order
  std::vector<source::Page::BadCell> bad_cells;  ///< row = position in `rows`
  std::vector<std::string> missing;  ///< catalog columns that a page with rows did not have
  std::vector<std::string> absent;   ///< catalog columns that nobody expects: of a narrower file
  std::vector<std::string> unknown;  ///< columns that the catalog does not know
  std::vector<std::pair<std::string, std::string>> pages;  ///< call and body, for quarantine
};

/// A whole slice held back: the rule and the sentence for a person.
struct Refusal {
  std::string rule;  ///< "page.truncated", "page.unit_flip", …
  std::string reason;
};

struct HeldRow {
  std::uint32_t row;  ///< position in Harvest::rows
  std::string rule;   ///< "key.duplicate", "ohlc", "cell.close", …
  std::string reason;
  std::string json;  ///< raw values by column, numbers as the source sent them
};

struct Verdict {
  std::optional<Refusal> refused;
  frame::Batch rows;  ///< that may be stored; of a refusal those that came, for quarantine
  /// By row of `rows` its position in Harvest::rows; empty where these are all of them.
  std::vector<std::uint32_t> places;
  std::vector<HeldRow> held;
  frame::Batch held_rows;      ///< of `held` those with a place: newer versions of what is stored
  bool without_place = false;  ///< there are others, whose key cannot be told
  std::uint32_t repeated = 0;  ///< rows that say nothing beyond another, left out
  std::shared_ptr<const Known> known;  ///< for History::accepted once the rows are stored
  std::vector<std::string> notes;      ///< not wrong, but worth a line ("new column x")
};

struct GateOptions {
  /// Rows of tables by trading day, week or month may lie so many days ahead of it: a bar may bear
  /// the last day of its week, and the clock may be that of another zone. Of files, since no window
  /// was asked for; without it nothing is said.
  std::optional<Date> today = std::nullopt;
  int days_ahead = 7;
  /// Of tables with a row of every listed code, rows of days that it was told are closed are held.
  /// Must outlive the call; without it nothing is said.
  const market::Calendar* calendar = nullptr;
  /// Share of rows that may fail one rule before the whole page is taken for wrong.
  double systematic_share = 0.2;
  /// … and the least number of rows for that.
  std::uint32_t systematic_rows = 5;
  /// Factor by which a column's median may differ from that of a day near by. Units differ by 100
  /// and more; the market's turnover has not moved by 20 from one day to the next.
  double unit_flip_factor = 20;
  /// … a percentage's, or that of a column with signs, which a crash moves by 20 and more (the
  /// share of holders in profit: from 5 to 90 % within a week).
  double restless_factor = 50;
  /// … prices' and numbers of shares' where the same codes come every day. A slipped point is 10.
  double steady_factor = 5;
  /// Factor by which the code in the middle may differ from itself on the nearest day, within
  /// ratio_days or in the same quarter of another year. All of the market's volumes have moved by
  /// 5 within a week (September 2024).
  double ratio_factor = 8;
  /// … where at least `together` of the codes moved alike, within a factor of 2: no market moves so
  /// (measured 2026-03-20 to 04-01: 0.78 of the volumes, all of the prices by 0.7 to 1.8).
  double together_factor = 3;
  double together = 0.9;
  int ratio_days = 10;
  /// Share of the codes whose cell is empty now, though it was filled then. Measured on the same
  /// days: none but 0.2 % of one column.
  double emptied_share = 0.8;
};

/// Judges in this order: schema, cells, nulls, codes and window, keys, identities, history. Pure
/// but for what History reads. Thread-safe. Errors are History's.
Result<Verdict> judge(const Slice& slice, Harvest harvest, History& history,
                      const GateOptions& options = {});

}  // namespace kanpan::ingest
