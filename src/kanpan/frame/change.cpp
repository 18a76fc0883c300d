#include "kanpan/frame/change.hpp"

#include <array>

namespace kanpan::frame {

std::string_view name(Mode mode) {
  constexpr std::array<std::string_view, 4> kNames{"upsert", "merge", "replace", "delete"};
  return kNames.at(static_cast<std::size_t>(mode));
}

}  // namespace kanpan::frame
