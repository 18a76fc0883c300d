// What of a schedule is due, begun, done and owed; without threads, so that it can be tested.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "kanpan/base/clock.hpp"
#include "kanpan/base/error.hpp"
#include "kanpan/catalog/catalog.hpp"
#include "kanpan/ingest/due.hpp"
#include "kanpan/journal/ledger.hpp"

namespace kanpan::ingest {

/// How long a page of announcements that the gate refuses is asked for again. After that it is left
/// to a person: it is in quarantine.
inline constexpr std::chrono::days kRefusedDays{30};

/// What is remembered of a table's scheduled collections, under "schedule:TABLE" in the ledger.
struct Attempts {
  std::optional<Instant> tried;      ///< when the last one began
  std::optional<Instant> succeeded;  ///< when the last one began that did all that was asked for
  /// What was due or announced from then on is owed: the last success, or while there is none the
  /// first attempt, or while there was none the first time that a scheduler knew of the table. A
  /// refused page alone is owed for kRefusedDays. Of a continuous table when it last asked for all
  /// that was owed, a refused page aside.
  std::optional<Instant> since;
  std::optional<Instant> retry;  ///< when what failed is tried again, while the server runs
  std::string run;               ///< of the last one if it failed; "" when it has none
  /// The last one met a refusal (is_refusal): one call at each of the table's times, a probe, finds
  /// out when that ends. Then all that is owed is collected.
  bool refused = false;
  std::string error;  ///< why the last one failed; "" when it did not

  std::string to_json() const;
  /// A bare time is what earlier versions kept: the end of a collection. Errors: Corrupt.
  static Result<Attempts> from_text(std::string_view text);
};

/// Nothing remembered is no error.
Result<Attempts> attempts_of(const journal::Ledger& ledger, const catalog::TableSpec& table);
Result<void> keep(journal::Ledger& ledger, const catalog::TableSpec& table,
                  const Attempts& attempts);

/// When a scheduler that starts at `now` has the table due: what was missed since the last success
/// once, if it is to `catch_up`, else the next time.
std::optional<Instant> first_due(const catalog::TableSpec& table, const Attempts& past, Instant now,
                                 bool catch_up, const market::Calendar& calendar);

/// When it begins with it: later than that where it waits for the night (begin_of); at or before
/// `now` for at once.
std::optional<Instant> first_begin(const catalog::TableSpec& table, const Attempts& past,
                                   Instant now, bool catch_up, bool is_empty,
                                   const market::Calendar& calendar);

/// Days whose announcements are asked for today: from the last success on, with an overlap for what
/// is announced late or corrected.
DateRange announcement_days(const Attempts& past, Date today);

/// Whether a poll of a continuous table asks for all days that are owed, and not for `today` alone:
/// the first of a day. One that fails is made again after kFirstRetry.
bool looks_back(const Attempts& past, Date today);

/// What a run has left of the last day that the source has, of a table whose trigger is Ready.
enum class Left {
  Nothing,  ///< the day is complete, or nobody asked for it
  Proof,    ///< rows came, which another answer is to confirm
  Rows,     ///< none came: the source may be late
};

/// One thread at a time.
class Schedule {
 public:
  struct Entry {
    const catalog::TableSpec* table = nullptr;
    Attempts past;
    std::optional<Instant> due;   ///< the time by the schedule that is owed or lies ahead
    std::optional<Instant> next;  ///< when it begins: later where it pauses or waits for the night
    int tries = 0;                ///< in a row that failed or found nothing, of this process
    bool running = false;
    /// The run to go on with, so that its calls that are done are not made again; "" for a new one.
    std::string resumes = {};
  };

  void add(const catalog::TableSpec& table, Attempts past, Instant now, bool catch_up,
           const market::Calendar& calendar, Left left = Left::Nothing);

  /// Marks as running and returns what may begin at `now`: continuous tables or the others, of one
  /// run that is gone on with, or of one trigger, with one window of announcements, and polls that
  /// look back apart from those that do not. A run that failed is gone on with until more comes
  /// due. `is_empty` is asked of `full` tables.
  std::vector<Entry*> take(bool continuous, Instant now, const market::Calendar& calendar,
                           const std::function<bool(const catalog::TableSpec&)>& is_empty);
  /// What take() returned, a probe where it was refused, has run as `run` from `began` to `now`;
  /// `error` is what kept it from being done. What it `left` is asked for again before the table's
  /// next time: soon where no row came, after an hour where a second answer is to confirm the
  /// first.
  static void finish(Entry& entry, const std::string& run, Instant began, Instant now,
                     const std::optional<Error>& error, const market::Calendar& calendar,
                     Left left = Left::Nothing);

  const std::vector<Entry>& entries() const { return entries_; }

 private:
  std::vector<Entry> entries_;
};

}  // namespace kanpan::ingest
