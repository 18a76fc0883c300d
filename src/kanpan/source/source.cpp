#include "kanpan/source/source.hpp"

namespace kanpan::source {

std::string Call::text() const {
  std::string out = api + "(";
  for (std::size_t i = 0; i < parameters.size(); ++i)
    out += (i ? ", " : "") + parameters[i].first + "=" + parameters[i].second;
  return out + ")";
}

}  // namespace kanpan::source
