#include "kanpan/frame/ndjson.hpp"

#include <gtest/gtest.h>

namespace kanpan::frame {
namespace {

const std::vector<Field> kWanted{
    {"ts_code", Type::Text}, {"trade_date", Type::Date}, {"vol", Type::Int}, {"close", Type::Real}};

Result<NdjsonReader> reader(std::string text, const ColumnNames& names = {}) {
  return NdjsonReader::read(stream_of(std::move(text)), "rows.ndjson", kWanted, names);
}

TEST(Ndjson, ReadsMembersInAnyOrderAndBothSpellingsOfADate) {
  auto rows = reader(
      "{\"ts_code\":\"600000.SH\",\"trade_date\":\"20240628\",\"vol\":1,\"close\":8.5}\n\n"
      "{\"close\":null,\"trade_date\":\"2024-06-27\",\"ts_code\":\"000001.SZ\"}");
  ASSERT_TRUE(rows) << rows.error().text();
  EXPECT_TRUE(rows->missing().empty());
  const auto block = rows->next(10).value();
  ASSERT_TRUE(block);
  ASSERT_EQ(block->batch.rows(), 2u);
  EXPECT_EQ(block->batch.column(0).texts()[1], "000001.SZ");
  EXPECT_EQ(block->batch.column(1).dates()[0].iso(), "2024-06-28");
  EXPECT_EQ(block->batch.column(1).dates()[1].iso(), "2024-06-27");
  EXPECT_TRUE(block->batch.column(2).is_null(1));
  EXPECT_TRUE(block->batch.column(3).is_null(1));
  EXPECT_EQ(block->lines, (std::vector<std::uint64_t>{1, 3}));
  EXPECT_TRUE(block->partial) << "the second says nothing of vol";
  EXPECT_FALSE(rows->next(10).value());
}

TEST(Ndjson, BlocksContinueWhereTheLastOneEnded) {
  std::string text;
  for (int i = 0; i < 25; ++i) text += "{\"ts_code\":\"" + std::to_string(i) + "\"}\n";
  auto rows = reader(text);
  ASSERT_TRUE(rows);
  std::vector<std::size_t> sizes;
  while (auto block = rows->next(10).value()) sizes.push_back(block->batch.rows());
  EXPECT_EQ(sizes, (std::vector<std::size_t>{10, 10, 5}));
}

TEST(Ndjson, NamesWhatIsMissingUnknownAndUnreadable) {
  auto rows = reader("{\"code\":\"A\",\"close\":\"much\",\"extra\":1}\n{\"later\":[1,2]}\n",
                     {{"code", "ts_code"}});
  ASSERT_TRUE(rows);
  EXPECT_EQ(rows->missing(), (std::vector<std::string>{"trade_date", "vol"}));
  const auto block = rows->next(10).value();
  ASSERT_TRUE(block);
  EXPECT_EQ(block->batch.column(0).texts()[0], "A");
  ASSERT_EQ(block->bad_cells.size(), 1u);
  EXPECT_EQ(block->bad_cells[0].raw, "much");
  EXPECT_EQ(block->bad_cells[0].line, 1u);
  EXPECT_EQ(rows->unknown(), (std::vector<std::string>{"extra", "later"}));
}

TEST(Ndjson, RefusesWhatIsNoObjectNamingTheLine) {
  for (const char* line : {"[1]", "{\"close\":1", "{\"close\":1}}", "{\"close\":1,\"close\":2}",
                           "{\"close\":tru}", "hello"}) {
    auto rows = reader(std::string("{\"close\":1}\n") + line + "\n");
    ASSERT_TRUE(rows);
    const auto block = rows->next(10);
    if (std::string_view(line).find("tru") != std::string_view::npos) {
      // A value of another type than its column is a bad cell or a wrong line, never a number.
      if (block) {
        EXPECT_EQ((*block)->bad_cells.size(), 1u);
      }
      continue;
    }
    ASSERT_FALSE(block) << line;
    EXPECT_EQ(block.error().code, Errc::Quality);
    EXPECT_NE(block.error().message.find("line 2"), std::string::npos) << block.error().message;
  }
  EXPECT_EQ(reader("").error().code, Errc::Quality);
  EXPECT_EQ(reader("{\"close\":1}", {{"klose", "close"}}).error().code, Errc::Usage);
  EXPECT_EQ(reader("{\"close\":1}", {{"close", "klose"}}).error().code, Errc::Usage);
}

}  // namespace
}  // namespace kanpan::frame
