#include "kanpan/frame/row_reader.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "kanpan/base/suggest.hpp"

namespace kanpan::frame {

std::size_t find_column(std::string_view source, std::span<const Field> wanted,
                        const ColumnNames& names) {
  const auto mapped = std::ranges::find(names, source, &ColumnNames::value_type::first);
  const std::string_view name = mapped == names.end() ? source : std::string_view(mapped->second);
  const bool taken =
      mapped == names.end() &&
      std::ranges::find(names, name, &ColumnNames::value_type::second) != names.end();
  const auto at = std::ranges::find(wanted, name, &Field::name);
  return taken || at == wanted.end() ? Batch::npos : static_cast<std::size_t>(at - wanted.begin());
}

Result<void> check_names(const ColumnNames& names, std::span<const Field> wanted) {
  for (const auto& [source, column] : names) {
    if (std::ranges::find(wanted, column, &Field::name) != wanted.end()) continue;
    std::vector<std::string> candidates;
    for (const Field& field : wanted) candidates.push_back(field.name);
    return Error{Errc::Usage, fmt::format("no column '{}' to map '{}' to", column, source),
                 suggestion(column, candidates)};
  }
  return {};
}

Result<void> check_header(const ColumnNames& names, std::span<const std::string> header) {
  for (const auto& [source, column] : names)
    if (std::ranges::find(header, source) == header.end())
      return Error{Errc::Usage, fmt::format("the header has no column '{}'", source),
                   suggestion(source, header)};
  return {};
}

}  // namespace kanpan::frame
