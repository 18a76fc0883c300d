// The route table: what is served, with which parameters. Routing, strict validation and
// /openapi.json come from it.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "kanpan/base/date.hpp"
#include "kanpan/base/error.hpp"
#include "kanpan/net/http_message.hpp"
#include "kanpan/net/problem.hpp"
#include "kanpan/net/routes.hpp"

namespace kanpan::api {

enum class ParameterType {
  Text,
  Flag,     ///< present, or true, false, 1, 0
  Integer,  ///< within least and most
  Day,      ///< 20240628 or 2024-06-28
  Code,     ///< one security code in any spelling; handed over as 600000.SH
  Codes,    ///< the same, comma separated
  Choice,   ///< one of `choices`
  Words,    ///< comma separated, none empty
  Filter,   ///< name[column]=…, any number of them; read by the handler
};

struct Parameter {
  std::string name;
  ParameterType type = ParameterType::Text;
  std::string doc;
  std::vector<std::string> choices{};
  std::int64_t least = 0, most = INT64_MAX;
  bool required = false;
};

/// A request whose parameters are known and well formed.
class Call {
 public:
  using Value = std::variant<std::string, std::int64_t, bool, Date, std::vector<std::string>>;

  explicit Call(const net::Request& request) : request(request) {}

  const net::Request& request;
  bool has(std::string_view name) const { return values_.find(name) != values_.end(); }
  /// Text, Code, Choice; "" when absent.
  std::string text(std::string_view name) const { return get<std::string>(name).value_or(""); }
  std::optional<std::int64_t> integer(std::string_view name) const {
    return get<std::int64_t>(name);
  }
  bool flag(std::string_view name) const { return get<bool>(name).value_or(false); }
  std::optional<Date> day(std::string_view name) const { return get<Date>(name); }
  /// Codes, Words.
  std::vector<std::string> words(std::string_view name) const {
    return get<std::vector<std::string>>(name).value_or(std::vector<std::string>{});
  }
  /// (column, text) of every name[column]=text.
  const net::Parameters& filters() const { return filters_; }

  /// Every parameter but those `without`, as one text: the same for two spellings of a question
  /// (20240628 and 2024-06-28, another order of parameters).
  std::string canonical(std::initializer_list<std::string_view> without) const;

  void set(std::string name, Value value) { values_.insert_or_assign(std::move(name), value); }
  void add_filter(std::string column, std::string text) {
    filters_.emplace_back(std::move(column), std::move(text));
  }

 private:
  template <typename T>
  std::optional<T> get(std::string_view name) const {
    const auto at = values_.find(name);
    if (at == values_.end()) return std::nullopt;
    return std::get<T>(at->second);
  }
  std::map<std::string, Value, std::less<>> values_;
  net::Parameters filters_;
};

/// What a handler refuses: an Error, or a Problem that names fields.
struct Refusal : net::Problem {
  Refusal() = default;
  Refusal(const Error& error) : net::Problem(net::problem_of(error)) {}
  Refusal(net::Problem problem) : net::Problem(std::move(problem)) {}
};
/// A wrong value of one parameter: 400 with one entry in errors[].
Refusal wrong_parameter(std::string field, std::string value, std::string reason,
                        std::string did_you_mean = "");

using Answer = boost::system::result<net::Response, Refusal>;
[[noreturn]] void throw_exception_from_error(const Refusal& refusal, const boost::source_location&);

struct Endpoint {
  std::string method;
  std::string pattern;  ///< as net::Routes reads it
  std::string summary;
  std::vector<Parameter> parameters;  ///< of the query and, by name, of the path
  std::function<Answer(const Call&)> handler;
  bool on_io_thread = false;  ///< answers from memory, never waits
  bool strict = true;         ///< false: the query is the handler's business
  bool documented = true;     ///< in /openapi.json
  std::vector<std::string> produces{"application/json"};
};

/// Built once, then only read.
class Router {
 public:
  void add(Endpoint endpoint);
  /// Serves what was added, with /openapi.json, /docs and /docs/errors.
  net::Dispatch dispatch(const std::string& version);
  std::string openapi(std::string_view version) const;
  /// The routes as an HTML page, Chinese and English.
  std::string docs() const;

 private:
  std::vector<std::shared_ptr<const Endpoint>> endpoints_;
};

/// Every problem code as an HTML page; each is the anchor that `type` of a problem points to.
std::string problem_codes_page();

/// Checks every parameter; all that is wrong is said at once.
boost::system::result<Call, Refusal> read_call(const Endpoint& endpoint,
                                               const net::Request& request);

}  // namespace kanpan::api
