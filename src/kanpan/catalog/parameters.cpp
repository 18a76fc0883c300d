#include "kanpan/catalog/parameters.hpp"

#include <algorithm>
#include <array>

namespace kanpan::catalog {
namespace {

/// A parameter that goes by another name than the column that it equals; api "" = any.
struct Alias {
  std::string_view api, parameter, column;
};
constexpr std::array kAliases{
    Alias{"ths_hot", "market", "data_type"},
    Alias{"dc_hot", "market", "data_type"},
    Alias{"limit_list_d", "limit_type", "limit"},
    Alias{"stk_surv", "trade_date", "surv_date"},
    Alias{"", "period", "end_date"},
    Alias{"", "enddate", "end_date"},
};

/// A parameter that is judged by the code and not by a column of its own.
struct Special {
  std::string_view api, parameter;
  ParameterKind kind;
};
constexpr std::array kSpecials{
    Special{"limit_list_d", "exchange", ParameterKind::CodeSuffix},
    Special{"limit_list_ths", "market", ParameterKind::Board},
};

struct Assumption {
  std::string_view api, parameter, value;
};
constexpr std::array kAssumptions{
    Assumption{"stock_basic", "list_status", "L"},
    Assumption{"trade_cal", "exchange", "SSE"},
    Assumption{"kpl_list", "tag", "涨停"},
    Assumption{"income", "report_type", "1"},
    Assumption{"income_vip", "report_type", "1"},
    Assumption{"balancesheet", "report_type", "1"},
    Assumption{"balancesheet_vip", "report_type", "1"},
    Assumption{"cashflow", "report_type", "1"},
    Assumption{"cashflow_vip", "report_type", "1"},
};

const ParameterSpec* parameter_of(const TableSpec& table, std::string_view name) {
  const auto at = std::ranges::find(table.source.parameters, name, &ParameterSpec::name);
  return at == table.source.parameters.end() ? nullptr : &*at;
}

/// The date that start_date and end_date bound.
std::string range_column(const TableSpec& table, std::string_view label) {
  if (label.find("公告") != std::string_view::npos && table.column("ann_date")) return "ann_date";
  if (label.find("报告期") != std::string_view::npos && table.column("end_date")) return "end_date";
  return table.time;
}

std::string column_of(const TableSpec& table, std::string_view parameter) {
  const auto& split = table.source.split;
  if (split && split->parameter == parameter && table.column(split->column)) return split->column;
  for (const Alias& alias : kAliases)
    if ((alias.api.empty() || alias.api == table.source.api) && alias.parameter == parameter &&
        table.column(alias.column))
      return std::string(alias.column);
  return table.column(parameter) ? std::string(parameter) : "";
}

}  // namespace

Meaning meaning(const TableSpec& table, std::string_view name) {
  if (name == "limit") return {ParameterKind::Limit, ""};
  if (name == "offset") return {ParameterKind::Offset, ""};
  if (!table.code.empty() && name == table.code) return {ParameterKind::Equal, table.code};
  const ParameterSpec* parameter = parameter_of(table, name);
  if (!parameter) return {};
  for (const Special& special : kSpecials)
    if (special.api == table.source.api && special.parameter == name) return {special.kind, ""};
  if (name == "is_new" && table.column("rank_time")) return {ParameterKind::Newest, ""};
  // end_date alone (disclosure_date) is a column; beside start_date it ends a range.
  const bool ranged = parameter_of(table, "start_date") != nullptr;
  if (ranged && (name == "start_date" || name == "end_date")) {
    std::string column = range_column(table, parameter->label);
    if (column.empty()) return {};
    return {name == "start_date" ? ParameterKind::From : ParameterKind::To, std::move(column)};
  }
  std::string column = column_of(table, name);
  if (column.empty()) return {};
  return {ParameterKind::Equal, std::move(column)};
}

std::vector<std::pair<std::string, std::string>> assumed_parameters(const TableSpec& table) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const Assumption& assumption : kAssumptions)
    if (assumption.api == table.source.api)
      out.emplace_back(assumption.parameter, assumption.value);
  return out;
}

std::string_view board_of(std::string_view code) {
  if (code.starts_with("300") || code.starts_with("301")) return "GEM";
  if (code.starts_with("688") || code.starts_with("689")) return "STAR";
  return code.ends_with(".BJ") ? "BJ" : "HS";
}

}  // namespace kanpan::catalog
