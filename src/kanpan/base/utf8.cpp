#include "kanpan/base/utf8.hpp"

namespace kanpan {
namespace {

/// What a first byte beyond ASCII asks for: how many bytes in all (0: it is none of UTF-8) and the
/// bounds of the second.
struct Lead {
  std::size_t size;
  unsigned char low = 0x80, high = 0xbf;
};

/// The bounds leave out forms that are too long, halves of surrogate pairs and what is beyond
/// U+10FFFF.
Lead lead_of(unsigned char byte) {
  if (byte < 0xc2) return {0};
  if (byte < 0xe0) return {2};
  if (byte == 0xe0) return {3, 0xa0, 0xbf};
  if (byte == 0xed) return {3, 0x80, 0x9f};
  if (byte < 0xf0) return {3};
  if (byte == 0xf0) return {4, 0x90, 0xbf};
  if (byte < 0xf4) return {4};
  if (byte == 0xf4) return {4, 0x80, 0x8f};
  return {0};
}

}  // namespace

bool is_utf8(std::string_view text) noexcept {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  for (std::size_t i = 0; i < text.size();) {
    if (at(i) < 0x80) {  // what nearly all is
      ++i;
      continue;
    }
    const Lead lead = lead_of(at(i));
    if (lead.size == 0 || lead.size > text.size() - i) return false;
    if (at(i + 1) < lead.low || at(i + 1) > lead.high) return false;
    for (std::size_t next = 2; next < lead.size; ++next)
      if (at(i + next) < 0x80 || at(i + next) > 0xbf) return false;
    i += lead.size;
  }
  return true;
}

}  // namespace kanpan
