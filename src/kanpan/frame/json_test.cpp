#include "kanpan/frame/json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kanpan/base/utf8.hpp"

namespace kanpan::frame {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::vector<Field> kDaily{
    {"ts_code", Type::Text}, {"trade_date", Type::Date}, {"close", Type::Real}, {"vol", Type::Int}};

std::string with_items(std::string_view items) {
  return R"({"request_id":"r1","code":0,"msg":"","data":{"fields":["ts_code","trade_date","close","vol"],"items":)" +
         std::string(items) + R"(,"has_more":false}})";
}

ParsedPage parsed(std::string_view body) {
  Result<ParsedPage> page = parse_page(body, kDaily);
  EXPECT_TRUE(page.has_value()) << page.error().text();
  return page ? *std::move(page) : ParsedPage{};
}

/// Column `close` or another of one row, as text; "null" and "bad" say so.
std::string cell(std::size_t column, std::string_view json) {
  std::vector<std::string> row{"\"c\"", "\"20240628\"", "1.5", "7"};
  row[column] = json;
  std::string items = "[[" + row[0] + "," + row[1] + "," + row[2] + "," + row[3] + "]]";
  const ParsedPage page = parsed(with_items(items));
  if (page.batch.rows() != 1) return "no row";
  for (std::size_t c = 0; c < 4; ++c) EXPECT_TRUE(c == column || !page.batch.column(c).is_null(0));
  if (!page.bad_cells.empty()) {
    EXPECT_TRUE(page.batch.column(column).is_null(0));
    EXPECT_EQ(page.bad_cells.front().column, column);
    return "bad " + page.bad_cells.front().raw;
  }
  return page.batch.column(column).is_null(0) ? "null" : page.batch.column(column).text_of(0);
}

std::string refusal(std::string_view body) {
  const Result<ParsedPage> page = parse_page(body, kDaily);
  if (page) return "accepted";
  EXPECT_EQ(page.error().code, Errc::SourceTransient);
  return page.error().message;
}

TEST(ParsePage, rows_land_in_typed_columns) {
  const ParsedPage page =
      parsed(with_items(R"([["600000.SH","20240628",8.75,12],["000001.SZ","20240627",null,13]])"));
  EXPECT_EQ(page.code, 0);
  EXPECT_EQ(page.batch.fields(), kDaily);
  ASSERT_EQ(page.batch.rows(), 2u);
  EXPECT_EQ(page.batch.column(0).texts()[1], "000001.SZ");
  EXPECT_EQ(page.batch.column(1).dates()[0], Date::from_ymd(2024, 6, 28));
  EXPECT_EQ(page.batch.column(2).reals()[0], 8.75);
  EXPECT_TRUE(page.batch.column(2).is_null(1));
  EXPECT_EQ(page.batch.column(3).ints()[1], 13);
  EXPECT_THAT(page.missing, IsEmpty());
  EXPECT_THAT(page.unknown, IsEmpty());
}

TEST(ParsePage, fields_are_found_by_name_not_by_place) {
  const ParsedPage page = parsed(
      R"({"code":0,"data":{"fields":["vol","extra","ts_code","vol"],"items":[[1,{"a":[1]},"x",2]]}})");
  EXPECT_EQ(page.batch.column(0).texts()[0], "x");
  EXPECT_EQ(page.batch.column(3).ints()[0], 1);
  EXPECT_THAT(page.missing, ElementsAre("trade_date", "close"));
  EXPECT_THAT(page.unknown, ElementsAre("extra", "vol"));
  EXPECT_TRUE(page.batch.column(1).is_null(0));
  EXPECT_EQ(page.batch.column(2).size(), 1u);
}

TEST(ParsePage, the_order_of_members_does_not_matter) {
  const ParsedPage page = parsed(
      R"({"data":{"has_more":true,"items":[["x","20240628",1,2]],"count":-1,
          "fields":["ts_code","trade_date","close","vol"]},"msg":null,"code":0,"detail":null})");
  EXPECT_TRUE(page.has_more);
  EXPECT_EQ(page.batch.rows(), 1u);
  EXPECT_EQ(page.batch.column(0).texts()[0], "x");
}

