#include "kanpan/source/sim/world/exchange.hpp"

#include <algorithm>

namespace kanpan::source::sim::world {

Exchange::Exchange(const WorldOptions& options)
    : days_(options.first_day, options.last_day), dice_(mix(options.seed)), tides_(dice_, days_) {
  const int codes = std::clamp(options.codes, 1, 5500);
  shares_.reserve(static_cast<std::size_t>(codes));
  for (int i = 0; i < codes; ++i) shares_.push_back(make_listing(dice_, i, days_));
  std::sort(shares_.begin(), shares_.end(),
            [](const Listing& a, const Listing& b) { return a.ts_code < b.ts_code; });
  for (int i = 0; i < codes; ++i) by_code_.emplace(share(i).ts_code, i);
  lives_ = std::make_unique<Life[]>(shares_.size());
  factors_ = std::make_unique<FactorMemo>(shares_.size());
}

int Exchange::find(std::string_view ts_code) const {
  const auto it = by_code_.find(std::string(ts_code));
  return it == by_code_.end() ? -1 : it->second;
}

const Exchange::Life& Exchange::life(int i) const {
  Life& life = lives_[static_cast<std::size_t>(i)];
  std::call_once(life.once, [&] {
    life.books = keep_books(share(i), days_);
    life.path.emplace_back(dice_, share(i), life.books, days_, tides_);
  });
  return life;
}

}  // namespace kanpan::source::sim::world
