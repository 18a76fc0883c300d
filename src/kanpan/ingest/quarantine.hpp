// Rows and pages that the gate held back: how they are kept, and a person's word on them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "kanpan/ingest/gate.hpp"
#include "kanpan/ingest/history.hpp"
#include "kanpan/ingest/parts.hpp"

namespace kanpan::ingest {

/// Where something held back came from: a release carries the same evidence.
struct Origin {
  std::string call;    ///< "daily(trade_date=20240628)", "prices.csv:12"
  std::string source;  ///< as journal::Commit has it
  bool simulated = false;
};

/// As the ledger keeps them.
journal::Quarantined quarantined_row(const journal::Unit& unit, Origin origin, HeldRow held,
                                     Instant at);
journal::Quarantined quarantined_page(const journal::Unit& unit, Origin origin,
                                      const Refusal& refusal, std::string body, Instant at);

/// Rows of a file in the form of a source's answer, so that a refused block is kept, shown and
/// released like a refused page. Columns in `missing` are left out where no row has one for itself,
/// as a line of NDJSON may; bad cells are what was read.
std::string page_of(const frame::Batch& rows, const std::vector<std::string>& missing,
                    const std::vector<source::Page::BadCell>& bad_cells);

/// Thread-safe. A release, and the drop of a row, under a lease of its table; two at once on one
/// table, or while it is collected: Errc::Busy after a few seconds. Both end what the row did to
/// its day: one that lacked nothing but held rows is complete once the last of them is released or
/// dropped.
class Quarantine {
 public:
  Quarantine(const Parts& parts, History& history) : parts_(parts), history_(history) {}

  /// Writes the row, or all rows of the page, past the gate: a person has seen them, and what comes
  /// after is held against them. Durable and visible when it returns the number of rows. Errors:
  /// NotFound for an unknown id, Usage for one that was released or dropped before, Quality for
  /// cells that cannot be read, and unless `force` where a row stored under one of the keys has
  /// changed since they were held back.
  Result<std::uint64_t> release(std::uint64_t id, bool force = false);
  /// Never to be looked at again; stays in the ledger. Errors: NotFound, Usage as above.
  Result<void> drop(std::uint64_t id);

 private:
  struct Rows {
    frame::Batch batch;
    bool whole = true;  ///< every column of the table was there
  };
  Result<journal::Quarantined> held(std::uint64_t id) const;
  Result<Rows> rows_of(const journal::Quarantined& kept, const catalog::TableSpec& table) const;
  Result<void> check_newer(const journal::Quarantined& kept, const catalog::TableSpec& table,
                           const frame::Batch& rows) const;
  Result<void> write(const journal::Quarantined& kept, const catalog::TableSpec& table, Rows rows,
                     const journal::Lease& lease);
  Result<void> settle(const catalog::TableSpec& table, DateRange span, const journal::Lease& lease);
  Result<void> leased(const catalog::TableSpec& table, std::uint64_t id,
                      const std::function<Result<void>(const journal::Lease&)>& work);

  const Parts parts_;
  History& history_;
};

}  // namespace kanpan::ingest
