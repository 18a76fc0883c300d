#include "kanpan/journal/chain.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "kanpan/journal/scope.hpp"

namespace kanpan::journal {
namespace {

Commit commit() {
  Commit c;
  c.seq = 7;
  c.time = Instant{std::chrono::microseconds{0x0102}};
  c.node = "n";
  c.table = "daily";
  c.run = "r";
  c.source = "sim";
  c.content = sha256({"rows"});
  return c;
}

TEST(Chain, canonical_bytes_are_as_documented) {
  Commit c = commit();
  c.scope.codes = {"A"};
  c.touched = DateRange{Date{1}, Date{-1}};
  const std::string expected(
      "\7\0\0\0\0\0\0\0"
      "\2\1\0\0\0\0\0\0"
      "\1\0\0\0n"
      "\5\0\0\0daily"
      "\0"
      "\0"
      "\1\0\0\0\1\0\0\0A"
      "\0\0\0\0"
      "\0\0\0\0"
      "\1\0\0\0r"
      "\0\0\0\0"
      "\3\0\0\0sim"
      "\0"
      "\0\0\0\0"
      "\1\1\0\0\0\xff\xff\xff\xff"
      "\0\0\0\0"
      "\0\0\0\0",
      87);
  EXPECT_EQ(canonical(c), expected);
}

TEST(Chain, every_field_changes_it) {
  std::vector<Commit> all(16, commit());
  all[1].seq = 8;
  all[2].time += std::chrono::microseconds{1};
  all[3].node = "m";
  all[4].table = "weekly";
  all[5].mode = Mode::Delete;
  all[6].scope.time = DateRange{Date{0}, Date{0}};
  all[7].scope.codes = {""};
  all[8].run = "";
  all[9].unit = 1;
  all[10].source = "tushare";
  all[11].simulated = true;
  all[12].rows = 1;
  all[13].touched = DateRange{Date{0}, Date{0}};
  all[14].first_code = "x";
  all[15].last_code = "x";
  std::vector<Sha256> chains;
  for (const Commit& c : all) chains.push_back(chain_after({}, c));
  Commit other_rows = commit();
  other_rows.content = sha256({"other"});
  chains.push_back(chain_after({}, other_rows));
  chains.push_back(chain_after(sha256({"before"}), commit()));
  std::ranges::sort(chains);
  EXPECT_EQ(std::ranges::adjacent_find(chains), chains.end());
}

TEST(Scope, is_read_back) {
  Scope scope;
  EXPECT_EQ(to_json(scope), "");
  EXPECT_EQ(parse_scope("").value(), scope);
  scope.time = DateRange{Date::from_ymd(2024, 6, 28), Date::from_ymd(2024, 6, 30)};
  scope.codes = {"600000.SH"};
  EXPECT_EQ(to_json(scope), R"({"first":"2024-06-28","last":"2024-06-30","codes":["600000.SH"]})");
  EXPECT_EQ(parse_scope(to_json(scope)).value(), scope);
}

TEST(Scope, damage_is_refused) {
  for (const char* text :
       {"{", "[]", "7", R"({"first":"2024-06-28"})", R"({"last":"2024-06-28"})",
        R"({"first":"2024-06-31","last":"2024-06-30"})", R"({"codes":{}})", R"({"codes":[1]})"}) {
    const auto scope = parse_scope(text);
    ASSERT_FALSE(scope) << text;
    EXPECT_EQ(scope.error().code, Errc::Corrupt);
  }
}

}  // namespace
}  // namespace kanpan::journal
