#include "kanpan/catalog/table_spec.hpp"

#include <array>

#include "kanpan/market/code.hpp"

namespace kanpan::catalog {
namespace {

template <std::size_t N, typename Enum>
constexpr std::string_view pick(const std::array<std::string_view, N>& names, Enum value) {
  return names[static_cast<std::size_t>(value)];
}

}  // namespace

std::string_view name(ParameterKind kind) {
  constexpr std::array<std::string_view, 9> kNames{
      "equal", "from", "to", "code_suffix", "board", "newest", "limit", "offset", "ignored"};
  return pick(kNames, kind);
}

std::string_view name(WalkKind kind) {
  constexpr std::array<std::string_view, 6> kNames{"whole",  "date",   "code",
                                                   "period", "window", "announcement"};
  return pick(kNames, kind);
}

std::string_view name(UpdateMode mode) {
  constexpr std::array<std::string_view, 4> kNames{"full", "incremental", "merge", "realtime"};
  return pick(kNames, mode);
}

std::string_view name(Conflict conflict) {
  constexpr std::array<std::string_view, 2> kNames{"replace", "merge"};
  return pick(kNames, conflict);
}

std::string_view name(Expect expect) {
  constexpr std::array<std::string_view, 5> kNames{"unknown", "listed_codes", "listed_all",
                                                   "every_day", "splits"};
  return pick(kNames, expect);
}

std::string_view name(CodeForm form) {
  constexpr std::array<std::string_view, 2> kNames{"any", "share"};
  return pick(kNames, form);
}

std::string_view name(Days days) {
  constexpr std::array<std::string_view, 5> kNames{"trading", "week_end", "month_end",
                                                   "quarter_end", "calendar"};
  return pick(kNames, days);
}

std::string_view name(Nulls nulls) {
  constexpr std::array<std::string_view, 3> kNames{"any", "all or none", "never"};
  return pick(kNames, nulls);
}

std::string_view name(Relation relation) {
  constexpr std::array<std::string_view, 13> kNames{
      "ohlc",    "price_between", "change",   "pct_chg",      "sum",       "balance", "equal",
      "product", "products",      "positive", "not_negative", "ascending", "range"};
  return pick(kNames, relation);
}

const ColumnSpec* TableSpec::column(std::string_view name) const {
  for (const ColumnSpec& column : columns)
    if (column.name == name) return &column;
  return nullptr;
}

bool TableSpec::takes_code(std::string_view code) const {
  return code_form == CodeForm::Share ? market::is_share_code(code) : market::is_code(code);
}

std::vector<frame::Field> TableSpec::fields() const {
  std::vector<frame::Field> fields;
  fields.reserve(columns.size());
  for (const ColumnSpec& column : columns) fields.push_back({column.name, column.type});
  return fields;
}

}  // namespace kanpan::catalog
