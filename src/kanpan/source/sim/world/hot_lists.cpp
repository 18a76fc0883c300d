// kpl_list, kpl_concept, ths_hot: what the crowd looks at. Within the day of `now` they grow and
// move with the clock.
#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "kanpan/source/sim/world/generators.hpp"
#include "kanpan/source/sim/world/names.hpp"
#include "kanpan/source/sim/world/sealing.hpp"
#include "kanpan/source/sim/world/themes.hpp"
#include "kanpan/source/sim/world/valuation.hpp"

namespace kanpan::source::sim::world {
namespace {

/// Has the second of that day passed?
bool passed(const Ask& ask, int day, int second) {
  return shanghai_instant(ask.exchange.days()[day], second) <= ask.question.now;
}

std::string_view theme_name(int theme) { return themes()[static_cast<std::size_t>(theme)].name; }

std::string joined_themes(const Listing& share, std::string_view separator) {
  std::string text;
  for (int theme : themes_of(share))
    text.append(text.empty() ? "" : separator).append(theme_name(theme));
  return text;
}

constexpr int kAuctionEnd = 9 * 3600 + 25 * 60;

struct KplRow {
  const Ask& ask;
  int share, day;
  Bar bar;
  Sealing sealing;
};

void kpl_row(const KplRow& row, std::string_view tag, Rows& out) {
  const Exchange& exchange = row.ask.exchange;
  const Listing& share = exchange.share(row.share);
  const auto d = static_cast<std::uint64_t>(row.day);
  const double traded = rounded(row.bar.amount * 1000, 0);
  const double bid = std::round(traded * share.dice.between(0.005, 0.06, Draw::Tag, d, 0));
  const double free_mv = exchange.path(row.share).free_shares(row.day) * yuan(row.bar.close);
  const double gap = static_cast<double>(row.bar.open - row.bar.pre_close) / row.bar.pre_close;
  const bool up = row.sealing.seal == Seal::Up, down = row.sealing.seal == Seal::Down;
  out.begin();
  out.set("ts_code", std::string_view(share.ts_code));
  out.set("name", std::string_view(share.name_on(row.day)));
  out.set("trade_date", exchange.days()[row.day]);
  const std::string first = clock_text(row.sealing.first, ":");
  if (up || row.sealing.seal == Seal::Broken) {
    out.set("lu_time", std::string_view(first));
    out.set("lu_desc", theme_name(themes_of(share).front()));
    out.set("lu_limit_order", std::round(row.sealing.waiting * 1.3));
  }
  if (down) out.set("ld_time", std::string_view(first));
  if (row.sealing.opened > 0)
    out.set("open_time", std::string_view(clock_text(row.sealing.first + 40, ":")));
  if (up) {
    out.set("last_time", std::string_view(clock_text(row.sealing.last, ":")));
    const int boards = streak(exchange, row.share, row.day, Seal::Up);
    out.set("status", std::string_view(boards == 1 ? "首板" : fmt::format("{}连板", boards)));
    out.set("limit_order", row.sealing.waiting);
    out.set("lu_bid_vol", std::round(bid * 0.4));
  }
  out.set("tag", tag);
  out.set("theme", std::string_view(joined_themes(share, "、")));
  out.set("net_change", std::round(traded * (row.bar.change() * 0.8 +
                                             0.03 * share.dice.normal(Draw::Tag, d, 1))));
  out.set("bid_amount", bid);
  out.set("bid_change", std::round(bid * share.dice.between(-0.6, 0.8, Draw::Tag, d, 2)));
  out.set("bid_turnover", rounded(bid / free_mv * 100, 4));
  out.set("pct_chg", rounded(row.bar.change() * 100, 4));
  out.set("bid_pct_chg", rounded(gap * 100, 2));
  out.set("rt_pct_chg", rounded(row.bar.change() * 100, 2));
  out.set("amount", traded);
  out.set("turnover_rate", rounded(traded / free_mv * 100, 4));
  out.set("free_float", std::round(free_mv));
}

/// Shares at the upper limit by theme, as far as `now` has seen them.
std::vector<int> limit_ups(const Ask& ask, int day) {
  std::vector<int> count(themes().size());
  for (int i = 0; day >= 0 && i < ask.exchange.size(); ++i) {
    if (!ask.exchange.trades(i, day)) continue;
    const Listing& share = ask.exchange.share(i);
    const Sealing s = sealing(share, day, ask.exchange.path(i).bar(day));
    if (s.seal != Seal::Up || !passed(ask, day, s.first)) continue;
    for (int theme : themes_of(share)) ++count[static_cast<std::size_t>(theme)];
  }
  return count;
}

/// Rank of each, 0 for the largest; equal ones in order of index.
std::vector<int> ranks(const std::vector<int>& count) {
  std::vector<int> order(count.size()), rank(count.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
    return count[static_cast<std::size_t>(a)] > count[static_cast<std::size_t>(b)];
  });
  for (std::size_t r = 0; r < order.size(); ++r)
    rank[static_cast<std::size_t>(order[r])] = static_cast<int>(r);
  return rank;
}

constexpr std::array kSnapshots = {9 * 60,  10 * 60, 11 * 60, 13 * 60, 14 * 60,
                                   15 * 60, 16 * 60, 18 * 60, 20 * 60, 22 * 60 + 30};  // minutes

/// Price at a minute of the day: between open and close, inside the day's range.
std::int32_t price_at(const Listing& share, int day, const Bar& bar, int minute) {
  if (minute < 9 * 60 + 30) return bar.pre_close;
  if (minute >= 15 * 60) return bar.close;
  const double part = (minute - 9 * 60 - 30) / 330.0;
  const double noise = share.dice.between(-0.3, 0.3, Draw::Drift, static_cast<std::uint64_t>(day),
                                          static_cast<std::uint64_t>(minute));
  const double price = bar.open + (bar.close - bar.open) * part + (bar.high - bar.low) * noise;
  return std::clamp(static_cast<std::int32_t>(std::lround(price)), bar.low, bar.high);
}

struct Hot {
  double heat = 0;
  double change = 0;  ///< %
  int which = 0;      ///< share, theme or industry
  std::int32_t price = 0;
};

void hottest(std::vector<Hot>& list, std::size_t most) {
  std::stable_sort(list.begin(), list.end(),
                   [](const Hot& a, const Hot& b) { return a.heat > b.heat; });
  if (list.size() > most) list.resize(most);
}

/// One snapshot: the shares, and the themes and industries that they make up.
struct Snapshot {
  std::vector<Hot> shares, concepts, branches;
};

Snapshot snapshot(const Exchange& exchange, int day, int minute) {
  Snapshot s;
  s.concepts.resize(themes().size());
  s.branches.resize(industries().size());
  std::vector<int> members(s.concepts.size()), firms(s.branches.size());
  for (int i = 0; i < exchange.size(); ++i) {
    if (!exchange.trades(i, day)) continue;
    const Listing& share = exchange.share(i);
    const Bar bar = exchange.path(i).bar(day);
    Hot hot{.which = i, .price = price_at(share, day, bar, minute)};
    hot.change = static_cast<double>(hot.price - bar.pre_close) / bar.pre_close * 100;
    const auto d = static_cast<std::uint64_t>(day);
    const double interest =
        share.dice.between(0.7, 1.3, Draw::Heat, d) *
        share.dice.between(0.9, 1.1, Draw::Drift, d, static_cast<std::uint64_t>(minute + 2000));
    hot.heat = std::sqrt(bar.amount) * (1 + 0.2 * std::abs(hot.change)) * interest;
    s.shares.push_back(hot);
    const auto add = [&](std::vector<Hot>& to, std::vector<int>& count, int which) {
      const auto at = static_cast<std::size_t>(which);
      to[at].which = which;
      to[at].heat += hot.heat;
      to[at].change += hot.change;
      ++count[at];
    };
    for (int theme : themes_of(share)) add(s.concepts, members, theme);
    add(s.branches, firms, share.industry);
  }
  for (std::size_t k = 0; k < members.size(); ++k) s.concepts[k].change /= std::max(1, members[k]);
  for (std::size_t k = 0; k < firms.size(); ++k) s.branches[k].change /= std::max(1, firms[k]);
  std::erase_if(s.concepts, [](const Hot& hot) { return hot.heat == 0; });
  std::erase_if(s.branches, [](const Hot& hot) { return hot.heat == 0; });
  hottest(s.shares, 100);
  hottest(s.concepts, 20);
  hottest(s.branches, 20);
  return s;
}

struct HotRow {
  Date date;
  std::string_view type, rank_time, code, name;
  int rank;
};

void hot_row(const HotRow& row, const Hot& hot, Rows& out) {
  out.begin();
  out.set("trade_date", row.date);
  out.set("data_type", row.type);
  out.set("ts_code", row.code);
  out.set("ts_name", row.name);
  out.set("rank", row.rank);
  out.set("pct_change", rounded(hot.change, 2));
  out.set("hot", rounded(hot.heat * 100, 0));
  out.set("rank_time", row.rank_time);
}

void snapshot_rows(const Ask& ask, int day, int minute, Rows& out) {
  const Date date = ask.exchange.days()[day];
  const Snapshot s = snapshot(ask.exchange, day, minute);
  const std::string time = fmt::format("{} {}", date.iso(), clock_text(minute * 60, ":"));
  int rank = 0;
  for (const Hot& hot : s.shares) {
    const Listing& share = ask.exchange.share(hot.which);
    ++rank;
    if (!ask.wants_code(share.ts_code)) continue;
    const std::string name = share.name_on(day);
    hot_row({date, "热股", time, share.ts_code, name, rank}, hot, out);
    out.set("current_price", yuan(hot.price));
    out.set("concept", std::string_view(fmt::format("[\"{}\"]", joined_themes(share, "\", \""))));
    const int boards = minute >= 15 * 60 ? streak(ask.exchange, hot.which, day, Seal::Up) : 0;
    if (boards > 0)
      out.set("rank_reason",
              std::string_view(fmt::format("{}概念{}天{}板", theme_name(themes_of(share).front()),
                                           boards, boards)));
  }
  rank = 0;
  for (const Hot& hot : s.concepts) {
    const Theme& theme = themes()[static_cast<std::size_t>(hot.which)];
    ++rank;
    if (ask.wants_code(theme.ths_code))
      hot_row({date, "概念板块", time, theme.ths_code, theme.name, rank}, hot, out);
  }
  rank = 0;
  for (const Hot& hot : s.branches) {
    const std::string code = fmt::format("{}.TI", 881101 + hot.which);
    ++rank;
    if (ask.wants_code(code))
      hot_row({date, "行业板块", time, code, industries()[static_cast<std::size_t>(hot.which)].name,
               rank},
              hot, out);
  }
}

}  // namespace

