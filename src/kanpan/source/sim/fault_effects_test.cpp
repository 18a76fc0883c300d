#include "kanpan/source/sim/fault_effects.hpp"

#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "kanpan/frame/json.hpp"
#include "kanpan/source/sim/protocol.hpp"
#include "kanpan/source/sim/sample_table.hpp"

namespace kanpan::source::sim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const catalog::Catalog& tables() {
  static const catalog::Catalog loaded =
      catalog::Catalog::load(std::string(KANPAN_SOURCE_DIR) + "/catalog/tables").value();
  return loaded;
}

/// Ten bars of one day, asked for through a protocol with one fault.
class FaultEffect : public testing::Test {
 protected:
  FaultEffect() {
    std::vector<std::vector<std::string>> cells;
    for (int i = 0; i < 10; ++i)
      cells.push_back({fmt::format("{:06}.SZ", i + 1), "20240628", "10", "10.4", "9.8",
                       fmt::format("10.{}", i), "10", "0.2", "2", "1000", "1020.5"});
    rows_.set(table(), cells);
  }

  static const catalog::TableSpec& table() { return **tables().find("daily"); }

  /// Puts a protocol with `do: what` in place.
  void with(std::string_view what) {
    const std::filesystem::path file =
        std::filesystem::temp_directory_path() /
        fmt::format("kanpan-effect-{}.yaml",
                    testing::UnitTest::GetInstance()->current_test_info()->name());
    std::ofstream(file) << fmt::format("seed: 5\nrules:\n- when: {{api: daily}}\n  do: {}\n", what);
    ProtocolOptions options;
    options.faults = load_faults(file, tables()).value();
    std::filesystem::remove(file);
    protocol_ = std::make_unique<Protocol>(tables(), rows_, *clock_, std::move(options));
  }

  static std::string text(const net::Response& answer) {
    return std::get<std::string>(answer.body);
  }
  net::Response answer(std::string_view params = "{}") {
    return protocol_->answer("daily", fmt::format(R"({{"params":{}}})", params), "POST");
  }
  frame::ParsedPage page(std::string_view params = "{}") {
    return frame::parse_page(text(answer(params)), table().fields()).value();
  }
  /// Text of a column's cells.
  static std::vector<std::string> cells(const frame::ParsedPage& page, std::string_view column) {
    std::vector<std::string> texts;
    const frame::Column& values = page.batch.column(page.batch.find(column));
    for (std::size_t row = 0; row < page.batch.rows(); ++row) texts.push_back(values.text_of(row));
    return texts;
  }
  /// Cells of the only bad column.
  static std::vector<std::string> bad(const frame::ParsedPage& page) {
    std::vector<std::string> raw;
    for (const frame::BadCell& cell : page.bad_cells) raw.push_back(cell.raw);
    return raw;
  }
  static std::ptrdiff_t count(const std::vector<std::string>& texts, std::string_view text) {
    return std::ranges::count(texts, text);
  }

  test::Rows rows_;
  std::unique_ptr<Clock> clock_ = *make_clock("2024-06-30T12:00:00+08:00");
  std::unique_ptr<Protocol> protocol_;
};

TEST_F(FaultEffect, quota_exhausted) {
  with("quota_exhausted");
  EXPECT_THAT(text(answer()), HasSubstr("抱歉，您访问接口(daily)频率超限(8000次/天)"));
}

TEST_F(FaultEffect, token_revoked) {
  with("token_revoked");
  EXPECT_THAT(text(answer()),
              HasSubstr(R"("code":40101,"data":null,"msg":"您的token不对，请确认。")"));
}

TEST_F(FaultEffect, refused_with_text) {
  with("{refused_with_text: {code: 50101, message: 服务器忙}}");
  const net::Response answer = this->answer();
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(text(answer), HasSubstr(R"("code":50101,"data":null,"msg":"服务器忙")"));
}

TEST_F(FaultEffect, empty) {
  with("empty");
  const auto page = this->page();
  EXPECT_EQ(page.batch.rows(), 0U);
  EXPECT_FALSE(page.has_more);
  EXPECT_THAT(page.missing, IsEmpty());
}

