// The Tushare protocol over the stored tables: HTTP 200 always, the verdict in `code`.
#pragma once

#include "kanpan/api/context.hpp"
#include "kanpan/api/router.hpp"

namespace kanpan::api::tushare {

/// POST /, /{api_name}, /tushare[/{api_name}], /dataapi[/{api_name}]; other methods on the last two
/// get the protocol's own refusal.
void add_endpoint(Router& router, const Context& context);

}  // namespace kanpan::api::tushare
