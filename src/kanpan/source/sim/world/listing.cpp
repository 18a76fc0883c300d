#include "kanpan/source/sim/world/listing.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "kanpan/source/sim/world/names.hpp"

namespace kanpan::source::sim::world {
namespace {

struct Place {
  Board board;
  int number;  ///< six digits
  Date opens;  ///< first listing of the board
};

/// Boards mixed as on the real market; numbers are dealt in order of index, so they never meet.
Place place(int index) {
  const int slot = index % 50, turn = index / 50;
  const auto within = [turn](int width, int at) { return turn * width + at; };
  if (slot < 15) {
    const int n = within(15, slot);
    return {Board::Main, n < 999 ? 600001 + n : 601001 + (n - 999), Date::from_ymd(1992, 3, 2)};
  }
  if (slot < 20) return {Board::Main, 603001 + within(5, slot - 15), Date::from_ymd(2012, 6, 1)};
  if (slot < 24) return {Board::Main, 11 + within(4, slot - 20), Date::from_ymd(1991, 7, 3)};
  if (slot < 32) return {Board::Main, 2001 + within(8, slot - 24), Date::from_ymd(2004, 6, 25)};
  if (slot < 43)
    return {Board::ChiNext, 300001 + within(11, slot - 32), Date::from_ymd(2009, 10, 30)};
  if (slot < 48) return {Board::Star, 688001 + within(5, slot - 43), Date::from_ymd(2019, 7, 22)};
  return {Board::Beijing, 920001 + within(2, slot - 48), Date::from_ymd(2021, 11, 15)};
}

std::string_view suffix(Board board, int number) {
  if (board == Board::Beijing) return "BJ";
  return number >= 600000 ? "SH" : "SZ";
}

void place_in_time(Listing& share, Date opens, const Days& days) {
  // About a third of all shares come while the world runs, the younger boards all of them.
  const Date begin = days[0], end = days[days.size() - 1];
  const bool old = opens < begin && share.dice.chance(0.7, Draw::Dates, 0);
  const Date from = old ? opens : std::max(opens, begin + 1);
  const int width = std::max(1, (old ? begin : end) - from);
  const int offset = static_cast<int>(share.dice.unit(Draw::Dates, 1) * width);
  share.list_date = open_day_from(from + offset);
  share.debut = share.list_date >= begin;
  if (share.debut && share.list_date > end) share.list_date = end;
  share.days = {share.debut ? days.at_or_after(share.list_date) : 0, days.size() - 1};
}

void add_mark(Listing& share, Mark mark, int first, int last) {
  last = std::min(last, share.days.last);
  if (first <= last) share.marks.push_back({mark, {first, last}});
}

/// A year ends badly, the mark comes with the report at the end of April, and stays one year or
/// two.
void mark_bad_years(Listing& share, const Days& days) {
  if (share.trade != Trade::General || !share.dice.chance(0.10, Draw::Mark, 0)) return;
  const int years = days[share.days.last].year() - days[share.days.first].year();
  if (years < 2) return;
  const int year = days[share.days.first].year() + 1 + share.dice.below(years, Draw::Mark, 1);
  const auto spring = [&](int y) {
    return days.at_or_after(Date::from_ymd(y, 4, 24 + share.dice.below(6, Draw::Mark, 2)));
  };
  const int first = spring(year), second = spring(year + 1), third = spring(year + 2);
  const Mark mark = share.dice.chance(0.6, Draw::Mark, 3) ? Mark::StarSt : Mark::St;
  add_mark(share, mark, first, second - 1);
  if (share.dice.chance(0.4, Draw::Mark, 4)) add_mark(share, Mark::St, second, third - 1);
}

/// Some end: a marked year, fifteen sessions of delisting period, gone.
void end_some(Listing& share, const Days& days) {
  if (share.board == Board::Beijing || share.trade != Trade::General) return;
  if (!share.dice.chance(0.06, Draw::Mark, 10) || share.days.last - share.days.first < 900) return;
  const int room = share.days.last - share.days.first - 800;
  const int last = share.days.first + 780 + share.dice.below(room, Draw::Mark, 11);
  share.leaves = true;
  share.days.last = last;
  share.marks.clear();
  const int marked = days.at_or_after(Date::from_ymd(days[last - 60].year() - 1, 4, 29));
  add_mark(share, Mark::StarSt, std::max(marked, share.days.first + 250), last - 15);
  add_mark(share, Mark::Leaving, last - 14, last);
  if (share.dice.chance(0.2, Draw::Mark, 12)) {  // its listing was paused for months before
    share.paused = {last - 200, last - 40};
    share.halts.push_back(share.paused);
  }
}

void halt_sometimes(Listing& share) {
  constexpr int kYear = 240;
  for (int start = share.days.first + 30; start < share.days.last - 30; start += kYear) {
    const auto key = static_cast<std::uint64_t>(start / kYear);
    if (!share.dice.chance(0.13, Draw::Halt, key)) continue;
    const bool longer = share.dice.chance(0.15, Draw::Halt, key, 1);
    const int length = longer ? 15 + share.dice.below(45, Draw::Halt, key, 2)
                              : 1 + share.dice.below(10, Draw::Halt, key, 2);
    const int first = start + share.dice.below(kYear - 70, Draw::Halt, key, 3);
    const Span halt{first, std::min(first + length - 1, share.days.last - 20)};
    const bool clear =
        halt.first <= halt.last && (share.halts.empty() || halt.last + 1 < share.paused.first ||
                                    halt.first > share.paused.last + 1);
    if (clear) share.halts.push_back(halt);
  }
  std::sort(share.halts.begin(), share.halts.end(),
            [](const Span& a, const Span& b) { return a.first < b.first; });
}

void size_up(Listing& share) {
  const Dice& dice = share.dice;
  const double skew = dice.unit(Draw::Size, 0);
  const double price = 4 + 26 * skew * skew +
                       (share.board == Board::Star ? 20 : 0) * dice.unit(Draw::Size, 1) +
                       60 * std::max(0.0, skew - 0.97) * 30;
  const bool money = share.trade != Trade::General;
  const double rank = dice.unit(Draw::Size, 2);
  double value = (2.5 + 30 * rank * rank) * 1e9;  // yuan
  if (rank > 0.95) value *= 1 + (rank - 0.95) * 200;
  if (money) value = (60 + 900 * rank * rank) * 1e9;
  if (share.board == Board::Beijing) value = (0.8 + 4 * rank) * 1e9;
  share.start_price = static_cast<std::int32_t>(price * (money ? 50 : 100));
  share.shares = static_cast<std::int64_t>(value / share.start_price * 100 / 1e4) * 10000;
  share.earnings_yield =
      money ? dice.between(0.08, 0.16, Draw::Temper, 0) : 1 / dice.between(12, 70, Draw::Temper, 0);
  share.beta = dice.between(0.6, 1.4, Draw::Temper, 1) * (money ? 0.7 : 1);
  share.wildness = dice.between(0.7, 1.5, Draw::Temper, 2) * (money ? 0.5 : 1) *
                   (share.board == Board::Main ? 1 : 1.3);
  share.turnover = dice.between(0.005, 0.035, Draw::Temper, 3) * (money ? 0.3 : 1);
}

template <typename Spans>
auto find_span(const Spans& spans, int day, auto span_of) {
  auto it = std::partition_point(spans.begin(), spans.end(),
                                 [&](const auto& s) { return span_of(s).last < day; });
  return it != spans.end() && span_of(*it).first <= day ? &*it : nullptr;
}

}  // namespace

Listing make_listing(Dice world, int index, const Days& days) {
  Listing share;
  share.index = index;
  share.dice = world.of(Draw::Listing, static_cast<std::uint64_t>(index));
  const Place where = place(index);
  share.board = where.board;
  share.ts_code = fmt::format("{:06}.{}", where.number, suffix(where.board, where.number));
  const auto branches = static_cast<int>(industries().size());
  share.industry = share.dice.below(branches - 2, Draw::Identity, 0);
  if (share.board == Board::Main && share.dice.chance(0.02, Draw::Identity, 1)) {
    share.trade = share.dice.chance(0.5, Draw::Identity, 2) ? Trade::Bank : Trade::Broker;
    share.industry = share.trade == Trade::Bank ? bank_industry() : broker_industry();
  }
  share.area = share.dice.below(static_cast<int>(areas().size()), Draw::Identity, 3);
  CompanyName company = company_name(index, share.industry);
  share.stem = std::move(company.stem);
  share.name = std::move(company.name);
  share.initials = std::move(company.initials);
  share.english = std::move(company.english);
  place_in_time(share, where.opens, days);
  mark_bad_years(share, days);
  end_some(share, days);
  halt_sometimes(share);
  size_up(share);
  return share;
}

std::string_view Listing::exchange() const {
  const std::string_view end = std::string_view(ts_code).substr(7);
  return end == "SH" ? "SSE" : end == "SZ" ? "SZSE" : "BSE";
}

std::string_view Listing::market() const {
  constexpr std::array<std::string_view, 4> kNames = {"主板", "创业板", "科创板", "北交所"};
  return kNames[static_cast<std::size_t>(board)];
}

Mark Listing::mark(int day) const {
  const Marked* marked = find_span(marks, day, [](const Marked& m) { return m.days; });
  return marked ? marked->mark : Mark::None;
}

int Listing::leaving(int day) const {
  if (!leaves || marks.empty() || marks.back().mark != Mark::Leaving) return -1;
  return day - marks.back().days.first;
}

bool Listing::halted(int day) const {
  return !halts.empty() && find_span(halts, day, [](const Span& s) { return s; }) != nullptr;
}

Date Listing::delist_date(const Days& days) const {
  return open_day_from(days[this->days.last] + 1);
}

std::string Listing::marked(Mark mark) const {
  switch (mark) {
    case Mark::None:
      return name;
    case Mark::St:
      return "ST" + stem;
    case Mark::StarSt:
      return "*ST" + stem;
    case Mark::Leaving:
      return name.substr(0, stem.size()) + "退";
  }
  return name;
}

std::string Listing::name_on(int day) const { return marked(mark(day)); }

}  // namespace kanpan::source::sim::world
