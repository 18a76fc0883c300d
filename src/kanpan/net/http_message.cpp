#include "kanpan/net/http_message.hpp"

#include <algorithm>

#include <boost/algorithm/string/predicate.hpp>
#include <fmt/format.h>

#include "kanpan/base/utf8.hpp"

namespace kanpan::net {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

Result<std::string> unescape(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      out += ' ';
    } else if (text[i] == '%') {
      const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
      const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
      if (low < 0)
        return Error{Errc::Usage,
                     fmt::format("broken escape '{}' in the address", text.substr(i, 3)),
                     "write % as %25"};
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += text[i];
    }
  }
  if (!is_utf8(out))
    return Error{Errc::Usage, fmt::format("'{}' in the address is not UTF-8", text),
                 "escape the bytes of its UTF-8"};
  return out;
}

/// `http://host:80/path` as proxies send it becomes `/path`.
std::string_view without_authority(std::string_view target) {
  const auto scheme = target.find("://");
  if (scheme == std::string_view::npos || target.starts_with('/')) return target;
  const auto path = target.find('/', scheme + 3);
  return path == std::string_view::npos ? "/" : target.substr(path);
}

}  // namespace

void Headers::add(std::string name, std::string value) {
  lines_.emplace_back(std::move(name), std::move(value));
}

void Headers::set(std::string name, std::string value) {
  std::erase_if(lines_, [&](const auto& line) { return boost::iequals(line.first, name); });
  add(std::move(name), std::move(value));
}

std::string_view Headers::get(std::string_view name) const {
  for (const auto& [key, value] : lines_)
    if (boost::iequals(key, name)) return value;
  return {};
}

bool Headers::has(std::string_view name) const {
  return std::ranges::any_of(lines_,
                             [&](const auto& line) { return boost::iequals(line.first, name); });
}

Result<Target> parse_target(std::string_view target) {
  target = without_authority(target);
  target = target.substr(0, target.find('#'));
  if (!target.starts_with('/'))
    return Error{Errc::Usage, fmt::format("address '{}' does not start with /", target), ""};
  const auto mark = target.find('?');
  KANPAN_LET(std::string path, unescape(target.substr(0, mark), false));
  Target out{std::move(path), {}};
  std::string_view rest = mark == std::string_view::npos ? "" : target.substr(mark + 1);
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    KANPAN_LET(std::string name, unescape(pair.substr(0, equals), true));
    KANPAN_LET(std::string value,
               unescape(equals == std::string_view::npos ? "" : pair.substr(equals + 1), true));
    out.query.emplace_back(std::move(name), std::move(value));
  }
  return out;
}

const std::string* Request::parameter(std::string_view name) const {
  for (const auto& [key, value] : query)
    if (key == name) return &value;
  return nullptr;
}

std::string_view Request::capture(std::string_view name) const {
  for (const auto& [key, value] : captures)
    if (key == name) return value;
  return {};
}

Response reply(int status, std::string content_type, Body body) {
  Response response;
  response.status = status;
  response.headers.add("Content-Type", std::move(content_type));
  response.body = std::move(body);
  return response;
}

}  // namespace kanpan::net
