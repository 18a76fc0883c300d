#include "kanpan/source/protocol/required.hpp"

#include <algorithm>

namespace kanpan::source::protocol {
namespace {

bool asks_one_code(const catalog::TableSpec& table, const Request& request) {
  return std::ranges::all_of(table.source.walks, [&](const catalog::Walk& walk) {
    return table.source.api_of(walk) != request.api || walk.kind == catalog::WalkKind::Code;
  });
}

bool is_required(const catalog::TableSpec& table, const Request& request,
                 const catalog::ParameterSpec& parameter) {
  if (table.source.twin && parameter.name == table.code) return asks_one_code(table, request);
  return parameter.required;
}

}  // namespace

std::optional<Verdict> missing_required(const catalog::TableSpec& table, const Request& request) {
  for (const catalog::ParameterSpec& parameter : table.source.parameters)
    if (!request.parameters.contains(parameter.name) && is_required(table, request, parameter))
      return missing_parameter(parameter.name);
  return std::nullopt;
}

}  // namespace kanpan::source::protocol
