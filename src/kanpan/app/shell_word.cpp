#include "kanpan/app/shell_word.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace kanpan::app {

std::string shell_word(const std::string& text) {
  constexpr std::string_view kPlain = "-_./+,:@%";
  const auto is_plain = [&](unsigned char c) {
    return std::isalnum(c) || c >= 0x80 || kPlain.find(static_cast<char>(c)) != kPlain.npos;
  };
  if (!text.empty() && std::ranges::all_of(text, is_plain)) return text;
  std::string out = "'";
  for (const char c : text) c == '\'' ? void(out += "'\\''") : void(out += c);
  return out + "'";
}

}  // namespace kanpan::app
