#include "kanpan/source/protocol/selection.hpp"

#include <algorithm>
#include <iterator>
#include <map>

#include "kanpan/market/code.hpp"
#include "kanpan/source/protocol/request.hpp"

namespace kanpan::source::protocol {
namespace {

bool has(const std::vector<std::string>& list, std::string_view word) {
  return list.empty() || std::ranges::find(list, word) != list.end();
}

std::string text_at(const frame::Batch& batch, std::string_view column, std::uint32_t row) {
  const std::size_t at = batch.find(column);
  return at == frame::Batch::npos ? "" : batch.column(at).text_of(row);
}

void keep_newest(const catalog::TableSpec& table, const std::string& snapshot,
                 const frame::Batch& batch, std::vector<std::uint32_t>& rows) {
  const auto columns = catalog::list_columns(table, snapshot);
  const auto list_of = [&](std::uint32_t row) {
    std::vector<std::string> list;
    for (const std::string& column : columns) list.push_back(text_at(batch, column, row));
    return list;
  };
  std::map<std::vector<std::string>, std::string> newest;
  for (const std::uint32_t row : rows) {
    std::string& last = newest[list_of(row)];
    last = std::max(last, text_at(batch, snapshot, row));
  }
  std::erase_if(rows, [&](std::uint32_t row) {
    return text_at(batch, snapshot, row) != newest[list_of(row)];
  });
}

}  // namespace

bool Selection::take(const catalog::Meaning& meaning, std::string_view value) {
  switch (meaning.kind) {
    case catalog::ParameterKind::CodeSuffix:
      suffixes = split_list(value);
      return true;
    case catalog::ParameterKind::Board:
      boards = split_list(value);
      return true;
    case catalog::ParameterKind::Newest:
      snapshot = value == "Y" ? meaning.column : "";
      return true;
    default:
      return false;
  }
}

std::vector<std::string> Selection::columns(const catalog::TableSpec& table) const {
  std::vector<std::string> names;
  if (!suffixes.empty() || !boards.empty()) names.push_back(table.code);
  if (!snapshot.empty()) {
    names.push_back(snapshot);
    std::ranges::copy(catalog::list_columns(table, snapshot), std::back_inserter(names));
  }
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
  if (!snapshot.empty()) keep_newest(table, snapshot, batch, rows);
  return rows;
}

}  // namespace kanpan::source::protocol
