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

  /// How a unit of the table has ended: a refusal of the table (permission, quota) gives it up, a
  /// refused token, a full disk or a source that cannot be reached (`away`) everything, and a few
  /// units in a row that had no answer, or whose parameters were refused, their table.
  void note(const std::string& table, const std::optional<Error>& error, bool away);

 private:
  mutable std::mutex mutex_;
  std::set<std::string> tables_;
  bool everything_ = false;
  std::map<std::string, int> unanswered_;
};

}  // namespace kanpan::ingest