TEST(ParsePage, a_business_error_is_a_page_without_rows) {
  ParsedPage page = parsed(R"({"request_id":"r","code":40203,"msg":"抱歉","data":null})");
  EXPECT_EQ(page.code, 40203);
  EXPECT_EQ(page.message, "抱歉");
  EXPECT_EQ(page.batch.rows(), 0u);
  page = parsed(R"({"data":{"fields":[],"items":[]},"msg":"no","code":-2001})");
  EXPECT_EQ(page.code, -2001);
  EXPECT_EQ(page.batch.fields(), kDaily);
}

TEST(ParsePage, an_empty_answer_is_legal) { EXPECT_EQ(parsed(with_items("[]")).batch.rows(), 0u); }

TEST(ParsePage, cells_of_a_real_column) {
  EXPECT_EQ(cell(2, "8.75"), "8.75");
  EXPECT_EQ(cell(2, "  8 "), "8");
  EXPECT_EQ(cell(2, "\"8.75\""), "8.75");
  EXPECT_EQ(cell(2, "-1.5e3"), "-1500");
  EXPECT_EQ(cell(2, "null"), "null");
  EXPECT_EQ(cell(2, "\"\""), "null");
  EXPECT_EQ(cell(2, "NaN"), "bad NaN");
  EXPECT_EQ(cell(2, "-Infinity"), "bad -Infinity");
  EXPECT_EQ(cell(2, "\"nan\""), "bad nan");
  EXPECT_EQ(cell(2, "\"8.75x\""), "bad 8.75x");
  EXPECT_EQ(cell(2, "true"), "bad true");
  EXPECT_EQ(cell(2, "1e999"), "bad 1e999");
  EXPECT_EQ(cell(2, "[1, 2]").substr(0, 4), "bad ");
}

TEST(ParsePage, cells_of_an_int_column) {
  EXPECT_EQ(cell(3, "1234"), "1234");
  EXPECT_EQ(cell(3, "1234.0"), "1234");
  EXPECT_EQ(cell(3, "\"1234.0\""), "1234");
  EXPECT_EQ(cell(3, "9223372036854775807"), "9223372036854775807");
  EXPECT_EQ(cell(3, "1234.5"), "bad 1234.5");
  EXPECT_EQ(cell(3, "1e300"), "bad 1e300");
}

TEST(ParsePage, cells_of_a_date_column) {
  EXPECT_EQ(cell(1, "\"20240229\""), "2024-02-29");
  EXPECT_EQ(cell(1, "\"2024-02-29\""), "2024-02-29");
  EXPECT_EQ(cell(1, "20240229"), "2024-02-29");
  EXPECT_EQ(cell(1, "\"\""), "null");
  EXPECT_EQ(cell(1, "\"20230229\""), "bad 20230229");
  EXPECT_EQ(cell(1, "0"), "bad 0");
}

TEST(ParsePage, cells_of_a_text_column) {
  EXPECT_EQ(cell(0, R"("特  力Ａ")"), "特  力Ａ");
  EXPECT_EQ(cell(0, R"("a\"b\u5e73\n")"), "a\"b平\n");
  EXPECT_EQ(cell(0, "12.50"), "12.50");
  EXPECT_EQ(cell(0, "true"), "true");
  EXPECT_EQ(cell(0, R"("")"), "");
  EXPECT_EQ(cell(0, "null"), "null");
  EXPECT_EQ(cell(0, "nil"), "bad nil");
}

TEST(ParsePage, a_bad_cell_names_its_row_and_column) {
  const ParsedPage page =
      parsed(with_items(R"([["a","20240628",1,2],["b","20240628",1,"x"],["c","x",1,2]])"));
  ASSERT_EQ(page.bad_cells.size(), 2u);
  EXPECT_EQ(page.bad_cells[0].row, 1u);
  EXPECT_EQ(page.bad_cells[0].column, 3u);
  EXPECT_EQ(page.bad_cells[0].raw, "x");
  EXPECT_EQ(page.bad_cells[1].row, 2u);
  EXPECT_EQ(page.bad_cells[1].column, 1u);
}

