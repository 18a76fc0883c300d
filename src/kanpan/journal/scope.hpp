// What a Replace covers, as the JSON that a journal stores.
#pragma once

#include <string>
#include <string_view>

#include "kanpan/journal/record.hpp"

namespace kanpan::journal {

/// {"first":"2024-06-28","last":"2024-06-28","codes":["600000.SH"]}; what is unset is left
/// out, and a scope without anything is "".
std::string to_json(const Scope& scope);

/// Inverse of to_json(). Errc::Corrupt for anything that it cannot have written.
Result<Scope> parse_scope(std::string_view json);

}  // namespace kanpan::journal
