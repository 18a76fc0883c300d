// limit_list_d: shares that closed at a limit or touched it.
#include "kanpan/source/sim/world/generators.hpp"
#include "kanpan/source/sim/world/names.hpp"
#include "kanpan/source/sim/world/sealing.hpp"
#include "kanpan/source/sim/world/valuation.hpp"

namespace kanpan::source::sim::world {
namespace {

void limit_row(const Exchange& exchange, int i, int day, const Bar& bar, const Sealing& sealing,
               Rows& out) {
  const Listing& share = exchange.share(i);
  const Valuation v = value(exchange, i, day, bar);
  out.begin();
  out.set("trade_date", exchange.days()[day]);
  out.set("ts_code", std::string_view(share.ts_code));
  out.set("industry", industries()[static_cast<std::size_t>(share.industry)].name);
  out.set("name", std::string_view(share.name));
  out.set("close", yuan(bar.close));
  out.set("pct_chg", rounded(bar.change() * 100, 4));
  out.set("amount", rounded(bar.amount * 1000, 0));
  out.set("float_mv", rounded(v.circ_mv * 1e4, 0));
  out.set("total_mv", rounded(v.total_mv * 1e4, 0));
  out.set("turnover_ratio", v.turnover);
  out.set("open_times", sealing.opened);
  out.set("last_time", std::string_view(clock_text(sealing.last, "")));
  const bool down = sealing.seal == Seal::Down;
  if (down) {
    out.set("limit_amount", sealing.at_limit);
  } else {
    out.set("first_time", std::string_view(clock_text(sealing.first, "")));
    out.set("up_stat", std::string_view(up_stat(exchange, i, day)));
  }
  if (sealing.seal != Seal::Broken) out.set("fd_amount", sealing.waiting);
  out.set("limit_times", sealing.seal == Seal::Broken ? 0 : streak(exchange, i, day, sealing.seal));
  out.set("limit", down ? "D" : sealing.seal == Seal::Up ? "U" : "Z");
}

}  // namespace

/// From 2020 on, without shares under a mark, as at the source.
void limit_list_d(const Ask& ask, Rows& out) {
  const Date since = Date::from_ymd(2020, 1, 2);
  each_traded(ask, [&](int i, int day) {
    const Listing& share = ask.exchange.share(i);
    if (share.mark(day) != Mark::None || ask.exchange.days()[day] < since) return;
    const Bar bar = ask.exchange.path(i).bar(day);
    const Sealing s = sealing(share, day, bar);
    if (s.seal != Seal::None) limit_row(ask.exchange, i, day, bar, s, out);
  });
}

}  // namespace kanpan::source::sim::world
