#include "kanpan/frame/json_cell.hpp"

#include "kanpan/frame/cell.hpp"

namespace kanpan::frame {
namespace {

constexpr std::size_t kExcerpt = 80;

std::string excerpt(std::string_view raw) { return std::string(raw.substr(0, kExcerpt)); }

/// A scalar's token reaches to the next one: without the white space between.
std::string_view trimmed(std::string_view token) {
  const std::size_t last = token.find_last_not_of(" \t\r\n");
  return token.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

}  // namespace

std::optional<std::string> push_json(Column& column, simdjson::ondemand::value value) {
  const std::string_view token = value.raw_json_token();
  switch (token.front()) {
    case '"': {
      const std::string_view text = value.get_string();
      if (text.empty() && column.type() != Type::Text) return column.push_null(), std::nullopt;
      return push_text(column, text) ? std::nullopt : std::optional(excerpt(text));
    }
    case 'n':
      if (trimmed(token) == "null") return column.push_null(), std::nullopt;
      break;
    case 't':
    case 'f':
      if (column.type() == Type::Text && !value.get_bool().error())
        return column.push(trimmed(token)), std::nullopt;
      break;
    case '[':
    case '{':
      break;
    default:  // a number, if anything; simdjson knows what JSON takes for one
      if (double number = 0; !value.get_double().get(number)) {
        if (column.type() == Type::Real) return column.push(number), std::nullopt;
        return push_text(column, trimmed(token)) ? std::nullopt
                                                 : std::optional(excerpt(trimmed(token)));
      }
  }
  column.push_null();
  return excerpt(trimmed(token));
}

}  // namespace kanpan::frame
