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

TEST(JsonWriter, numbers_have_all_their_digits_whatever_their_length) {
  std::int64_t number = 1;
  for (int length = 1; length <= 11; ++length, number *= 10)
    for (const std::int64_t whole : {number - 1, number, number * 9 + length})
      for (const auto& [fraction, text] : std::vector<std::pair<double, std::string>>{
               {0, ""}, {0.5, ".5"}, {0.25, ".25"}, {0.0625, ".0625"}, {0.125, ".125"}}) {
        const double value = static_cast<double>(whole) + fraction;
        EXPECT_EQ(real(value), std::to_string(whole) + text);
        if (value > 0) {
          EXPECT_EQ(real(-value), "-" + std::to_string(whole) + text);
        }
      }
  EXPECT_EQ(real(0.01), "0.01");
  EXPECT_EQ(real(10.09), "10.09");
  EXPECT_EQ(real(0.0001), "0.0001");
}

TEST(JsonWriter, text_is_escaped_wherever_it_needs_it) {
  for (const char odd : {'"', '\\', '\x1f', '\0'})
    for (std::size_t at = 0; at < 20; ++at) {
      std::string plain(20, '\x7f');
      plain[at] = odd;
      EXPECT_EQ(text(plain), '"' + plain.substr(0, at) +
                                 text({&odd, 1}).substr(1, text({&odd, 1}).size() - 2) +
                                 plain.substr(at + 1) + '"');
      EXPECT_GT(text({&odd, 1}).size(), 3U);
    }
  EXPECT_EQ(text("平安银行（集团）!#[]"), "\"平安银行（集团）!#[]\"");
}

TEST(JsonWriter, long_tables_are_rows_one_after_another) {
  Batch batch({{"code", Type::Text}, {"day", Type::Date}, {"close", Type::Real}});
  std::string expected;
  for (int i = 0; i < 300; ++i) {
    const std::string code(static_cast<std::size_t>(i < 100 ? 1 : i * 7), 'x');
    const Date day = Date::from_ymd(2024, 1, 1) + i / 3;
    batch.column(0).push(code);
    batch.column(1).push(day);
    i % 5 == 0 ? batch.column(2).push_null() : batch.column(2).push(i / 4.0);
    expected += (i ? ",[\"" : "[\"") + code + "\",\"" + day.iso() + "\"," +
                (i % 5 == 0 ? "null" : real(i / 4.0)) + "]";
  }
  const std::size_t columns[] = {0, 1, 2};
  std::string out = "head ";
  append_json_items(out, batch, columns, {});
  EXPECT_EQ(out, "head [" + expected + "]");
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
