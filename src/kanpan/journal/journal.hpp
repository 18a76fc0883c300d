// The truth: an ordered, durable, chained record of every change. Everything else can be rebuilt.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "kanpan/base/error.hpp"
#include "kanpan/frame/batch.hpp"
#include "kanpan/journal/record.hpp"

namespace kanpan::journal {

struct Record {
  Commit header;
  frame::Batch rows;
};

/// How much of a journal is looked at.
enum class Extent {
  Everything,
  WithoutRows,  ///< the ledger, and of the commits their headers, chain and head
};

/// Thread-safe. Writes are serialised inside; reads run beside them.
class Journal {
 public:
  virtual ~Journal() = default;

  /// Makes all of it durable in one transaction and only then returns: the headers of the commits,
  /// in order, with sequence and chain. All or nothing. Errors: NoSpace (try again once there is
  /// room), Busy (a lease was lost), Io: then every further write is refused until reopened.
  virtual Result<std::vector<Commit>> land(std::span<const Landing> landings) = 0;

  /// Sequence of the newest commit, 0 when empty.
  virtual Sequence last() const = 0;
  /// Oldest sequence still held here; commits before it are in a sealed stretch. 1 when none is.
  virtual Sequence floor() const = 0;

  /// Commits with after < seq, oldest first, at most `limit`, and none after those whose rows take
  /// up `bytes` (encoded, not compressed). CRC and content hash are checked. Errors: Corrupt,
  /// NotFound when after + 1 < floor().
  virtual Result<std::vector<Record>> read(Sequence after, std::size_t limit,
                                           std::size_t bytes = SIZE_MAX) const = 0;
  virtual Result<std::vector<Commit>> headers(Sequence after, std::size_t limit,
                                              std::string_view table = {}) const = 0;
  /// The last `limit` commits, of `table` when given, oldest first.
  virtual Result<std::vector<Commit>> newest(std::size_t limit, std::string_view table) const = 0;
  /// Whether any commit here holds invented rows (`simulated`), or any holds others.
  virtual Result<bool> has_rows(bool simulated) const = 0;
  /// The same of commits that a source brought: files that were imported do not count.
  virtual Result<bool> has_collected(bool simulated) const = 0;
  /// The last sequence committed at or before `time`, 0 when none was. NotFound when that moment
  /// lies within a sealed stretch.
  virtual Result<Sequence> at(Instant time) const = 0;
  /// Waits until last() > after, or `stop`. The commit feed of everything that reacts to data.
  virtual void wait_beyond(Sequence after, std::stop_token stop) const = 0;

  /// Reads every record and checks CRC, content hash and chain, and that the file is sound. The
  /// first bad sequence with what is wrong is an Errc::Corrupt; else the number of records.
  /// `progress(seq)` may be empty. Cancelled soon after `stop`, also amid a large file.
  virtual Result<std::uint64_t> verify(const std::function<void(Sequence)>& progress,
                                       Extent extent = Extent::Everything,
                                       std::stop_token stop = {}) const = 0;
  /// Bytes on disk.
  virtual std::uint64_t size() const = 0;

  /// Named positions in the feed, 0 at first. A move may be lost with the machine's power, never
  /// with the process: what follows the feed gets a commit at least once.
  virtual Result<Sequence> cursor(std::string_view name) const = 0;
  virtual Result<void> move_cursor(std::string_view name, Sequence to) = 0;
};

}  // namespace kanpan::journal
