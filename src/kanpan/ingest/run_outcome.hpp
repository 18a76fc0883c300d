// How a run ended.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "kanpan/base/error.hpp"
#include "kanpan/journal/ledger.hpp"

namespace kanpan::ingest {

struct RunOutcome {
  journal::RunSummary summary;
  std::optional<Error> error;  ///< the first that kept the run from being done
  /// By table: why not all that was asked of it is done; Errc::Quality where the gate refused a
  /// page and everything else is. Of a collection.
  std::map<std::string, Error> unfinished = {};

  /// 0 done, 4 source refused, 5 something held back, 6 calls left.
  int exit_code() const;
};

}  // namespace kanpan::ingest
