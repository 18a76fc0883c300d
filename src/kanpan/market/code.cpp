#include "kanpan/market/code.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include <fmt/format.h>

namespace kanpan::market {
namespace {

constexpr std::size_t kShareDigits = 6;

bool all_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return out;
}

/// SH, SZ or BJ for an exchange as other vendors spell it, else "".
std::string_view exchange_of(std::string_view word) {
  struct Alias {
    std::string_view word, exchange;
  };
  static constexpr std::array kAliases{
      Alias{"SH", "SH"}, Alias{"SZ", "SZ"},  Alias{"BJ", "BJ"},   Alias{"XSHG", "SH"},
      Alias{"SS", "SH"}, Alias{"SSE", "SH"}, Alias{"XSHE", "SZ"}, Alias{"SZSE", "SZ"},
      Alias{"1", "SH"},  Alias{"0", "SZ"},   Alias{"XBSE", "BJ"}, Alias{"BSE", "BJ"}};
  for (const Alias& alias : kAliases)
    if (alias.word == word) return alias.exchange;
  return {};
}

std::string_view exchange_of_share(std::string_view digits) {
  struct Prefix {
    std::string_view digits, exchange;
  };
  static constexpr std::array kPrefixes{Prefix{"60", "SH"}, Prefix{"68", "SH"}, Prefix{"90", "SH"},
                                        Prefix{"00", "SZ"}, Prefix{"20", "SZ"}, Prefix{"30", "SZ"},
                                        Prefix{"43", "BJ"}, Prefix{"83", "BJ"}, Prefix{"87", "BJ"},
                                        Prefix{"92", "BJ"}};
  for (const Prefix& prefix : kPrefixes)
    if (digits.starts_with(prefix.digits)) return prefix.exchange;
  return {};
}

/// Whether a number of six digits can be one of that exchange. B shares of Shanghai (900901)
/// Tushare itself writes with .BJ too (stk_limit), and numbers from 201 on are no shares.
bool can_be_of(std::string_view digits, std::string_view exchange) {
  const auto own = exchange_of_share(digits);
  const bool either =
      digits.starts_with("90") || (digits.starts_with("20") && !digits.starts_with("200"));
  return own.empty() || own == exchange || either;
}

Error refuse(std::string_view text) {
  return {Errc::Usage, fmt::format("'{}' is not a security code", text),
          "write it as 600000.SH, 000001.SZ or 920819.BJ"};
}

std::string joined(std::string_view digits, std::string_view exchange) {
  return fmt::format("{}.{}", digits, exchange);
}

}  // namespace

bool is_code(std::string_view text) {
  const auto dot = text.find('.');
  if (dot == std::string_view::npos || dot == 0 || dot > 12) return false;
  const auto head = text.substr(0, dot), tail = text.substr(dot + 1);
  return tail.size() >= 2 && tail.size() <= 4 &&
         std::ranges::all_of(head, [](unsigned char c) { return std::isalnum(c); }) &&
         std::ranges::all_of(tail, [](char c) { return c >= 'A' && c <= 'Z'; });
}

bool is_share_code(std::string_view text) {
  constexpr std::size_t kSuffix = 3;  // ".SH"
  if (text.size() < kShareDigits + kSuffix) return false;
  const auto head = text.substr(0, text.size() - kSuffix), tail = text.substr(head.size());
  if (tail != ".SH" && tail != ".SZ" && tail != ".BJ") return false;
  if (all_digits(head)) return head.size() == kShareDigits && can_be_of(head, tail.substr(1));
  if (head.starts_with("TS") || head.starts_with('A'))
    return head.size() == kShareDigits && all_digits(head.substr(head[0] == 'A' ? 1 : 2));
  return head.starts_with('T') && head.size() <= kShareDigits + 1 && all_digits(head.substr(1));
}

std::string_view suffix(std::string_view code) {
  const auto dot = code.find('.');
  return dot == std::string_view::npos ? std::string_view{} : code.substr(dot + 1);
}

Result<std::string> parse_code(std::string_view text) {
  const std::string word = upper(text);
  const std::string_view view = word;
  if (const auto dot = view.find('.'); dot != std::string_view::npos) {
    const auto head = view.substr(0, dot), tail = view.substr(dot + 1);
    if (const auto exchange = exchange_of(tail);
        !exchange.empty() && all_digits(head) && tail.size() > 1) {
      if (head.size() == kShareDigits) return joined(head, exchange);
      return refuse(text);
    }
    if (const auto exchange = exchange_of(head);
        !exchange.empty() && all_digits(tail) && tail.size() == kShareDigits)
      return joined(tail, exchange);
    if (is_code(view)) return word;
  } else if (view.size() == 2 + kShareDigits && all_digits(view.substr(2)) &&
             exchange_of(view.substr(0, 2)).size() == 2) {
    return joined(view.substr(2), exchange_of(view.substr(0, 2)));
  } else if (view.size() == kShareDigits && all_digits(view)) {
    if (const auto exchange = exchange_of_share(view); !exchange.empty())
      return joined(view, exchange);
  }
  return refuse(text);
}

}  // namespace kanpan::market
