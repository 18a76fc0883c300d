#include "kanpan/store/duckdb/key_index.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "kanpan/store/duckdb/row_order.hpp"

namespace kanpan::store::duckdb {
namespace {

using frame::Batch;
using frame::Type;

const Date kMonday = Date::from_ymd(2024, 6, 24);

Batch rows(std::initializer_list<std::pair<const char*, std::optional<Date>>> keys) {
  Batch batch({{"ts_code", Type::Text}, {"trade_date", Type::Date}});
  for (const auto& [code, day] : keys) {
    batch.column(0).push(std::string_view(code));
    day ? batch.column(1).push(*day) : batch.column(1).push_null();
  }
  return batch;
}

TEST(KeyIndex, everything_is_new_to_an_empty_table) {
  KeyIndex index(1, 0);
  EXPECT_TRUE(index.admit(rows({{"A", std::nullopt}})));
  EXPECT_FALSE(index.empty());
}

TEST(KeyIndex, a_day_not_seen_is_new) {
  KeyIndex index(1, 0);
  index.admit(rows({{"A", kMonday}, {"A", kMonday + 4}}));
  EXPECT_TRUE(index.admit(rows({{"A", kMonday + 2}})));
  EXPECT_FALSE(index.admit(rows({{"A", kMonday + 2}})));
}

TEST(KeyIndex, a_code_is_new_before_its_first_and_after_its_last_day) {
  KeyIndex index(1, 0);
  index.admit(rows({{"A", kMonday}, {"A", kMonday + 4}, {"B", kMonday + 8}, {"B", kMonday - 8}}));
  EXPECT_TRUE(index.admit(rows({{"A", kMonday + 8}, {"A", kMonday - 8}, {"C", kMonday}})));
  EXPECT_FALSE(index.admit(rows({{"C", kMonday}})));
}

TEST(KeyIndex, a_null_is_never_proven_new) {
  KeyIndex index(1, 0);
  index.admit(rows({{"A", kMonday}}));
  EXPECT_FALSE(index.admit(rows({{"Z", std::nullopt}})));
}

TEST(KeyIndex, without_a_day_only_an_unseen_code_is_new) {
  KeyIndex index(kNone, 0);
  index.admit(rows({{"A", kMonday}}));
  EXPECT_TRUE(index.admit(rows({{"B", kMonday}})));
  EXPECT_FALSE(index.admit(rows({{"C", kMonday}, {"A", kMonday + 99}})));
  EXPECT_TRUE(index.may_hold({kMonday + 50, kMonday + 51}));
}

TEST(KeyIndex, holds_only_days_it_saw) {
  KeyIndex index(1, 0);
  EXPECT_FALSE(index.may_hold({kMonday, kMonday}));
  index.add_day(kMonday);
  EXPECT_TRUE(index.may_hold({kMonday - 5, kMonday}));
  EXPECT_FALSE(index.may_hold({kMonday + 1, kMonday + 9}));
}

TEST(RowOrder, repeats_keep_the_last_row_and_the_order_of_the_rest) {
  const std::size_t key[] = {0, 1};
  const auto kept = without_repeats(
      rows({{"B", kMonday}, {"A", std::nullopt}, {"B", kMonday}, {"A", std::nullopt}}), key);
  ASSERT_TRUE(kept);
  EXPECT_EQ(*kept, (std::vector<std::uint32_t>{2, 3}));
  EXPECT_FALSE(without_repeats(rows({{"B", kMonday}, {"A", kMonday}, {"C", kMonday}}), key));
  EXPECT_FALSE(without_repeats(rows({{"C", kMonday}, {"B", kMonday}, {"A", kMonday}}), key));
}

TEST(RowOrder, nulls_are_last_both_ways_and_nan_is_the_greatest_number) {
  Batch batch({{"v", Type::Real}});
  batch.column(0).push_null();
  batch.column(0).push(std::nan(""));
  batch.column(0).push(1.0);
  batch.column(0).push(-2.0);
  const SortColumn up{0, false}, down{0, true};
  EXPECT_EQ(*sorted(batch, {&up, 1}), (std::vector<std::uint32_t>{3, 2, 1, 0}));
  EXPECT_EQ(*sorted(batch, {&down, 1}), (std::vector<std::uint32_t>{1, 2, 3, 0}));
}

}  // namespace
}  // namespace kanpan::store::duckdb
