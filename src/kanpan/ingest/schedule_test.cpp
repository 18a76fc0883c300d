#include "kanpan/ingest/schedule.hpp"

#include <random>

#include <gmock/gmock.h>

#include "kanpan/ingest/sample.hpp"

namespace kanpan::ingest {
namespace {

using test::real_table;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Instant at(std::string_view text) { return parse_rfc3339(text).value(); }

class ScheduleTest : public testing::Test {
 protected:
  void add(std::string_view table, std::string_view now, Attempts past = {}, bool catch_up = true) {
    schedule_.add(real_table(table), std::move(past), at(now), catch_up, calendar_);
  }
  /// Names of what begins.
  std::vector<std::string> take(Instant now, bool continuous = false) {
    taken_ = schedule_.take(continuous, now, calendar_, [](auto&) { return false; });
    std::vector<std::string> names;
    for (const auto* entry : taken_) names.push_back(entry->table->name);
    return names;
  }
  std::vector<std::string> take(std::string_view now) { return take(at(now)); }
  std::vector<std::string> take_polls(std::string_view now) { return take(at(now), true); }
  void finish(Instant began, Instant now, const std::optional<Error>& error = {}) {
    for (auto* entry : taken_) schedule_.finish(*entry, "run", began, now, error, calendar_);
  }
  void finish(std::string_view now, const std::optional<Error>& error = {}) {
    finish(at(now), at(now), error);
  }
  std::string next(std::size_t entry = 0) {
    return rfc3339(schedule_.entries().at(entry).next.value());
  }
  const Attempts& past() { return schedule_.entries().at(0).past; }
  static Attempts done_at(std::string_view time) { return Attempts::from_text(time).value(); }

