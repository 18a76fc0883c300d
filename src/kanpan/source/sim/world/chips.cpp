// cyq_chips, cyq_perf: at what prices today's holders bought.
#include <algorithm>
#include <cmath>

#include "kanpan/source/sim/world/generators.hpp"

namespace kanpan::source::sim::world {
namespace {

constexpr int kSessions = 240;  ///< how far back holders are followed
constexpr int kLevels = 110;    ///< price levels at the most, about

struct Chips {
  std::int32_t first = 0, step = 1;  ///< ticks: of the lowest level, between levels
  std::vector<int> hundredths;       ///< of a percent at each level; 10,000 in all
  double lowest = 0, highest = 0;    ///< traded inside the window, ticks of the asked day

  std::int32_t price(std::size_t level) const {
    return first + step * static_cast<std::int32_t>(level);
  }
};

struct Lot {
  double low, high, weight;
};

/// Every session's buyers replace a part of the holders, as large as the turnover; their costs
/// spread evenly over the session's range. Older prices are brought to the day's by the factor.
std::vector<Lot> holders(const Exchange& exchange, int i, int day) {
  const Listing& share = exchange.share(i);
  const Path& path = exchange.path(i);
  const double factor = path.step(day).factor;
  std::vector<Lot> lots;
  double left = 1;
  for (int d = day; d >= share.days.first && lots.size() < kSessions; --d) {
    if (share.halted(d)) continue;
    const Bar bar = path.bar(d);
    const double turnover =
        std::min(0.9, static_cast<double>(bar.lots) * 100 / path.float_shares(d));
    const double scale = path.step(d).factor / factor;
    lots.push_back({bar.low * scale, bar.high * scale, left * turnover});
    left *= 1 - turnover;
  }
  if (!lots.empty()) lots.back().weight += left;  // whoever never sold
  return lots;
}

Chips chips(const Exchange& exchange, int i, int day) {
  const std::vector<Lot> lots = holders(exchange, i, day);
  Chips c;
  c.lowest = lots.front().low;
  c.highest = lots.front().high;
  for (const Lot& lot : lots) {
    c.lowest = std::min(c.lowest, lot.low);
    c.highest = std::max(c.highest, lot.high);
  }
  c.step = std::max(1, static_cast<std::int32_t>(std::ceil((c.highest - c.lowest) / kLevels)));
  const auto level = [&](double price) {
    return static_cast<std::int32_t>(std::lround(price)) / c.step;
  };
  const std::int32_t base = level(c.lowest);
  c.first = base * c.step;
  std::vector<double> weight(static_cast<std::size_t>(level(c.highest) - base + 1));
  for (const Lot& lot : lots) {
    const std::int32_t from = level(lot.low), to = level(lot.high);
    for (std::int32_t k = from; k <= to; ++k)
      weight[static_cast<std::size_t>(k - base)] += lot.weight / (to - from + 1);
  }
  // Rounded on the running sum, so that the parts add up to the whole.
  double sum = 0, done = 0;
  for (double w : weight) sum += w;
  int told = 0;
  for (double w : weight) {
    done += w;
    const int upto = static_cast<int>(std::lround(done / sum * 10000));
    c.hundredths.push_back(upto - told);
    told = upto;
  }
  return c;
}

/// The lowest level at or below which `percent` of the holders bought.
std::int32_t cost(const Chips& c, int percent) {
  int sum = 0;
  for (std::size_t k = 0; k < c.hundredths.size(); ++k) {
    sum += c.hundredths[k];
    if (sum >= percent * 100) return c.price(k);
  }
  return c.price(c.hundredths.size() - 1);
}

void perf_row(const Exchange& exchange, int i, int day, Rows& out) {
  const Listing& share = exchange.share(i);
  const Path& path = exchange.path(i);
  const Chips c = chips(exchange, i, day);
  const double factor = path.step(day).factor;
  double low = std::min<double>(c.first, c.lowest), high = c.highest;
  std::size_t at = 0;
  for (int d = share.days.first; d <= day; ++d) {
    while (at + 1 < path.steps().size() && path.steps()[at + 1].day <= d) ++at;
    const double close = path.close(d) * path.steps()[at].factor / factor;
    low = std::min(low, close);
    high = std::max(high, close);
  }
  std::int64_t average = 0, winners = 0;
  for (std::size_t k = 0; k < c.hundredths.size(); ++k) {
    average += static_cast<std::int64_t>(c.price(k)) * c.hundredths[k];
    if (c.price(k) <= path.close(day)) winners += c.hundredths[k];
  }
  out.begin();
  out.set("ts_code", std::string_view(share.ts_code));
  out.set("trade_date", exchange.days()[day]);
  out.set("his_low", rounded(low / 100, 2));
  out.set("his_high", rounded(high / 100, 2));
  out.set("cost_5pct", yuan(cost(c, 5)));
  out.set("cost_15pct", yuan(cost(c, 15)));
  out.set("cost_50pct", yuan(cost(c, 50)));
  out.set("cost_85pct", yuan(cost(c, 85)));
  out.set("cost_95pct", yuan(cost(c, 95)));
  out.set("weight_avg", rounded(static_cast<double>(average) / 1e6, 2));
  out.set("winner_rate", static_cast<double>(winners) / 100);
}

}  // namespace

/// Levels without holders are left out; percents of a code and day add up to 100.
void cyq_chips(const Ask& ask, Rows& out) {
  const Cell code = out.cell("ts_code"), date = out.cell("trade_date"), price = out.cell("price"),
             percent = out.cell("percent");
  each_traded(ask, [&](int i, int day) {
    const Chips c = chips(ask.exchange, i, day);
    for (std::size_t k = 0; k < c.hundredths.size(); ++k) {
      if (c.hundredths[k] == 0) continue;
      out.begin();
      out.set(code, std::string_view(ask.exchange.share(i).ts_code));
      out.set(date, ask.exchange.days()[day]);
      out.set(price, yuan(c.price(k)));
      out.set(percent, c.hundredths[k] / 100.0);
    }
  });
}

/// Follows from cyq_chips of the day. his_low and his_high: of all closes and of the prices of the
/// last 240 sessions, adjusted to the day.
void cyq_perf(const Ask& ask, Rows& out) {
  each_traded(ask, [&](int i, int day) { perf_row(ask.exchange, i, day, out); });
}

}  // namespace kanpan::source::sim::world
