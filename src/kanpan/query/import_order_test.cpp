// What a query says does not depend on which file was imported first.
#include <algorithm>

#include <gmock/gmock.h>

#include "kanpan/frame/csv.hpp"
#include "kanpan/ingest/import.hpp"
#include "kanpan/ingest/quarantine.hpp"
#include "kanpan/query/sample.hpp"

namespace kanpan::query {
namespace {

using namespace std::string_literals;
using testing::ElementsAre;

/// Monday the 17th and Monday the 24th of June 2024 of one share, which is all that are listed; it
/// is Friday the 28th, 18:00.
class ImportOrderTest : public QueryTest {
 protected:
  using Lines = std::vector<std::vector<std::string>>;

  void import(std::string_view name, const Lines& lines, int exit_code = 0) {
    const auto& spec = table(name);
    std::string text;
    for (const auto& column : spec.columns) text += (text.empty() ? "" : ",") + column.name;
    for (const auto& line : lines) {
      text += '\n';
      for (std::size_t c = 0; c < spec.columns.size(); ++c)
        text += (c > 0 ? "," : "") + (c < line.size() ? line[c] : "");
    }
    auto reader = frame::CsvReader::read(frame::stream_of(text + "\n"), "a.csv", spec.fields());
    ASSERT_TRUE(reader) << reader.error().text();
    ingest::ImportRequest request{&spec, {}, false};
    request.files.push_back(
        {"a.csv", "csv", std::make_unique<frame::CsvReader>(std::move(*reader))});
    const auto outcome = ingest::Importer(parts_).run(std::move(request), {});
    ASSERT_TRUE(outcome) << outcome.error().text();
    ASSERT_EQ(outcome->exit_code(), exit_code);
  }
  static std::vector<std::string> share(const std::string& code = "600000.SH") {
    auto row = listing(code, "19991110");
    const auto& columns = table("stock_basic").columns;
    for (std::size_t c = 0; c < columns.size(); ++c) {
      if (columns[c].name == "symbol") row[c] = code.substr(0, 6);
      if (columns[c].name == "name") row[c] = "x";
    }
    return row;
  }
  void import_bars() { import("daily", {bar("20240617", 10, 10), bar("20240624", 10, 10)}); }
  void import_references() {
    Lines days;
    for (Date at = day("20240610"); at < day("20240701"); ++at)
      days.push_back({"SSE", at.compact(), at.weekday() < 6 ? "1" : "0", ""});
    import("trade_cal", days);
    import("stock_basic", {share()});
  }
  Evidence between(std::string_view from, std::string_view to) const {
    return query_.evidence({read("daily", day(from), day(to)), Units::Normal}).value();
  }
  void expect_the_gap() const {
    EXPECT_EQ(between("20240617", "20240617").status, "complete");
    const auto gap = between("20240618", "20240621");
    EXPECT_EQ(gap.status, "partial");
    EXPECT_THAT(gap.missing, ElementsAre("2024-06-18..2024-06-21: 4 days not collected"));
    EXPECT_EQ(between("20240617", "20240624").missing, gap.missing);
    EXPECT_EQ(between("20240617", "20240624").status, "partial");
  }

