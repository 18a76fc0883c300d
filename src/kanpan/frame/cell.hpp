// Cells that arrive as text, read the same way whatever format carries them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "kanpan/frame/batch.hpp"

namespace kanpan::frame {

/// A cell that was neither null nor readable as its column's type; null in the batch.
struct BadCell {
  std::uint32_t row;
  std::uint16_t column;  ///< position in the batch
  std::string raw;       ///< as received, at most 80 bytes
};

/// A whole number, also written as `1234.0` or `1.234e3`. False on anything else; `out` untouched.
bool parse_int(std::string_view text, std::int64_t& out) noexcept;
/// A finite decimal number. False on anything else; `out` untouched.
bool parse_real(std::string_view text, double& out) noexcept;
/// Appends `text` to `column` as its type (dates as parse_date() reads them). False when it is
/// unreadable: then a null was appended.
bool push_text(Column& column, std::string_view text);

}  // namespace kanpan::frame
