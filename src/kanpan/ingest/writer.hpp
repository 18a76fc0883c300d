// The one way in: what passed the gate becomes durable in the journal, then visible in the store.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <thread>
#include <vector>

#include "kanpan/base/channel.hpp"
#include "kanpan/base/error.hpp"
#include "kanpan/catalog/catalog.hpp"
#include "kanpan/journal/journal.hpp"
#include "kanpan/store/store.hpp"

namespace kanpan::ingest {

/// Rows of one commit and everything about them but what the journal fills in.
struct Proposal {
  journal::Commit header;  ///< table, mode, scope, run, unit, source, simulated
  const catalog::TableSpec* table = nullptr;
  frame::Batch rows;
};

/// What belongs together: durable in one transaction, visible in one transaction.
struct Submission {
  std::vector<Proposal> proposals;  ///< may be empty: only ledger entries
  journal::Landing landing;         ///< without commits: those are made from the proposals
  /// Called once, on a thread of the writer: after the rows are durable and visible, or with the
  /// error that kept them out. Must not submit.
  std::function<void(const Result<std::vector<store::Applied>>&)> done;
  std::uint64_t number = 0;  ///< given by the writer
};

/// Two threads, one behind the other: journal, then store; each takes what has queued up in one
/// transaction. Queues are bounded: submit() waits. Thread-safe.
class Writer {
 public:
  struct Options {
    std::size_t queue = 24;            ///< submissions waiting for each thread at the most
    std::size_t per_transaction = 20;  ///< submissions in one transaction at the most
  };

  Writer(journal::Journal& journal, store::Store& store, const catalog::Catalog& catalog,
         Options options);
  /// Finishes what was submitted.
  ~Writer();

  /// Invented rows and those of a real source never share a journal: Errc::Config where it holds
  /// such of the other kind. Files that a person imports stand beside either. Errors are the
  /// journal's.
  Result<void> admits(bool simulated);
  /// Encodes and compresses on the caller's thread. What admits() refuses is refused here too,
  /// through `done`. False when the writer has been closed.
  bool submit(Submission submission);
  /// Waits for one submission of its own; for the few callers without a pipeline.
  Result<std::vector<store::Applied>> write(Submission submission);
  /// Runs the store's housekeeping on the store's thread when it is idle: folds the by-code copies.
  void tidy();
  /// Applies, on the store's thread, what a transaction that failed has left out.
  void catch_up();
  /// Waits until everything submitted so far is done; not for what others submit meanwhile.
  void drain();

 private:
  struct Durable {
    Submission submission;
    std::vector<store::Change> changes;
    bool tidy = false, catch_up = false;  ///< instead of changes
  };

  /// Whether a source brought rows that are not invented, and such that are.
  struct Kinds {
    bool real = false, simulated = false;
    Result<void> admits(bool other) const;
    void add(bool of_simulated) { (of_simulated ? simulated : real) = true; }
  };
  Result<Kinds> kinds();
  void note_kinds(const std::vector<Submission>& landed);
  void refuse_strangers(std::vector<Submission>& submissions);
  void journal_loop();
  void store_loop();
  void land(std::vector<Submission> submissions);
  void apply(std::vector<Durable> batch);
  Result<std::vector<store::Applied>> make_visible(std::span<const store::Change> changes);
  void finish(Submission& submission, const Result<std::vector<store::Applied>>& outcome);

  journal::Journal& journal_;
  store::Store& store_;
  const catalog::Catalog& catalog_;
  const Options options_;
  Channel<Submission> to_journal_;
  Channel<Durable> to_store_;
  std::mutex mutex_;
  std::condition_variable settled_;
  std::uint64_t submitted_ = 0;
  std::set<std::uint64_t> pending_;  ///< numbers of submissions that are not done
  std::optional<Kinds> kinds_;       ///< once it was asked for
  std::thread journal_thread_;
  std::thread store_thread_;
};

}  // namespace kanpan::ingest
