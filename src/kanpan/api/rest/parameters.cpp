#include "kanpan/api/rest/parameters.hpp"

#include "kanpan/base/suggest.hpp"
#include "kanpan/query/spelling.hpp"

namespace kanpan::api::rest {
namespace {

Refusal refused(const Call& call, const char* parameter, const Error& error,
                std::string did_you_mean = "") {
  Refusal refusal(error);
  refusal.errors.push_back(
      {parameter, call.text(parameter), error.message, std::move(did_you_mean)});
  return refusal;
}

}  // namespace

Parameter units_parameter() {
  Parameter parameter{"units", ParameterType::Choice,
                      "normal or kanpan: 元, 股, %; source or tushare: 手, 千元, 万元"};
  for (const auto& [word, units] : query::kUnitWords) parameter.choices.emplace_back(word);
  return parameter;
}

query::Units units_of(const Call& call) {
  if (!call.has("units")) return query::Units::Normal;
  return query::parse_units(call.text("units")).value();  // one of the choices
}

Parameter as_of_parameter() {
  return {"as_of", ParameterType::Text, "as it was: commit, day or RFC 3339 time"};
}

boost::system::result<std::optional<store::Sequence>, Refusal> as_of(const query::Query& query,
                                                                     const Call& call) {
  if (!call.has("as_of")) return std::optional<store::Sequence>{};
  const auto seq = query.as_of(call.text("as_of"));
  if (!seq) return refused(call, "as_of", seq.error());
  return std::optional(*seq);
}

boost::system::result<const catalog::TableSpec*, Refusal> table_of(const query::Query& query,
                                                                   const Call& call) {
  const auto table = query.catalog().find(call.text("name"));
  if (!table)
    return refused(call, "name", table.error(),
                   nearest(call.text("name"), query.catalog().names()));
  return *table;
}

}  // namespace kanpan::api::rest
