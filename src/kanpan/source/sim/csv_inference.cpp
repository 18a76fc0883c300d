#include "kanpan/source/sim/csv_inference.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "kanpan/catalog/parameters.hpp"
#include "kanpan/catalog/roles.hpp"
#include "kanpan/frame/cell.hpp"

namespace kanpan::source::sim {
namespace {

using Cells = std::map<std::string_view, std::string>;

/// Appends a row; columns that `cells` does not name are null.
void push_row(frame::Batch& batch, const Cells& cells) {
  for (std::size_t c = 0; c < batch.width(); ++c) {
    const auto at = cells.find(batch.fields()[c].name);
    if (at == cells.end())
      batch.column(c).push_null();
    else
      frame::push_text(batch.column(c), at->second);
  }
}

std::string symbol_of(std::string_view code) { return std::string(code.substr(0, code.find('.'))); }

std::string exchange_of(std::string_view code) {
  return code.ends_with(".SH") ? "SSE" : code.ends_with(".BJ") ? "BSE" : "SZSE";
}

std::string market_of(std::string_view code) {
  const std::string_view board = catalog::board_of(code);
  return board == "GEM" ? "创业板" : board == "STAR" ? "科创板" : board == "BJ" ? "北交所" : "主板";
}

using Infer = std::function<std::string(const frame::Batch& batch, std::uint32_t row)>;

/// Replaces the null column by what `infer` says of each row.
void fill(frame::Batch& batch, std::string_view column, const Infer& infer) {
  const std::size_t at = batch.find(column);
  frame::Column filled(batch.fields()[at].type);
  for (std::uint32_t row = 0; row < batch.rows(); ++row)
    frame::push_text(filled, infer(batch, row));
  batch.column(at) = std::move(filled);
}

Infer by_code(std::string (*infer)(std::string_view)) {
  return [infer](const frame::Batch& batch, std::uint32_t row) {
    return infer(batch.column(batch.find("ts_code")).texts()[row]);
  };
}

std::string status_of(const frame::Batch& batch, std::uint32_t row) {
  const std::size_t delisted = batch.find("delist_date");
  return delisted != frame::Batch::npos && !batch.column(delisted).is_null(row) ? "D" : "L";
}

}  // namespace

frame::Batch calendar_of(const catalog::TableSpec& trade_cal, const frame::Batch& daily) {
  frame::Batch batch(trade_cal.fields());
  const auto dates = daily.column(daily.find("trade_date")).dates();
  const std::set<Date> open(dates.begin(), dates.end());
  if (open.empty()) return batch;
  for (Date day = *open.rbegin(); *open.begin() <= day; day = day - 1) {
    const auto later = open.lower_bound(day);
    for (const std::string exchange : {"SSE", "SZSE"}) {
      Cells cells{{"exchange", exchange},
                  {"cal_date", day.compact()},
                  {"is_open", open.contains(day) ? "1" : "0"}};
      if (later != open.begin()) cells["pretrade_date"] = std::prev(later)->compact();
      push_row(batch, cells);
    }
  }
  return batch;
}

frame::Batch listing_of(const catalog::TableSpec& stock_basic, const frame::Batch& daily) {
  std::map<std::string_view, Date> first_day;
  const frame::Texts& codes = daily.column(daily.find("ts_code")).texts();
  const auto dates = daily.column(daily.find("trade_date")).dates();
  for (std::size_t row = 0; row < daily.rows(); ++row) {
    const auto [at, is_new] = first_day.emplace(codes[row], dates[row]);
    if (!is_new) at->second = std::min(at->second, dates[row]);
  }
  frame::Batch batch(stock_basic.fields());
  for (const auto& [code, day] : first_day)
    push_row(batch, {{"ts_code", std::string(code)},
                     {"symbol", symbol_of(code)},
                     {"name", symbol_of(code)},
                     {"exchange", exchange_of(code)},
                     {"market", market_of(code)},
                     {"curr_type", "CNY"},
                     {"list_status", "L"},
                     {"list_date", day.compact()}});
  return batch;
}

void fill_absent(const catalog::TableSpec& table, const std::vector<std::string>& absent,
                 frame::Batch& batch) {
  std::vector<std::pair<std::string_view, Infer>> known;
  if (table.name == catalog::role::kCalendar)
    known = {{"exchange", [](const auto&, auto) { return std::string("SSE"); }}};
  if (table.name == catalog::role::kListings)
    known = {{"list_status", status_of},
             {"symbol", by_code(symbol_of)},
             {"exchange", by_code(exchange_of)},
             {"market", by_code(market_of)}};
  for (const auto& [column, infer] : known)
    if (std::ranges::find(absent, column) != absent.end()) fill(batch, column, infer);
}

}  // namespace kanpan::source::sim