/// 涨停, 炸板, 跌停, 自然涨停 (reached from below, not opened at the limit), 竞价 (opened 4 % or
/// more away). A share enters today's list when it first meets its limit.
void kpl_list(const Ask& ask, Rows& out) {
  each_traded(ask, [&](int i, int day) {
    const Listing& share = ask.exchange.share(i);
    const Bar bar = ask.exchange.path(i).bar(day);
    const Sealing s = sealing(share, day, bar);
    const KplRow row{ask, i, day, bar, s};
    const bool seen = s.seal != Seal::None && passed(ask, day, s.first);
    if (seen && s.seal == Seal::Up) kpl_row(row, "涨停", out);
    if (seen && s.seal == Seal::Broken) kpl_row(row, "炸板", out);
    if (seen && s.seal == Seal::Down) kpl_row(row, "跌停", out);
    if (seen && s.seal == Seal::Up && s.first > kAuctionEnd) kpl_row(row, "自然涨停", out);
    if (std::abs(bar.open - bar.pre_close) * 25 >= bar.pre_close && passed(ask, day, kAuctionEnd))
      kpl_row(row, "竞价", out);
  });
}

/// Themes with a share at its upper limit, and the places that each won or lost since the day
/// before.
void kpl_concept(const Ask& ask, Rows& out) {
  for (int day = ask.days.last; day >= ask.days.first; --day) {
    const std::vector<int> count = limit_ups(ask, day);
    const std::vector<int> now = ranks(count), before = ranks(limit_ups(ask, day - 1));
    for (std::size_t k = 0; k < count.size(); ++k) {
      if (count[k] == 0 || !ask.wants_code(themes()[k].kpl_code)) continue;
      out.begin();
      out.set("trade_date", ask.exchange.days()[day]);
      out.set("ts_code", themes()[k].kpl_code);
      out.set("name", themes()[k].name);
      out.set("z_t_num", count[k]);
      out.set("up_num", before[k] - now[k]);
    }
  }
}

/// Ten snapshots a day, the last at 22:30; 100 shares, 20 themes, 20 industries in each.
void ths_hot(const Ask& ask, Rows& out) {
  for (int day = ask.days.last; day >= ask.days.first; --day)
    for (auto minute = kSnapshots.rbegin(); minute != kSnapshots.rend(); ++minute)
      if (passed(ask, day, *minute * 60)) snapshot_rows(ask, day, *minute, out);
}

}  // namespace kanpan::source::sim::world
