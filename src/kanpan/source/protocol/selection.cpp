#include "kanpan/source/protocol/selection.hpp"

#include <algorithm>
#include <map>

#include "kanpan/market/code.hpp"
#include "kanpan/source/protocol/request.hpp"

namespace kanpan::source::protocol {
namespace {

constexpr std::string_view kSnapshot = "rank_time", kList = "data_type";

bool has(const std::vector<std::string>& list, std::string_view word) {
  return list.empty() || std::ranges::find(list, word) != list.end();
}

std::string text_at(const frame::Batch& batch, std::string_view column, std::uint32_t row) {
  const std::size_t at = batch.find(column);
  return at == frame::Batch::npos ? "" : batch.column(at).text_of(row);
}

void keep_newest(const catalog::TableSpec& table, const frame::Batch& batch,
                 std::vector<std::uint32_t>& rows) {
  const auto list_of = [&](std::uint32_t row) {
    return text_at(batch, table.time, row) + text_at(batch, kList, row);
  };
  std::map<std::string, std::string> newest;
  for (const std::uint32_t row : rows) {
    std::string& last = newest[list_of(row)];
    last = std::max(last, text_at(batch, kSnapshot, row));
  }
  std::erase_if(rows, [&](std::uint32_t row) {
    return text_at(batch, kSnapshot, row) != newest[list_of(row)];
  });
}

}  // namespace

bool Selection::take(catalog::ParameterKind kind, std::string_view value) {
  switch (kind) {
    case catalog::ParameterKind::CodeSuffix:
      suffixes = split_list(value);
      return true;
    case catalog::ParameterKind::Board:
      boards = split_list(value);
      return true;
    case catalog::ParameterKind::Newest:
      newest_only = value == "Y";
      return true;
    default:
      return false;
  }
}

std::vector<std::string> Selection::columns(const catalog::TableSpec& table) const {
  std::vector<std::string> names;
  if (!suffixes.empty() || !boards.empty()) names.push_back(table.code);
  if (newest_only)
    names.insert(names.end(), {table.time, std::string(kList), std::string(kSnapshot)});
  std::erase_if(names, [&](const std::string& name) { return !table.column(name); });
  return names;
}

std::vector<std::uint32_t> Selection::of(const catalog::TableSpec& table, const frame::Batch& batch,
                                         std::vector<std::uint32_t> rows) const {
  if (!suffixes.empty() || !boards.empty())
    std::erase_if(rows, [&](std::uint32_t row) {
      const std::string code = text_at(batch, table.code, row);
      return !has(suffixes, market::suffix(code)) || !has(boards, catalog::board_of(code));
    });
  if (newest_only) keep_newest(table, batch, rows);
  return rows;
}

}  // namespace kanpan::source::protocol
