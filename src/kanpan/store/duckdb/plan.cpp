#include "kanpan/store/duckdb/plan.hpp"

#include <algorithm>
#include <bit>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kanpan/base/suggest.hpp"

namespace kanpan::store::duckdb {
namespace {

// Up to this many codes the by-code copy is the shorter way; more of them are a scan anyway.
constexpr std::size_t kFewCodes = 64;
// A range of days of at most this length counts as a cross-section.
constexpr int kFewDays = 10;

/// Collects parameters and gives their places: $1, $2, …
class Places {
 public:
  explicit Places(std::vector<Parameter>& parameters) : parameters_(parameters) {}
  std::string operator()(Parameter value) {
    parameters_.push_back(std::move(value));
    return fmt::format("${}", parameters_.size());
  }

 private:
  std::vector<Parameter>& parameters_;
};

std::string_view sql(Op op) {
  switch (op) {
    case Op::Eq:
      return "=";
    case Op::Ne:
      return "<>";
    case Op::Lt:
      return "<";
    case Op::Le:
      return "<=";
    case Op::Gt:
      return ">";
    case Op::Ge:
      return ">=";
    case Op::In:
      return "IN";
    case Op::IsNull:
      return "IS NULL";
    case Op::NotNull:
      return "IS NOT NULL";
  }
  return "=";
}

Result<std::size_t> find_column(const Table& table, std::string_view name) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < table.fields.size(); ++i) {
    if (table.fields[i].name == name) return i;
    names.push_back(table.fields[i].name);
  }
  return Error{Errc::Usage, fmt::format("table {} has no column \"{}\"", table.spec->name, name),
               suggestion(name, names)};
}

bool fits(frame::Type type, const Value& value) {
  switch (type) {
    case frame::Type::Text:
      return std::holds_alternative<std::string>(value);
    case frame::Type::Date:
      return std::holds_alternative<Date>(value);
    case frame::Type::Int:
    case frame::Type::Real:
      return std::holds_alternative<std::int64_t>(value) || std::holds_alternative<double>(value);
  }
  return false;
}

Parameter parameter(const Value& value) {
  return std::visit([](const auto& v) -> Parameter { return v; }, value);
}

Result<std::string> condition(const Table& table, const Filter& filter, Places& place) {
  KANPAN_LET(const std::size_t i, find_column(table, filter.column));
  const std::string column = table.column(i);
  if (filter.op == Op::IsNull || filter.op == Op::NotNull)
    return fmt::format("{} {}", column, sql(filter.op));
  for (const Value& value : filter.values)
    if (!fits(table.fields[i].type, value))
      return Error{Errc::Usage,
                   fmt::format("the filter on {} has a value of another type than {}",
                               filter.column, frame::name(table.fields[i].type)),
                   ""};
  if (filter.op == Op::In) {
    if (filter.values.empty()) return std::string("false");
    std::vector<std::string> places;
    for (const Value& value : filter.values) places.push_back(place(parameter(value)));
    return fmt::format("{} IN ({})", column, fmt::join(places, ", "));
  }
  if (filter.values.size() != 1)
    return Error{Errc::Usage,
                 fmt::format("the filter on {} takes one value, not {}", filter.column,
                             filter.values.size()),
                 ""};
  return fmt::format("{} {} {}", column, sql(filter.op), place(parameter(filter.values[0])));
}

/// One place for one code; a power of two of places for several, the last code repeated, so that
/// the number of shapes stays small; one list for many.
std::string codes_condition(const std::string& column, const std::vector<std::string>& codes,
                            Places& place) {
  if (codes.size() == 1) return fmt::format("{} = {}", column, place(codes[0]));
  if (codes.size() > kFewCodes)
    return fmt::format("{} IN (SELECT unnest({}))", column, place(codes));
  std::vector<std::string> places;
  for (std::size_t i = 0; i < std::bit_ceil(codes.size()); ++i)
    places.push_back(place(codes[std::min(i, codes.size() - 1)]));
  return fmt::format("{} IN ({})", column, fmt::join(places, ", "));
}

Result<std::vector<std::string>> conditions(const Table& table, const Read& read, Places& place) {
  std::vector<std::string> all;
  // Every statement has a parameter, or DuckDB would keep its plan (see Connection).
  if (read.codes.empty() && !read.from && !read.to) all.push_back(place(true));
  if (!read.codes.empty()) {
    if (table.code == kNone)
      return Error{Errc::Usage, fmt::format("table {} has no codes", table.spec->name), ""};
    all.push_back(codes_condition(table.column(table.code), read.codes, place));
  }
  if ((read.from || read.to) && table.time == kNone)
    return Error{Errc::Usage, fmt::format("table {} is undated", table.spec->name),
                 "leave the days out"};
  if (read.from)
    all.push_back(fmt::format("{} >= {}", table.column(table.time), place(*read.from)));
  if (read.to) all.push_back(fmt::format("{} <= {}", table.column(table.time), place(*read.to)));
  for (const Filter& filter : read.filters) {
    KANPAN_LET(std::string text, condition(table, filter, place));
    all.push_back(std::move(text));
  }
  return all;
}

