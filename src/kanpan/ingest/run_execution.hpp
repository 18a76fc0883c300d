// One run from its first call to its last commit.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "kanpan/base/channel.hpp"
#include "kanpan/ingest/collector.hpp"
#include "kanpan/ingest/given_up.hpp"
#include "kanpan/ingest/quarantine.hpp"
#include "kanpan/ingest/run_report.hpp"

namespace kanpan::ingest {

/// Owned by the thread that runs it; its workers are joined before run() returns.
class RunExecution {
 public:
  RunExecution(Collector& owner, std::string id, CollectRequest request, std::stop_token stop);

  Result<RunOutcome> run(const std::vector<std::vector<const catalog::TableSpec*>>& stages);

 private:
  struct Work {
    Slice slice;
    journal::Unit unit;
  };

  /// What units of a table that was walked by code, or one window of it, covered.
  struct Walked {
    const catalog::TableSpec* table;
    DateRange range;
    bool everything;  ///< for every code, and all of it is done
    bool any;         ///< at least one unit is done
  };

  Result<void> run_stages(const std::vector<std::vector<const catalog::TableSpec*>>& stages);
  Result<void> run_stage(const std::vector<const catalog::TableSpec*>& stage);
  /// The units of one table that are still to do: those the ledger has, else a new plan.
  Result<std::vector<Work>> units_of(const catalog::TableSpec& table);
  Result<std::vector<Work>> plan_units(const catalog::TableSpec& table);
  void cannot_begin(const catalog::TableSpec& table, Error error);
  bool is_named(const catalog::TableSpec& table) const;
  Result<void> acquire(const catalog::TableSpec& table);
  Result<void> renew_leases();
  void release_leases();

  void work(Channel<Work>& queue);
  void take(const Work& work);
  /// The unit must outlive it.
  CallWatch watch(const journal::Unit& unit) const;
  void note_attempts(const Work& work, Fetched fetched);
  journal::Landing landing(const Work& work, Fetched& fetched) const;
  Submission submission(const Work& work, Fetched fetched);
  Result<void> accept(const Work& work, Fetched& fetched, Submission& into);
  Result<void> replace(const Work& work, Fetched& fetched, Verdict verdict, Submission& into);
  void propose(const Work& work, journal::Mode mode, frame::Batch rows, Submission& into);
  void refuse(Fetched& fetched, const Refusal& refusal, Submission& into);
  Origin origin(std::string call) const;
  Result<void> note_day(const Work& work, Submission& into, const frame::Batch& rows,
                        const frame::Batch& released, Instant seen);
  /// `asked`: the last day of slices without bounds.
  Result<std::vector<Walked>> walked(Date asked) const;
  Result<void> settle_days();
  Result<void> settle_held(const catalog::TableSpec& table);
  Result<void> judge_anew_if_needed();
  Result<DateRange> days_brought(const catalog::TableSpec& table) const;
  Result<void> keep_first_days();
  /// By table, for those of which the gate refused a page.
  Result<std::map<std::string, Error>> refusals() const;
  Result<std::map<std::string, Error>> unfinished();
  /// Whether being stopped has kept something from being done.
  Result<bool> is_cut_off(const std::vector<std::vector<const catalog::TableSpec*>>& stages) const;

  Collector& owner_;
  const Parts& parts_;
  const std::string id_;
  const CollectRequest request_;
  std::stop_token stop_;
  RunReport report_;
  std::shared_ptr<const Universe> universe_;
  store::Sequence universe_seq_ = 0;  ///< a commit that the universe has seen
  std::vector<journal::Unit> known_units_;
  bool is_resumed_ = false;
  std::uint32_t next_number_ = 1;
  std::map<std::string, journal::Lease> leases_;  ///< of the stage that goes on
  std::set<std::string> brought_;                 ///< tables that another run was waited for
  std::map<std::string, Error> unplanned_;        ///< tables that were reached but could not begin
  std::set<std::string> planned_;                 ///< tables whose units are in the ledger

  GivenUp given_up_;  ///< shared by the workers, as is what follows
  std::mutex mutex_;
  Instant renewed_;  ///< when the leases last were
};

}  // namespace kanpan::ingest
