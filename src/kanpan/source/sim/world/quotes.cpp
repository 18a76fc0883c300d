// daily, adj_factor, stk_limit, suspend_d.
#include "kanpan/source/sim/world/generators.hpp"

namespace kanpan::source::sim::world {

void daily(const Ask& ask, Rows& out) {
  const Cell code = out.cell("ts_code"), date = out.cell("trade_date"), open = out.cell("open"),
             high = out.cell("high"), low = out.cell("low"), close = out.cell("close"),
             pre_close = out.cell("pre_close"), change = out.cell("change"),
             pct_chg = out.cell("pct_chg"), vol = out.cell("vol"), amount = out.cell("amount");
  each_traded(ask, [&](int i, int day) {
    const Bar bar = ask.exchange.path(i).bar(day);
    out.begin();
    out.set(code, std::string_view(ask.exchange.share(i).ts_code));
    out.set(date, ask.exchange.days()[day]);
    out.set(open, yuan(bar.open));
    out.set(high, yuan(bar.high));
    out.set(low, yuan(bar.low));
    out.set(close, yuan(bar.close));
    out.set(pre_close, yuan(bar.pre_close));
    out.set(change, yuan(bar.close - bar.pre_close));
    out.set(pct_chg, rounded(bar.change() * 100, 4));
    out.set(vol, bar.lots);
    out.set(amount, bar.amount);
  });
}

/// Also on days without trading: the factor belongs to the date.
void adj_factor(const Ask& ask, Rows& out) {
  const Cell code = out.cell("ts_code"), date = out.cell("trade_date"),
             factor = out.cell("adj_factor");
  each_listed(ask, [&](int i, int day) {
    out.begin();
    out.set(code, std::string_view(ask.exchange.share(i).ts_code));
    out.set(date, ask.exchange.days()[day]);
    out.set(factor, rounded(ask.exchange.path(i).step(day).factor, 4));
  });
}

/// A day without limits shows the source's signs for it, 99999.99 and 0.
void stk_limit(const Ask& ask, Rows& out) {
  const Cell code = out.cell("ts_code"), date = out.cell("trade_date"),
             pre_close = out.cell("pre_close"), up = out.cell("up_limit"),
             down = out.cell("down_limit");
  each_listed(ask, [&](int i, int day) {
    const Path& path = ask.exchange.path(i);
    const Limits limits = path.limits_on(day);
    out.begin();
    out.set(code, std::string_view(ask.exchange.share(i).ts_code));
    out.set(date, ask.exchange.days()[day]);
    out.set(pre_close, yuan(path.pre_close(day)));
    out.set(up, limits.free ? 99999.99 : yuan(limits.up));
    out.set(down, limits.free ? 0.0 : yuan(limits.down));
  });
}

/// One S row for every day without trading, one R row for the day of resumption.
void suspend_d(const Ask& ask, Rows& out) {
  const Cell code = out.cell("ts_code"), date = out.cell("trade_date"),
             type = out.cell("suspend_type");
  each_listed(ask, [&](int i, int day) {
    const Listing& share = ask.exchange.share(i);
    const bool halted = share.halted(day);
    if (!halted && !(day > share.days.first && share.halted(day - 1))) return;
    out.begin();
    out.set(code, std::string_view(share.ts_code));
    out.set(date, ask.exchange.days()[day]);
    out.set(type, halted ? "S" : "R");
  });
}

}  // namespace kanpan::source::sim::world
