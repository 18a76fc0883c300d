#include "kanpan/ingest/quarantine.hpp"

#include <gmock/gmock.h>

#include "kanpan/ingest/held_rows.hpp"
#include "kanpan/ingest/parts_test.hpp"
#include "kanpan/store/forwarding_store.hpp"

namespace kanpan::ingest {
namespace {

using test::bar;
using test::real_table;
using test::share;
using testing::HasSubstr;
using Rows = std::vector<std::vector<std::string>>;

constexpr const char* kDay = "20240628";

/// A store that has become unable to say what it holds of a day.
class Speechless final : public store::ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  Result<std::vector<store::DayCount>> day_counts(const catalog::TableSpec&,
                                                  DateRange) const override {
    return Error{Errc::Io, "it is gone"};
  }
  Result<std::vector<std::string>> codes_on(const catalog::TableSpec&, Date) const override {
    return Error{Errc::Io, "it is gone"};
  }
};

class QuarantineTest : public test::PartsTest {
 protected:
  static const catalog::TableSpec& daily() { return real_table("daily"); }
  static frame::Batch batch(const Rows& rows) { return test::batch_of(daily(), rows); }

  void store(const Rows& rows) {
    database_.clock.move(std::chrono::minutes{1});
    Submission made;
    Proposal& proposal = made.proposals.emplace_back();
    proposal.table = &daily();
    proposal.header.table = "daily";
    proposal.header.simulated = true;
    proposal.rows = batch(rows);
    ASSERT_TRUE(writer_.write(std::move(made)));
  }
  std::uint64_t hold(journal::Quarantined held) {
    journal::Landing landing;
    landing.quarantined.push_back(std::move(held));
    EXPECT_TRUE(database_.journal->land({&landing, 1}));
    return database_.journal->quarantine("daily", "held", 1).value().at(0).id;
  }
  std::uint64_t hold_row(const std::vector<std::string>& row) {
    database_.clock.move(std::chrono::minutes{1});
    Harvest harvest;
    harvest.rows = batch({row});
    journal::Unit unit;
    unit.table = "daily";
    return hold(quarantined_row(unit, {"daily(trade_date=20240628)", "sim", true},
                                {0, "ohlc", "a reason", row_json(harvest, 0)},
                                database_.clock.now()));
  }
  std::uint64_t hold_page(const Rows& rows) {
    database_.clock.move(std::chrono::minutes{1});
    journal::Unit unit;
    unit.table = "daily";
    return hold(quarantined_page(unit, {"daily(trade_date=20240628)", "sim", true},
                                 {"page.ohlc", "a reason"}, page_of(batch(rows), {}, {}),
                                 database_.clock.now()));
  }
  /// Closing prices in the order of the codes.
  std::vector<double> stored() const {
    store::Read read;
    read.table = &daily();
    std::vector<double> closes;
    EXPECT_TRUE(database_.store->read(read, [&](frame::Batch&& rows) -> Result<bool> {
      const auto values = rows.column(rows.find("close")).reals();
      closes.insert(closes.end(), values.begin(), values.end());
      return true;
    }));
    return closes;
  }

  History history_{*database_.store};
  Quarantine quarantine_{parts_, history_};
};

TEST_F(QuarantineTest, ReleasesOverWhatWasStoredBefore) {
  store({bar(share(0), kDay, 10, 10)});
  const auto id = hold_row(bar(share(0), kDay, 11, 10));
  store({bar(share(1), kDay, 10, 10)});
  const auto released = quarantine_.release(id);
  ASSERT_TRUE(released) << released.error().text();
  EXPECT_THAT(stored(), testing::ElementsAre(11, 10));
}

TEST_F(QuarantineTest, DoesNotPutAnOldRowOverANewerOne) {
  const auto id = hold_row(bar(share(0), kDay, 11, 10));
  store({bar(share(0), kDay, 10.5, 10)});
  const auto released = quarantine_.release(id);
  ASSERT_FALSE(released);
  EXPECT_EQ(released.error().code, Errc::Quality);
  EXPECT_THAT(released.error().text(), HasSubstr("as 600000.SH/2024-06-28"));
  EXPECT_THAT(released.error().text(), HasSubstr("--force"));
  EXPECT_THAT(stored(), testing::ElementsAre(10.5));
  EXPECT_EQ(database_.journal->quarantined(id).value().state, "held");
  ASSERT_TRUE(quarantine_.release(id, true));
  EXPECT_THAT(stored(), testing::ElementsAre(11));
}

TEST_F(QuarantineTest, DoesNotPutAPageOverANewerRow) {
  store({bar(share(0), kDay, 10, 10), bar(share(1), kDay, 10, 10)});
  const auto id = hold_page({bar(share(0), kDay, 11, 10), bar(share(1), kDay, 11, 10)});
  store({bar(share(1), kDay, 10.5, 10)});
  const auto released = quarantine_.release(id);
  ASSERT_FALSE(released);
  EXPECT_THAT(released.error().text(), HasSubstr("1 of its 2 rows"));
  EXPECT_THAT(stored(), testing::ElementsAre(10, 10.5));
}

TEST_F(QuarantineTest, WhatIsStoredIsReleasedWhateverFailsAfterwards) {
  const auto id = hold_row(bar(share(0), kDay, 11, 10));
  Speechless store(*database_.store);
  const Parts parts{parts_.catalog, parts_.ledger,   store,       parts_.writer,
                    parts_.clock,   parts_.progress, parts_.runs, parts_.run_ledger};
  Quarantine quarantine(parts, history_);
  ASSERT_FALSE(quarantine.release(id));
  EXPECT_THAT(stored(), testing::ElementsAre(11));
  EXPECT_EQ(database_.journal->quarantined(id).value().state, "released");
}

}  // namespace
}  // namespace kanpan::ingest
