#include "kanpan/source/sim/world/ask.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace kanpan::source::sim::world {

Ask::Ask(const Exchange& world, const catalog::TableSpec& spec, const Question& asked)
    : exchange(world), table(spec), question(asked), today(shanghai_date(asked.now)) {
  if (asked.codes.empty()) {
    shares.resize(static_cast<std::size_t>(world.size()));
    for (int i = 0; i < world.size(); ++i) shares[static_cast<std::size_t>(i)] = i;
  }
  for (const std::string& code : asked.codes)
    if (const int i = world.find(code); i >= 0) shares.push_back(i);
  std::sort(shares.begin(), shares.end());
  shares.erase(std::unique(shares.begin(), shares.end()), shares.end());

  const Days& all = world.days();
  days.first = asked.from ? all.at_or_after(*asked.from) : 0;
  days.last = all.at_or_before(asked.to ? std::min(*asked.to, today) : today);
}

bool Ask::wants(Date date) const {
  return (!question.from || *question.from <= date) && (!question.to || date <= *question.to);
}

bool Ask::wants_code(std::string_view code) const {
  return question.codes.empty() ||
         std::find(question.codes.begin(), question.codes.end(), code) != question.codes.end();
}

double rounded(double value, int digits) {
  constexpr std::array kTens = {1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6};
  const double tens = kTens[static_cast<std::size_t>(digits)];
  return std::round(value * tens) / tens;
}

}  // namespace kanpan::source::sim::world
