// SHA-256, for content hashes and the journal's chain.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace kanpan {

using Sha256 = std::array<std::uint8_t, 32>;

/// Hash of the parts one after another.
Sha256 sha256(std::initializer_list<std::string_view> parts);
std::string hex(const Sha256& hash);
inline std::string_view bytes(const Sha256& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

}  // namespace kanpan
