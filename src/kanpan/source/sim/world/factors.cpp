// stk_factor, stk_factor_pro: prices of three bases and the indicators on them.
#include <algorithm>
#include <array>
#include <memory>
#include <string>

#include "kanpan/source/sim/world/factor_window.hpp"
#include "kanpan/source/sim/world/generators.hpp"
#include "kanpan/source/sim/world/valuation.hpp"

namespace kanpan::source::sim::world {
namespace {

using Window = std::shared_ptr<const FactorWindow>;

/// Few rows per share are cheapest from the kept blocks, a long stretch in one piece.
std::vector<Window> windows(const Ask& ask, FactorSet set, Span days) {
  const bool block = days.first / FactorMemo::kBlock == days.last / FactorMemo::kBlock;
  std::vector<Window> all;
  for (int i : ask.shares)
    all.push_back(block ? ask.exchange.factors().window(ask.exchange, i, set, days.first)
                        : std::make_shared<const FactorWindow>(
                              compute_window(ask.exchange, i, set, days.first, days.last)));
  return all;
}

/// Calls `row(share, day, window)` for sessions asked for, newest first, holding at most a block of
/// windows for all shares or the whole stretch for a few.
template <typename Row>
void each_factor(const Ask& ask, FactorSet set, Row row) {
  constexpr int kBlock = FactorMemo::kBlock;
  Span part = ask.days;
  const auto rows = static_cast<std::int64_t>(ask.shares.size()) * (part.last - part.first + 1);
  const bool whole = rows <= 25'000;
  for (int last = ask.days.last; last >= ask.days.first; last = part.first - 1) {
    part = {whole ? ask.days.first : std::max(ask.days.first, last / kBlock * kBlock), last};
    const std::vector<Window> kept = windows(ask, set, part);
    for (int day = part.last; day >= part.first; --day)
      for (std::size_t k = 0; k < kept.size(); ++k)
        if (ask.exchange.trades(ask.shares[k], day)) row(ask.shares[k], day, *kept[k]);
  }
}

/// The columns of one price in a basis: raw, × factor, and × factor ÷ the day's factor. The last is
/// the raw price again: the source takes its front-adjusted prices on the day itself.
struct Price {
  Price(const Rows& out, const std::string& name)
      : raw(out.cell(name)), hfq(out.cell(name + "_hfq")), qfq(out.cell(name + "_qfq")) {}
  void set(Rows& out, std::int32_t ticks, double factor) const {
    out.set(raw, yuan(ticks));
    out.set(hfq, rounded(yuan(ticks) * factor, 5));
    out.set(qfq, yuan(ticks));
  }
  Cell raw, hfq, qfq;
};

class Quotes {
 public:
  explicit Quotes(const Rows& out)
      : code_(out.cell("ts_code")),
        date_(out.cell("trade_date")),
        change_(out.cell("change")),
        percent_(out.cell("pct_change")),
        percent_pro_(out.cell("pct_chg")),
        vol_(out.cell("vol")),
        amount_(out.cell("amount")),
        factor_(out.cell("adj_factor")),
        open_(out, "open"),
        high_(out, "high"),
        low_(out, "low"),
        close_(out, "close"),
        pre_close_(out, "pre_close") {}

  void set(Rows& out, const Exchange& exchange, int i, int day, const Bar& bar,
           double factor) const {
    out.set(code_, std::string_view(exchange.share(i).ts_code));
    out.set(date_, exchange.days()[day]);
    out.set(change_, yuan(bar.close - bar.pre_close));
    out.set(percent_, rounded(bar.change() * 100, 4));
    out.set(percent_pro_, rounded(bar.change() * 100, 4));
    out.set(vol_, bar.lots);
    out.set(amount_, bar.amount);
    out.set(factor_, factor);
    open_.set(out, bar.open, factor);
    high_.set(out, bar.high, factor);
    low_.set(out, bar.low, factor);
    close_.set(out, bar.close, factor);
    pre_close_.set(out, bar.pre_close, factor);
  }

 private:
  Cell code_, date_, change_, percent_, percent_pro_, vol_, amount_, factor_;
  Price open_, high_, low_, close_, pre_close_;
};

/// Where each indicator of a window goes, for one basis ("" in stk_factor).
std::vector<Cell> cells(const Rows& out, const FactorWindow& window, std::string_view basis) {
  std::vector<Cell> all;
  for (const FactorWindow::Name& name : window.names)
    all.push_back(out.cell(std::string(name.head).append(basis).append(name.tail)));
  return all;
}

void set_all(Rows& out, const std::vector<Cell>& to, const double* values) {
  for (std::size_t k = 0; k < to.size(); ++k) out.set(to[k], rounded(values[k], 3));
}

/// Back-adjusted values brought to the day: what is in yuan is divided by the day's factor.
void set_front(Rows& out, const std::vector<Cell>& to, const FactorWindow& window,
               const double* values, double factor) {
  for (std::size_t k = 0; k < to.size(); ++k)
    out.set(to[k], rounded(window.names[k].price ? values[k] / factor : values[k], 3));
}

}  // namespace

void stk_factor(const Ask& ask, Rows& out) {
  const Quotes quotes(out);
  std::vector<Cell> to;
  each_factor(ask, FactorSet::Basic, [&](int i, int day, const FactorWindow& window) {
    const Path& path = ask.exchange.path(i);
    const double factor = rounded(path.step(day).factor, 4);
    if (to.empty()) to = cells(out, window, "");
    out.begin();
    quotes.set(out, ask.exchange, i, day, path.bar(day), factor);
    set_front(out, to, window, window.adjusted_at(day), factor);
  });
}

void stk_factor_pro(const Ask& ask, Rows& out) {
  const Quotes quotes(out);
  const std::array<Cell, 4> counts = {out.cell("updays"), out.cell("downdays"), out.cell("lowdays"),
                                      out.cell("topdays")};
  std::vector<Cell> raw, back, front;
  each_factor(ask, FactorSet::All, [&](int i, int day, const FactorWindow& window) {
    const Path& path = ask.exchange.path(i);
    const Bar bar = path.bar(day);
    const double factor = rounded(path.step(day).factor, 4);
    if (raw.empty()) {
      raw = cells(out, window, "_bfq");
      back = cells(out, window, "_hfq");
      front = cells(out, window, "_qfq");
    }
    out.begin();
    quotes.set(out, ask.exchange, i, day, bar, factor);
    set_valuation(out, value(ask.exchange, i, day, bar));
    set_all(out, raw, window.raw_at(day));
    set_all(out, back, window.adjusted_at(day));
    set_front(out, front, window, window.adjusted_at(day), factor);
    for (std::size_t k = 0; k < counts.size(); ++k) out.set(counts[k], window.counts_at(day)[k]);
  });
}

}  // namespace kanpan::source::sim::world
