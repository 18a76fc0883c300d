// What a run need not try any more, because it would fare as what was tried did.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "kanpan/base/error.hpp"

namespace kanpan::ingest {

/// Thread-safe.
class GivenUp {
 public:
  bool has(const std::string& table) const;
  /// Whether nothing at all need be tried.
  bool everything() const;

  /// How a unit of the table has ended: a refusal gives its table up, a refused token or a source
  /// that cannot be reached (`away`) everything, and so do a few units in a row without an answer
  /// their table.
  void note(const std::string& table, const std::optional<Error>& error, bool away);

 private:
  mutable std::mutex mutex_;
  std::set<std::string> tables_;
  bool everything_ = false;
  std::map<std::string, int> unanswered_;
};

}  // namespace kanpan::ingest
