// Text as a typed value, the same way for every format that carries text.
#pragma once

#include <string_view>

#include "kanpan/frame/batch.hpp"

namespace kanpan::frame {

/// A whole number, also written as `1234.0` or `1.234e3`. False on anything else; `out` untouched.
bool parse_int(std::string_view text, std::int64_t& out) noexcept;
/// A finite decimal number. False on anything else; `out` untouched.
bool parse_real(std::string_view text, double& out) noexcept;
/// Appends `text` to `column` as its type (dates as parse_date() reads them). False when it is
/// unreadable: then a null was appended.
bool push_text(Column& column, std::string_view text);

}  // namespace kanpan::frame