/// The columns asked for, then those that only the order needs.
Result<void> choose_columns(const Table& table, const Read& read, Plan& plan,
                            std::vector<std::size_t>& chosen) {
  for (const std::string& name : read.columns) {
    KANPAN_LET(const std::size_t i, find_column(table, name));
    chosen.push_back(i);
  }
  for (std::size_t i = 0; read.columns.empty() && i < table.fields.size(); ++i) chosen.push_back(i);
  plan.width = chosen.size();
  if (read.any_order) return {};

  std::vector<std::pair<std::size_t, bool>> order;
  for (const Order& by : read.order) {
    KANPAN_LET(const std::size_t i, find_column(table, by.column));
    order.emplace_back(i, by.descending);
  }
  for (std::size_t i : table.key) order.emplace_back(i, false);  // makes equal values definite
  for (const auto& [i, descending] : order) {
    auto found = std::ranges::find(chosen, i);
    if (found == chosen.end()) found = chosen.insert(found, i);
    plan.order.push_back({static_cast<std::size_t>(found - chosen.begin()), descending});
  }
  return {};
}

std::string select(std::string_view columns, const std::string& from,
                   std::vector<std::string> where, std::initializer_list<std::string> more) {
  where.insert(where.end(), more);
  std::string text = fmt::format("SELECT {} FROM {}", columns, from);
  if (!where.empty()) text += fmt::format(" WHERE {}", fmt::join(where, " AND "));
  return text;
}

bool is_cross_section(const Read& read) {
  return read.from && read.to && *read.to - *read.from < kFewDays;
}

}  // namespace

Result<Plan> plan(const Table& table, const Read& read, const Copies& copies) {
  Plan plan;
  Places place(plan.parameters);
  std::vector<std::size_t> chosen;
  KANPAN_TRY(choose_columns(table, read, plan, chosen));
  std::vector<std::string> names;
  for (std::size_t i : chosen) {
    plan.fields.push_back(table.fields[i]);
    names.push_back(table.column(i));
  }
  const std::string columns = fmt::format("{}", fmt::join(names, ", "));
  KANPAN_LET(const std::vector<std::string> where, conditions(table, read, place));

  const bool few_codes = !read.codes.empty() && read.codes.size() <= kFewCodes;
  plan.by_code = (few_codes || read.by_code) && copies.folded > 0;
  plan.needs_still = plan.by_code && copies.is_still;
  plan.is_short = few_codes || is_cross_section(read);

  std::vector<std::string> before;  // versions written up to as_of
  std::string until;
  if (read.as_of) {
    until = place(*read.as_of);
    before.push_back("_seq <= " + until);
  }
  const auto scan = [&](const std::string& from, std::initializer_list<std::string> more) {
    std::vector<std::string> all = where;
    all.insert(all.end(), before.begin(), before.end());
    return select(columns, from, std::move(all), more);
  };
  if (plan.by_code && copies.is_still && !copies.has_tail) {
    plan.source = scan(table.by_code, {});
  } else if (plan.by_code) {
    const std::string fold = place(copies.folded);
    plan.source =
        copies.is_still ? scan(table.by_code, {}) : scan(table.by_code, {"_seq <= " + fold});
    plan.source += " UNION ALL " + scan(table.current, {"_seq > " + fold});
  } else {
    plan.source = scan(table.current, {});
  }
  if (read.as_of) plan.source += " UNION ALL " + scan(table.old, {"_until > " + until});
  return plan;
}

/// A row that was there and is no more, or another one now, has a version that ended since.
Result<Question> changes(const Table& table, const Read& read, Sequence since) {
  Question question;
  Places place(question.parameters);
  KANPAN_LET(const std::vector<std::string> where, conditions(table, read, place));
  const std::string then = place(since);
  question.sql =
      fmt::format("SELECT count(*)::UBIGINT FROM (({} LIMIT 1) UNION ALL ({} LIMIT 1))",
                  select("1", table.current, where, {"_seq > " + then}),
                  select("1", table.old, where, {"_seq <= " + then, "_until > " + then}));
  return question;
}

Question Plan::ordered(const Read& read) const {
  Question question{"SELECT * FROM (" + source + ")", parameters};
  Places place(question.parameters);
  std::vector<std::string> by;
  for (const SortColumn& column : order)
    by.push_back(
        fmt::format("{} {} NULLS LAST", column.column + 1, column.descending ? "DESC" : "ASC"));
  if (!by.empty()) question.sql += fmt::format(" ORDER BY {}", fmt::join(by, ", "));
  if (read.limit) question.sql += " LIMIT " + place(*read.limit) + "::UBIGINT";
  if (read.offset > 0) question.sql += " OFFSET " + place(read.offset) + "::UBIGINT";
  return question;
}

Question Plan::counted() const {
  return {"SELECT count(*)::UBIGINT FROM (" + source + ")", parameters};
}

}  // namespace kanpan::store::duckdb
