// A query over a real journal and store, for the tests of this folder.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "kanpan/frame/cell.hpp"
#include "kanpan/frame/codec.hpp"
#include "kanpan/journal/sample.hpp"
#include "kanpan/journal/sqlite/sqlite_journal.hpp"
#include "kanpan/query/query.hpp"
#include "kanpan/store/duckdb/duckdb_store.hpp"

namespace kanpan::query {

using Cells = std::vector<std::vector<std::string>>;

class QueryTest : public testing::Test {
 protected:
  static const catalog::Catalog& tables() {
    static const auto catalog = catalog::Catalog::load(KANPAN_SOURCE_DIR "/catalog/tables").value();
    return catalog;
  }
  static const catalog::TableSpec& table(std::string_view name) { return **tables().find(name); }
  static Date day(std::string_view text) { return parse_date(text).value(); }

  /// Commits rows and makes them visible.
  void commit(std::string_view name, const Cells& rows, std::vector<journal::DayState> days = {},
              const char* source = "tushare",
              const std::optional<journal::Scope>& replaced = std::nullopt) {
    show(land(name, rows, std::move(days), source, replaced));
  }

  void show(const store::Change& change) { ASSERT_TRUE(store_->apply({&change, 1})); }

  /// Commits rows that nobody can see before show().
  store::Change land(std::string_view name, const Cells& rows,
                     std::vector<journal::DayState> days = {}, const char* source = "tushare",
                     const std::optional<journal::Scope>& replaced = std::nullopt) {
    const auto& spec = table(name);
    frame::Batch batch(spec.fields());
    for (const auto& row : rows)
      for (std::size_t c = 0; c < row.size(); ++c)
        if (row[c].empty()) {
          batch.column(c).push_null();
        } else {
          EXPECT_TRUE(frame::push_text(batch.column(c), row[c])) << row[c];
        }
    journal::Landing landing;
    landing.days = std::move(days);
    landing.commits.push_back({{}, frame::encode(batch), {}});
    auto& commit = landing.commits.back();
    commit.compressed = frame::compress(commit.payload);
    commit.header.table = name;
    commit.header.source = source;
    commit.header.simulated = std::string_view(source) == "sim";
    commit.header.rows = static_cast<std::uint32_t>(rows.size());
    std::span<const Date> time;
    if (!spec.time.empty()) time = batch.column(batch.find(spec.time)).dates();
    store::Scope scope;
    if (replaced) {
      commit.header.mode = journal::Mode::Replace;
      commit.header.scope = *replaced;
      scope = *replaced;
    }
    if (!time.empty()) commit.header.touched = DateRange{time.front(), time.front()};
    for (const Date date : time) {
      commit.header.touched->first = std::min(commit.header.touched->first, date);
      commit.header.touched->last = std::max(commit.header.touched->last, date);
    }
    const auto mode = replaced ? store::Mode::Replace : store::Mode::Upsert;
    const auto seq = journal_->land({&landing, 1}).value().front().seq;
    return {seq, &spec, mode, scope, std::move(batch)};
  }

  static journal::DayState state(std::string_view name, std::string_view text, std::uint32_t rows,
                                 std::optional<std::uint32_t> expected, bool complete) {
    journal::DayState out;
    out.table = name;
    out.day = day(text);
    out.rows = rows;
    out.expected = expected;
    out.complete = complete;
    return out;
  }

  static std::vector<std::string> bar(std::string_view text, double close, double pre_close) {
    return {"600000.SH",
            std::string(text),
            std::to_string(close),
            std::to_string(close + 1),
            std::to_string(close - 1),
            std::to_string(close),
            std::to_string(pre_close),
            std::to_string(close - pre_close),
            "0",
            "1000",
            std::to_string(close * 100)};
  }

  /// A row of stock_basic.
  static std::vector<std::string> listing(std::string_view code, std::string_view since) {
    const auto& columns = table("stock_basic").columns;
    std::vector<std::string> row(columns.size());
    for (std::size_t c = 0; c < columns.size(); ++c) {
      if (columns[c].name == "ts_code") row[c] = code;
      if (columns[c].name == "list_status") row[c] = "L";
      if (columns[c].name == "list_date") row[c] = since;
    }
    return row;
  }

  void commit_week() {
    std::vector<journal::DayState> days;
    for (const char* text :
         {"20240624", "20240625", "20240626", "20240627", "20240628", "20240701"})
      days.push_back(state("daily", text, 1, 1, true));
    commit("daily",
           {bar("20240624", 10, 10), bar("20240625", 11, 10), bar("20240626", 12, 11),
            bar("20240627", 6, 6), bar("20240628", 7, 6), bar("20240701", 8, 7)},
           days);
    Cells factors;
    for (const char* text : {"20240624", "20240625", "20240626"})
      factors.push_back({"600000.SH", text, "1"});
    for (const char* text : {"20240627", "20240628", "20240701"})
      factors.push_back({"600000.SH", text, "2"});
    commit("adj_factor", factors);
  }

  static std::vector<double> values(const Bars& bars, std::string_view name) {
    const auto reals = bars.rows.column(bars.rows.find(name)).reals();
    return {reals.begin(), reals.end()};
  }

  store::Read read(std::string_view name, std::optional<Date> from = {},
                   std::optional<Date> to = {}) const {
    store::Read read;
    read.table = &table(name);
    read.from = from;
    read.to = to;
    return read;
  }

  journal::HandClock clock_;
  journal::ScratchDirectory directory_;
  std::unique_ptr<journal::sqlite::SqliteJournal> journal_ =
      journal::sqlite::SqliteJournal::open(directory_.path() / "journal.db", clock_, "test")
          .value();
  std::unique_ptr<store::duckdb::DuckdbStore> store_ =
      store::duckdb::DuckdbStore::open(directory_.path() / "hot.duckdb", tables()).value();
  Query query_{tables(), *journal_, *journal_, *store_, clock_};
};

}  // namespace kanpan::query
