// A Tushare answer as columns.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kanpan/base/error.hpp"
#include "kanpan/frame/batch.hpp"
#include "kanpan/frame/cell.hpp"

namespace kanpan::frame {

struct ParsedPage {
  std::int64_t code = 0;  ///< the source's verdict, 0 = success
  std::string message;
  bool has_more = false;
  Batch batch;                       ///< exactly the wanted fields, in their order
  std::vector<std::string> missing;  ///< wanted fields that were absent; all null in the batch
  std::vector<std::string> unknown;  ///< fields that nobody wanted, or that came a second time
  std::vector<BadCell> bad_cells;    ///< by row, then as received
};

/// Reads the envelope `{"code", "msg", "data": {"fields", "items", "has_more"}}` with
/// its members in any order, and the items by name of field. A business error (code other than 0)
/// is a page without rows. Anything malformed (HTML, cut off, a row of another width) is
/// Errc::SourceTransient with the first bytes received.
///
/// Cells: null and, but in text columns, "" are null. Numbers come as numbers or as strings, whole
/// ones also as `1234.0`; dates as `20240628` (string or number) or `2024-06-28`. Numbers in text
/// columns become the text they were written as. NaN and Infinity are bad cells.
Result<ParsedPage> parse_page(std::string_view body, std::span<const Field> wanted);

}  // namespace kanpan::frame
