#include "kanpan/base/suggest.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace kanpan {
namespace {

const std::vector<std::string> kTables{"daily", "weekly", "margin", "moneyflow"};

TEST(Nearest, finds_the_word_with_fewest_edits) {
  EXPECT_EQ(nearest("dayly", kTables), "daily");
  EXPECT_EQ(nearest("weekl", kTables), "weekly");
  EXPECT_EQ(nearest("moneyflows", kTables), "moneyflow");
  EXPECT_EQ(nearest("daily", kTables), "daily");
}

TEST(Nearest, ignores_case) { EXPECT_EQ(nearest("DAILY", kTables), "daily"); }

TEST(Nearest, allows_edits_for_a_third_of_the_word_and_at_least_one) {
  const std::vector<std::string> two{"pe", "abcdef"};
  EXPECT_EQ(nearest("pb", two), "pe");
  EXPECT_EQ(nearest("xy", two), "");
  EXPECT_EQ(nearest("abcdxx", two), "abcdef");
  EXPECT_EQ(nearest("abcxxx", two), "");
}

TEST(Nearest, takes_a_part_of_a_name_for_it) {
  const std::vector<std::string> two{"start", "trade_date"};
  EXPECT_EQ(nearest("start_date", two), "start");
  EXPECT_EQ(nearest("trade", two), "trade_date");
  EXPECT_EQ(nearest("startle_it", two), "");
  EXPECT_EQ(nearest("tr", two), "");
}

TEST(Nearest, gives_nothing_for_nothing) {
  EXPECT_EQ(nearest("daily", {}), "");
  EXPECT_EQ(nearest("", kTables), "");
}

TEST(Suggestion, prefers_a_near_word_and_lists_a_short_choice) {
  EXPECT_EQ(suggestion("dayly", kTables), "did you mean 'daily'?");
  EXPECT_EQ(suggestion("xyz", kTables), "one of daily, weekly, margin, moneyflow");
  const std::vector<std::string> many(13, "something_long");
  EXPECT_EQ(suggestion("xyz", many), "");
}

}  // namespace
}  // namespace kanpan
