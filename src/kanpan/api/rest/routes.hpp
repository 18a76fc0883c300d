// The REST routes, each group in its own source.
#pragma once

#include <filesystem>

#include "kanpan/api/context.hpp"
#include "kanpan/api/router.hpp"

namespace kanpan::api::rest {

/// /livez, /readyz, /healthz/data, /metrics
void add_health(Router& router, const Context& context);
/// /v1/meta, /v1/time
void add_meta(Router& router, const Context& context);
/// /v1/tables, /v1/tables/{name}
void add_tables(Router& router, const Context& context);
/// /v1/tables/{name}/rows
void add_rows(Router& router, const Context& context);
/// /v1/bars, /v1/bars/{ts_code}
void add_bars(Router& router, const Context& context);
/// /v1/search
void add_search(Router& router, const Context& context);
/// /v1/status, /v1/events
void add_status(Router& router, const Context& context);
/// GET of everything else: the files of `directory`, read once; addresses of pages get index.html,
/// and what is neither is a problem. Errc::Config when there is no index.html, Errc::Io when a file
/// or folder cannot be read.
Result<void> add_files(Router& router, const std::filesystem::path& directory);

}  // namespace kanpan::api::rest
