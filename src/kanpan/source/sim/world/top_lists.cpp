// top_list and hm_detail: the exchanges' list of the day's extremes, and known traders on it.
#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "kanpan/source/sim/world/generators.hpp"
#include "kanpan/source/sim/world/valuation.hpp"

namespace kanpan::source::sim::world {
namespace {

struct Listed {
  int share;
  Bar bar;
  double measure;  ///< what the reason ranks by
};

/// One published reason: shares with a measure, the five largest of each exchange.
struct Reason {
  std::string_view text;
  bool wide;  ///< boards with a band of 20 % or more; else the main board
  std::optional<double> (*measure)(const Bar& bar, double market, double turnover);
};

template <int percent>
std::optional<double> above(double value) {
  return value * 100 >= percent ? std::optional(value) : std::nullopt;
}

const std::array<Reason, 8> kReasons = {{
    {"日涨幅偏离值达到7%的前5只证券", false,
     [](const Bar& b, double market, double) { return above<7>(b.change() - market); }},
    {"日跌幅偏离值达到7%的前5只证券", false,
     [](const Bar& b, double market, double) { return above<7>(market - b.change()); }},
    {"日振幅值达到15%的前5只证券", false,
     [](const Bar& b, double, double) {
       return above<15>(static_cast<double>(b.high - b.low) / b.pre_close);
     }},
    {"日换手率达到20%的前5只证券", false,
     [](const Bar&, double, double t) { return above<20>(t); }},
    {"日收盘价格涨幅达到15%的前5只证券", true,
     [](const Bar& b, double, double) { return above<15>(b.change()); }},
    {"日收盘价格跌幅达到15%的前5只证券", true,
     [](const Bar& b, double, double) { return above<15>(-b.change()); }},
    {"日价格振幅达到30%的前5只证券", true,
     [](const Bar& b, double, double) {
       return above<30>(static_cast<double>(b.high - b.low) / b.pre_close);
     }},
    {"日换手率达到30%的前5只证券", true, [](const Bar&, double, double t) { return above<30>(t); }},
}};

bool wide(const Listing& share, Date date) {
  return share.board == Board::Star || share.board == Board::Beijing ||
         (share.board == Board::ChiNext && date >= Date::from_ymd(2020, 8, 24));
}

/// The day's list, one entry for each share and reason, in order of reason.
std::vector<std::pair<const Reason*, Listed>> list_of(const Exchange& exchange, int day) {
  const double market = exchange.tides().market[static_cast<std::size_t>(day)];
  std::array<std::array<std::vector<Listed>, 3>, kReasons.size()> found;
  for (int i = 0; i < exchange.size(); ++i) {
    if (!exchange.trades(i, day)) continue;
    const Listing& share = exchange.share(i);
    const Bar bar = exchange.path(i).bar(day);
    const double turnover =
        static_cast<double>(bar.lots) * 100 / exchange.path(i).float_shares(day);
    const std::size_t venue = share.ts_code[7] == 'B' ? 2 : share.ts_code[8] == 'H' ? 0 : 1;
    for (std::size_t r = 0; r < kReasons.size(); ++r) {
      if (kReasons[r].wide != wide(share, exchange.days()[day])) continue;
      if (const auto measure = kReasons[r].measure(bar, market, turnover))
        found[r][venue].push_back({i, bar, *measure});
    }
  }
  std::vector<std::pair<const Reason*, Listed>> list;
  for (std::size_t r = 0; r < kReasons.size(); ++r) {
    for (auto& of : found[r]) {
      std::stable_sort(of.begin(), of.end(),
                       [](const Listed& a, const Listed& b) { return a.measure > b.measure; });
      if (of.size() > 5) of.resize(5, Listed{});
      for (const Listed& listed : of) list.emplace_back(&kReasons[r], listed);
    }
  }
  return list;
}

struct Seats {
  double buy, sell;  ///< yuan, of the five largest buyers and sellers
};

Seats seats(const Listing& share, int day, const Bar& bar) {
  const auto d = static_cast<std::uint64_t>(day);
  const double traded = bar.amount * 1000;
  const double lean = std::clamp(bar.change(), -0.1, 0.1);
  return {std::round(traded * (share.dice.between(0.08, 0.25, Draw::Seat, d, 0) + lean * 0.5) + 1),
          std::round(traded * (share.dice.between(0.08, 0.25, Draw::Seat, d, 1) - lean * 0.5) + 1)};
}

void top_row(const Exchange& exchange, int day, const Reason& reason, const Listed& listed,
             Rows& out) {
  const Listing& share = exchange.share(listed.share);
  const Bar& bar = listed.bar;
  const Seats s = seats(share, day, bar);
  const double traded = rounded(bar.amount * 1000, 0);
  const Valuation v = value(exchange, listed.share, day, bar);
  out.begin();
  out.set("trade_date", exchange.days()[day]);
  out.set("ts_code", std::string_view(share.ts_code));
  out.set("name", std::string_view(share.name_on(day)));
  out.set("close", yuan(bar.close));
  out.set("pct_change", rounded(bar.change() * 100, 4));
  out.set("turnover_rate", v.turnover);
  out.set("amount", traded);
  out.set("l_sell", s.sell);
  out.set("l_buy", s.buy);
  out.set("l_amount", s.buy + s.sell);
  out.set("net_amount", s.buy - s.sell);
  out.set("net_rate", rounded((s.buy - s.sell) / traded * 100, 2));
  out.set("amount_rate", rounded((s.buy + s.sell) / traded * 100, 2));
  out.set("float_values", rounded(v.circ_mv * 1e4, 0));
  out.set("reason", reason.text);
}

struct Trader {
  std::string_view name, seats;
};

/// Invented traders and the invented branches that they are said to use.
constexpr std::array<Trader, 12> kTraders = {{
    {"溪山客", "云汀证券股份有限公司溪山路营业部"},
    {"北岸渡口", "北岸证券有限公司渡口营业部"},
    {"青石巷", "青石证券股份有限公司南巷营业部;青石证券股份有限公司北巷营业部"},
    {"听雨楼", "听雨证券有限责任公司楼前营业部"},
    {"老渔翁", "沧江证券股份有限公司渔港营业部"},
    {"七号台", "台前证券股份有限公司第七营业部"},
    {"松间月", "松月证券有限公司中山营业部"},
    {"铁匠铺", "炉火证券股份有限公司铁匠街营业部"},
    {"夜航船", "远帆证券有限公司港湾营业部;远帆证券有限公司码头营业部"},
    {"半山亭", "半山证券股份有限公司亭林营业部"},
    {"一线天", "峡谷证券有限责任公司天门营业部"},
    {"三叉戟", "三川证券股份有限公司三叉路营业部"},
}};

void trader_rows(const Exchange& exchange, int day, const Listed& listed, Rows& out) {
  const Listing& share = exchange.share(listed.share);
  const auto d = static_cast<std::uint64_t>(day);
  const Seats s = seats(share, day, listed.bar);
  const int count = share.dice.below(4, Draw::Trader, d, 0);
  const int start = share.dice.below(static_cast<int>(kTraders.size()), Draw::Trader, d, 1);
  for (int k = 0; k < count; ++k) {
    const auto key = static_cast<std::uint64_t>(10 * k);
    const Trader& trader = kTraders[static_cast<std::size_t>(start + 5 * k) % kTraders.size()];
    const double bought =
        std::round(s.buy * share.dice.between(0.02, 0.25, Draw::Trader, d, key + 2));
    const double sold =
        share.dice.chance(0.5, Draw::Trader, d, key + 3)
            ? std::round(s.sell * share.dice.between(0.02, 0.25, Draw::Trader, d, key + 4))
            : 0;
    out.begin();
    out.set("trade_date", exchange.days()[day]);
    out.set("ts_code", std::string_view(share.ts_code));
    out.set("ts_name", std::string_view(share.name_on(day)));
    out.set("buy_amount", bought);
    out.set("sell_amount", sold);
    out.set("net_amount", bought - sold);
    out.set("hm_name", trader.name);
    out.set("hm_orgs", trader.seats);
  }
}

}  // namespace

void top_list(const Ask& ask, Rows& out) {
  for (int day = ask.days.last; day >= ask.days.first; --day)
    for (const auto& [reason, listed] : list_of(ask.exchange, day))
      if (ask.wants_code(ask.exchange.share(listed.share).ts_code))
        top_row(ask.exchange, day, *reason, listed, out);
}

/// From August 2022 on, as at the source; one set of traders for each share on the day's list.
void hm_detail(const Ask& ask, Rows& out) {
  const int first =
      std::max(ask.days.first, ask.exchange.days().at_or_after(Date::from_ymd(2022, 8, 1)));
  for (int day = ask.days.last; day >= first; --day) {
    std::vector<int> done;
    for (const auto& [reason, listed] : list_of(ask.exchange, day)) {
      const bool again = std::find(done.begin(), done.end(), listed.share) != done.end();
      if (again || !ask.wants_code(ask.exchange.share(listed.share).ts_code)) continue;
      done.push_back(listed.share);
      trader_rows(ask.exchange, day, listed, out);
    }
  }
}

}  // namespace kanpan::source::sim::world
