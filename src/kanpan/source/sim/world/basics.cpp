// trade_cal, stock_basic, stock_company, namechange.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "kanpan/market/closed_weekdays.hpp"
#include "kanpan/source/sim/world/generators.hpp"
#include "kanpan/source/sim/world/names.hpp"

namespace kanpan::source::sim::world {
namespace {

struct Venue {
  std::string_view id;
  Date opened;
};

/// First sessions of the three exchanges.
const std::array<Venue, 3> kVenues = {{{"BSE", Date::from_ymd(2021, 11, 15)},
                                       {"SSE", Date::from_ymd(1990, 12, 19)},
                                       {"SZSE", Date::from_ymd(1991, 7, 3)}}};

struct Naming {
  std::string name;
  Date from;
  Date announced;
  std::string_view reason;
};

std::string_view reason_for(Mark mark, Mark before) {
  switch (mark) {
    case Mark::St:
      return before == Mark::StarSt ? "摘星" : "ST";
    case Mark::StarSt:
      return "*ST";
    case Mark::Leaving:
      return "终止上市";
    case Mark::None:
      return before == Mark::StarSt ? "撤销*ST" : "撤销ST";
  }
  return "其他";
}

/// All names that a share will ever have, oldest first.
std::vector<Naming> namings(const Listing& share, const Days& days) {
  std::vector<Naming> all{{share.name, share.list_date, share.list_date - 3, "其他"}};
  Mark before = Mark::None;
  const auto rename = [&](Mark mark, int day) {
    const Date from = days[day];
    all.push_back({share.marked(mark), from, open_day_before(from), reason_for(mark, before)});
    before = mark;
  };
  for (std::size_t k = 0; k < share.marks.size(); ++k) {
    const Marked& marked = share.marks[k];
    rename(marked.mark, marked.days.first);
    const int next = marked.days.last + 1;
    const bool joined = k + 1 < share.marks.size() && share.marks[k + 1].days.first == next;
    if (!joined && next <= share.days.last) rename(Mark::None, next);
  }
  return all;
}

/// L listed, P paused, D delisted, as of a day.
std::string_view status(const Listing& share, const Days& days, Date today) {
  if (share.leaves && share.delist_date(days) <= today) return "D";
  const int day = days.at_or_before(today);
  return share.paused.contains(day) ? "P" : "L";
}

std::string full_name(const Listing& share) {
  const Area& area = areas()[static_cast<std::size_t>(share.area)];
  return fmt::format("{}{}股份有限公司", area.province, share.name);
}

void basic_row(const Listing& share, const Ask& ask, Rows& out) {
  const Days& days = ask.exchange.days();
  const std::string_view state = status(share, days, ask.today);
  const int day = std::min(days.at_or_before(ask.today), share.days.last);
  const std::string_view exchange = share.exchange();
  const bool connected = share.dice.chance(0.45, Draw::Company, 0) && exchange != "BSE";
  out.begin();
  out.set("ts_code", std::string_view(share.ts_code));
  out.set("symbol", share.symbol());
  out.set("name", std::string_view(share.name_on(std::max(day, 0))));
  out.set("area", areas()[static_cast<std::size_t>(share.area)].name);
  out.set("industry", industries()[static_cast<std::size_t>(share.industry)].name);
  out.set("fullname", std::string_view(full_name(share)));
  out.set("enname", std::string_view(share.english));
  out.set("cnspell", std::string_view(share.initials));
  out.set("market", share.market());
  out.set("exchange", exchange);
  out.set("curr_type", "CNY");
  out.set("list_status", state);
  out.set("list_date", share.list_date);
  if (state == "D") out.set("delist_date", share.delist_date(days));
  out.set("is_hs", !connected ? "N" : exchange == "SSE" ? "H" : "S");
  const bool state_owned = share.dice.chance(0.3, Draw::Company, 1);
  const std::string_view province = areas()[static_cast<std::size_t>(share.area)].province;
  out.set("act_name",
          std::string_view(state_owned ? fmt::format("{}国有资产监督管理委员会", province)
                                       : person_name(share.dice, 1)));
  out.set("act_ent_type", state_owned ? "地方国有企业" : "民营企业");
}

void company_row(const Listing& share, Rows& out) {
  const Dice& dice = share.dice;
  const Area& area = areas()[static_cast<std::size_t>(share.area)];
  const Industry& branch = industries()[static_cast<std::size_t>(share.industry)];
  std::string site = share.initials;
  std::transform(site.begin(), site.end(), site.begin(), [](char c) { return c | 0x20; });
  site += share.symbol();
  out.begin();
  out.set("ts_code", std::string_view(share.ts_code));
  out.set("com_name", std::string_view(full_name(share)));
  out.set("com_id", std::string_view(fmt::format(
                        "91{:016}", dice.roll(Draw::Company, 2) % 10000000000000000ULL)));
  out.set("exchange", share.exchange());
  out.set("chairman", std::string_view(person_name(dice, 1)));
  out.set("manager", std::string_view(person_name(dice, 2)));
  out.set("secretary", std::string_view(person_name(dice, 3)));
  out.set("reg_capital", static_cast<double>(share.shares) / 1e4);
  out.set("setup_date", share.list_date - 2000 - dice.below(6000, Draw::Company, 3));
  out.set("province", area.province);
  out.set("city", area.city);
  out.set("introduction",
          std::string_view(
              fmt::format("{}是一家虚构的{}行业公司,由模拟交易所生成。", share.name, branch.name)));
  out.set("website", std::string_view(fmt::format("www.{}.example", site)));
  out.set("email", std::string_view(fmt::format("ir@{}.example", site)));
  out.set("office", std::string_view(fmt::format("{}{}路{}号", area.city, share.stem,
                                                 1 + dice.below(999, Draw::Company, 4))));
  out.set("employees", 100 + static_cast<int>(dice.unit(Draw::Company, 5) *
                                              dice.unit(Draw::Company, 6) * 20000));
  out.set("main_business", std::string_view(fmt::format("{}产品的研发、生产和销售", branch.name)));
  out.set("business_scope",
          std::string_view(fmt::format("{}及相关技术服务、货物进出口", branch.name)));
}

}  // namespace

/// From each exchange's first session to the end of the year that `now` lies in, or of the next
/// from the middle of December on, when it has been announced.
void trade_cal(const Ask& ask, Rows& out) {
  const Cell exchange = out.cell("exchange"), date = out.cell("cal_date"),
             open = out.cell("is_open"), before = out.cell("pretrade_date");
  const bool announced = ask.today.month() == 12 && ask.today.day() >= 15;
  const Date end = Date::from_ymd(ask.today.year() + announced, 12, 31);
  const Date last = std::min(ask.question.to.value_or(end), end);
  for (const Venue& venue : kVenues) {
    const Date first = std::max(ask.question.from.value_or(venue.opened), venue.opened);
    for (Date day = last; day >= first; day = day - 1) {
      out.begin();
      out.set(exchange, venue.id);
      out.set(date, day);
      out.set(open, market::is_closed(day) ? 0 : 1);
      if (const Date prior = open_day_before(day); prior >= venue.opened) out.set(before, prior);
    }
  }
}

void stock_basic(const Ask& ask, Rows& out) {
  for (int i : ask.shares) {
    const Listing& share = ask.exchange.share(i);
    if (share.list_date <= ask.today) basic_row(share, ask, out);
  }
}

void stock_company(const Ask& ask, Rows& out) {
  for (int i : ask.shares) {
    const Listing& share = ask.exchange.share(i);
    if (share.list_date <= ask.today) company_row(share, out);
  }
}

/// A name's end is known once its successor has been announced.
void namechange(const Ask& ask, Rows& out) {
  for (int i : ask.shares) {
    const Listing& share = ask.exchange.share(i);
    const std::vector<Naming> all = namings(share, ask.exchange.days());
    for (std::size_t k = all.size(); k-- > 0;) {
      const Date time = ask.table.time == "ann_date" ? all[k].announced : all[k].from;
      if (all[k].announced > ask.today || !ask.wants(time)) continue;
      out.begin();
      out.set("ts_code", std::string_view(share.ts_code));
      out.set("name", std::string_view(all[k].name));
      out.set("start_date", all[k].from);
      if (k + 1 < all.size() && all[k + 1].announced <= ask.today)
        out.set("end_date", all[k + 1].from - 1);
      out.set("ann_date", all[k].announced);
      out.set("change_reason", all[k].reason);
    }
  }
}

}  // namespace kanpan::source::sim::world
