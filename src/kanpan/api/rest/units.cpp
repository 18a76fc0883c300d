#include "kanpan/api/rest/units.hpp"

#include "kanpan/query/spelling.hpp"

namespace kanpan::api::rest {

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

}  // namespace kanpan::api::rest
