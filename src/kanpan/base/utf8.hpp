// Whether bytes are text.
#pragma once

#include <string_view>

namespace kanpan {

bool is_utf8(std::string_view text) noexcept;

}  // namespace kanpan
