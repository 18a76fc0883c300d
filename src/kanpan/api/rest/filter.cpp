#include "kanpan/api/rest/filter.hpp"

#include <algorithm>
#include <array>

#include <boost/algorithm/string/classification.hpp>
#include <boost/algorithm/string/split.hpp>
#include <fmt/format.h>

#include "kanpan/base/suggest.hpp"
#include "kanpan/query/filter.hpp"

namespace kanpan::api::rest {
namespace {

using store::Op;

struct Spelling {
  std::string_view text;
  Op op;
};
constexpr std::array kSpellings{Spelling{"eq", Op::Eq},  Spelling{"ne", Op::Ne},
                                Spelling{"neq", Op::Ne}, Spelling{"lt", Op::Lt},
                                Spelling{"le", Op::Le},  Spelling{"lte", Op::Le},
                                Spelling{"gt", Op::Gt},  Spelling{"ge", Op::Ge},
                                Spelling{"gte", Op::Ge}, Spelling{"in", Op::In}};

Refusal wrong_operator(const std::string& field, const std::string& text) {
  std::vector<std::string> names;
  for (const Spelling& spelling : kSpellings) names.emplace_back(spelling.text);
  return wrong_parameter(field, text,
                         "needs an operator: eq, ne, lt, le, gt, ge, in.(a,b), is.null, not.null",
                         nearest(text.substr(0, text.find('.')), names));
}

}  // namespace

boost::system::result<store::Filter, Refusal> read_filter(const catalog::ColumnSpec& column,
                                                          const std::string& text,
                                                          query::Units units) {
  const std::string field = "filter[" + column.name + "]";
  if (text == "is.null") return store::Filter{column.name, Op::IsNull, {}};
  if (text == "not.null" || text == "not.is.null")
    return store::Filter{column.name, Op::NotNull, {}};
  const auto dot = text.find('.');
  const auto spelling = std::ranges::find(kSpellings, text.substr(0, dot), &Spelling::text);
  if (dot == std::string::npos || spelling == kSpellings.end()) return wrong_operator(field, text);
  std::string rest = text.substr(dot + 1);
  std::vector<std::string> words{rest};
  if (spelling->op == Op::In) {
    if (!rest.starts_with('(') || !rest.ends_with(')') || rest.size() < 3)
      return wrong_parameter(field, text, "write in.(a,b,c)");
    rest = rest.substr(1, rest.size() - 2);
    boost::algorithm::split(words, rest, boost::is_any_of(","));
  }
  store::Filter filter{column.name, spelling->op, {}};
  for (const std::string& word : words) {
    auto value = query::parse_value(column, word, units);
    if (!value) return wrong_parameter(field, text, value.error().message);
    filter.values.push_back(*std::move(value));
  }
  return filter;
}

}  // namespace kanpan::api::rest