  ingest::Writer writer_{*journal_, *store_, tables(), {}};
  ingest::Progress progress_;
  StopRegistry runs_;
  ingest::RunLedger run_ledger_{*journal_};
  const ingest::Parts parts_{tables(), *journal_, *store_, writer_,
                             clock_,   progress_, runs_,   run_ledger_};
};

TEST_F(ImportOrderTest, OfBarsFirst) {
  import_bars();
  import_references();
  expect_the_gap();
}

TEST_F(ImportOrderTest, OfBarsLast) {
  import_references();
  import_bars();
  expect_the_gap();
}

TEST_F(ImportOrderTest, OfSuspensionsLast) {
  import_bars();
  import("stock_basic", {share(), share("600001.SH")});
  EXPECT_EQ(between("20240617", "20240617").missing, std::vector{"2024-06-17: 1 of 2 rows"s});
  import("suspend_d", {{ "600001.SH", "20240617", "", "S" }});
  EXPECT_EQ(between("20240617", "20240617").status, "complete");
  EXPECT_EQ(between("20240624", "20240624").status, "partial");
}

TEST_F(ImportOrderTest, OfSomeListingsLast) {
  import("stock_basic", {share()});
  import_bars();
  EXPECT_EQ(between("20240617", "20240617").status, "complete");
  import("stock_basic", {share("600001.SH")});
  const auto whole = between("20240617", "20240617");
  EXPECT_EQ(whole.status, "partial");
  EXPECT_THAT(whole.missing, ElementsAre("2024-06-17: 1 of 2 rows"));
  auto one = read("daily", day("20240617"), day("20240617"));
  one.codes = {"600001.SH"};
  EXPECT_THAT(query_.evidence({one, Units::Normal})->missing,
              ElementsAre("2024-06-17: no row of 600001.SH"));
  const auto state = journal_->days("daily", {day("20240617"), day("20240617")}).value().front();
  EXPECT_FALSE(state.complete) << "so it is asked for again";
}

TEST_F(ImportOrderTest, ACodeLacksItsOwnRowThatIsHeldBesideAnOlderOne) {
  import("stock_basic", {share(), share("600001.SH")});
  auto other = bar("20240617", 10, 10);
  other[0] = "600001.SH";
  import("daily", {bar("20240617", 10, 10), other});
  auto wrong = bar("20240617", 10, 10);
  wrong[3] = "1";  // high
  import("daily", {wrong}, 5);
  auto one = read("daily", day("20240617"), day("20240617"));
  one.codes = {"600001.SH"};
  EXPECT_EQ(query_.evidence({one, Units::Normal})->status, "complete");
  one.codes.push_back("600000.SH");
  const auto both = query_.evidence({one, Units::Normal}).value();
  EXPECT_EQ(both.status, "partial");
  EXPECT_THAT(both.missing, ElementsAre("2024-06-17: rows held back of 600000.SH"));
}

TEST_F(ImportOrderTest, ARowThatNobodyExpectsIsNoneOfThoseADayHas) {
  import("stock_basic", {share(), share("600001.SH")});
  auto stranger = bar("20240617", 10, 10);
  stranger[0] = "600999.SH";
  import("daily", {stranger});
  EXPECT_EQ(between("20240617", "20240617").missing, std::vector{"2024-06-17: 1 of 3 rows"s});
}

TEST_F(ImportOrderTest, OfMoreDaysThanAreJudgedUnderOneLease) {
  Lines bars;
  for (const Date at : market::Calendar::built_in().open_days({day("20230103"), day("20240531")}))
    bars.push_back(bar(at.compact(), 10, 10));
  ASSERT_GT(bars.size(), 300u);
  import("daily", bars);
  import("stock_basic", {share(), share("600001.SH")});
  const auto states = journal_->days("daily", DateRange::all()).value();
  EXPECT_EQ(states.size(), bars.size());
  for (const auto& state : states) EXPECT_EQ(state.expected, 2u) << state.day.iso();
  EXPECT_TRUE(run_ledger_.acquire("daily", "somebody")) << "the last lease was given back";
}

TEST_F(ImportOrderTest, OfASuspensionThatIsTakenBackLast) {
  import("stock_basic", {share(), share("600001.SH")});
  import("suspend_d", {{ "600001.SH", "20240617", "", "S" }});
  import_bars();
  EXPECT_EQ(between("20240617", "20240617").status, "complete");
  import("suspend_d", {{ "600001.SH", "20240617", "10:30-11:00", "S" }});
  EXPECT_THAT(between("20240617", "20240617").missing, ElementsAre("2024-06-17: 1 of 2 rows"));
}

TEST_F(ImportOrderTest, OfAListingThatIsReleasedLast) {
  import("stock_basic", {share()});
  import_bars();
  journal::Landing landing;
  auto& held = landing.quarantined.emplace_back();
  held.table = "stock_basic";
  held.source = "csv:a.csv";
  held.rule = "a rule";
  held.row = R"({"ts_code":"600001.SH","name":"x","list_date":"19991110","list_status":"L"})";
  ASSERT_TRUE(journal_->land({&landing, 1}));
  ingest::History history(*store_);
  const auto id = journal_->quarantine("stock_basic", "held", 1).value().at(0).id;
  ASSERT_TRUE(ingest::Quarantine(parts_, history).release(id));
  EXPECT_THAT(between("20240617", "20240617").missing, ElementsAre("2024-06-17: 1 of 2 rows"));
}

}  // namespace
}  // namespace kanpan::query