TEST_F(FaultEffect, half_day) {
  with("{half_day: {part: 0.3}}");
  const std::vector<std::string> first = cells(page(), "ts_code");
  EXPECT_EQ(first.size(), 3U);
  EXPECT_EQ(cells(page(), "ts_code"), first);
}

TEST_F(FaultEffect, shrinking_day) {
  with("{shrinking_day: {rows: 2}}");
  EXPECT_EQ(page().batch.rows(), 8U);
  EXPECT_EQ(page().batch.rows(), 6U);
  for (int i = 0; i < 4; ++i) page();
  EXPECT_EQ(page().batch.rows(), 0U);
}

TEST_F(FaultEffect, truncate_silently) {
  with("{truncate_silently: {part: 0.5}}");
  const auto page = this->page(R"({"limit":8})");
  EXPECT_EQ(page.batch.rows(), 4U);
  EXPECT_FALSE(page.has_more);
}

TEST_F(FaultEffect, duplicate_page) {
  with("duplicate_page");
  EXPECT_EQ(cells(page(R"({"limit":4,"offset":4})"), "ts_code"),
            cells(page(R"({"limit":4})"), "ts_code"));
}

TEST_F(FaultEffect, missing_column) {
  with("{missing_column: {columns: [vol, pct_chg]}}");
  const auto page = this->page();
  EXPECT_THAT(page.missing, testing::UnorderedElementsAre("vol", "pct_chg"));
  EXPECT_EQ(cells(page, "amount")[0], "1020.5");
}

TEST_F(FaultEffect, renamed_column) {
  with("{renamed_column: {columns: vol, to: volume}}");
  const auto page = this->page();
  EXPECT_THAT(page.missing, ElementsAre("vol"));
  EXPECT_THAT(page.unknown, ElementsAre("volume"));
}

TEST_F(FaultEffect, retyped_column) {
  with("{retyped_column: {columns: [vol]}}");
  EXPECT_THAT(bad(page()), testing::AllOf(testing::SizeIs(10), testing::Each(HasSubstr("1000元"))));
}

TEST_F(FaultEffect, new_column) {
  with("{new_column: {name: turnover}}");
  const auto page = this->page();
  EXPECT_THAT(page.unknown, ElementsAre("turnover"));
  EXPECT_EQ(page.batch.rows(), 10U);
}

TEST_F(FaultEffect, unit_flip) {
  with("{unit_flip: {columns: [vol], factor: 100}}");
  const auto page = this->page();
  EXPECT_EQ(count(cells(page, "vol"), "100000"), 10);
  EXPECT_EQ(count(cells(page, "amount"), "1020.5"), 10);
}

TEST_F(FaultEffect, unit_flip_of_some_rows) {
  with("{unit_flip: {columns: [vol], factor: 1000, rows: 3}}");
  EXPECT_EQ(count(cells(page(), "vol"), "1000000"), 3);
}

TEST_F(FaultEffect, decimal_shift) {
  with("{decimal_shift: {columns: [pre_close], places: 1, rows: 2}}");
  const auto page = this->page();
  EXPECT_EQ(count(cells(page, "pre_close"), "100"), 2);
  EXPECT_EQ(count(cells(page, "pre_close"), "10"), 8);
}

TEST_F(FaultEffect, revised_row_stays_the_same_row) {
  with("{revised_row: {columns: [amount]}}");
  const std::vector<std::string> first = cells(page(), "amount");
  EXPECT_EQ(count(first, "1020.5"), 9);
  EXPECT_EQ(cells(page(), "amount"), first);
}

TEST_F(FaultEffect, nan) {
  with("{nan: {columns: [close]}}");
  EXPECT_THAT(bad(page()), ElementsAre("NaN"));
}

TEST_F(FaultEffect, huge_number) {
  with("{huge_number: {columns: [close]}}");
  EXPECT_THAT(text(answer()), HasSubstr(",1e400,"));
}

TEST_F(FaultEffect, null_key) {
  with("{null_key: {rows: 2}}");
  const auto page = this->page();
  EXPECT_EQ(page.batch.column(0).null_count(), 2U);
  EXPECT_EQ(page.batch.column(1).null_count(), 2U);
}

