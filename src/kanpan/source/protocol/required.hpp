// Which parameters an interface cannot be asked without.
#pragma once

#include <optional>

#include "kanpan/catalog/table_spec.hpp"
#include "kanpan/source/protocol/request.hpp"
#include "kanpan/source/protocol/wording.hpp"

namespace kanpan::source::protocol {

/// The source's refusal where a parameter is missing that its page marks as required. Of twins
/// (income, income_vip) the one that is asked by code alone cannot do without the code.
std::optional<Verdict> missing_required(const catalog::TableSpec& table, const Request& request);

}  // namespace kanpan::source::protocol