TEST(ParsePage, what_is_not_a_table_is_refused_with_its_first_bytes) {
  EXPECT_THAT(refusal("<html>\n<body>502 Bad Gateway"), HasSubstr("'<html> <body>502"));
  EXPECT_THAT(refusal(""), HasSubstr("0 bytes"));
  EXPECT_THAT(refusal("[]"), HasSubstr("not a table"));
  EXPECT_THAT(refusal("\xff\xfe{\"code\":0}"), HasSubstr("not a table"));
  EXPECT_THAT(refusal(R"({"msg":""})"), HasSubstr("no member 'code'"));
  EXPECT_THAT(refusal(R"({"code":"0","data":null})"), HasSubstr("not a table"));
  EXPECT_THAT(refusal(R"({"code":0,"data":null})"), HasSubstr("no 'data.fields'"));
  EXPECT_THAT(refusal(R"({"code":0,"data":{"fields":["a"]}})"), HasSubstr("no 'data.items'"));
  EXPECT_THAT(refusal(R"({"code":0,"data":{"items":[[1]]}})"), HasSubstr("no 'data.fields'"));
  EXPECT_THAT(refusal(with_items("{}")), HasSubstr("not a table"));
  EXPECT_THAT(refusal(with_items("[7]")), HasSubstr("not a table"));
  EXPECT_THAT(refusal(with_items("[]") + "{}"), HasSubstr("closing brace"));
}

TEST(ParsePage, the_first_bytes_of_what_is_no_text_stay_readable) {
  using testing::EndsWith;
  EXPECT_THAT(refusal("\x1f\x8b\x08\x01\t\xff\xfe  HTTP\r\n\r\n502\x7f\xc2\x85 Bad\xef\xbf\xbd "),
              EndsWith("; it begins 'HTTP 502 Bad'"));
  EXPECT_THAT(refusal("\x1f\x8b\x08\x01\xff"), EndsWith("UTF-8")) << "nothing can be shown";
  const std::string shown = refusal("{" + std::string(78, 'x') + "行情");
  EXPECT_THAT(shown, EndsWith("xxx'")) << "a character is not cut";
  EXPECT_TRUE(is_utf8(refusal("\xd0\xd0\xc7\xe9: {\"code\":0}")));
}

TEST(ParsePage, a_row_of_another_width_is_refused) {
  EXPECT_THAT(refusal(with_items(R"([["a","20240628",1,2],["a","20240628",1]])")),
              HasSubstr("row 1 has 3 values for 4 fields"));
  EXPECT_THAT(refusal(with_items(R"([["a","20240628",1,2,3]])")),
              HasSubstr("row 0 has 5 values for 4 fields"));
}

TEST(ParsePage, every_truncation_is_refused) {
  const std::string body =
      with_items(R"([["600000.SH","20240628",8.75,12],["000001.SZ","20240627",null,13]])");
  for (std::size_t size = 0; size < body.size(); ++size)
    EXPECT_NE(refusal(body.substr(0, size)), "accepted") << body.substr(0, size);
}

TEST(ParsePage, no_flipped_byte_does_harm) {
  const std::string body =
      with_items(R"([["600000.SH","20240628",8.75,12],["a",null,-1e-3,13.0]])");
  for (std::size_t at = 0; at < body.size(); ++at) {
    for (int mask : {1, 2, 4, 8, 16, 32, 64, 128, 0x7f}) {
      std::string flipped = body;
      flipped[at] = static_cast<char>(flipped[at] ^ mask);
      const Result<ParsedPage> page = parse_page(flipped, kDaily);
      if (!page) continue;
      for (std::size_t c = 0; c < 4; ++c)
        ASSERT_EQ(page->batch.column(c).size(), page->batch.rows()) << flipped;
    }
  }
}

}  // namespace
}  // namespace kanpan::frame
