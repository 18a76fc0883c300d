// A small service over a real journal and store, for the tests of this folder.
#pragma once

#include <algorithm>
#include <memory>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kanpan/api/surface.hpp"
#include "kanpan/frame/cell.hpp"
#include "kanpan/frame/codec.hpp"
#include "kanpan/journal/sample.hpp"
#include "kanpan/journal/sqlite/sqlite_journal.hpp"
#include "kanpan/store/duckdb/duckdb_store.hpp"

namespace kanpan::api {

template <typename T>
T expect_ok(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().text());
  return *std::move(result);
}

struct Heard {
  int status = 0;
  net::Headers headers;
  std::string body;
  boost::json::value json() const { return boost::json::parse(body); }
  boost::json::value at(std::string_view pointer) const { return json().at_pointer(pointer); }
};

/// Progress that tests drive.
class HandProgress final : public Progress {
 public:
  std::string snapshot() const override { return R"({"collecting":false,"tables":[]})"; }
  std::shared_ptr<void> subscribe(std::function<void(const Event&)> listener) override {
    listener_ = std::make_shared<std::function<void(const Event&)>>(std::move(listener));
    return listener_;
  }
  std::shared_ptr<std::function<void(const Event&)>> listener_;
};

class SampleService {
 public:
  SampleService() {
    put("stock_basic", {"ts_code", "symbol", "name", "cnspell", "market", "list_status"},
        {"600519.SH,600519,贵州茅台,gzmt,主板,L", "000001.SZ,000001,平安银行,payh,主板,L",
         "300750.SZ,300750,宁德时代,ndsd,创业板,L", "600001.SH,600001,邯郸钢铁,hdgt,主板,D"});
    put("daily",
        {"ts_code", "trade_date", "open", "high", "low", "close", "pre_close", "change", "pct_chg",
         "vol", "amount"},
        {"000001.SZ,2024-06-26,10,10.5,9.9,10.2,10,0.2,2,1000,1020.5",
         "600519.SH,2024-06-26,1500,1510,1490,1505,1500,5,0.3333,20,3010",
         "000001.SZ,2024-06-27,10.2,10.4,10,10.1,10.2,-0.1,-0.9804,900,915",
         "600519.SH,2024-06-27,1505,1515,1500,1510,1505,5,0.3322,22,3322",
         "000001.SZ,2024-06-28,9.1,9.3,9,9.2,9.09,0.11,1.2101,1200,1101.25"},
        {held("20240626", 2), held("20240627", 2), held("20240628", 1)});
    put("adj_factor", {"ts_code", "trade_date", "adj_factor"},
        {"000001.SZ,2024-06-26,2", "000001.SZ,2024-06-27,2", "000001.SZ,2024-06-28,2.2"});
    put("trade_cal", {"exchange", "cal_date", "is_open", "pretrade_date"},
        {"SSE,2024-06-27,1,2024-06-26", "SSE,2024-06-28,1,2024-06-27",
         "SSE,2024-06-29,0,2024-06-28", "SZSE,2024-06-28,1,2024-06-27"});
    dispatch = expect_ok(make_surface(context, {}));
  }

  /// One commit of rows written as comma separated cells of `fields`; other columns are null.
  journal::Sequence put(std::string_view name, const std::vector<std::string>& fields,
                        const std::vector<std::string>& lines,
                        std::vector<journal::DayState> days = {}) {
    const catalog::TableSpec* table = expect_ok(tables.find(name));
    frame::Batch rows(table->fields());
    for (const std::string& line : lines) push_line(rows, fields, line);
    journal::Landing landing;
    landing.days = std::move(days);
    journal::NewCommit commit;
    commit.header.table = table->name;
    commit.header.source = "sim";
    commit.header.simulated = true;
    commit.header.rows = static_cast<std::uint32_t>(rows.rows());
    commit.header.touched = touched(rows, *table);
    commit.payload = frame::encode(rows);
    commit.compressed = frame::compress(commit.payload);
    landing.commits.push_back(std::move(commit));
    const auto made = expect_ok(truth->land(std::span(&landing, 1)));
    store::Change change;
    change.seq = made.front().seq;
    change.table = table;
    change.rows = std::move(rows);
    expect_ok(hot->apply(std::span(&change, 1)));
    return change.seq;
  }

