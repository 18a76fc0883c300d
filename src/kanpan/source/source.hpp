// Where data comes from. One call, one answer; no retry and no paging in here: those are ingest's.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kanpan/base/error.hpp"
#include "kanpan/catalog/table_spec.hpp"
#include "kanpan/frame/batch.hpp"
#include "kanpan/frame/cell.hpp"

namespace kanpan::source {

/// One question to an interface. Parameters in a fixed order, so that equal calls print alike.
struct Call {
  std::string api;
  std::vector<std::pair<std::string, std::string>> parameters;

  /// `daily(trade_date=20240628)`.
  std::string text() const;
  friend bool operator==(const Call&, const Call&) = default;
};

/// One answer, its columns in catalog order and types whatever order the source sent.
struct Page {
  frame::Batch batch;
  bool has_more = false;
  std::string body;                  ///< as received (uncompressed), for quarantine
  std::vector<std::string> missing;  ///< catalog columns that were absent; all null in batch
  std::vector<std::string> unknown;  ///< columns that the catalog does not know
  using BadCell = frame::BadCell;
  std::vector<BadCell> bad_cells;
  std::uint32_t milliseconds = 0;
};

/// Thread-safe: several workers fetch at once.
class Source {
 public:
  virtual ~Source() = default;
  /// True when the rows are invented: it is declared so, or an answer has said so. From then on it
  /// stays true, for the rows of that answer too.
  virtual bool simulated() const = 0;
  /// True when the last call found nobody to ask: no connection could be made, in spite of several
  /// tries. Whatever else is asked will fare alike.
  virtual bool is_away() const { return false; }
  /// Asks once, for every column of the catalog. Blocks, at most for the source's deadlines; waits
  /// for its rate limit first. Errors are of the Source… kinds, or Cancelled. A page with wrong
  /// columns or cells is returned with them listed: the gate judges.
  virtual Result<Page> fetch(const catalog::TableSpec& table, const Call& call,
                             std::stop_token stop) = 0;
};

}  // namespace kanpan::source
