#include "kanpan/source/sim/world/path.hpp"

#include <algorithm>
#include <cmath>

namespace kanpan::source::sim::world {
namespace {

std::int32_t ticks(double price) {
  return static_cast<std::int32_t>(std::max(1.0, std::nearbyint(price)));
}

std::uint64_t key(int day) { return static_cast<std::uint64_t>(day); }

std::int32_t within(const Limits& limits, std::int32_t price) {
  return limits.free ? std::max(price, 1) : std::clamp(price, limits.down, limits.up);
}

/// News that carries a share to its limit or near it, a few times a year; rarer where the band is
/// wide.
double surprise(const Dice& dice, int day, double band) {
  if (!dice.chance(0.0016 / std::max(band, 0.05), Draw::Tail, key(day), 1)) return 0;
  const bool good = dice.chance(0.75, Draw::Tail, key(day), 2);
  return (good ? band : -band) * dice.between(0.6, 1.4, Draw::Tail, key(day), 3);
}

/// Pulls a price back to what it centres on; `ratio` is price over centre.
double pull(double ratio) {
  const double strength = ratio > 1 ? -(ratio - 1) : 1 / ratio - 1;
  return std::clamp(0.005 * strength, -0.03, 0.03);
}

}  // namespace

std::int32_t ex_right(std::int32_t close, std::int32_t cash, std::int32_t bonus) {
  const std::int64_t before = (static_cast<std::int64_t>(close) * 10 - cash) * 1000;
  const std::int64_t parts = 10 * (1000 + static_cast<std::int64_t>(bonus));
  return static_cast<std::int32_t>(std::max<std::int64_t>(1, (2 * before + parts) / (2 * parts)));
}

Tides::Tides(const Dice& world, const Days& days) {
  double at = 1;
  for (int day = 0; day < days.size(); ++day) {
    const double mood = world.between(0.006, 0.015, Draw::Market, key(day / 60), 1);
    double move = mood * world.normal(Draw::Market, key(day), 2);
    if (world.chance(0.01, Draw::Market, key(day), 3)) move *= 2.6;
    move += 0.0002 + 0.6 * pull(at);
    at *= 1 + move;
    market.push_back(move);
    level.push_back(at);
  }
}

Path::Path(const Dice& world, const Listing& share, const Books& books, const Days& days,
           const Tides& tides)
    : share_(&share), days_(&days) {
  close_.reserve(static_cast<std::size_t>(share.days.last - share.days.first + 1));
  walk(world, tides, books);
}

void Path::walk(const Dice& world, const Tides& tides, const Books& books) {
  const Span life = share_->days;
  auto payout = books.payouts.begin();
  while (payout != books.payouts.end() && payout->ex <= (*days_)[life.first]) ++payout;
  steps_.push_back({.day = life.first, .shares = books.shares(*share_, (*days_)[life.first])});
  const double issue = share_->dice.between(0.35, 0.75, Draw::Debut, 0);
  double centre = share_->start_price;
  const double growth = 1 + share_->dice.between(-0.03, 0.09, Draw::Growth, 0) / 243;
  std::int32_t reference = share_->debut ? ticks(centre * issue) : share_->start_price;
  issue_ = reference;
  bool sealed = false;
  for (int day = life.first; day <= life.last; ++day) {
    if (payout != books.payouts.end() && payout->ex <= (*days_)[day]) {
      const int bonus = payout->bonus + payout->transfer;
      const std::int32_t before = reference;
      reference = ex_right(before, payout->cash, bonus);
      centre = std::max(50.0, (centre - payout->cash / 10.0) / (1 + bonus / 1000.0));
      steps_.push_back({.day = day,
                        .factor = steps_.back().factor * before / reference,
                        .shares = books.shares(*share_, (*days_)[day]),
                        .cash = payout->cash,
                        .bonus = bonus});
      ++payout;
    }
    centre *= growth;
    if (!share_->halted(day)) {
      const std::int32_t close = next_close(world, tides, day, reference, centre, sealed);
      sealed = close * 10 > reference * 10 + reference / 2 && close == limits_of(day, reference).up;
      reference = close;
    }
    close_.push_back(reference);
  }
}

Limits Path::limits_of(int day, std::int32_t pre) const {
  const int session = share_->debut ? day - share_->days.first : 1000;
  return limits(band(share_->board, share_->mark(day), (*days_)[day], share_->list_date, session,
                     share_->leaving(day)),
                pre);
}

std::int32_t Path::next_close(const Dice& world, const Tides& tides, int day, std::int32_t pre,
                              double centre, bool sealed) const {
  const Dice& dice = share_->dice;
  const Limits limits = limits_of(day, pre);
  const int session = share_->debut ? day - share_->days.first : 1000;
  if (session == 0 && limits.free) return ticks(centre * dice.between(0.8, 1.5, Draw::Debut, 1));
  const bool before_reform =
      session < 15 && share_->days.last > share_->days.first && !free_debut();
  if (before_reform && pre < centre) return limits.up;  // day after day without a seller

  double spread = 0.017 * share_->wildness * (limits.free ? 3 : 1);
  double move = tides.market[static_cast<std::size_t>(day)] * share_->beta +
                0.007 * world.normal(Draw::Industry, key(day), key(share_->industry));
  const auto week = key(day / 6);
  if (dice.chance(0.05, Draw::Spell, week)) {  // a story makes the round
    move += dice.normal(Draw::Spell, week, 1) * 0.03;
    spread *= 1.8;
  }
  if (sealed) move += 0.035;
  if (dice.chance(0.02, Draw::Tail, key(day))) spread *= 3;
  move += surprise(dice, day, limits.free ? 0.1 : static_cast<double>(limits.up - pre) / pre);
  move += spread * dice.normal(Draw::Noise, key(day));
  move += pull(pre / centre);
  if (share_->mark(day) == Mark::Leaving) move -= 0.04;
  return within(limits, ticks(pre * std::max(0.3, 1 + move)));
}

bool Path::free_debut() const {
  return band(share_->board, Mark::None, share_->list_date, share_->list_date, 0, -1).free;
}

const Step& Path::step(int day) const {
  const auto it = std::partition_point(steps_.begin() + 1, steps_.end(),
                                       [day](const Step& step) { return step.day <= day; });
  return *(it - 1);
}

std::int32_t Path::pre_close(int day) const {
  if (day == share_->days.first) return issue_;
  const Step& step = this->step(day);
  const std::int32_t before = close(day - 1);
  return step.day == day ? ex_right(before, step.cash, step.bonus) : before;
}

Limits Path::limits_on(int day) const { return limits_of(day, pre_close(day)); }

Bar Path::bar(int day) const {
  const Dice& dice = share_->dice;
  Bar bar;
  bar.pre_close = pre_close(day);
  bar.close = close(day);
  bar.limits = limits_of(day, bar.pre_close);
  const double change = bar.change();
  const int session = share_->debut ? day - share_->days.first : 1000;
  const bool streak = session < 15 && !free_debut();
  const bool pinned = (bar.sealed_up() || bar.sealed_down()) &&
                      dice.chance(streak ? 0.9 : 0.12, Draw::Pin, key(day));
  if (pinned) {
    bar.open = bar.high = bar.low = bar.close;
  } else {
    const double gap = 0.5 * change * dice.unit(Draw::Gap, key(day)) +
                       0.006 * share_->wildness * dice.normal(Draw::Gap, key(day), 1);
    bar.open = within(bar.limits, ticks(bar.pre_close * (1 + gap)));
    const double reach = 0.011 * share_->wildness * (bar.limits.free ? 2 : 1);
    const double up =
        reach * dice.unit(Draw::Range, key(day)) * dice.between(0.4, 1.6, Draw::Range, key(day), 1);
    const double down = reach * dice.unit(Draw::Range, key(day), 2) *
                        dice.between(0.4, 1.6, Draw::Range, key(day), 3);
    bar.high = within(bar.limits, ticks(std::max(bar.open, bar.close) * (1 + up)));
    const bool near =
        !bar.limits.free && 2 * (bar.close - bar.pre_close) > bar.limits.up - bar.pre_close;
    if (near && dice.chance(0.12, Draw::Range, key(day), 4)) bar.high = bar.limits.up;
    bar.low = within(bar.limits, ticks(std::min(bar.open, bar.close) * (1 - down)));
  }
  const double usual = share_->turnover * dice.between(0.55, 1.45, Draw::Turnover, key(day));
  const double busy = (1 + 14 * std::min(0.3, std::abs(change))) * (session < 5 && !streak ? 8 : 1);
  const double turnover = std::min(0.75, usual * busy * (pinned ? 0.08 : 1));
  bar.lots =
      std::max<std::int64_t>(100, static_cast<std::int64_t>(float_shares(day) * turnover / 100));
  const double average =
      bar.low + (bar.high - bar.low) * dice.between(0.25, 0.75, Draw::Average, key(day));
  bar.amount = std::nearbyint(static_cast<double>(bar.lots) * average) / 1000;
  return bar;
}

double Path::float_shares(int day) const {
  const int age = (*days_)[day] - share_->list_date;
  const double most = share_->dice.between(0.7, 1.0, Draw::Size, 5);
  const double part = age < 365 ? 0.25 : age < 3 * 365 ? 0.55 * most : most;
  // 万股 with four decimals is a share.
  return std::floor(static_cast<double>(step(day).shares) * part);
}

double Path::free_shares(int day) const {
  return std::floor(float_shares(day) * share_->dice.between(0.45, 0.9, Draw::Size, 6));
}

}  // namespace kanpan::source::sim::world
