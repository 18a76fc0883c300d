// moneyflow, margin, moneyflow_hsgt.
#include <algorithm>
#include <array>
#include <cmath>

#include "kanpan/source/sim/world/generators.hpp"

namespace kanpan::source::sim::world {
namespace {

constexpr int kSizes = 4;  // small, medium, large, very large orders

struct Side {
  std::array<std::int64_t, kSizes> lots{};
  std::array<std::int64_t, kSizes> money{};  ///< hundredths of 万元
};

/// Parts `lots` and `money` by order size; what rounding leaves goes to the last size, so that both
/// sides add up to the day's volume and to the same money.
Side part(const Dice& dice, std::uint64_t day, std::uint64_t side, double lean, std::int64_t lots,
          std::int64_t money) {
  const double large = std::clamp(lean, -0.06, 0.06);
  const std::array<double, 3> shares = {dice.between(0.28, 0.36, Draw::Order, day, side) - large,
                                        dice.between(0.22, 0.28, Draw::Order, day, side + 1),
                                        dice.between(0.18, 0.24, Draw::Order, day, side + 2)};
  Side s;
  std::int64_t lots_left = lots, money_left = money;
  for (std::size_t k = 0; k < shares.size(); ++k) {
    s.lots[k] = static_cast<std::int64_t>(static_cast<double>(lots) * shares[k]);
    s.money[k] = static_cast<std::int64_t>(
        static_cast<double>(money) * static_cast<double>(s.lots[k]) / static_cast<double>(lots));
    lots_left -= s.lots[k];
    money_left -= s.money[k];
  }
  s.lots[3] = lots_left;
  s.money[3] = money_left;
  return s;
}

struct Lender {
  std::string_view id;
  double balance;  ///< usual financing balance, yuan
  Date since;
};

const std::array<Lender, 3> kLenders = {{{"SSE", 8.2e11, Date::from_ymd(2010, 3, 31)},
                                         {"SZSE", 7.4e11, Date::from_ymd(2010, 3, 31)},
                                         {"BSE", 3.5e9, Date::from_ymd(2023, 2, 13)}}};

/// Financing balance in whole yuan, so that the identities are exact.
double financed(const Exchange& exchange, std::size_t which, int day) {
  const double level = exchange.tides().level[static_cast<std::size_t>(std::max(day, 0))];
  const auto d = static_cast<std::uint64_t>(day + 1);
  const double wobble = 1 + 0.002 * exchange.dice().normal(Draw::Lending, d, which);
  return std::round(kLenders[which].balance * (0.4 + 0.6 * level) * wobble);
}

void margin_row(const Exchange& exchange, std::size_t which, int day, Rows& out) {
  const auto d = static_cast<std::uint64_t>(day);
  const Dice& dice = exchange.dice();
  const double now = financed(exchange, which, day), before = financed(exchange, which, day - 1);
  const double usual = before * dice.between(0.04, 0.08, Draw::Lending, d, which + 10);
  const double bought = std::round(std::max(usual, now - before + 0.01 * before));
  const double lent = std::round(now * dice.between(0.005, 0.009, Draw::Lending, d, which + 20));
  const double volume = std::round(lent / dice.between(9, 14, Draw::Lending, d, which + 30));
  out.begin();
  out.set("trade_date", exchange.days()[day]);
  out.set("exchange_id", kLenders[which].id);
  out.set("rzye", now);
  out.set("rzmre", bought);
  out.set("rzche", before + bought - now);
  out.set("rqye", lent);
  out.set("rqmcl", std::round(volume * dice.between(0.02, 0.08, Draw::Lending, d, which + 40)));
  out.set("rzrqye", now + lent);
  out.set("rqyl", volume);
}

}  // namespace

/// Shanghai and Shenzhen, as at the source. net_mf is its own estimate of active orders: it leans
/// with large orders, and no identity ties it to them.
void moneyflow(const Ask& ask, Rows& out) {
  constexpr std::array<std::string_view, kSizes> kNames = {"sm", "md", "lg", "elg"};
  std::array<Cell, 4 * kSizes> cells;
  for (std::size_t k = 0; k < kSizes; ++k) {
    std::size_t at = 4 * k;
    for (const char* side : {"buy_", "sell_"})
      for (const char* what : {"_vol", "_amount"})
        cells[at++] = out.cell(std::string(side).append(kNames[k]).append(what));
  }
  const Cell code = out.cell("ts_code"), date = out.cell("trade_date"),
             net_lots = out.cell("net_mf_vol"), net_money = out.cell("net_mf_amount");
  each_traded(ask, [&](int i, int day) {
    const Listing& share = ask.exchange.share(i);
    if (share.board == Board::Beijing) return;
    const Bar bar = ask.exchange.path(i).bar(day);
    const auto d = static_cast<std::uint64_t>(day);
    const std::int64_t money = std::llround(bar.amount * 10);
    const Side buy = part(share.dice, d, 0, bar.change() * 0.6, bar.lots, money);
    const Side sell = part(share.dice, d, 10, -bar.change() * 0.6, bar.lots, money);
    out.begin();
    out.set(code, std::string_view(share.ts_code));
    out.set(date, ask.exchange.days()[day]);
    for (std::size_t k = 0; k < kSizes; ++k) {
      out.set(cells[4 * k], buy.lots[k]);
      out.set(cells[4 * k + 1], static_cast<double>(buy.money[k]) / 100);
      out.set(cells[4 * k + 2], sell.lots[k]);
      out.set(cells[4 * k + 3], static_cast<double>(sell.money[k]) / 100);
    }
    const double active = share.dice.between(0.6, 1.1, Draw::Order, d, 20);
    const auto leaned = [&](const auto& in, const auto& from) {
      return std::round(active * static_cast<double>(in[2] + in[3] - from[2] - from[3]));
    };
    out.set(net_lots, leaned(buy.lots, sell.lots));
    out.set(net_money, leaned(buy.money, sell.money) / 100);
  });
}

void margin(const Ask& ask, Rows& out) {
  for (int day = ask.days.last; day >= ask.days.first; --day)
    for (std::size_t which = 0; which < kLenders.size(); ++which)
      if (ask.exchange.days()[day] >= kLenders[which].since)
        margin_row(ask.exchange, which, day, out);
}

/// Northbound flows are null after 2024-08-16, when the exchanges stopped to publish them by day.
void moneyflow_hsgt(const Ask& ask, Rows& out) {
  const Date published = Date::from_ymd(2024, 8, 16);
  for (int day = ask.days.last; day >= ask.days.first; --day) {
    const auto d = static_cast<std::uint64_t>(day);
    const double tide = ask.exchange.tides().market[d];
    const auto flow = [&](std::uint64_t which, double mean, double width) {  // hundredths
      return std::round(100 * (mean + width * ask.exchange.dice().normal(Draw::Connect, d, which) +
                               tide * width * 40));
    };
    const double ss = flow(0, 900, 1500), sz = flow(1, 700, 1100);
    const double sh = flow(2, 300, 2600), sg = flow(3, 300, 2400);
    const Date date = ask.exchange.days()[day];
    out.begin();
    out.set("trade_date", date);
    out.set("ggt_ss", ss / 100);
    out.set("ggt_sz", sz / 100);
    out.set("south_money", (ss + sz) / 100);
    if (date > published) continue;
    out.set("hgt", sh / 100);
    out.set("sgt", sg / 100);
    out.set("north_money", (sh + sg) / 100);
  }
}

}  // namespace kanpan::source::sim::world