  Heard ask(std::string method, std::string target, std::string body = "",
            const net::Parameters& headers = {}) const {
    net::Request request;
    request.method = std::move(method);
    request.target = target;
    auto parsed = expect_ok(net::parse_target(target));
    request.path = parsed.path;
    request.query = parsed.query;
    request.body = std::move(body);
    request.id = "req-1";
    for (const auto& [name, value] : headers) request.headers.add(name, value);
    const net::Response response = dispatch(request).handler(request);
    return {response.status, response.headers, text_of(response.body)};
  }
  Heard get(std::string target, const net::Parameters& headers = {}) const {
    return ask("GET", std::move(target), "", headers);
  }

  journal::ScratchDirectory directory;
  journal::HandClock clock;
  catalog::Catalog tables = expect_ok(
      catalog::Catalog::load(std::filesystem::path(KANPAN_SOURCE_DIR) / "catalog/tables"));
  std::unique_ptr<journal::sqlite::SqliteJournal> truth = expect_ok(
      journal::sqlite::SqliteJournal::open(directory.path() / "journal.db", clock, "test"));
  std::unique_ptr<store::duckdb::DuckdbStore> hot =
      expect_ok(store::duckdb::DuckdbStore::open(directory.path() / "store.duckdb", tables));
  query::Query reader{tables, *truth, *truth, *hot, clock};
  metrics::Registry registry;
  HandProgress progress;
  Context context{
      reader,
      clock,
      registry,
      progress,
      [] { return std::make_shared<const market::Calendar>(market::Calendar::built_in()); },
      {"0.1.0", "embedded", "sim"},
      [] { return true; },
      {{"store", [] { return Result<void>(); }}}};
  net::Dispatch dispatch;

 private:
  static journal::DayState held(std::string_view day, std::uint32_t rows) {
    const Date date = expect_ok(parse_date(day));
    return {"daily", date, rows, std::nullopt, true, {}, shanghai_instant(date, 20 * 3600)};
  }

  static void push_line(frame::Batch& rows, const std::vector<std::string>& fields,
                        const std::string& line) {
    std::vector<std::string> cells;
    std::stringstream stream(line);
    for (std::string cell; std::getline(stream, cell, ',');) cells.push_back(cell);
    for (std::size_t c = 0; c < rows.width(); ++c) {
      const auto at = std::ranges::find(fields, rows.fields()[c].name);
      if (at == fields.end())
        rows.column(c).push_null();
      else if (!frame::push_text(rows.column(c), cells.at(at - fields.begin())))
        throw std::runtime_error("unreadable cell in " + line);
    }
  }

  static std::optional<DateRange> touched(const frame::Batch& rows,
                                          const catalog::TableSpec& table) {
    const std::size_t at = rows.find(table.time);
    if (at == frame::Batch::npos) return std::nullopt;
    const auto days = rows.column(at).dates();
    return DateRange{*std::ranges::min_element(days), *std::ranges::max_element(days)};
  }

  static std::string text_of(const net::Body& body) {
    if (const auto* text = std::get_if<std::string>(&body)) return *text;
    if (const auto* text = std::get_if<std::shared_ptr<const std::string>>(&body)) return **text;
    std::string out;
    if (const auto* producer = std::get_if<net::Producer>(&body)) {
      const auto done = (*producer)([&](std::string piece) { return out += piece, true; });
      if (!done) throw std::runtime_error(done.error().text());
    } else {
      out = std::get<std::shared_ptr<net::Pipe>>(body)->take().bytes;
    }
    return out;
  }
};

}  // namespace kanpan::api
