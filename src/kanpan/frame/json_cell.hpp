// One JSON value into a column. For the readers of this module only: it shows simdjson.
#pragma once

#include <optional>
#include <string>

#include <simdjson.h>

#include "kanpan/frame/batch.hpp"

namespace kanpan::frame {

/// Appends the value as the column's type, as parse_page() documents it. Where it is unreadable, a
/// null is appended and its first bytes are given. Throws simdjson::simdjson_error where the
/// document is no JSON.
std::optional<std::string> push_json(Column& column, simdjson::ondemand::value value);

}  // namespace kanpan::frame
