// JSON out of columns: the one writer of rows for every answer.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "kanpan/frame/batch.hpp"

namespace kanpan::frame {

struct JsonStyle {
  bool compact_dates = false;  ///< "20240628" instead of "2024-06-28"
  bool decimal_point = false;  ///< whole reals as 1491300.0, as the source writes them
};

/// Appends a JSON string with its quotes. Valid UTF-8 stays as it is.
void append_json_text(std::string& out, std::string_view text);
/// Appends the shortest decimal that reads back as the same double, without an exponent from 1e-4
/// up to 1e21; null when it is not finite.
void append_json_real(std::string& out, double value, bool decimal_point = false);
/// Appends one cell.
void append_json_value(std::string& out, const Column& column, std::size_t row, JsonStyle style);

/// Appends `[[…],[…]]`: the rows and, within a row, the columns named, in the order named.
void append_json_items(std::string& out, const Batch& batch, std::span<const std::size_t> columns,
                       std::span<const std::uint32_t> rows, JsonStyle style);
/// The same with all rows in their order.
void append_json_items(std::string& out, const Batch& batch, std::span<const std::size_t> columns,
                       JsonStyle style);
/// Appends `{"name":value,…}` for one row.
void append_json_object(std::string& out, const Batch& batch, std::span<const std::size_t> columns,
                        std::size_t row, JsonStyle style);

}  // namespace kanpan::frame
