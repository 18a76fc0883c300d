// The units= parameter of the routes that give rows.
#pragma once

#include "kanpan/api/router.hpp"
#include "kanpan/query/query.hpp"

namespace kanpan::api::rest {

Parameter units_parameter();
/// Normal when it is absent.
query::Units units_of(const Call& call);

}  // namespace kanpan::api::rest
