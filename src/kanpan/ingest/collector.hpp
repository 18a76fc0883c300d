// Runs: plan, fetch in parallel, prove, commit; resumable, cancellable, one writer per table.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "kanpan/catalog/catalog.hpp"
#include "kanpan/ingest/fetcher.hpp"
#include "kanpan/ingest/history.hpp"
#include "kanpan/ingest/parts.hpp"
#include "kanpan/ingest/planner.hpp"
#include "kanpan/ingest/run_outcome.hpp"

namespace kanpan::ingest {

struct CollectRequest {
  std::string run;                  ///< id of the run, from new_run_id(); made when empty
  std::string command = "collect";  ///< what the ledger calls it: collect, repair, schedule
  std::vector<std::string> tables;
  std::optional<Date> from, to;
  std::vector<std::string> codes;
  std::optional<catalog::UpdateMode> mode;
  /// Ask the announcement walks of these days (event-driven tables) instead of planning what is
  /// missing.
  std::optional<DateRange> announcements;
  /// Of tables that hold no day yet only the last so many days, instead of all since they began.
  std::optional<int> first_days;
  /// Only the missing cells of the coverage matrix between the bounds (of what is held, without).
  /// What says which cells must be there (calendar, listings, suspensions of the days that lack
  /// some) is fetched first.
  bool missing_cells = false;
  /// Only the first unit of each table: whether it is answered at all.
  bool probe = false;

  /// Whether it asks for less than everything that the table has in the range. A table that is not
  /// named but needed is asked for everything.
  bool is_part_of(const catalog::TableSpec& table) const;
  std::string to_json() const;
  static Result<CollectRequest> from_json(std::string_view json);
};

struct TablePlan {
  const catalog::TableSpec* table = nullptr;
  Plan plan;
  bool later = false;  ///< its calls are known once stock_basic has been collected; not in `plan`
};

/// Thread-safe: several runs may go on at once, on different tables.
class Collector {
 public:
  struct Options {
    int workers = 4;                 ///< calls in flight
    std::string source;              ///< name in evidence: "tushare"; "sim" if invented
    std::optional<int> points;       ///< of the token: decides which walks are affordable
    std::string program = "kanpan";  ///< how a person calls it on this directory, in messages
  };

  Collector(const Parts& parts, source::Source& source, Options options);

  /// What collect() would do, tables in the order it would take them, prerequisites first.
  Result<std::vector<TablePlan>> plan(const CollectRequest& request);
  /// Blocks until done, refused or stopped. A stopped run stays resumable. Where the directory
  /// holds real rows and the source's are simulated, or the other way round, nothing is stored:
  /// Errc::Config, before anything is asked of a source that is declared to be simulated, else in
  /// the outcome once an answer has told.
  Result<RunOutcome> collect(const CollectRequest& request, std::stop_token stop);
  /// Goes on with what is not committed. Errors: NotFound, Busy, Usage when there is nothing left.
  Result<RunOutcome> resume(std::string_view run, std::stop_token stop);

  Result<std::shared_ptr<const Universe>> universe();
  Knowledge knowledge(const Universe& universe) const;
  const catalog::Catalog& catalog() const { return parts_.catalog; }
  /// What its gate holds pages against.
  History& history() { return history_; }
  /// True when nothing of the table is stored.
  Result<bool> is_empty(std::string_view table) const;

 private:
  friend class RunExecution;

  Result<void> admits() const;
  /// The request's tables and what they need first, in stages: a stage is planned when the one
  /// before is done.
  Result<std::vector<std::vector<const catalog::TableSpec*>>> stages(const CollectRequest& request);
  Result<void> add_left_over(std::string_view run,
                             std::vector<std::vector<const catalog::TableSpec*>>& stages) const;
  /// Tables that the request's bring along, as catalog::TableSpec::with says.
  Result<std::vector<const catalog::TableSpec*>> companions(const CollectRequest& request) const;
  /// The request's tables that `table` is collected for.
  Result<std::vector<std::string>> askers_of(const catalog::TableSpec& table,
                                             const CollectRequest& request) const;
  /// The first day that any of the tables holds, if they hold one.
  Result<std::optional<Date>> first_held(const std::vector<std::string>& tables) const;
  Result<Plan> plan_table(const catalog::TableSpec& table, const CollectRequest& request,
                          const Universe& universe) const;
  /// Days that a repair of the request's tables would ask for, as far as is known now.
  Result<std::vector<Date>> incomplete_days_of(const CollectRequest& request,
                                               const Universe& universe) const;

  const Parts parts_;
  const Options options_;
  Fetcher fetcher_;
  History history_;
};

}  // namespace kanpan::ingest
