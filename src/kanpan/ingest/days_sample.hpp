// What the tests of day states and of held rows have in common: one day, as it is collected.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>

#include "kanpan/ingest/coverage.hpp"
#include "kanpan/ingest/days.hpp"
#include "kanpan/ingest/parts_test.hpp"

namespace kanpan::ingest {
namespace {

using source::Call;
using source::Page;

using test::bar;
using test::day_of;
using test::real_table;
using testing::ElementsAre;
using testing::IsEmpty;

using Rows = std::vector<std::vector<std::string>>;

/// Gives each table the rows that it was told, whatever the day.
class Exchange final : public source::Source {
 public:
  std::map<std::string, Rows> rows;
  std::function<void(const catalog::TableSpec&)> before_answer = [](const catalog::TableSpec&) {};
  bool simulated() const override { return true; }
  Result<Page> fetch(const catalog::TableSpec& table, const Call& call, std::stop_token) override {
    before_answer(table);
    const bool delisted = call.text().find("list_status=L") == std::string::npos;
    Page page;
    page.batch =
        test::batch_of(table, table.name == "stock_basic" && delisted ? Rows{} : rows[table.name]);
    return page;
  }
};

/// Friday 28 June 2024 as it is collected, after a stock list with 600000.SH, 600001.SH, 600002.SH.
class DaysTest : public test::CollectingTest<Exchange> {
 protected:
  DaysTest() {
    for (const char* code : {"600000.SH", "600001.SH", "600002.SH"})
      exchange_.rows["stock_basic"].push_back(
          cells("stock_basic", {{"ts_code", code},
                                {"symbol", std::string(code, 6)},
                                {"name", "x"},
                                {"list_status", "L"},
                                {"list_date", "20100104"}}));
  }
  static std::vector<std::string> cells(std::string_view table,
                                        const std::map<std::string, std::string>& values) {
    std::vector<std::string> out;
    for (const auto& column : real_table(table).columns)
      out.push_back(values.contains(column.name) ? values.at(column.name) : "");
    return out;
  }
  RunOutcome fetch(std::string_view table, std::optional<catalog::UpdateMode> mode) {
    CollectRequest request;
    request.tables = {std::string(table)};
    request.from = request.to = kDay;
    request.mode = mode;
    auto outcome = collector_.collect(request, {});
    EXPECT_TRUE(outcome) << outcome.error().text();
    return *std::move(outcome);
  }
  void import(std::string_view table, const Rows& rows) {
    const auto& spec = real_table(table);
    std::string text;
    for (const auto& column : spec.columns) text += (text.empty() ? "" : ",") + column.name;
    for (const auto& row : rows) text += fmt::format("\n{}", fmt::join(row, ","));
    ImportRequest request{&spec, {}, false};
    request.files.push_back(
        {"a.csv", "csv",
         std::make_unique<frame::CsvReader>(
             frame::CsvReader::read(frame::stream_of(text + "\n"), "a.csv", spec.fields())
                 .value())});
    const auto outcome = Importer(parts_).run(std::move(request), {});
    ASSERT_TRUE(outcome) << outcome.error().text();
    ASSERT_EQ(outcome->exit_code(), 0);
  }
  journal::DayState collect(std::string_view table) {
    fetch(table, std::nullopt);
    return state(table);
  }
  journal::DayState state(std::string_view table) {
    const auto days = database_.journal->days(table, {kDay, kDay}).value();
    return days.empty() ? journal::DayState{} : days.front();
  }
  Coverage coverage(std::string_view table) {
    const auto universe = collector_.universe().value();
    return coverage_of(real_table(table), kDay, kDay, *universe, *database_.store,
                       *database_.journal)
        .value();
  }
  DayCoverage covered(std::string_view table) { return coverage(table).days.at(0); }

  static inline const Date kDay = day_of("20240628");
};

}  // namespace
}  // namespace kanpan::ingest
