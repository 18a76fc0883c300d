#include "kanpan/market/spelling.hpp"

namespace kanpan::market {
namespace {

constexpr std::string_view kNoBreakSpace = "\xC2\xA0";
constexpr std::string_view kIdeographicSpace = "\xE3\x80\x80";

/// U+FF01–U+FF5E are EF BC 81 – EF BD 9E in UTF-8, in the order of ASCII from '!'.
char ascii_of(std::string_view text) {
  if (text.size() < 3 || text[0] != '\xEF') return 0;
  const auto row = static_cast<unsigned char>(text[1]), cell = static_cast<unsigned char>(text[2]);
  if (row == 0xBC && cell >= 0x81 && cell <= 0xBF) return static_cast<char>('!' + cell - 0x81);
  if (row == 0xBD && cell >= 0x80 && cell <= 0x9E) return static_cast<char>('`' + cell - 0x80);
  return 0;
}

/// Bytes of the white space that the text begins with, 0 when it does not.
std::size_t space_at(std::string_view text) {
  if (text[0] == ' ' || (text[0] >= '\t' && text[0] <= '\r')) return 1;
  if (text.starts_with(kNoBreakSpace)) return kNoBreakSpace.size();
  return text.starts_with(kIdeographicSpace) ? kIdeographicSpace.size() : 0;
}

}  // namespace

std::string folded(std::string_view text) {
  std::string out;
  bool space = false;
  while (!text.empty()) {
    if (const auto bytes = space_at(text)) {
      space = true;
      text.remove_prefix(bytes);
      continue;
    }
    if (space && !out.empty()) out += ' ';
    space = false;
    const char ascii = ascii_of(text);
    out += ascii ? ascii : text[0];
    text.remove_prefix(ascii ? 3 : 1);
  }
  return out;
}

}  // namespace kanpan::market
