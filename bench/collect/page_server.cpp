// An unlimited source that costs next to nothing: Tushare's answers for `daily`, made beforehand
// and held in memory, and the calendar and stock list that go with them.
//
// page_server [DAYS [CODES]] prints its address, serves until its standard input ends.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "kanpan/base/clock.hpp"
#include "kanpan/base/date.hpp"
#include "kanpan/net/http_server.hpp"
#include "kanpan/source/protocol/request.hpp"

namespace {

using kanpan::Date;
using Page = std::shared_ptr<const std::string>;

const Date kLast = Date::from_ymd(2024, 6, 28);

bool is_open(Date day) { return day.weekday() <= 5; }

/// Whole numbers that look drawn: Knuth's multiplicative congruential generator (TAOCP 3.3.4).
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::int64_t below(std::int64_t bound) {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    return static_cast<std::int64_t>((state_ >> 33) % static_cast<std::uint64_t>(bound));
  }

 private:
  std::uint64_t state_;
};

std::string code_of(int number) {
  const int half = number / 2;
  return number % 2 ? fmt::format("{:06}.SZ", half + 1) : fmt::format("{}.SH", 600000 + half);
}

Page envelope(std::string_view fields, std::string_view items) {
  return std::make_shared<const std::string>(
      fmt::format(R"({{"request_id":"bench","code":0,"msg":"","data":{{"fields":{},"items":[{}],)"
                  R"("has_more":false,"count":-1}}}})",
                  fields, items));
}

/// Prices in cents that walk within a few percent a day and never leave 3 to 300 yuan.
class Market {
 public:
  explicit Market(int codes) : closes_(static_cast<std::size_t>(codes)) {
    for (auto& close : closes_) close = 500 + dice_.below(9'500);
  }

  Page day(Date date) {
    std::string items;
    for (std::size_t i = 0; i < closes_.size(); ++i) {
      if (i > 0) items += ',';
      row(items, code_of(static_cast<int>(i)), date.compact(), closes_[i]);
    }
    return envelope(kFields, items);
  }

 private:
  static constexpr std::string_view kFields =
      R"(["ts_code","trade_date","open","high","low","close","pre_close","change","pct_chg",)"
      R"("vol","amount"])";

  std::int64_t near(std::int64_t price) {
    const std::int64_t reach = std::max<std::int64_t>(1, price / 25);
    return std::clamp<std::int64_t>(price + dice_.below(2 * reach + 1) - reach, 300, 30'000);
  }

  void row(std::string& out, std::string_view code, std::string_view date, std::int64_t& last) {
    const std::int64_t before = last;
    const std::int64_t open = near(before);
    const std::int64_t close = near(before);
    const std::int64_t high = std::max(open, close) + dice_.below(20);
    const std::int64_t low = std::min(open, close) - dice_.below(20);
    const std::int64_t hundredths_of_lots = 50'000 + dice_.below(50'000'000);
    const double lots = static_cast<double>(hundredths_of_lots) / 100;
    const double thousands = lots * static_cast<double>(high + low) / 2 / 1000;
    const auto yuan = [](std::int64_t cents) { return static_cast<double>(cents) / 100; };
    fmt::format_to(
        std::back_inserter(out), R"(["{}","{}",{},{},{},{},{},{},{:.4f},{},{:.3f}])", code, date,
        yuan(open), yuan(high), yuan(low), yuan(close), yuan(before), yuan(close - before),
        static_cast<double>(close - before) * 100 / static_cast<double>(before), lots, thousands);
    last = close;
  }

  Dice dice_{7};
  std::vector<std::int64_t> closes_;
};

Page stock_list(int codes, Date listed) {
  std::string items;
  for (int i = 0; i < codes; ++i) {
    const std::string code = code_of(i);
    fmt::format_to(std::back_inserter(items),
                   R"({}["{}","{}","样本{}",null,null,null,null,null,"主板","{}","CNY","L","{}",)"
                   R"(null,null,null,null])",
                   i ? "," : "", code, code.substr(0, 6), i, code.ends_with("SH") ? "SSE" : "SZSE",
                   listed.compact());
  }
  return envelope(
      R"(["ts_code","symbol","name","area","industry","fullname","enname","cnspell","market",)"
      R"("exchange","curr_type","list_status","list_date","delist_date","is_hs","act_name",)"
      R"("act_ent_type"])",
      items);
}

class Pages {
 public:
  Pages(int days, int codes) {
    std::vector<Date> open;
    for (Date day = kLast; static_cast<int>(open.size()) < days; day = day - 1)
      if (is_open(day)) open.push_back(day);
    std::ranges::reverse(open);
    Market market(codes);
    for (const Date day : open) daily_.emplace(day.compact(), market.day(day));
    stocks_ = stock_list(codes, open.front());
    first_ = open.front();
  }

  Date first() const { return first_; }

  Page answer(const kanpan::source::protocol::Request& request) const {
    const auto asked = [&](const char* name) {
      const auto found = request.parameters.find(name);
      return found == request.parameters.end() ? std::string() : found->second;
    };
    if (request.api == "trade_cal")
      return calendar(asked("exchange"), asked("start_date"), asked("end_date"));
    if (request.api == "stock_basic")
      return asked("list_status") == "L" ? stocks_ : envelope(R"(["ts_code"])", "");
    const auto found = daily_.find(asked("trade_date"));
    return found == daily_.end() ? envelope(R"(["ts_code","trade_date"])", "") : found->second;
  }

 private:
  static Page calendar(const std::string& exchange, const std::string& from,
                       const std::string& to) {
    Date first = Date::from_ymd(1990, 12, 19), last = kLast;
    kanpan::parse_date(from, first);
    kanpan::parse_date(to, last);
    std::string items;
    for (Date day = last; day >= first; day = day - 1) {
      Date before = day - 1;
      while (!is_open(before)) before = before - 1;
      fmt::format_to(std::back_inserter(items), R"({}["{}","{}",{},"{}"])",
                     items.empty() ? "" : ",", exchange.empty() ? "SSE" : exchange, day.compact(),
                     is_open(day) ? 1 : 0, before.compact());
    }
    return envelope(R"(["exchange","cal_date","is_open","pretrade_date"])", items);
  }

  std::map<std::string, Page> daily_;
  Page stocks_;
  Date first_;
};

kanpan::net::Response serve(const Pages& pages, const kanpan::net::Request& request) {
  const std::string_view api = std::string_view(request.path).substr(request.path.rfind('/') + 1);
  const auto read = kanpan::source::protocol::read_request(api, request.body);
  if (!read) return kanpan::net::reply(400, "text/plain", std::string("no request\n"));
  return kanpan::net::reply(200, "application/json", pages.answer(*read));
}

}  // namespace

int main(int argc, char** argv) {
  const Pages pages(argc > 1 ? std::atoi(argv[1]) : 250, argc > 2 ? std::atoi(argv[2]) : 5000);
  const auto clock = kanpan::make_clock("system");
  const kanpan::net::Action action{
      .handler = [&pages](const kanpan::net::Request& request) { return serve(pages, request); },
      .on_io_thread = true};
  const auto server = kanpan::net::HttpServer::start({}, **clock, [&](auto&) { return action; });
  if (!server) {
    std::cerr << server.error().text() << '\n';
    return 1;
  }
  std::cout << "http://" << (*server)->addresses().front() << ' ' << pages.first().compact() << ' '
            << kLast.compact() << std::endl;
  std::string line;
  while (std::getline(std::cin, line)) {
  }
  return 0;
}
