// Strict reading of a request's parameters.
#include <algorithm>
#include <charconv>
#include <set>

#include <boost/algorithm/string/classification.hpp>
#include <boost/algorithm/string/split.hpp>
#include <fmt/format.h>

#include "kanpan/api/router.hpp"
#include "kanpan/base/suggest.hpp"
#include "kanpan/market/code.hpp"

namespace kanpan::api {
namespace {

using Read = Result<Call::Value>;

Error wrong(std::string message, std::string near = "") {
  return {Errc::Usage, std::move(message), std::move(near)};
}

Read read_integer(const Parameter& parameter, const std::string& text) {
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end) return wrong("is not a whole number");
  if (value < parameter.least || value > parameter.most)
    return wrong(parameter.most == INT64_MAX
                     ? fmt::format("is less than {}", parameter.least)
                     : fmt::format("is not within {} and {}", parameter.least, parameter.most));
  return Call::Value(value);
}

Read read_choice(const Parameter& parameter, const std::string& text) {
  if (std::ranges::find(parameter.choices, text) != parameter.choices.end())
    return Call::Value(text);
  return wrong(fmt::format("is none of {}", fmt::join(parameter.choices, ", ")),
               nearest(text, parameter.choices));
}

Result<std::vector<std::string>> split_words(const std::string& text) {
  std::vector<std::string> words;
  boost::algorithm::split(words, text, boost::is_any_of(","));
  if (std::ranges::any_of(words, [](const auto& word) { return word.empty(); }))
    return wrong("has an empty part; write a,b,c");
  return words;
}

Read read_codes(const std::string& text) {
  KANPAN_LET(auto words, split_words(text));
  for (std::string& word : words) {
    KANPAN_LET(word, market::parse_code(word));
  }
  return Call::Value(std::move(words));
}

Read read_flag(const std::string& text) {
  if (text.empty() || text == "true" || text == "1") return Call::Value(true);
  if (text == "false" || text == "0") return Call::Value(false);
  return wrong("is neither true nor false");
}

Read read_value(const Parameter& parameter, const std::string& text) {
  if (text.empty() && parameter.type != ParameterType::Flag) return wrong("is empty");
  switch (parameter.type) {
    case ParameterType::Text:
    case ParameterType::Filter:
      return Call::Value(text);
    case ParameterType::Flag:
      return read_flag(text);
    case ParameterType::Integer:
      return read_integer(parameter, text);
    case ParameterType::Choice:
      return read_choice(parameter, text);
    case ParameterType::Codes:
      return read_codes(text);
    case ParameterType::Day: {
      KANPAN_LET(const Date day, parse_date(text));
      return Call::Value(day);
    }
    case ParameterType::Code: {
      KANPAN_LET(std::string code, market::parse_code(text));
      return Call::Value(std::move(code));
    }
    case ParameterType::Words: {
      KANPAN_LET(auto words, split_words(text));
      return Call::Value(std::move(words));
    }
  }
  return wrong("cannot be read");
}

/// `filter[close]` as ("filter", "close"); the second is empty for a plain name.
std::pair<std::string, std::string> take_apart(const std::string& name) {
  const auto bracket = name.find('[');
  if (bracket == std::string::npos || !name.ends_with(']')) return {name, ""};
  return {name.substr(0, bracket), name.substr(bracket + 1, name.size() - bracket - 2)};
}

std::string text_of(const std::string& text) { return text; }
std::string text_of(std::int64_t number) { return std::to_string(number); }
std::string text_of(bool flag) { return flag ? "true" : "false"; }
std::string text_of(Date day) { return day.iso(); }
std::string text_of(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, ","));
}

class Reader {
 public:
  Reader(const Endpoint& endpoint, const net::Request& request)
      : endpoint_(endpoint), call_(request) {}

  boost::system::result<Call, Refusal> read() {
    for (const auto& [name, value] : call_.request.captures) take(name, value);
    if (endpoint_.strict)
      for (const auto& [name, value] : call_.request.query) take(name, value);
    for (const Parameter& parameter : endpoint_.parameters)
      if (parameter.required && !call_.has(parameter.name))
        complain(parameter.name, "", "is required: " + parameter.doc, "");
    if (errors_.empty()) return std::move(call_);
    return Refusal(problem());
  }

 private:
  void take(const std::string& name, const std::string& text) {
    const auto [base, column] = take_apart(name);
    const auto at = std::ranges::find(endpoint_.parameters, base, &Parameter::name);
    if (at == endpoint_.parameters.end()) return unknown(name, text);
    if ((at->type == ParameterType::Filter) == column.empty())
      return complain(
          name, text,
          column.empty() ? "needs a column: " + base + "[column]=op.value" : "takes no column",
          base);
    if (at->type == ParameterType::Filter) return call_.add_filter(column, text);
    if (!seen_.insert(name).second) return complain(name, text, "is given more than once", "");
    auto value = read_value(*at, text);
    if (value) return call_.set(name, *std::move(value));
    const Error& error = value.error();
    complain(name, text, error.message, at->type == ParameterType::Choice ? error.hint : "");
  }

  void unknown(const std::string& name, const std::string& text) {
    if (!endpoint_.strict) return;
    std::vector<std::string> names;
    for (const Parameter& parameter : endpoint_.parameters) names.push_back(parameter.name);
    complain(name, text, "unknown parameter", nearest(name, names));
  }

  void complain(std::string field, std::string value, std::string reason, std::string near) {
    errors_.push_back({std::move(field), std::move(value), std::move(reason), std::move(near)});
  }

  net::Problem problem() const {
    std::vector<std::string> sentences;
    for (const net::FieldError& e : errors_) {
      std::string sentence = e.reason == "unknown parameter"
                                 ? fmt::format("unknown parameter '{}'", e.field)
                                 : fmt::format("parameter '{}': {}", e.field, e.reason);
      if (!e.value.empty() && e.reason != "unknown parameter")
        sentence += fmt::format(", found '{}'", e.value);
      if (!e.did_you_mean.empty()) sentence += fmt::format(": did you mean '{}'?", e.did_you_mean);
      sentences.push_back(std::move(sentence));
    }
    return {400, "usage", fmt::format("{}", fmt::join(sentences, "; ")),
            "GET /docs lists the parameters of every route", errors_};
  }

  const Endpoint& endpoint_;
  Call call_;
  std::set<std::string> seen_;
  std::vector<net::FieldError> errors_;
};

}  // namespace

std::string Call::canonical(std::initializer_list<std::string_view> without) const {
  std::string text;
  for (const auto& [name, value] : values_)
    if (std::ranges::find(without, name) == without.end())
      text +=
          fmt::format("&{}={}", name, std::visit([](const auto& v) { return text_of(v); }, value));
  net::Parameters filters = filters_;
  std::ranges::sort(filters);
  for (const auto& [column, condition] : filters)
    text += fmt::format("&[{}]={}", column, condition);
  return text;
}

boost::system::result<Call, Refusal> read_call(const Endpoint& endpoint,
                                               const net::Request& request) {
  return Reader(endpoint, request).read();
}

}  // namespace kanpan::api
