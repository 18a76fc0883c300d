#include "kanpan/ingest/writer.hpp"

#include <future>
#include <utility>

#include "kanpan/base/allocator.hpp"
#include "kanpan/base/log.hpp"
#include "kanpan/frame/codec.hpp"
#include "kanpan/ingest/replay.hpp"

namespace kanpan::ingest {
namespace {

void touch(journal::Commit& header, const Proposal& proposal) {
  const catalog::TableSpec& table = *proposal.table;
  header.rows = static_cast<std::uint32_t>(proposal.rows.rows());
  if (const auto at = proposal.rows.find(table.time);
      at != frame::Batch::npos && proposal.rows.column(at).type() == frame::Type::Date)
    for (std::size_t row = 0; row < proposal.rows.rows(); ++row) {
      if (proposal.rows.column(at).is_null(row)) continue;
      const Date day = proposal.rows.column(at).dates()[row];
      if (!header.touched) header.touched = DateRange{day, day};
      header.touched->first = std::min(header.touched->first, day);
      header.touched->last = std::max(header.touched->last, day);
    }
  if (header.scope.time && !header.touched) header.touched = header.scope.time;
  if (const auto at = proposal.rows.find(table.code);
      at != frame::Batch::npos && proposal.rows.column(at).type() == frame::Type::Text)
    for (std::size_t row = 0; row < proposal.rows.rows(); ++row) {
      const auto code = proposal.rows.column(at).texts()[row];
      if (header.first_code.empty() || code < header.first_code) header.first_code = code;
      if (code > header.last_code) header.last_code = code;
    }
}

}  // namespace

Writer::Writer(journal::Journal& journal, store::Store& store, const catalog::Catalog& catalog,
               Options options)
    : journal_(journal),
      store_(store),
      catalog_(catalog),
      options_(options),
      to_journal_(options.queue),
      to_store_(options.queue),
      journal_thread_([this] { journal_loop(); }),
      store_thread_([this] { store_loop(); }) {}

Writer::~Writer() {
  to_journal_.close();
  journal_thread_.join();
  to_store_.close();
  store_thread_.join();
}

Result<Writer::Kinds> Writer::kinds() {
  {
    const std::lock_guard lock(mutex_);
    if (kinds_) return *kinds_;
  }
  Kinds found;
  KANPAN_LET(found.real, journal_.has_collected(false));
  KANPAN_LET(found.simulated, journal_.has_collected(true));
  const std::lock_guard lock(mutex_);
  if (!kinds_) kinds_ = found;
  return *kinds_;
}

Result<void> Writer::admits(bool simulated) {
  KANPAN_LET(const Kinds held, kinds());
  return held.admits(simulated);
}

Result<void> Writer::Kinds::admits(bool other) const {
  if (!(other ? real : simulated)) return {};
  if (other)
    return Error{Errc::Config,
                 "the data directory holds real rows, and these are simulated (模拟数据)",
                 "give the simulated ones a directory of their own with --data"};
  return Error{Errc::Config,
               "the data directory holds simulated rows (模拟数据), and these are real",
               "give the real ones a directory of their own with --data"};
}

/// Finishes those that may not stand beside what is there, or beside an earlier one.
void Writer::refuse_strangers(std::vector<Submission>& submissions) {
  const auto held = kinds();
  Kinds all = held ? *held : Kinds{};
  const auto check = [&](const Submission& submission) -> Result<void> {
    KANPAN_TRY(held);
    for (const Proposal& proposal : submission.proposals) {
      if (journal::is_file(proposal.header.source)) continue;
      KANPAN_TRY(all.admits(proposal.header.simulated));
      all.add(proposal.header.simulated);
    }
    return {};
  };
  std::erase_if(submissions, [&](Submission& submission) {
    const auto admitted = check(submission);
    if (!admitted) finish(submission, admitted.error());
    return !admitted;
  });
}

void Writer::note_kinds(const std::vector<Submission>& landed) {
  const std::lock_guard lock(mutex_);
  for (const Submission& submission : landed)
    for (const Proposal& proposal : submission.proposals)
      if (kinds_ && !journal::is_file(proposal.header.source))
        kinds_->add(proposal.header.simulated);
}

bool Writer::submit(Submission submission) {
  for (Proposal& proposal : submission.proposals) {
    touch(proposal.header, proposal);
    journal::NewCommit commit{proposal.header, frame::encode(proposal.rows), {}};
    commit.compressed = frame::compress(commit.payload);
    submission.landing.commits.push_back(std::move(commit));
  }
  {
    const std::lock_guard lock(mutex_);
    submission.number = ++submitted_;
    pending_.insert(submission.number);
  }
  const std::uint64_t number = submission.number;
  if (to_journal_.send(std::move(submission))) return true;
  const std::lock_guard lock(mutex_);
  pending_.erase(number);
  return false;
}

Result<std::vector<store::Applied>> Writer::write(Submission submission) {
  std::promise<Result<std::vector<store::Applied>>> outcome;
  submission.done = [&](const Result<std::vector<store::Applied>>& result) {
    outcome.set_value(result);
  };
  if (!submit(std::move(submission))) return Error{Errc::Cancelled, "the writer is closed"};
  return outcome.get_future().get();
}

void Writer::tidy() {
  Durable marker;
  marker.tidy = true;
  to_store_.send(std::move(marker));
}

void Writer::catch_up() {
  Durable marker;
  marker.catch_up = true;
  to_store_.send(std::move(marker));
}

void Writer::drain() {
  std::unique_lock lock(mutex_);
  const std::uint64_t last = submitted_;
  settled_.wait(lock, [&] { return pending_.empty() || *pending_.begin() > last; });
}

void Writer::journal_loop() {
  for (;;) {
    auto submissions = to_journal_.receive_some(options_.per_transaction);
    if (submissions.empty()) return;
    refuse_strangers(submissions);
    if (submissions.empty()) continue;
    land(std::move(submissions));
  }
}

void Writer::land(std::vector<Submission> submissions) {
  std::vector<journal::Landing> landings;
  landings.reserve(submissions.size());
  for (Submission& submission : submissions) landings.push_back(std::move(submission.landing));
  auto landed = journal_.land(landings);
  if (!landed && submissions.size() > 1) {
    // One that cannot land must not take the others with it.
    for (std::size_t i = 0; i < submissions.size(); ++i) {
      submissions[i].landing = std::move(landings[i]);
      std::vector<Submission> alone;
      alone.push_back(std::move(submissions[i]));
      land(std::move(alone));
    }
    return;
  }
  if (!landed) return finish(submissions.front(), std::move(landed).error());
  note_kinds(submissions);
  std::size_t next = 0;
  for (Submission& submission : submissions) {
    Durable durable;
    for (Proposal& proposal : submission.proposals) {
      const journal::Commit& commit = (*landed)[next++];
      durable.changes.push_back(to_change(commit, *proposal.table, std::move(proposal.rows)));
    }
    submission.proposals.clear();
    durable.submission = std::move(submission);
    to_store_.send(std::move(durable));
  }
}

void Writer::store_loop() {
  for (;;) {
    auto batch = to_store_.receive_some(options_.per_transaction);
    if (batch.empty()) return;
    apply(std::move(batch));
  }
}

void Writer::apply(std::vector<Durable> batch) {
  std::vector<store::Change> changes;
  bool tidy = false, behind = false;
  for (Durable& durable : batch) {
    tidy = tidy || durable.tidy;
    behind = behind || durable.catch_up;
    for (store::Change& change : durable.changes) changes.push_back(std::move(change));
  }
  const Result<std::vector<store::Applied>> applied = make_visible(changes);
  if (behind && store_.applied() < journal_.last())
    if (const auto replayed = replay(journal_, store_, catalog_, {}, {}); !replayed)
      log::warn("store", "it stays behind the journal: {}", replayed.error().text());
  std::size_t next = 0;
  for (Durable& durable : batch) {
    if (durable.tidy || durable.catch_up) continue;
    if (!applied) {
      finish(durable.submission, applied.error());
      continue;
    }
    const auto first = applied->begin() + static_cast<std::ptrdiff_t>(next);
    next += durable.changes.size();
    finish(durable.submission, std::vector<store::Applied>(
                                   first, applied->begin() + static_cast<std::ptrdiff_t>(next)));
  }
  if (!tidy) return;
  if (const auto folded = store_.fold(false); !folded)
    log::error("store", "folding the by-code copy failed: {}", folded.error().text());
  release_free_memory();
}

/// After a transaction that failed the store is behind the journal: then everything in between is
/// taken from there, since a later commit must never become visible before an earlier one.
Result<std::vector<store::Applied>> Writer::make_visible(std::span<const store::Change> changes) {
  if (changes.empty()) return std::vector<store::Applied>{};
  if (changes.front().seq == store_.applied() + 1) return store_.apply(changes);
  KANPAN_TRY(replay(journal_, store_, catalog_, {}, {}));
  std::vector<store::Applied> applied;
  for (const store::Change& change : changes) applied.push_back({change.seq, change.rows.rows()});
  return applied;
}

void Writer::finish(Submission& submission, const Result<std::vector<store::Applied>>& outcome) {
  if (submission.done) submission.done(outcome);
  {
    const std::lock_guard lock(mutex_);
    pending_.erase(submission.number);
  }
  settled_.notify_all();
}

}  // namespace kanpan::ingest
