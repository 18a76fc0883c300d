#include "kanpan/base/suggest.hpp"

#include <algorithm>
#include <cctype>
#include <numeric>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace kanpan {
namespace {

constexpr std::size_t kMostListed = 12;

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

/// Optimal string alignment: insertions, deletions, changes and swaps of neighbours, one each.
std::size_t edits(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
  std::iota(above.begin(), above.end(), 0);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const auto same = [&](std::size_t x, std::size_t y) { return lower(a[x]) == lower(b[y]); };
      row[j] =
          std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (same(i - 1, j - 1) ? 0 : 1)});
      if (i > 1 && j > 1 && same(i - 1, j - 2) && same(i - 2, j - 1))
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, above);
    std::swap(above, row);
  }
  return above.back();
}

/// "start" of "start_date": what a word begins or is begun by, up to the end of a part of it.
bool is_part(std::string_view one, std::string_view other) {
  if (one.size() > other.size()) std::swap(one, other);
  constexpr std::size_t kLeast = 3;
  if (one.size() < kLeast || one.size() == other.size()) return false;
  const std::string_view ends = "_-.";
  return ends.find(other[one.size()]) != ends.npos &&
         std::equal(one.begin(), one.end(), other.begin(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

}  // namespace

std::string nearest(std::string_view word, std::span<const std::string> candidates) {
  std::string best;
  std::size_t fewest = std::max<std::size_t>(word.size() / 3, 1) + 1;
  for (const std::string& candidate : candidates)
    if (const auto n = edits(word, candidate); n < fewest) fewest = n, best = candidate;
  if (!best.empty()) return best;
  const auto part = std::ranges::find_if(
      candidates, [&](const std::string& candidate) { return is_part(word, candidate); });
  return part == candidates.end() ? "" : *part;
}

std::string suggestion(std::string_view word, std::span<const std::string> candidates) {
  if (const std::string best = nearest(word, candidates); !best.empty())
    return fmt::format("did you mean '{}'?", best);
  if (candidates.size() <= kMostListed)
    return fmt::format("one of {}", fmt::join(candidates, ", "));
  return "";
}

}  // namespace kanpan
