// What the gate cannot see: kinds of bent pages that nothing on the page or before it tells from
// true ones.
#pragma once

#include <cstddef>
#include <string_view>

#include "kanpan/catalog/table_spec.hpp"
#include "page.hpp"

namespace kanpan::mutation {

/// Why a row bent like this cannot be told from a true one, or nullptr where it must be. To see
/// these takes a second source or a rule that nobody has measured.
const char* gap(const Sample& sample, const catalog::ColumnSpec& column, std::size_t c,
                std::string_view kind);

}  // namespace kanpan::mutation
