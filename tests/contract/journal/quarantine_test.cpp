#include <gmock/gmock.h>

#include "backend.hpp"

namespace kanpan::journal {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class QuarantineContract : public Contract {
 protected:
  void land(Landing landing) { must(journal().land(std::vector{std::move(landing)})); }
};
INSTANTIATE_TEST_SUITE_P(Backends, QuarantineContract, testing::ValuesIn(backends()),
                         [](const auto& info) { return info.param.name; });

TEST_P(QuarantineContract, keeps_rows_and_pages) {
  Landing landing;
  landing.quarantined.push_back({.run = "run-1",
                                 .unit = 4,
                                 .table = "daily",
                                 .call = "daily trade_date=20240628",
                                 .source = "sim",
                                 .simulated = true,
                                 .rule = "ohlc",
                                 .reason = "high 9.1 below low 9.3",
                                 .row = R"({"high":9.1,"low":9.3})",
                                 .page = "",
                                 .at = clock_.now()});
  landing.quarantined.push_back(landing.quarantined[0]);
  landing.quarantined[1].rule = "page.truncated";
  landing.quarantined[1].row = "";
  landing.quarantined[1].page = std::string(100'000, 'x') + '\0' + "end";
  landing.quarantined[1].table = "weekly";
  land(landing);

  const auto held = must(ledger().quarantine("", "", 10));
  ASSERT_EQ(held.size(), 2u);
  EXPECT_EQ(held[0].rule, "page.truncated");
  EXPECT_EQ(held[0].page, "");
  const Quarantined page = must(ledger().quarantined(held[0].id));
  EXPECT_EQ(page.page, landing.quarantined[1].page);
  const Quarantined row = must(ledger().quarantined(held[1].id));
  EXPECT_EQ(row.row, R"({"high":9.1,"low":9.3})");
  EXPECT_EQ(row.reason, "high 9.1 below low 9.3");
  EXPECT_EQ(row.unit, 4u);
  EXPECT_EQ(row.source, "sim");
  EXPECT_TRUE(row.simulated);
  EXPECT_EQ(row.at, clock_.now());

  must(ledger().set_quarantine_state(row.id, "dropped"));
  EXPECT_EQ(must(ledger().quarantine("daily", "dropped", 10)).size(), 1u);
  EXPECT_THAT(must(ledger().quarantine("daily", "held", 10)), IsEmpty());
  EXPECT_EQ(must(ledger().quarantine("", "", 1)).size(), 1u);
  EXPECT_EQ(must(ledger().quarantine_count("", "")), 2u);
  EXPECT_EQ(must(ledger().quarantine_count("", "held")), 1u);
  EXPECT_EQ(must(ledger().quarantine_count("daily", "held")), 0u);
  EXPECT_EQ(ledger().set_quarantine_state(row.id, "gone").error().code, Errc::Usage);
  EXPECT_EQ(ledger().set_quarantine_state(999, "held").error().code, Errc::NotFound);
  EXPECT_EQ(ledger().quarantined(999).error().code, Errc::NotFound);
}

TEST_P(QuarantineContract, knows_the_last_commit_before_a_row_was_held_back) {
  const auto hold = [&](std::string row) {
    Landing landing;
    Quarantined& one = landing.quarantined.emplace_back();
    one.table = "daily";
    one.row = std::move(row);
    one.at = clock_.now();
    land(landing);
    clock_.move(std::chrono::seconds{1});
    return must(ledger().quarantine("daily", "held", 1)).at(0);
  };
  const auto commit = [&] {
    Landing landing;
    landing.commits.push_back(sample_commit("weekly", 1));
    land(landing);
    clock_.move(std::chrono::seconds{1});
  };
  EXPECT_EQ(hold("{}").after, 0u);
  commit();
  commit();
  const Quarantined held = hold("[]");
  EXPECT_EQ(held.after, 2u);
  commit();
  EXPECT_EQ(must(ledger().quarantined(held.id)).after, 2u);
  clock_.move(-std::chrono::hours{1});
  EXPECT_EQ(hold("[1]").after, 3u) << "a clock that was put back";
}

TEST_P(QuarantineContract, a_row_is_held_back_once_however_often_it_comes) {
  const auto held = [&](std::string row) {
    Landing landing;
    Quarantined& one = landing.quarantined.emplace_back();
    one.table = "daily";
    one.rule = "ohlc";
    one.row = std::move(row);
    land(landing);
    return must(ledger().quarantine("daily", "", 10));
  };
  EXPECT_EQ(held(R"({"high":9.1})").size(), 1u);
  EXPECT_EQ(held(R"({"high":9.1})").size(), 1u) << "it is held already";
  EXPECT_EQ(held(R"({"high":9.2})").size(), 2u);
  must(ledger().set_quarantine_state(must(ledger().quarantine("daily", "", 1))[0].id, "dropped"));
  EXPECT_EQ(held(R"({"high":9.2})").size(), 2u) << "nobody wants to be asked again";
  must(ledger().set_quarantine_state(must(ledger().quarantine("daily", "held", 1))[0].id,
                                     "released"));
  EXPECT_EQ(held(R"({"high":9.1})").size(), 3u)
      << "whoever lands it knows that it is not stored any more";
}

TEST_P(QuarantineContract, tells_days_and_rows_by_what_they_hold) {
  Landing landing;
  const auto add = [&](std::string table, std::string row, std::string rule = "ohlc") {
    Quarantined& one = landing.quarantined.emplace_back();
    one.table = std::move(table);
    one.rule = std::move(rule);
    one.row = std::move(row);
  };
  const std::string first = R"({"trade_date":"2024-06-28","high":9.1})";
  for (const std::string& row :
       {first, std::string(R"({"trade_date":"20240628","high":9.2})"),
        std::string(R"({"trade_date":20240627})"), std::string(R"({"trade_date":"soon"})"),
        std::string(R"({"trade_date":null})"), std::string(R"({"high":"2024-06-28"})"),
        std::string("no row")})
    add("daily", row);
  add("daily", "", "page.truncated");
  add("weekly", R"({"trade_date":"2024-06-28"})");
  land(landing);
  const Date friday = Date::from_ymd(2024, 6, 28);
  const auto has = [&](DateRange range) {
    return must(ledger().has_held("daily", "trade_date", range));
  };
  EXPECT_TRUE(has(DateRange::all()));
  EXPECT_TRUE(has({friday, friday}));
  EXPECT_TRUE(has({friday - 1, friday - 1})) << "a number";
  EXPECT_FALSE(has({friday - 2, friday - 2}));
  EXPECT_FALSE(has({friday + 1, friday + 9}));
  EXPECT_FALSE(must(ledger().has_held("daily", "ann_date", DateRange::all())));

  const std::vector<RowOfRule> rows{{"ohlc", first}, {"range", first}, {"ohlc", "another"}};
  const auto are = [&](std::string_view state) {
    return must(ledger().are_quarantined("daily", state, rows));
  };
  EXPECT_THAT(are("held"), ElementsAre(true, false, false));
  EXPECT_THAT(are("dropped"), ElementsAre(false, false, false));
  for (const Quarantined& held : must(ledger().quarantine("daily", "held", 100)))
    must(ledger().set_quarantine_state(held.id, "dropped"));
  EXPECT_THAT(are("dropped"), ElementsAre(true, false, false));
  EXPECT_THAT(must(ledger().are_quarantined("weekly", "held", rows)),
              ElementsAre(false, false, false));
  EXPECT_FALSE(has(DateRange::all()));
}

TEST_P(QuarantineContract, a_page_is_held_back_once_for_each_call_however_often_it_comes) {
  const auto hold = [&](std::string call, std::string body) {
    Landing landing;
    Quarantined& one = landing.quarantined.emplace_back();
    one.run = body;
    one.table = "daily";
    one.call = std::move(call);
    one.rule = "page.missing_column";
    one.page = std::move(body);
    one.at = clock_.now();
    land(landing);
    return must(ledger().quarantine("daily", "held", 10));
  };
  EXPECT_EQ(hold("daily(trade_date=20240627)", "first").size(), 1u);
  clock_.move(std::chrono::seconds{30});
  const auto again = hold("daily(trade_date=20240627)", "second");
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].at, clock_.now());
  EXPECT_EQ(again[0].run, "second");
  EXPECT_EQ(must(ledger().quarantined(again[0].id)).page, "second");
  EXPECT_EQ(hold("daily(trade_date=20240628)", "third").size(), 2u);
  must(ledger().set_quarantine_state(again[0].id, "released"));
  EXPECT_EQ(hold("daily(trade_date=20240627)", "fourth").size(), 2u) << "it has come back";
}

}  // namespace
}  // namespace kanpan::journal
