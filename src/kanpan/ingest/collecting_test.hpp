// A collector on a database of its own, for the tests of this folder that collect.
#pragma once

#include <gtest/gtest.h>

#include "kanpan/ingest/collector.hpp"
#include "kanpan/ingest/sample.hpp"

namespace kanpan::ingest::test {

/// Collects from `exchange_`, a source that the test makes up, on the real catalog, journal and
/// store; the clock stands at Friday 28 June 2024, 18:00, until it is moved.
template <class Exchange>
class CollectingTest : public testing::Test {
 protected:
  Collector collector(int workers) {
    return {real_catalog(), *database_.journal,  *database_.store, exchange_,
            writer_,        database_.clock,     progress_,        runs_,
            run_ledger_,    {workers, "sim", {}}};
  }

  Database database_;
  Writer writer_{*database_.journal, *database_.store, real_catalog(), {}};
  Progress progress_;
  Exchange exchange_;
  StopRegistry runs_;
  RunLedger run_ledger_{*database_.journal};
  Collector collector_ = collector(1);
};

}  // namespace kanpan::ingest::test
