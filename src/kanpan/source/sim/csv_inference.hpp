// What follows from the files that are there, where a helper table or a column is not.
#pragma once

#include <string>
#include <vector>

#include "kanpan/catalog/table_spec.hpp"
#include "kanpan/frame/batch.hpp"

namespace kanpan::source::sim {

/// A trade calendar from the days of a daily table, for SSE and SZSE alike: every calendar day from
/// the first to the last seen, newest first, open where there are bars. It says nothing of days
/// outside. `trade_cal` gives the columns.
frame::Batch calendar_of(const catalog::TableSpec& trade_cal, const frame::Batch& daily);

/// A list of shares from the codes of a daily table: listed on the first day seen, listed still,
/// named by their number, exchange and market by code. `stock_basic` gives the columns.
frame::Batch listing_of(const catalog::TableSpec& stock_basic, const frame::Batch& daily);

/// Fills columns of a file that lacks them: exchange (SSE) of trade_cal; list_status (D where there
/// is a delist_date, else L), symbol, exchange and market of stock_basic.
void fill_absent(const catalog::TableSpec& table, const std::vector<std::string>& absent,
                 frame::Batch& batch);

}  // namespace kanpan::source::sim