TEST_F(FaultEffect, wrong_date) {
  with("{wrong_date: {days: -365}}");
  EXPECT_EQ(count(cells(page(), "trade_date"), "2023-06-29"), 1);
}

TEST_F(FaultEffect, bad_code) {
  with("bad_code");
  EXPECT_EQ(count(cells(page(), "ts_code"), "60000O.SHH"), 1);
}

TEST_F(FaultEffect, impossible_ohlc) {
  with("impossible_ohlc");
  EXPECT_EQ(count(cells(page(), "high"), "4.9"), 1);
}

TEST_F(FaultEffect, duplicate_row) {
  with("duplicate_row");
  std::vector<std::string> codes = cells(page(), "ts_code");
  ASSERT_EQ(codes.size(), 11U);
  EXPECT_EQ(count(codes, codes.back()), 2);
}

TEST_F(FaultEffect, wrong_width_row) {
  with("wrong_width_row");
  const auto page = frame::parse_page(text(answer()), table().fields());
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code, Errc::SourceTransient);
}

TEST_F(FaultEffect, http_500) {
  with("{http_500: {status: 503}}");
  const net::Response answer = this->answer();
  EXPECT_EQ(answer.status, 503);
  EXPECT_THAT(text(answer), HasSubstr("<html>"));
}

TEST_F(FaultEffect, html_200) {
  with("html_200");
  const net::Response answer = this->answer();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.headers.get("content-type"), "text/html; charset=utf-8");
  EXPECT_THAT(text(answer), HasSubstr("<html>"));
}

TEST_F(FaultEffect, truncated_json) {
  with("{truncated_json: {part: 0.9}}");
  EXPECT_FALSE(frame::parse_page(text(answer()), table().fields()));
  EXPECT_THAT(text(answer()), Not(testing::EndsWith("}")));
}

TEST_F(FaultEffect, wrong_charset) {
  rows_.set(**tables().find("stock_basic"), {{"000001.SZ", "000001", "平安银行"}});
  with("wrong_charset");
  // daily has no Chinese text: nothing to see.
  EXPECT_TRUE(frame::parse_page(text(answer()), table().fields()));
  net::Response answer;
  answer.body = std::string("平");
  Fault fault;
  fault.kind = FaultKind::WrongCharset;
  spoil(answer, {Strike{&fault, 1, Dice(0)}});
  EXPECT_EQ(text(answer), "\xC6\xBD");
}

TEST_F(FaultEffect, gzip_bomb) {
  with("{gzip_bomb: {megabytes: 3}}");
  const net::Response answer = this->answer();
  EXPECT_EQ(answer.headers.get("content-encoding"), "gzip");
  const std::string packed = text(answer);
  EXPECT_LT(packed.size(), 30000U);
  z_stream stream{};
  ASSERT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
  std::string out(4 << 20, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  EXPECT_EQ(stream.total_out, 3U << 20);
  inflateEnd(&stream);
}

TEST_F(FaultEffect, connection_faults_are_told_to_the_transport) {
  with("{delay: {milliseconds: 20}}");
  EXPECT_EQ(answer().misbehaviour.delay, std::chrono::milliseconds(20));
  with("{slow: {bytes_per_second: 100}}");
  EXPECT_EQ(answer().misbehaviour.bytes_per_second, 100U);
  with("{stall: {after: 50}}");
  EXPECT_EQ(answer().misbehaviour.stall_after, 50U);
  with("drop");
  EXPECT_TRUE(answer().misbehaviour.drop);
  with("{drop: {after: 9}}");
  EXPECT_EQ(answer().misbehaviour.close_after, 9U);
}

TEST_F(FaultEffect, other_interfaces_are_left_alone) {
  with("http_500");
  rows_.set(**tables().find("adj_factor"), {{"000001.SZ", "20240628", "1"}});
  EXPECT_EQ(protocol_->answer("adj_factor", "{}", "POST").status, 200);
}

TEST_F(FaultEffect, columns_that_were_not_asked_for_stay_away) {
  with("{nan: {columns: [close]}}");
  EXPECT_THAT(text(protocol_->answer("daily", R"({"fields":"ts_code,vol"})", "POST")),
              Not(HasSubstr("NaN")));
}

}  // namespace
}  // namespace kanpan::source::sim
