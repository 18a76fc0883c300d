// Parameters that several routes have, and what is read from them.
#pragma once

#include <optional>

#include "kanpan/api/router.hpp"
#include "kanpan/query/query.hpp"

namespace kanpan::api::rest {

Parameter units_parameter();
/// Normal when it is absent.
query::Units units_of(const Call& call);

Parameter as_of_parameter();
/// Nothing when it is absent.
boost::system::result<std::optional<store::Sequence>, Refusal> as_of(const query::Query& query,
                                                                     const Call& call);

/// The table that `name` in the path names; 404 with the nearest name otherwise.
boost::system::result<const catalog::TableSpec*, Refusal> table_of(const query::Query& query,
                                                                   const Call& call);

}  // namespace kanpan::api::rest
