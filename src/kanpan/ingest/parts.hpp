// What collecting, importing and deciding about held rows all work with.
#pragma once

#include "kanpan/base/clock.hpp"
#include "kanpan/base/stop_registry.hpp"
#include "kanpan/catalog/catalog.hpp"
#include "kanpan/ingest/progress.hpp"
#include "kanpan/ingest/run_ledger.hpp"
#include "kanpan/ingest/writer.hpp"
#include "kanpan/journal/ledger.hpp"
#include "kanpan/store/store.hpp"

namespace kanpan::ingest {

/// Of one data directory. Copied freely; all of it outlives whoever is given it, and is
/// thread-safe.
struct Parts {
  const catalog::Catalog& catalog;
  journal::Ledger& ledger;
  store::Store& store;
  Writer& writer;  ///< the only way into journal and store
  const Clock& clock;
  Progress& progress;
  StopRegistry& runs;
  RunLedger& run_ledger;
};

}  // namespace kanpan::ingest
