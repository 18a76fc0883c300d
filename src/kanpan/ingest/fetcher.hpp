// Brings a slice whole: every call it takes, retried, split where the row cap cut, paged where that
// is proven.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "kanpan/base/clock.hpp"
#include "kanpan/ingest/gate.hpp"
#include "kanpan/ingest/slice.hpp"
#include "kanpan/journal/record.hpp"
#include "kanpan/source/source.hpp"

namespace kanpan::ingest {

struct Fetched {
  Harvest harvest;
  std::vector<journal::CallRecord> calls;  ///< every attempt, in order; run and unit unset
  std::optional<Error> error;              ///< a call that the source did not answer
  std::optional<Refusal> refusal;          ///< answered, but not whole: cut off, or paging unstable
};

/// Told of the calls of one fetch as they go, on its thread; what is empty is not told.
struct CallWatch {
  /// An answer of so many rows, after `calls` attempts of this fetch.
  std::function<void(const std::string& call, std::size_t rows, std::size_t calls)> page = {};
  std::function<void(const std::string& call, std::chrono::milliseconds pause, const Error& why)>
      retry = {};
};

/// Thread-safe: workers share one.
class Fetcher {
 public:
  Fetcher(source::Source& source, const Clock& clock) : source_(source), clock_(clock) {}

  /// Never partial without saying so: either error or refusal is set, or the harvest is whole.
  Fetched fetch(const Slice& slice, std::stop_token stop, const CallWatch& watch = {}) const;

  source::Source& source() const { return source_; }

 private:
  source::Source& source_;
  const Clock& clock_;
};

}  // namespace kanpan::ingest
