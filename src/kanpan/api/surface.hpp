// Everything that is served over HTTP, put together.
#pragma once

#include <filesystem>

#include "kanpan/api/context.hpp"
#include "kanpan/base/error.hpp"
#include "kanpan/net/http_message.hpp"

namespace kanpan::api {

/// The dispatch of all routes. `context` must outlive it. `dashboard` is the directory of the built
/// page, or empty for none; Errc::Config when it holds no page.
Result<net::Dispatch> make_surface(const Context& context, const std::filesystem::path& dashboard);

}  // namespace kanpan::api
