// One filter[column]=op.value.
#pragma once

#include <string>

#include "kanpan/api/router.hpp"
#include "kanpan/catalog/table_spec.hpp"
#include "kanpan/query/query.hpp"
#include "kanpan/store/store.hpp"

namespace kanpan::api::rest {

/// Numbers are in the units that the answer will have. The spelling is PostgREST's: eq.5, gte.5,
/// in.(a,b), is.null, not.null.
boost::system::result<store::Filter, Refusal> read_filter(const catalog::ColumnSpec& column,
                                                          const std::string& text,
                                                          query::Units units);

}  // namespace kanpan::api::rest
