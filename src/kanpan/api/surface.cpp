#include "kanpan/api/surface.hpp"

#include "kanpan/api/rest/routes.hpp"
#include "kanpan/api/router.hpp"
#include "kanpan/api/tushare/endpoint.hpp"

namespace kanpan::api {

Result<net::Dispatch> make_surface(const Context& context, const std::filesystem::path& dashboard) {
  context.metrics
      .gauge("kanpan_build_info", "Version of the program, always 1",
             {{"version", context.about.version}})
      .Set(1);
  context.metrics.add_reader(metrics::read_process);
  Router router;
  rest::add_health(router, context);
  rest::add_meta(router, context);
  rest::add_tables(router, context);
  rest::add_rows(router, context);
  rest::add_bars(router, context);
  rest::add_search(router, context);
  rest::add_status(router, context);
  tushare::add_endpoint(router, context);
  if (!dashboard.empty()) KANPAN_TRY(rest::add_files(router, dashboard));
  return router.dispatch(context.about.version);
}

}  // namespace kanpan::api
