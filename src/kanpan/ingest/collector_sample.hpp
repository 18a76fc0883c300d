// A collector over an exchange that does as it is told.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include <gmock/gmock.h>

#include "kanpan/ingest/parts_test.hpp"

namespace kanpan::ingest::test {

using source::Call;
using source::Page;

inline std::string parameter(const Call& call, std::string_view name) {
  for (const auto& [key, value] : call.parameters)
    if (key == name) return value;
  return "";
}

/// A market that stands still, for every code and day that is asked for.
inline Page still(const catalog::TableSpec& table, const Call& call) {
  std::vector<std::vector<std::string>> rows;
  const DateRange range{day_of(parameter(call, "start_date")), day_of(parameter(call, "end_date"))};
  for (const Date day : market::Calendar::built_in().open_days(range)) {
    rows.emplace_back();
    for (const auto& column : table.columns) {
      const bool zero = column.name == "change" || column.name == "pct_chg" || table.code.empty();
      rows.back().push_back(column.name == "ts_code"      ? parameter(call, "ts_code")
                            : column.name == "trade_date" ? day.compact()
                            : zero                        ? "0"
                                                          : "3000");
    }
  }
  Page page;
  page.batch = batch_of(table, rows);
  return page;
}

class Exchange final : public source::Source {
 public:
  std::function<void(const Call&)> before_answer = [](const Call&) {};
  int refusals = 0;  ///< of the first calls
  bool away = false;
  /// Whether the page lacks a column.
  std::function<bool(const Call&)> is_bad = [](const Call&) { return false; };
  std::function<std::optional<Error>(const Call&)> refuses = [](const Call&) {
    return std::nullopt;
  };
  bool invented = true;
  bool simulated() const override { return invented; }
  bool is_away() const override { return away; }
  Result<Page> fetch(const catalog::TableSpec& table, const Call& call, std::stop_token) override {
    before_answer(call);
    if (away) return Error{Errc::SourceTransient, "connection refused"};
    if (refusals > 0 && refusals--) return Error{Errc::SourceTransient, "connection refused"};
    if (auto error = refuses(call)) return *std::move(error);
    Page page;
    if (table.name == "index_daily" || table.name == "moneyflow_hsgt")
      page = still(table, call);
    else
      page.batch = batch_of(table, {});
    if (is_bad(call)) page.missing = {table.columns.back().name};
    return page;
  }
};

class CollectorTest : public CollectingTest<Exchange> {
 protected:
  static CollectRequest indices() {
    CollectRequest request;
    request.tables = {"index_daily"};
    request.from = kFirst;
    request.to = kLast;
    return request;
  }
  std::vector<journal::DayState> days() {
    return database_.journal->days("index_daily", {kFirst, kLast}).value();
  }
  std::uint64_t stored() {
    store::Read read;
    read.table = &real_table("index_daily");
    return database_.store->count(read).value();
  }

  static inline const Date kFirst = day_of("20240603"), kLast = day_of("20240614");
};

}  // namespace kanpan::ingest::test
