#include <algorithm>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "kanpan/source/sim/world/asked.hpp"

namespace kanpan::source::sim::world {
namespace {

const World& small() {
  static const World world({.seed = 7, .codes = 300});
  return world;
}

std::vector<Date> sampled_days() {
  return {ymd(20200102), ymd(20210705), ymd(20220815), ymd(20230410), ymd(20240628), ymd(20260611)};
}

std::vector<Date> spread_days() {
  std::vector<Date> days;
  const Asked cal = ask(small(), "trade_cal",
                        Asking(ymd(20260630))
                            .days(ymd(20200101), ymd(20260630))
                            .where("exchange", "SSE")
                            .where("is_open", "1"));
  for (std::size_t r = 0; r < cal.size(); r += 20) days.push_back(cal.date(r, "cal_date"));
  return days;
}

std::map<std::string, std::size_t> by_code(const Asked& asked) {
  std::map<std::string, std::size_t> rows;
  for (std::size_t r = 0; r < asked.size(); ++r) rows[asked.text(r, "ts_code")] = r;
  return rows;
}

TEST(Market, MoneyflowSidesAddUpToTheDaysVolume) {
  for (const Date day : sampled_days()) {
    const Asked flow = ask_day(small(), "moneyflow", day), daily = ask_day(small(), "daily", day);
    const auto quote = by_code(daily);
    ASSERT_GT(flow.size(), 100U);
    for (std::size_t r = 0; r < flow.size(); ++r) {
      const auto sum = [&](const std::string& side, const std::string& what) {
        double total = 0;
        for (const char* size : {"_sm", "_md", "_lg", "_elg"}) {
          const double part = flow.number(r, side + size + what);
          EXPECT_GE(part, 0);
          total += part;
        }
        return total;
      };
      const std::size_t q = quote.at(flow.text(r, "ts_code"));
      EXPECT_EQ(sum("buy", "_vol"), daily.number(q, "vol"));
      EXPECT_EQ(sum("sell", "_vol"), daily.number(q, "vol"));
      EXPECT_NEAR(sum("buy", "_amount"), daily.number(q, "amount") / 10, 0.0051);
      EXPECT_NEAR(sum("buy", "_amount"), sum("sell", "_amount"), 1e-6);
    }
  }
}

TEST(Market, MarginBalancesRollOn) {
  const Asked margin = ask(small(), "margin", Asking(ymd(20260630)));
  std::map<std::string, double> newer, repaid, bought;
  std::map<std::string, int> rows;
  for (std::size_t r = 0; r < margin.size(); ++r) {  // newest first
    const std::string id = margin.text(r, "exchange_id");
    const double balance = margin.number(r, "rzye");
    EXPECT_EQ(margin.number(r, "rzrqye"), balance + margin.number(r, "rqye"));
    if (rows[id]++ > 0) {
      EXPECT_EQ(newer[id], balance + bought[id] - repaid[id]) << id;
    }
    newer[id] = balance;
    bought[id] = margin.number(r, "rzmre");
    repaid[id] = margin.number(r, "rzche");
    EXPECT_GT(repaid[id], 0);
    EXPECT_GT(bought[id], 0);
  }
  EXPECT_EQ(rows.size(), 3U);
  EXPECT_GT(rows["SSE"], 2000);
  EXPECT_LT(rows["BSE"], rows["SSE"]);
}

TEST(Market, ConnectFlowsAddUpAndNorthEndsInAugust2024) {
  const Asked flow = ask(small(), "moneyflow_hsgt", Asking(ymd(20260630)));
  ASSERT_GT(flow.size(), 2000U);
  for (std::size_t r = 0; r < flow.size(); ++r) {
    EXPECT_NEAR(flow.number(r, "south_money"), flow.number(r, "ggt_ss") + flow.number(r, "ggt_sz"),
                1e-6);
    const bool ended = flow.date(r, "trade_date") > ymd(20240816);
    EXPECT_EQ(flow.null(r, "north_money"), ended);
    if (ended) continue;
    EXPECT_NEAR(flow.number(r, "north_money"), flow.number(r, "hgt") + flow.number(r, "sgt"), 1e-6);
  }
}

TEST(Market, LimitListFollowsFromPricesAndLimits) {
  std::map<std::string, int> kinds;
  for (const Date day : spread_days()) {
    const Asked list = ask_day(small(), "limit_list_d", day),
                daily = ask_day(small(), "daily", day), limits = ask_day(small(), "stk_limit", day);
    const auto quote = by_code(daily), limit = by_code(limits), listed = by_code(list);
    for (std::size_t r = 0; r < list.size(); ++r) {
      const std::string code = list.text(r, "ts_code"), kind = list.text(r, "limit");
      ++kinds[kind];
      const double close = daily.number(quote.at(code), "close");
      const double up = limits.number(limit.at(code), "up_limit");
      EXPECT_EQ(list.number(r, "close"), close);
      EXPECT_EQ(list.text(r, "name").find("ST"), std::string::npos);
      EXPECT_NEAR(list.number(r, "total_mv"), list.number(r, "float_mv"),
                  list.number(r, "total_mv"));
      if (kind == "U") {
        EXPECT_EQ(close, up);
      }
      if (kind == "D") {
        EXPECT_EQ(close, limits.number(limit.at(code), "down_limit"));
      }
      if (kind == "Z") {
        EXPECT_EQ(daily.number(quote.at(code), "high"), up);
      }
      if (kind != "Z") {
        EXPECT_GE(list.number(r, "limit_times"), 1);
      }
      if (kind == "U") {
        EXPECT_LE(list.text(r, "first_time"), list.text(r, "last_time"));
      }
    }
    for (const auto& [code, q] : quote)  // and nobody is missing
      if (daily.number(q, "close") == limits.number(limit.at(code), "up_limit") &&
          !listed.contains(code)) {
        const Asked names = ask(small(), "namechange", Asking(day).code(code));
        EXPECT_NE(names.text(0, "name"), names.text(names.size() - 1, "name")) << code;  // marked
      }
  }
  EXPECT_GT(kinds["U"], 50);
  EXPECT_GT(kinds["D"], 10);
  EXPECT_GT(kinds["Z"], 10);
}

TEST(Market, AStreakGrowsByOneADay) {
  const Asked list = ask(small(), "limit_list_d", Asking(ymd(20260630)).where("limit", "U"));
  std::map<std::string, std::map<Date, double>> times;
  for (std::size_t r = 0; r < list.size(); ++r)
    times[list.text(r, "ts_code")][list.date(r, "trade_date")] = list.number(r, "limit_times");
  int longer = 0;
  for (const auto& [code, days] : times)
    for (const auto& [day, count] : days) {
      if (count < 2) continue;
      ++longer;
      const Asked daily =
          ask(small(), "daily", Asking(day).code(code).days(ymd(20180101), day - 1));
      EXPECT_EQ(days.at(daily.date(0, "trade_date")), count - 1) << code << " " << day.iso();
    }
  EXPECT_GT(longer, 20);
}

TEST(Market, TopListAndItsTradersFollowFromTheDay) {
  std::size_t rows = 0, traders = 0;
  for (Date day = ymd(20230901); day < ymd(20231001); ++day) {
    const Asked top = ask_day(small(), "top_list", day), daily = ask_day(small(), "daily", day);
    const auto quote = by_code(daily), on_list = by_code(top);
    std::set<std::string> keys;
    for (std::size_t r = 0; r < top.size(); ++r, ++rows) {
      EXPECT_TRUE(keys.insert(top.text(r, "ts_code") + top.text(r, "reason")).second);
      EXPECT_EQ(top.number(r, "l_amount"), top.number(r, "l_buy") + top.number(r, "l_sell"));
      EXPECT_EQ(top.number(r, "net_amount"), top.number(r, "l_buy") - top.number(r, "l_sell"));
      EXPECT_LE(top.number(r, "l_buy"), top.number(r, "amount"));
      const std::size_t q = quote.at(top.text(r, "ts_code"));
      const double change = daily.number(q, "pct_chg");
      if (top.text(r, "reason").starts_with("日涨幅")) {
        EXPECT_GT(change, 2);
      }
      if (top.text(r, "reason").starts_with("日跌幅")) {
        EXPECT_LT(change, -2);
      }
    }
    const Asked seats = ask_day(small(), "hm_detail", day);
    for (std::size_t r = 0; r < seats.size(); ++r, ++traders) {
      EXPECT_TRUE(on_list.contains(seats.text(r, "ts_code")));
      EXPECT_EQ(seats.number(r, "net_amount"),
                seats.number(r, "buy_amount") - seats.number(r, "sell_amount"));
    }
  }
  EXPECT_GT(rows, 10U);
  EXPECT_GT(traders, 5U);
}

TEST(Market, ChipsAddUpAndTheWinnersFollow) {
  for (const char* code : {"600001.SH", "300001.SZ", "688001.SH"})
    for (const Date day : {ymd(20220104), ymd(20240628)}) {
      const Asked chips = ask(small(), "cyq_chips", Asking(day).code(code).days(day, day));
      const Asked perf = ask(small(), "cyq_perf", Asking(day).code(code).days(day, day));
      const Asked daily = ask(small(), "daily", Asking(day).code(code).days(day, day));
      ASSERT_EQ(chips.size() > 0, daily.size() > 0);
      if (daily.size() == 0) continue;
      double sum = 0, winners = 0, average = 0, below_median = 0;
      for (std::size_t r = 0; r < chips.size(); ++r) {
        const double price = chips.number(r, "price"), percent = chips.number(r, "percent");
        sum += percent;
        average += price * percent / 100;
        if (price <= daily.number(0, "close")) winners += percent;
        if (price < perf.number(0, "cost_50pct")) below_median += percent;
      }
      EXPECT_NEAR(sum, 100, 1e-6);
      EXPECT_NEAR(perf.number(0, "winner_rate"), winners, 1e-6);
      EXPECT_NEAR(perf.number(0, "weight_avg"), average, 0.0051);
      EXPECT_LT(below_median, 50);
      EXPECT_LE(perf.number(0, "his_low"), perf.number(0, "cost_5pct") + 0.02);
      EXPECT_LE(perf.number(0, "cost_5pct"), perf.number(0, "cost_95pct"));
      EXPECT_LE(perf.number(0, "cost_95pct"), perf.number(0, "his_high") + 0.02);
    }
}

TEST(Market, KaipanlaListsAgreeWithTheLimitList) {
  const Date day = ymd(20240628);
  const Asked ups = ask(small(), "kpl_list", Asking(day).days(day, day).where("tag", "涨停"));
  const Asked limit = ask(small(), "limit_list_d", Asking(day).days(day, day).where("limit", "U"));
  EXPECT_GE(ups.size(), limit.size());  // marked shares are on it too
  const auto rows = by_code(ups);
  for (std::size_t r = 0; r < limit.size(); ++r)
    EXPECT_TRUE(rows.contains(limit.text(r, "ts_code")));
}

TEST(Market, ConceptsCountTheirLimitUps) {
  const Date day = ymd(20240628);
  const Asked concepts = ask_day(small(), "kpl_concept", day);
  const Asked ups =
      ask(small(), "kpl_list", Asking(ymd(20260630)).days(day, day).where("tag", "涨停"));
  ASSERT_GT(concepts.size(), 0U);
  for (std::size_t r = 0; r < concepts.size(); ++r) {
    int count = 0;
    for (std::size_t u = 0; u < ups.size(); ++u)
      count += ("、" + ups.text(u, "theme") + "、").find("、" + concepts.text(r, "name") + "、") !=
               std::string::npos;
    EXPECT_EQ(concepts.number(r, "z_t_num"), count) << concepts.text(r, "name");
  }
}

TEST(Market, HotListsGrowWithTheClockAndRanksDrift) {
  const Date day = ymd(20240628);
  Question question = Asking(day).days(day, day).where("data_type", "热股");
  question.now = shanghai_instant(day, 10 * 3600 + 60);
  const Asked morning = ask(small(), "ths_hot", question);
  question.now = evening(day);
  const Asked night = ask(small(), "ths_hot", question);
  EXPECT_EQ(morning.size(), 200U);
  EXPECT_EQ(night.size(), 1000U);
  std::map<std::string, std::vector<std::string>> order;  // by rank_time
  for (std::size_t r = 0; r < night.size(); ++r) {
    auto& list = order[night.text(r, "rank_time")];
    list.push_back(night.text(r, "ts_code"));
    EXPECT_EQ(night.number(r, "rank"), static_cast<double>(list.size()));
    EXPECT_EQ(night.text(r, "concept").front(), '[');
  }
  EXPECT_EQ(order.size(), 10U);
  EXPECT_NE(order.begin()->second, order.rbegin()->second);
  EXPECT_EQ(all_text(morning.batch()),
            all_text(night.batch())
                .substr(all_text(night.batch()).size() - all_text(morning.batch()).size()));
}

}  // namespace
}  // namespace kanpan::source::sim::world