  static inline const Error kDown{Errc::SourceTransient, "connection refused"};
  static inline const Error kStopped{Errc::Cancelled, "stopped"};
  const market::Calendar calendar_ = market::Calendar::built_in();
  Schedule schedule_;
  std::vector<Schedule::Entry*> taken_;
};

TEST_F(ScheduleTest, WhatFailsIsTriedAgainAfterAGrowingPause) {
  add("daily", "2024-06-28T12:00:00+08:00");
  EXPECT_EQ(next(), "2024-06-28T18:00:00+08:00");
  EXPECT_THAT(take("2024-06-28T18:00:00+08:00"), ElementsAre("daily"));
  finish("2024-06-28T18:00:00+08:00", kDown);
  EXPECT_EQ(next(), "2024-06-28T18:05:00+08:00");
  EXPECT_EQ(past().tried, at("2024-06-28T18:00:00+08:00"));
  EXPECT_EQ(past().succeeded, std::nullopt);
  EXPECT_THAT(past().error, HasSubstr("connection refused"));
  EXPECT_THAT(take("2024-06-28T18:04:59+08:00"), IsEmpty());
  EXPECT_THAT(take("2024-06-28T18:05:00+08:00"), ElementsAre("daily"));
  finish("2024-06-28T18:05:00+08:00", kDown);
  EXPECT_EQ(next(), "2024-06-28T18:15:00+08:00");
  EXPECT_THAT(take("2024-06-28T18:15:00+08:00"), ElementsAre("daily"));
  finish("2024-06-28T18:15:00+08:00");
  EXPECT_EQ(next(), "2024-07-01T18:00:00+08:00");
  EXPECT_EQ(past().succeeded, at("2024-06-28T18:15:00+08:00"));
  EXPECT_EQ(past().error, "");
  EXPECT_EQ(past().retry, std::nullopt);
}

TEST_F(ScheduleTest, APollLooksBackOnceADayAndNotAgainForAPageThatWasRefused) {
  const auto day = [](std::string_view text) { return parse_date(text).value(); };
  add("ths_hot", "2024-06-28T09:00:00+08:00", done_at("2024-06-27T22:30:00+08:00"));
  EXPECT_TRUE(looks_back(past(), day("20240628")));
  take_polls("2024-06-28T09:15:00+08:00");
  finish("2024-06-28T09:15:00+08:00", kDown);
  EXPECT_TRUE(looks_back(past(), day("20240628"))) << "it is still owed";
  EXPECT_EQ(next(), "2024-06-28T09:21:00+08:00") << "it costs more than a poll";
  take_polls("2024-06-28T09:21:00+08:00");
  finish("2024-06-28T09:21:00+08:00", Error{Errc::Quality, "ths_hot 2024-06-27 was refused"});
  EXPECT_FALSE(looks_back(past(), day("20240628"))) << "it would cost the day's quota";
  EXPECT_EQ(next(), "2024-06-28T09:22:00+08:00");
  EXPECT_TRUE(looks_back(past(), day("20240629")));
}

TEST_F(ScheduleTest, ANewPolledTableOwesItsDaysUntilItHasHadThem) {
  add("ths_hot", "2024-06-28T09:00:00+08:00");
  take_polls("2024-06-28T09:15:00+08:00");
  finish("2024-06-28T09:15:00+08:00", kDown);
  EXPECT_TRUE(looks_back(past(), parse_date("20240628").value()));
}

TEST_F(ScheduleTest, APollThatLooksBackIsARunOfItsOwn) {
  add("ths_hot", "2024-06-28T09:00:00+08:00", done_at("2024-06-27T22:30:00+08:00"));
  add("ths_hot", "2024-06-28T09:00:00+08:00", done_at("2024-06-28T08:30:00+08:00"));
  EXPECT_THAT(take_polls("2024-06-28T09:15:00+08:00"), ElementsAre("ths_hot"));
  EXPECT_THAT(take_polls("2024-06-28T09:15:00+08:00"), ElementsAre("ths_hot"));
}

TEST_F(ScheduleTest, ADayThatIsReadyIsAskedForUntilItIsComplete) {
  add("kpl_list", "2024-06-28T20:00:00+08:00", done_at("2024-06-28T08:30:00+08:00"));
  EXPECT_EQ(next(), "2024-06-29T08:30:00+08:00");
  EXPECT_THAT(take_polls("2024-06-29T08:30:00+08:00"), IsEmpty()) << "it is due by the clock";
  const auto run = [this](std::string_view now, Left left) {
    EXPECT_THAT(take(now), ElementsAre("kpl_list"));
    for (auto* entry : taken_)
      schedule_.finish(*entry, "run", at(now), at(now), {}, calendar_, left);
  };
  run("2024-06-29T08:30:00+08:00", Left::Rows);
  EXPECT_EQ(next(), "2024-06-29T08:35:00+08:00");
  run("2024-06-29T08:35:00+08:00", Left::Rows);
  EXPECT_EQ(next(), "2024-06-29T08:45:00+08:00");
  run("2024-06-29T08:45:00+08:00", Left::Proof);
  EXPECT_EQ(next(), "2024-06-29T09:45:00+08:00") << "a part of them may come first";
  EXPECT_EQ(past().retry, std::nullopt) << "nothing failed";
  run("2024-06-29T09:45:00+08:00", Left::Nothing);
  EXPECT_EQ(next(), "2024-07-02T08:30:00+08:00");
}

TEST_F(ScheduleTest, ADayThatWasNotCompleteAtTheEndIsAskedForAtTheStart) {
  const auto past = done_at("2024-06-29T08:30:00+08:00");
  const auto start = [&](bool catch_up) {
    schedule_ = {};
    schedule_.add(real_table("kpl_list"), past, at("2024-06-29T08:33:00+08:00"), catch_up,
                  calendar_, Left::Rows);
    return next();
  };
  EXPECT_EQ(start(true), "2024-06-29T08:33:00+08:00");
  EXPECT_EQ(start(false), "2024-07-02T08:30:00+08:00");
}

TEST_F(ScheduleTest, WhatIsRefusedForGoodWaitsForItsNextTime) {
  add("daily", "2024-06-28T12:00:00+08:00", done_at("2024-06-27T18:00:00+08:00"));
  take("2024-06-28T18:00:00+08:00");
  finish("2024-06-28T18:00:01+08:00", Error{Errc::SourcePermission, "no right"});
  EXPECT_EQ(next(), "2024-07-01T18:00:00+08:00");
  EXPECT_EQ(past().succeeded, at("2024-06-27T18:00:00+08:00"));
}

TEST_F(ScheduleTest, ARefusedTableIsProbedUntilItIsAnswered) {
  const Error refused{Errc::SourcePermission, "no right"};
  add("income_vip", "2024-06-28T12:00:00+08:00", done_at("2024-06-27T21:00:00+08:00"));
  add("cashflow_vip", "2024-06-28T12:00:00+08:00", done_at("2024-06-27T21:00:00+08:00"));
  EXPECT_THAT(take("2024-06-28T21:00:00+08:00"), ElementsAre("income_vip", "cashflow_vip"));
  schedule_.finish(*taken_.at(0), "run", at("2024-06-28T21:00:00+08:00"),
                   at("2024-06-28T21:00:00+08:00"), refused, calendar_);
  schedule_.finish(*taken_.at(1), "run", at("2024-06-28T21:00:00+08:00"),
                   at("2024-06-28T21:00:00+08:00"), kStopped, calendar_);
  EXPECT_TRUE(Attempts::from_text(past().to_json())->refused);
  EXPECT_THAT(take("2024-06-29T21:00:00+08:00"), ElementsAre("income_vip")) << "apart";
  finish("2024-06-29T21:00:00+08:00", refused);
  EXPECT_TRUE(past().refused);
  EXPECT_EQ(next(), "2024-06-30T21:00:00+08:00");
  EXPECT_THAT(take("2024-06-29T21:00:00+08:00"), ElementsAre("cashflow_vip"));
  finish("2024-06-29T21:00:00+08:00");

  EXPECT_THAT(take("2024-06-30T21:00:00+08:00"), ElementsAre("income_vip"));
  finish("2024-06-30T21:00:01+08:00");
  EXPECT_FALSE(past().refused);
  EXPECT_EQ(past().succeeded, at("2024-06-27T21:00:00+08:00")) << "one call only was answered";
  take("2024-06-30T21:00:01+08:00");
  ASSERT_EQ(taken_.front()->table->name, "income_vip");
  EXPECT_EQ(taken_.front()->resumes, "");
  finish("2024-06-30T21:00:02+08:00");
  EXPECT_EQ(past().succeeded, at("2024-06-30T21:00:02+08:00"));
}

TEST_F(ScheduleTest, ARefusedPageIsAskedForAgainForAMonth) {
  add("income_vip", "2024-06-28T12:00:00+08:00", done_at("2024-06-27T21:00:00+08:00"));
  Instant now = at("2024-06-28T21:00:00+08:00");
  for (int day = 0; day < 100; ++day, now += std::chrono::days{1}) {
    ASSERT_THAT(take(now), ElementsAre("income_vip"));
    finish(now, now, Error{Errc::Quality, "page.unit_flip"});
    EXPECT_EQ(past().succeeded, at("2024-06-27T21:00:00+08:00"));
    EXPECT_THAT(past().error, HasSubstr("page.unit_flip"));
    EXPECT_THAT(take(now + std::chrono::hours{1}), IsEmpty()) << "not before its next time";
    const DateRange days = announcement_days(past(), shanghai_date(now));
    EXPECT_EQ(days.first, std::max(Date::from_ymd(2024, 6, 24), days.last - 33));
    if (const auto noon = schedule_.entries().at(0).next.value();
        shanghai_second_of_day(noon) < 21 * 3600) {
      take(noon);
      finish(noon, noon, Error{Errc::Quality, "page.unit_flip"});
    }
  }
}

TEST_F(ScheduleTest, APauseDoesNotOutlastTheNextTime) {
  add("income_vip", "2024-04-19T12:00:00+08:00");
  take("2024-04-19T12:30:00+08:00");
  finish(at("2024-04-19T12:30:00+08:00"), at("2024-04-19T20:58:00+08:00"), kDown);
  EXPECT_EQ(next(), "2024-04-19T21:00:00+08:00");
}

TEST_F(ScheduleTest, WhatFailedOrWasStoppedIsCaughtUpOnceAfterARestart) {
  for (const Error& error : {kDown, kStopped, Error{Errc::SourceToken, "wrong token"}}) {
    SCOPED_TRACE(error.message);
    schedule_ = {};
    add("daily", "2024-06-28T12:00:00+08:00", done_at("2024-06-27T18:00:00+08:00"));
    take("2024-06-28T18:00:00+08:00");
    finish("2024-06-28T18:00:00+08:00", error);
    const auto kept = Attempts::from_text(past().to_json()).value();
    schedule_ = {};
    add("daily", "2024-06-28T20:00:00+08:00", kept);
    EXPECT_THAT(take("2024-06-28T20:00:00+08:00"), ElementsAre("daily"));
    finish("2024-06-28T20:00:00+08:00");
    if (is_refusal(error.code)) {  // that was a probe
      EXPECT_THAT(take("2024-06-28T20:00:00+08:00"), ElementsAre("daily"));
      finish("2024-06-28T20:00:00+08:00");
    }
    EXPECT_THAT(take("2024-06-28T20:10:00+08:00"), IsEmpty());
    EXPECT_EQ(next(), "2024-07-01T18:00:00+08:00");
    schedule_ = {};
    add("daily", "2024-06-28T20:00:00+08:00", kept, false);
    EXPECT_EQ(next(), "2024-07-01T18:00:00+08:00") << "unless nobody wants that";
  }
}

TEST_F(ScheduleTest, AFailedRunIsGoneOnWithUntilMoreComesDue) {
  add("daily", "2024-06-28T12:00:00+08:00");
  add("daily_basic", "2024-06-28T12:00:00+08:00");
  EXPECT_THAT(take("2024-06-28T18:00:00+08:00"), ElementsAre("daily", "daily_basic"));
  EXPECT_EQ(taken_.at(0)->resumes, "");
  finish("2024-06-28T18:00:00+08:00", kDown);
  EXPECT_THAT(take("2024-06-28T18:05:00+08:00"), ElementsAre("daily", "daily_basic"));
  EXPECT_EQ(taken_.at(0)->resumes, "run");
  finish("2024-06-28T18:05:00+08:00", kStopped);
  const auto kept = Attempts::from_text(past().to_json()).value();
  schedule_ = {};
  add("daily", "2024-06-29T09:00:00+08:00", kept);
  add("daily_basic", "2024-06-29T09:00:00+08:00", done_at("2024-06-27T18:00:00+08:00"));
  EXPECT_THAT(take("2024-06-29T09:00:00+08:00"), ElementsAre("daily"));
  EXPECT_EQ(taken_.at(0)->resumes, "run") << "nothing came due since";
  EXPECT_THAT(take("2024-06-29T09:00:00+08:00"), ElementsAre("daily_basic"));
  EXPECT_EQ(taken_.at(0)->resumes, "");
  schedule_ = {};
  add("daily", "2024-07-01T18:00:00+08:00", kept);
  EXPECT_THAT(take("2024-07-01T18:00:00+08:00"), ElementsAre("daily"));
  EXPECT_EQ(taken_.at(0)->resumes, "") << "Monday's rows are not in its plan";
  finish("2024-07-01T18:00:00+08:00");
  EXPECT_EQ(past().run, "");
}

TEST_F(ScheduleTest, WhatNeverSucceededIsCaughtUpToo) {
  add("daily", "2024-06-28T12:00:00+08:00");
  take("2024-06-28T18:00:00+08:00");
  finish("2024-06-28T18:00:00+08:00", kStopped);
  const auto kept = Attempts::from_text(past().to_json()).value();
  schedule_ = {};
  add("daily", "2024-06-28T20:00:00+08:00", kept);
  EXPECT_THAT(take("2024-06-28T20:00:00+08:00"), ElementsAre("daily"));
}

TEST_F(ScheduleTest, WhatCameDueDuringARunIsNotForgotten) {
  add("daily", "2024-06-27T12:00:00+08:00");
  take("2024-06-27T18:00:00+08:00");
  finish(at("2024-06-27T18:00:00+08:00"), at("2024-06-28T19:00:00+08:00"));
  EXPECT_THAT(take("2024-06-28T19:00:00+08:00"), ElementsAre("daily"));
}

TEST_F(ScheduleTest, AWholeTableThatKeepsFailingWaitsForTheNight) {
  add("stock_basic", "2024-06-28T05:30:00+08:00");
  Instant now = at("2024-06-28T06:00:00+08:00");
  int tries = 0;
  for (; now < at("2024-06-28T16:00:00+08:00"); now += std::chrono::minutes{1})
    if (!take(now).empty()) {
      EXPECT_LE(now, at("2024-06-28T07:00:00+08:00")) << "no replacement in trading hours";
      finish(now, now, kDown);
      ++tries;
    }
  EXPECT_EQ(tries, 4) << "at 06:00, 06:05, 06:15, 06:35";
  EXPECT_EQ(next(), "2024-06-29T02:00:00+08:00");
}

TEST_F(ScheduleTest, WhatIsDueTogetherRunsTogether) {
  add("daily", "2024-06-28T12:00:00+08:00");
  add("daily_basic", "2024-06-28T12:00:00+08:00");
  add("income_vip", "2024-06-28T12:00:00+08:00", done_at("2024-06-27T21:00:00+08:00"));
  add("dividend", "2024-06-28T12:00:00+08:00", done_at("2024-06-20T21:00:00+08:00"));
  std::vector<std::vector<std::string>> runs;
  const Instant now = at("2024-06-28T22:00:00+08:00");
  for (auto names = take(now); !names.empty(); names = take(now)) {
    runs.push_back(names);
    finish(now, now);
  }
  EXPECT_THAT(runs, ElementsAre(ElementsAre("daily", "daily_basic"), ElementsAre("income_vip"),
                                ElementsAre("dividend")))
      << "announcements of other days are another request";
}

// Whatever fails, for however long: every day's announcements are asked for by a run that succeeds.
TEST_F(ScheduleTest, NoDayOfAnnouncementsIsLost) {
  for (std::uint32_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const auto below = [&](unsigned n) { return static_cast<int>(random() % n); };
    schedule_ = {};
    add("income_vip", "2024-03-01T00:00:00+08:00");
    std::optional<Date> covered;  // from the first attempt on
    Instant now = at("2024-03-01T00:00:00+08:00");
    for (int step = 0; step < 60; ++step) {
      now += std::chrono::minutes{below(3) ? below(600) : below(60'000)};
      if (below(8) == 0) {  // a restart
        const auto kept = Attempts::from_text(past().to_json()).value();
        schedule_ = {};
        schedule_.add(real_table("income_vip"), kept, now, true, calendar_);
      }
      if (take(now).empty()) continue;
      const DateRange days = announcement_days(past(), shanghai_date(now));
      if (!covered) covered = days.last - 1;
      EXPECT_LE(days.first, *covered + 1);
      EXPECT_EQ(days.last, shanghai_date(now));
      const bool down = below(2) == 0;
      finish(now, now, down ? std::optional(kDown) : std::nullopt);
      if (!down) covered = shanghai_date(now) - 1;  // the rest of today is still to come
    }
  }
}

TEST(Attempts, AreReadBackAndOlderOnesUnderstood) {
  Attempts attempts;
  attempts.tried = at("2024-06-28T18:05:00.25+08:00");
  attempts.succeeded = attempts.since = at("2024-06-27T18:00:00+08:00");
  attempts.retry = at("2024-06-28T18:10:00+08:00");
  attempts.error = "\"no\"";
  const auto read = Attempts::from_text(attempts.to_json());
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(read->to_json(), attempts.to_json());
  const auto old = Attempts::from_text("2024-06-28T18:05:00+08:00").value();
  EXPECT_EQ(old.succeeded, at("2024-06-28T18:05:00+08:00"));
  EXPECT_EQ(old.since, old.succeeded);
  for (const char* wrong : {"{", "{\"tried\":\"yesterday\"}", "yesterday"})
    EXPECT_FALSE(Attempts::from_text(wrong)) << wrong;
}

}  // namespace
}  // namespace kanpan::ingest
