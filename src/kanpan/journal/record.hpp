// What the journal holds: commits of rows, and the ledger of how they were fetched.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kanpan/base/clock.hpp"
#include "kanpan/base/date.hpp"
#include "kanpan/base/error.hpp"
#include "kanpan/base/hash.hpp"
#include "kanpan/frame/change.hpp"

namespace kanpan::journal {

using frame::Mode;
using frame::name;
using frame::Scope;
using frame::Sequence;

/// Everything about a commit but its rows.
struct Commit {
  Sequence seq = 0;
  Instant time;      ///< monotone: max(previous + 1 µs, clock)
  std::string node;  ///< origin
  std::string table;
  Mode mode = Mode::Upsert;
  Scope scope;             ///< Replace only
  std::string run;         ///< run id; "" for an import outside a run
  std::uint32_t unit = 0;  ///< unit of the run
  std::string source;      ///< "tushare", "sim"; of a file its format and name: "csv:prices.csv"
  bool simulated = false;
  std::uint32_t rows = 0;
  std::optional<DateRange> touched;  ///< least and greatest value of the table's time column
  std::string first_code, last_code;
  Sha256 content{};  ///< of the uncompressed payload
  Sha256 chain{};    ///< of the previous record's chain, this header and this content
};

/// A commit about to be made: seq, time, node, content and chain are the journal's to fill.
struct NewCommit {
  Commit header;
  std::string payload;     ///< frame::encode() of the rows, uncompressed
  std::string compressed;  ///< frame::compress(payload), made by the caller's thread
};

// ---- ledger -------------------------------------------------------------------------------------

enum class RunState { Running, Done, Partial, Failed, Cancelled };
enum class UnitState {
  Planned,    ///< not fetched yet, or fetched and lost with the process
  Committed,  ///< its rows are in the journal
  Unchanged,  ///< fetched, equal to what is stored
  Refused,    ///< the gate held the page back
  Failed,     ///< the source did not give it
};
std::string_view name(RunState state);
std::string_view name(UnitState state);

/// What a commit's `source` says where a person imported a file; its format and name.
std::string file_source(std::string_view format, std::string_view name);
/// Whether that is what it says. Sources that are asked have no colon in their names.
bool is_file(std::string_view source);
/// "csv" of such a file, else the source itself.
std::string_view kind_of(std::string_view source);

/// Sortable by start and unique: Shanghai time of `clock` and six random hex digits.
std::string new_run_id(const Clock& clock);

struct Run {
  std::string id;         ///< sortable: 20240628T180000-3fa9c1
  std::string command;    ///< "collect", "import", "repair", "schedule"
  std::string tables;     ///< comma separated
  std::string arguments;  ///< JSON: what to plan again on resume
  RunState state = RunState::Running;
  Instant started;
  std::optional<Instant> finished;
  std::string error;
};

/// The piece of work that is committed whole: a day, a code's window, a period, a table.
struct Unit {
  std::string run;
  std::uint32_t number = 0;
  std::string table;
  std::string label;  ///< "2024-06-28", "600000.SH 2020-01-01..2024-06-28", "2024Q1", "all"
  std::string plan;   ///< JSON: the calls and scope, enough to fetch it without planning again
  UnitState state = UnitState::Planned;
  std::uint32_t rows = 0;  ///< accepted
  std::uint32_t quarantined = 0;
  Sequence seq = 0;  ///< of its last commit, 0 when none; land() fills it
  std::string error;
};

struct CallRecord {
  std::string run;
  std::uint32_t unit = 0;
  std::uint32_t attempt = 1;
  std::string text;  ///< Call::text()
  Instant at;
  std::uint32_t milliseconds = 0;
  std::uint32_t rows = 0;
  Sha256 page{};      ///< of the body; zero on an error
  std::string error;  ///< "kind: message", "" when answered
};

/// What is known of one day (or period) of a table.
struct DayState {
  std::string table;
  Date day;
  std::uint32_t rows = 0;
  /// Rows that it must have, as far as is known; more than `rows` whenever one is known to be
  /// missing, be it that others that nobody expects make up the number.
  std::optional<std::uint32_t> expected;
  bool complete = false;  ///< it need not be asked for again; false = provisional
  Sha256 content{};       ///< of the last fetch
  Instant seen;           ///< of the last fetch

  /// Rows are known to lack, be the day settled or not.
  bool is_short() const { return expected && rows < *expected; }
  /// By itself: not by codes or from a file, where no content can be compared.
  bool was_fetched() const { return content != Sha256{}; }
  friend bool operator==(const DayState&, const DayState&) = default;
};

/// A row, or with `row` empty a whole page, that the gate held back. The same row, or the page of
/// the same call, that breaks the same rule while it is held is not kept a second time: the newest
/// run, time and body count.
struct Quarantined {
  std::uint64_t id = 0;  ///< given by the journal
  std::string run;
  std::uint32_t unit = 0;
  std::string table;
  std::string call;
  std::string source;      ///< of the page or file, as in Commit
  bool simulated = false;  ///< as in Commit
  std::string rule;        ///< "ohlc", "page.truncated", …
  std::string reason;      ///< the sentence for a person, with values
  std::string row;         ///< JSON object of the raw values; "" for a page
  std::string page;        ///< body as received (only for pages)
  Instant at;
  std::string state = "held";  ///< held, released, dropped
  Sequence after = 0;          ///< last commit until `at`, 0 when none was; given by the journal
};

/// The right to write one table, with a number that only grows: a write under an older number is
/// refused.
struct Lease {
  std::string name;  ///< lock:update:{table}
  std::string holder;
  std::uint64_t fence = 0;
};

/// What belongs to one unit and becomes durable together, or not at all.
struct Landing {
  std::vector<NewCommit> commits;
  std::optional<Unit> unit;
  std::vector<CallRecord> calls;
  std::vector<DayState> days;
  std::vector<Quarantined> quarantined;
  std::vector<std::uint64_t> released;  ///< ids of what was held back and is in the commits now
  /// Under which it is made; when that has been released or taken over, nothing lands (Errc::Busy).
  std::optional<Lease> lease;
};

}  // namespace kanpan::journal
