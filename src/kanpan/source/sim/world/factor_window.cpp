#include "kanpan/source/sim/world/factor_window.hpp"

#include <algorithm>

#include "kanpan/source/sim/world/ask.hpp"
#include "kanpan/source/sim/world/technical.hpp"

namespace kanpan::source::sim::world {
namespace {

struct Sessions {
  std::vector<int> days;
  Series raw, adjusted;
};

Sessions sessions(const Exchange& exchange, int i, int last) {
  const Listing& share = exchange.share(i);
  const Path& path = exchange.path(i);
  Sessions s;
  for (int day = share.days.first; day <= std::min(last, share.days.last); ++day) {
    if (share.halted(day)) continue;
    const Bar bar = path.bar(day);
    const double factor = rounded(path.step(day).factor, 4);
    s.days.push_back(day);
    const auto push = [&](Line Series::*line, std::int32_t price) {
      (s.raw.*line).push_back(yuan(price));
      (s.adjusted.*line).push_back(yuan(price) * factor);
    };
    push(&Series::open, bar.open);
    push(&Series::high, bar.high);
    push(&Series::low, bar.low);
    push(&Series::close, bar.close);
    s.raw.volume.push_back(static_cast<double>(bar.lots));
  }
  s.adjusted.volume = s.raw.volume;
  return s;
}

/// Rows `from` … of the lines, side by side.
std::vector<double> matrix(const std::vector<const Line*>& lines, std::size_t from) {
  const std::size_t rows = lines.front()->size() - from;
  std::vector<double> cells(rows * lines.size());
  for (std::size_t c = 0; c < lines.size(); ++c)
    for (std::size_t r = 0; r < rows; ++r) cells[r * lines.size() + c] = (*lines[c])[from + r];
  return cells;
}

std::vector<double> matrix(const std::vector<Indicator>& indicators, std::size_t from) {
  std::vector<const Line*> lines;
  for (const Indicator& indicator : indicators) lines.push_back(&indicator.values);
  return matrix(lines, from);
}

}  // namespace

FactorWindow compute_window(const Exchange& exchange, int i, FactorSet set, int first, int last) {
  const Sessions s = sessions(exchange, i, last);
  FactorWindow window;
  window.first = first;
  window.last = last;
  window.row.assign(static_cast<std::size_t>(std::max(0, last - first + 1)), -1);
  const auto begin = std::lower_bound(s.days.begin(), s.days.end(), first);
  const auto from = static_cast<std::size_t>(begin - s.days.begin());
  for (auto day = begin; day != s.days.end(); ++day)
    window.row[static_cast<std::size_t>(*day - first)] = static_cast<int>(day - begin);
  if (begin == s.days.end()) return window;

  const bool all = set == FactorSet::All;
  const auto indicators = all ? all_indicators(s.adjusted) : basic_indicators(s.adjusted);
  for (const Indicator& indicator : indicators)
    window.names.push_back({indicator.head, indicator.tail, indicator.price});
  window.adjusted = matrix(indicators, from);
  if (!all) return window;
  window.raw = matrix(all_indicators(s.raw), from);
  const Line up = up_days(s.adjusted.close), down = down_days(s.adjusted.close),
             low = low_days(s.adjusted.low), top = top_days(s.adjusted.high);
  window.counts = matrix({&up, &down, &low, &top}, from);
  return window;
}

std::shared_ptr<const FactorWindow> FactorMemo::window(const Exchange& exchange, int share,
                                                       FactorSet set, int day) {
  Slot& slot = slots_[static_cast<std::size_t>(share) * 2 + static_cast<std::size_t>(set)];
  const std::scoped_lock held(slot.lock);
  const int first = day / kBlock * kBlock;
  if (!slot.window || slot.window->first != first)
    slot.window = std::make_shared<const FactorWindow>(
        compute_window(exchange, share, set, first, first + kBlock - 1));
  return slot.window;
}

}  // namespace kanpan::source::sim::world
