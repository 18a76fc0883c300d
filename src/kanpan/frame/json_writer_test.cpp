#include "kanpan/frame/json_writer.hpp"

#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <random>

#include <gtest/gtest.h>

#include "kanpan/frame/json.hpp"

namespace kanpan::frame {
namespace {

std::string real(double value, bool decimal_point = false) {
  std::string out;
  append_json_real(out, value, decimal_point);
  return out;
}

std::string text(std::string_view value) {
  std::string out;
  append_json_text(out, value);
  return out;
}

TEST(JsonWriter, reals_are_short_and_plain) {
  EXPECT_EQ(real(8.75), "8.75");
  EXPECT_EQ(real(-0.05), "-0.05");
  EXPECT_EQ(real(0.1 + 0.2), "0.30000000000000004");
  EXPECT_EQ(real(1491300), "1491300");
  EXPECT_EQ(real(1491300, true), "1491300.0");
  EXPECT_EQ(real(-0.0, true), "0.0");
  EXPECT_EQ(real(525152.77), "525152.77");
  EXPECT_EQ(real(1025538.833), "1025538.833");
  EXPECT_EQ(real(123456789012345680.0), "123456789012345680");
  EXPECT_EQ(real(123456789012345680.0, true), "123456789012345680.0");
  EXPECT_EQ(real(1e22), "1e+22");
  EXPECT_EQ(real(1.5e-7), "1.5e-07");
  EXPECT_EQ(real(std::numeric_limits<double>::quiet_NaN()), "null");
  EXPECT_EQ(real(std::numeric_limits<double>::infinity()), "null");
}

TEST(JsonWriter, reals_read_back_the_same_and_are_shortest) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 200'000; ++i) {
    const auto number = static_cast<double>(random() >> (random() % 60 + 4));
    const double value = i % 4 == 0   ? std::bit_cast<double>(random())
                         : i % 4 == 1 ? number / 100
                         : i % 4 == 2 ? number / 10000
                                      : number / 7;
    if (!std::isfinite(value)) continue;
    const std::string written = real(value);
    double back = 0;
    std::from_chars(written.data(), written.data() + written.size(), back);
    ASSERT_EQ(back, value) << written;
    char shortest[32];
    const auto end = std::to_chars(shortest, shortest + 32, value, std::chars_format::scientific);
    const auto digits = [](std::string_view s) {
      std::string kept;
      for (char c : s.substr(0, s.find('e')))
        if (c >= '0' && c <= '9' && (c != '0' || !kept.empty())) kept += c;
      while (!kept.empty() && kept.back() == '0') kept.pop_back();
      return kept;
    };
    if (std::abs(value) >= 1e15) continue;  // written out to the last digit
    ASSERT_EQ(digits(written), digits({shortest, end.ptr}));
  }
}

TEST(JsonWriter, text_is_escaped) {
  EXPECT_EQ(text("平安银行"), "\"平安银行\"");
  EXPECT_EQ(text("a\"b\\c\n\r\t\x01"), R"("a\"b\\c\n\r\t\u0001")");
  EXPECT_EQ(text(""), "\"\"");
}

Batch two_rows() {
  Batch batch(
      {{"ts_code", Type::Text}, {"day", Type::Date}, {"close", Type::Real}, {"n", Type::Int}});
  for (int i = 0; i < 2; ++i) {
    batch.column(0).push(i ? "b" : "a");
    batch.column(1).push(Date::from_ymd(2024, 6, 27 + i));
    if (i)
      batch.column(2).push_null();
    else
      batch.column(2).push(10.0);
    batch.column(3).push(std::int64_t{-5});
  }
  return batch;
}

TEST(JsonWriter, items_follow_the_columns_and_rows_named) {
  const std::size_t columns[] = {2, 0, 1, 3};
  const std::uint32_t rows[] = {1, 0};
  std::string out;
  append_json_items(out, two_rows(), columns, rows, {.compact_dates = true, .decimal_point = true});
  EXPECT_EQ(out, R"([[null,"b","20240628",-5],[10.0,"a","20240627",-5]])");
  out.clear();
  append_json_items(out, two_rows(), columns, {});
  EXPECT_EQ(out, R"([[10,"a","2024-06-27",-5],[null,"b","2024-06-28",-5]])");
  out.clear();
  append_json_items(out, two_rows(), std::span<const std::size_t>{}, {});
  EXPECT_EQ(out, "[[],[]]");
}

TEST(JsonWriter, a_row_can_be_an_object) {
  const std::size_t columns[] = {0, 2};
  std::string out;
  append_json_object(out, two_rows(), columns, 1, {});
  EXPECT_EQ(out, R"({"ts_code":"b","close":null})");
}

TEST(JsonWriter, what_is_written_parses_back) {
  const Batch batch = two_rows();
  const std::size_t columns[] = {0, 1, 2, 3};
  std::string body = R"({"code":0,"data":{"fields":["ts_code","day","close","n"],"items":)";
  append_json_items(body, batch, columns, {.compact_dates = true, .decimal_point = true});
  body += "}}";
  const Result<ParsedPage> page = parse_page(body, batch.fields());
  ASSERT_TRUE(page.has_value()) << page.error().text();
  for (std::size_t c = 0; c < 4; ++c)
    for (std::size_t row = 0; row < 2; ++row)
      EXPECT_EQ(page->batch.column(c).text_of(row), batch.column(c).text_of(row));
}

}  // namespace
}  // namespace kanpan::frame
