#include "kanpan/ingest/folded_codes.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "kanpan/market/spelling.hpp"

namespace kanpan::ingest {

using frame::Batch;
using frame::Column;

void fold_codes(const catalog::TableSpec& table, Harvest& harvest,
                std::vector<std::string>& notes) {
  const auto at = table.code.empty() ? Batch::npos : harvest.rows.find(table.code);
  if (at == Batch::npos || harvest.rows.column(at).type() != frame::Type::Text) return;
  Column& codes = harvest.rows.column(at);
  const auto odd = [](unsigned char byte) { return byte <= ' ' || byte >= 0x80; };
  if (std::ranges::none_of(codes.texts().bytes(), odd)) return;
  Column folded(frame::Type::Text);
  std::string example;
  std::size_t count = 0;
  for (std::size_t row = 0; row < codes.size(); ++row) {
    const auto code = codes.texts()[row];
    if (codes.is_null(row) || table.takes_code(code)) continue;
    const std::string plain = market::folded(code);
    if (!table.takes_code(plain)) continue;
    if (count++ == 0) example = fmt::format("{} '{}' read as '{}'", table.code, code, plain);
    folded.append(codes, folded.size(), row);
    folded.push(std::string_view(plain));
  }
  if (count == 0) return;
  folded.append(codes, folded.size(), codes.size());
  codes = std::move(folded);
  notes.push_back(count == 1 ? example
                             : fmt::format("{}, and {} more like it", example, count - 1));
}

}  // namespace kanpan::ingest
