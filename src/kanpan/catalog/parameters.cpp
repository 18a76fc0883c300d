#include "kanpan/catalog/parameters.hpp"

#include <algorithm>

namespace kanpan::catalog {
namespace {

const ParameterSpec* parameter_of(const TableSpec& table, std::string_view name) {
  const auto at = std::ranges::find(table.source.parameters, name, &ParameterSpec::name);
  return at == table.source.parameters.end() ? nullptr : &*at;
}

ParameterKind kind_of(const TableSpec& table, const ParameterSpec& parameter) {
  if (parameter.matches) return *parameter.matches;
  // end_date alone (disclosure_date) is a column; beside start_date it ends a range.
  if (!parameter_of(table, "start_date")) return ParameterKind::Equal;
  if (parameter.name == "start_date") return ParameterKind::From;
  return parameter.name == "end_date" ? ParameterKind::To : ParameterKind::Equal;
}

std::string column_named_by(const TableSpec& table, std::string_view parameter) {
  const auto& split = table.source.split;
  if (split && split->parameter == parameter && table.column(split->column)) return split->column;
  if (parameter == "period" && table.column("end_date")) return "end_date";
  return table.column(parameter) ? std::string(parameter) : "";
}

}  // namespace

Meaning meaning(const TableSpec& table, std::string_view name) {
  if (name == "limit") return {ParameterKind::Limit, ""};
  if (name == "offset") return {ParameterKind::Offset, ""};
  const ParameterSpec* parameter = parameter_of(table, name);
  if (!parameter) {
    if (table.code.empty() || name != table.code) return {};
    return {ParameterKind::Equal, table.code};
  }
  const ParameterKind kind = kind_of(table, *parameter);
  std::string column = parameter->column;
  switch (kind) {
    case ParameterKind::Equal:
      if (column.empty()) column = column_named_by(table, name);
      break;
    case ParameterKind::From:
    case ParameterKind::To:
      if (column.empty()) column = table.time;
      break;
    default:
      return {kind, std::move(column)};
  }
  if (column.empty()) return {};
  return {kind, std::move(column)};
}

std::vector<std::pair<std::string, std::string>> assumed_parameters(const TableSpec& table) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const ParameterSpec& parameter : table.source.parameters)
    if (!parameter.assumed.empty()) out.emplace_back(parameter.name, parameter.assumed);
  return out;
}

std::vector<std::string> list_columns(const TableSpec& table, std::string_view snapshot) {
  std::vector<std::string> columns = table.key;
  std::erase_if(columns, [&](const std::string& name) {
    return name == snapshot || (!table.code.empty() && name == table.code);
  });
  return columns;
}

std::string_view board_of(std::string_view code) {
  if (code.starts_with("300") || code.starts_with("301")) return "GEM";
  if (code.starts_with("688") || code.starts_with("689")) return "STAR";
  return code.ends_with(".BJ") ? "BJ" : "HS";
}

}  // namespace kanpan::catalog
