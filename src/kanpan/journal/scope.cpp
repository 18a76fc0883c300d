#include "kanpan/journal/scope.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

namespace kanpan::journal {
namespace {

namespace json = boost::json;

/// Calls `set` with the text of member `key` when it is there; false when that is not a text.
template <typename Set>
bool text_member(const json::object& object, std::string_view key, const Set& set) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr) return true;
  const json::string* text = value->if_string();
  return text != nullptr && set(std::string_view(*text));
}

bool codes_member(const json::object& object, std::vector<std::string>& codes) {
  const json::value* value = object.if_contains("codes");
  if (value == nullptr) return true;
  const json::array* list = value->if_array();
  if (list == nullptr) return false;
  for (const json::value& code : *list) {
    if (!code.is_string()) return false;
    codes.emplace_back(code.get_string());
  }
  return true;
}

bool fill(const json::object& object, Scope& scope) {
  DateRange time;
  const auto to_date = [](Date& out) {
    return [&out](std::string_view text) { return parse_date(text, out); };
  };
  if (object.contains("first") != object.contains("last")) return false;
  if (object.contains("first")) {
    if (!text_member(object, "first", to_date(time.first)) ||
        !text_member(object, "last", to_date(time.last)))
      return false;
    scope.time = time;
  }
  return codes_member(object, scope.codes);
}

}  // namespace

std::string to_json(const Scope& scope) {
  json::object object;
  if (scope.time) {
    object["first"] = scope.time->first.iso();
    object["last"] = scope.time->last.iso();
  }
  if (!scope.codes.empty()) object["codes"] = json::array(scope.codes.begin(), scope.codes.end());
  return object.empty() ? "" : json::serialize(object);
}

Result<Scope> parse_scope(std::string_view text) {
  Scope scope;
  if (text.empty()) return scope;
  boost::system::error_code error;
  const json::value value = json::parse(text, error);
  if (error || !value.is_object() || !fill(value.get_object(), scope))
    return Error{Errc::Corrupt, fmt::format("'{}' is not the scope of a commit", text), ""};
  return scope;
}

}  // namespace kanpan::journal
