#include "kanpan/ingest/code_sample.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>

namespace kanpan::ingest {
namespace {

constexpr std::size_t kLeastSampled = 128;

using Chosen = std::vector<std::pair<std::uint64_t, std::uint32_t>>;  ///< hash and row

/// Codes whose hash ends in zeros, the more of them the more rows there are: of two pages the
/// sample of the larger lies within that of the smaller.
Chosen chosen(const frame::Column& codes) {
  const std::size_t share = std::bit_floor(std::max(codes.size() / kLeastSampled, std::size_t{1}));
  Chosen found;
  for (std::uint32_t row = 0; row < codes.size(); ++row) {
    const std::uint64_t hash = std::hash<std::string_view>{}(codes.texts()[row]);
    if ((hash & (share - 1)) == 0) found.emplace_back(hash, row);
  }
  std::ranges::sort(found);
  const auto repeated = std::ranges::unique(found, {}, &Chosen::value_type::first);
  found.erase(repeated.begin(), repeated.end());
  return found;
}

float cell(const frame::Column& column, std::uint32_t row) {
  if (column.is_null(row)) return std::numeric_limits<float>::quiet_NaN();
  if (column.type() == frame::Type::Int) return static_cast<float>(column.ints()[row]);
  return column.type() == frame::Type::Real ? static_cast<float>(column.reals()[row]) : 0;
}

}  // namespace

CodeSample::CodeSample(const frame::Batch& batch, std::string_view code) {
  const auto at = batch.find(code);
  if (at == frame::Batch::npos || batch.column(at).type() != frame::Type::Text) return;
  const Chosen rows = chosen(batch.column(at));
  for (const auto& [hash, row] : rows) codes_.push_back(hash);
  for (std::size_t c = 0; c < batch.width(); ++c) {
    std::vector<float>& cells = columns_.emplace_back();
    cells.reserve(rows.size());
    for (const auto& [hash, row] : rows) cells.push_back(cell(batch.column(c), row));
  }
}

Moved CodeSample::since(const CodeSample& then, std::size_t column) const {
  Moved moved;
  if (codes_.empty() || then.codes_.empty()) return moved;
  std::vector<float> ratios;
  const std::vector<float>&cells = columns_[column], &before = then.columns_[column];
  for (std::size_t i = 0, j = 0; i < codes_.size() && j < then.codes_.size();) {
    if (codes_[i] != then.codes_[j]) {
      ++(codes_[i] < then.codes_[j] ? i : j);
      continue;
    }
    const float now = cells[i++], usual = before[j++];
    if (std::isnan(usual)) continue;
    ++moved.filled;
    if (std::isnan(now)) ++moved.emptied;
    if (const float ratio = std::abs(now / usual); std::isfinite(ratio) && ratio > 0)
      ratios.push_back(ratio);
  }
  if (ratios.empty()) return moved;
  const auto middle = ratios.begin() + static_cast<std::ptrdiff_t>(ratios.size() / 2);
  std::ranges::nth_element(ratios, middle);
  moved.both = ratios.size();
  moved.median = *middle;
  const auto near = std::ranges::count_if(
      ratios, [&](float ratio) { return ratio < 2 * moved.median && 2 * ratio > moved.median; });
  moved.together = static_cast<double>(near) / static_cast<double>(ratios.size());
  return moved;
}

}  // namespace kanpan::ingest
