#include "kanpan/frame/csv.hpp"

#include <cstdlib>
#include <fstream>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>
#include <zlib.h>

#include "kanpan/frame/codec.hpp"

namespace kanpan::frame {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const std::vector<Field> kFields{
    {"ts_code", Type::Text}, {"trade_date", Type::Date}, {"close", Type::Real}, {"vol", Type::Int}};
constexpr std::string_view kHeader = "ts_code,trade_date,close,vol\n";

std::string row_text(const Batch& batch, std::size_t row) {
  std::string out;
  for (std::size_t c = 0; c < batch.width(); ++c)
    out += (c ? "|" : "") + (batch.column(c).is_null(row) ? "null" : batch.column(c).text_of(row));
  return out;
}

RowBlock block_of(std::string csv, const ColumnNames& names = {}) {
  auto reader = CsvReader::read(stream_of(std::move(csv)), "test.csv", kFields, names);
  if (!reader) {
    ADD_FAILURE() << reader.error().text();
    return {};
  }
  auto block = reader->next(1'000'000);
  if (!block || !*block) {
    ADD_FAILURE() << (block ? "no rows" : block.error().text());
    return {};
  }
  return *std::move(*block);
}

/// The first row below the usual header, as text.
std::string row(std::string_view line) {
  const RowBlock block = block_of(std::string(kHeader) + std::string(line));
  if (!block.bad_cells.empty()) return "bad " + block.bad_cells.front().raw;
  return block.batch.rows() == 0 ? "none" : row_text(block.batch, 0);
}

Error failure(std::string csv, const ColumnNames& names = {}) {
  auto reader = CsvReader::read(stream_of(std::move(csv)), "test.csv", kFields, names);
  if (!reader) return reader.error();
  auto block = reader->next(1'000'000);
  return block ? Error{Errc::Failed, "accepted", ""} : block.error();
}

class TemporaryFile {
 public:
  explicit TemporaryFile(std::string_view bytes) {
    std::string name = testing::TempDir() + "kanpan_csv_XXXXXX";
    const int handle = mkstemp(name.data());
    EXPECT_EQ(write(handle, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
    close(handle);
    path_ = name;
  }
  ~TemporaryFile() { std::filesystem::remove(path_); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

std::string gzip(std::string_view bytes) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

TEST(CsvReader, cells_take_their_columns_types) {
  EXPECT_EQ(row("600000.SH,20240628,8.75,12\n"), "600000.SH|2024-06-28|8.75|12");
  EXPECT_EQ(row("600000.SH,2024-06-28,8,12.0"), "600000.SH|2024-06-28|8|12");
  EXPECT_EQ(row("600000.SH,2024-06-28, 8.5 ,1\r\n"), "600000.SH|2024-06-28|8.5|1");
  EXPECT_EQ(row(",,,\n"), "null|null|null|null");
  EXPECT_EQ(row("\"\",\"\",\"\",\"7\"\r\n"), "|null|null|7");
}

TEST(CsvReader, quoted_cells_may_hold_commas_quotes_and_line_ends) {
  const RowBlock block = block_of(std::string(kHeader) +
                                  "\"a,\"\"b\"\"\r\nc\",20240628,1,2\n"
                                  "in \"the\" middle,20240628,1,x\n");
  EXPECT_EQ(block.batch.column(0).texts()[0], "a,\"b\"\r\nc");
  EXPECT_EQ(block.batch.column(0).texts()[1], "in \"the\" middle");
  EXPECT_THAT(block.lines, ElementsAre(2u, 4u));
  EXPECT_EQ(block.bad_cells.front().line, 4u);
}

TEST(CsvReader, columns_are_found_by_name) {
  auto reader = CsvReader::read(
      stream_of("\xEF\xBB\xBFvol, close ,extra,ts_code\r\n1,2.5,zz,a\r\n"), "test.csv", kFields);
  ASSERT_TRUE(reader.has_value());
  EXPECT_THAT(reader->missing(), ElementsAre("trade_date"));
  EXPECT_THAT(reader->unknown(), ElementsAre("extra"));
  EXPECT_EQ(row_text((*reader->next(10))->batch, 0), "a|null|2.5|1");
}

TEST(CsvReader, other_names_can_stand_for_a_column) {
  const RowBlock block =
      block_of("code,date,close,adj_close,vol\na,20240628,1,2,3\n",
               {{"code", "ts_code"}, {"date", "trade_date"}, {"adj_close", "close"}});
  EXPECT_EQ(row_text(block.batch, 0), "a|2024-06-28|2|3");
}

TEST(CsvReader, a_wrong_mapping_is_refused) {
  Error error = failure("code,trade_date\na,20240628\n", {{"cod", "ts_code"}});
  EXPECT_EQ(error.code, Errc::Usage);
  EXPECT_EQ(error.text(), "test.csv: the header has no column 'cod' (did you mean 'code'?)");
  error = failure("code\na\n", {{"code", "tscode"}});
  EXPECT_EQ(error.code, Errc::Usage);
  EXPECT_THAT(error.text(), HasSubstr("no column 'tscode'"));
  EXPECT_THAT(failure("close,close\n1,2\n").message, HasSubstr("'close' twice"));
}

TEST(CsvReader, bad_cells_are_null_and_reported_by_line) {
  const RowBlock block = block_of(std::string(kHeader) + "a,20240628,1,2\n\nb,20240631,x,2.5\n");
  EXPECT_EQ(row_text(block.batch, 1), "b|null|null|null");
  ASSERT_EQ(block.bad_cells.size(), 3u);
  EXPECT_EQ(block.bad_cells[0].line, 4u);
  EXPECT_EQ(block.bad_cells[0].row, 1u);
  EXPECT_EQ(block.bad_cells[0].column, 1u);
  EXPECT_EQ(block.bad_cells[0].raw, "20240631");
  EXPECT_EQ(block.bad_cells[2].raw, "2.5");
  EXPECT_EQ(row("a,20240628,nan,2"), "bad nan");
}

TEST(CsvReader, a_line_of_another_width_is_set_aside) {
  const RowBlock block = block_of(std::string(kHeader) +
                                  "a,20240628,1,2\n  \n合计,2\nb,20240628,3,4\n\n来源: \"一,二\"" +
                                  std::string(100, '.') + "\n");
  EXPECT_THAT(block.lines, ElementsAre(2u, 5u));
  EXPECT_EQ(row_text(block.batch, 1), "b|2024-06-28|3|4");
  ASSERT_EQ(block.bad_lines.size(), 2u);
  EXPECT_EQ(block.bad_lines[0].line, 4u);
  EXPECT_EQ(block.bad_lines[0].reason, "2 cells where the header names 4");
  EXPECT_EQ(block.bad_lines[0].raw, "合计,2");
  EXPECT_EQ(block.bad_lines[1].line, 7u);
  EXPECT_EQ(block.bad_lines[1].raw.size(), 80u);
}

TEST(CsvReader, a_block_may_be_of_such_lines_alone) {
  auto reader = CsvReader::read(stream_of(std::string(kHeader) + "a,20240628,1,2\n合计,2\n"),
                                "test.csv", kFields);
  ASSERT_EQ(reader->next(1).value()->lines.size(), 1u);
  const auto last = reader->next(1).value();
  ASSERT_TRUE(last);
  EXPECT_EQ(last->batch.rows(), 0u);
  EXPECT_EQ(last->bad_lines.at(0).line, 3u);
  EXPECT_FALSE(reader->next(1).value());
}

TEST(CsvReader, many_lines_of_another_width_make_the_file_wrong) {
  const auto csv = [](int rows, int ragged) {
    std::string text(kHeader);
    for (int i = 0; i < rows; ++i) text += "a,20240628,1,2\n";
    for (int i = 0; i < ragged; ++i) text += "b,20240628,1\n";
    return text;
  };
  EXPECT_EQ(block_of(csv(2, 3)).bad_lines.size(), 3u);
  EXPECT_EQ(failure(csv(2, 4)).message,
            "test.csv: line 7: 3 cells where the header names 4, as on 3 lines before it");
  EXPECT_EQ(block_of(csv(200, 5)).bad_lines.size(), 5u);
  EXPECT_THAT(failure(csv(200, 6)).message, HasSubstr("line 207"));
}

TEST(CsvReader, a_broken_file_is_refused_with_its_line) {
  EXPECT_THAT(failure("").message, HasSubstr("empty"));
  EXPECT_EQ(failure(std::string(kHeader) + "a,20240628,1,2\n\"b,20240628,1,2\n").message,
            "test.csv: line 3: a quote is never closed");
  EXPECT_EQ(failure(std::string(kHeader) + "\"a\"x,20240628,1,2\n").message,
            "test.csv: line 2: text follows a closing quote");
  EXPECT_EQ(failure(std::string(kHeader) + "\xC6\xBD\xB0\xB2,20240628,1,2\n").message,
            "test.csv: line 2: the text is not UTF-8");
  EXPECT_EQ(failure(std::string(kHeader) + "a,20240628,\xC4\xFA,2\n").code, Errc::Quality);
  for (const char* workbook : {"PK\x03\x04\x14", "\xD0\xCF\x11\xE0\xA1"})
    EXPECT_THAT(failure(workbook).text(), AllOf(HasSubstr("workbook"), Not(HasSubstr("iconv"))));
  EXPECT_THAT(failure("\xB4\xFA\xC2\xEB,close\na,1\n").text(), HasSubstr("iconv"));
}

std::string many_rows(std::size_t count) {
  std::string csv(kHeader);
  for (std::size_t i = 0; i < count; ++i)
    csv += "\"" + std::to_string(i) + "\n\",20240628," + std::to_string(i) + ".5,1\n";
  return csv;
}

TEST(CsvReader, blocks_follow_one_another_across_pieces_of_the_file) {
  constexpr std::size_t kCount = 40'000;  // several pieces of the buffer
  auto reader = CsvReader::read(stream_of(many_rows(kCount)), "test.csv", kFields);
  ASSERT_TRUE(reader.has_value());
  std::size_t seen = 0;
  for (;;) {
    auto block = reader->next(7'001);
    ASSERT_TRUE(block.has_value()) << block.error().text();
    if (!*block) break;
    for (std::size_t i = 0; i < (*block)->batch.rows(); ++i, ++seen) {
      ASSERT_EQ((*block)->batch.column(2).reals()[i], static_cast<double>(seen) + 0.5);
      ASSERT_EQ((*block)->lines[i], 2 + 2 * seen);
    }
  }
  EXPECT_EQ(seen, kCount);
}

std::size_t rows_in(const std::filesystem::path& file) {
  auto reader = CsvReader::open(file, kFields);
  EXPECT_TRUE(reader.has_value()) << reader.error().text();
  auto block = reader->next(1'000'000);
  EXPECT_TRUE(block.has_value()) << block.error().text();
  return block && *block ? (*block)->batch.rows() : 0;
}

TEST(CsvReader, packed_files_are_known_by_their_first_bytes) {
  const std::string csv = many_rows(20'000);
  EXPECT_EQ(rows_in(TemporaryFile(csv).path()), 20'000u);
  EXPECT_EQ(rows_in(TemporaryFile(gzip(csv)).path()), 20'000u);
  EXPECT_EQ(rows_in(TemporaryFile(gzip(kHeader) + gzip(csv.substr(kHeader.size()))).path()),
            20'000u);
  EXPECT_EQ(rows_in(TemporaryFile(compress(csv)).path()), 20'000u);
  EXPECT_EQ(rows_in(TemporaryFile(compress(kHeader) + compress(csv.substr(kHeader.size()))).path()),
            20'000u);
}

TEST(CsvReader, cut_off_packed_files_are_refused) {
  const std::string csv = many_rows(20'000);
  for (const std::string& packed : {gzip(csv), compress(csv)}) {
    const TemporaryFile file(packed.substr(0, packed.size() * 3 / 4));
    const auto rows = [&]() -> Result<void> {
      KANPAN_LET(auto reader, CsvReader::open(file.path(), kFields));
      KANPAN_TRY(reader.next(1'000'000));
      return {};
    }();
    ASSERT_FALSE(rows.has_value());
    EXPECT_EQ(rows.error().code, Errc::Corrupt);
    EXPECT_EQ(rows.error().message,
              file.path().string() + ": the packed data is damaged: it ends too early");
  }
}

TEST(CsvReader, a_file_that_cannot_be_opened_says_which) {
  const auto missing = CsvReader::open("no/such.csv", kFields);
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().code, Errc::NotFound);
  EXPECT_THAT(missing.error().message, HasSubstr("no/such.csv"));
  EXPECT_EQ(CsvReader::open(testing::TempDir(), kFields).error().code, Errc::Io);
}

TEST(CsvReader, no_flipped_byte_does_harm) {
  const std::string csv = std::string(kHeader) + "\"a\"\"b\",20240628,8.75,12\nc,,,\r\n";
  for (std::size_t at = 0; at < csv.size(); ++at) {
    for (int mask : {1, 2, 4, 8, 16, 32, 64, 128}) {
      std::string flipped = csv;
      flipped[at] = static_cast<char>(flipped[at] ^ mask);
      auto reader = CsvReader::read(stream_of(flipped), "test.csv", kFields);
      if (!reader) continue;
      const auto block = reader->next(100);
      if (!block || !*block) continue;
      for (std::size_t c = 0; c < kFields.size(); ++c)
        ASSERT_EQ((*block)->batch.column(c).size(), (*block)->lines.size());
    }
  }
}

TEST(CsvWriter, text_is_quoted_where_it_must_be) {
  Batch batch({{"name", Type::Text}, {"day", Type::Date}, {"x", Type::Real}, {"n", Type::Int}});
  for (std::string_view text : {"plain", "a,b", "say \"hi\"", "two\nlines", ""}) {
    batch.column(0).push(text);
    batch.column(1).push(Date::from_ymd(2024, 6, 28));
    batch.column(2).push(-1.5);
    batch.column(3).push_null();
  }
  const std::size_t columns[] = {0, 3, 2, 1};
  std::string out;
  append_csv_header(out, batch, columns);
  append_csv_rows(out, batch, columns);
  EXPECT_EQ(out,
            "name,n,x,day\r\nplain,,-1.5,2024-06-28\r\n\"a,b\",,-1.5,2024-06-28\r\n"
            "\"say \"\"hi\"\"\",,-1.5,2024-06-28\r\n\"two\nlines\",,-1.5,2024-06-28\r\n"
            "\"\",,-1.5,2024-06-28\r\n");
}

TEST(CsvWriter, text_that_a_spreadsheet_would_run_is_as_stored) {
  Batch batch({{"name", Type::Text}});
  for (std::string_view text : {"=1+1", "+1", "-1", "@x", "\tx", "\rx", "'a"})
    batch.column(0).push(text);
  const std::size_t columns[] = {0};
  std::string out;
  append_csv_rows(out, batch, columns, {.line_end = "\n"});
  EXPECT_EQ(out, "=1+1\n+1\n-1\n@x\n\tx\n\"\rx\"\n'a\n");
}

TEST(CsvWriter, what_is_written_reads_back) {
  std::mt19937_64 random(5);
  Batch batch(kFields);
  constexpr std::string_view kAlphabet = "ab,\"\n\r =平";
  for (int i = 0; i < 3'000; ++i) {
    std::string text;
    for (std::size_t n = random() % 6; n > 0; --n) text += kAlphabet.substr(random() % 8, 1);
    batch.column(0).push(text);
    batch.column(1).push(Date{static_cast<std::int32_t>(random() % 20'000)});
    batch.column(2).push(static_cast<double>(random() % 1'000'000) / 7);
    batch.column(3).push(static_cast<std::int64_t>(random()));
  }
  batch.column(0).push("last");
  for (std::size_t c = 1; c < 4; ++c) batch.column(c).push_null();
  const std::size_t columns[] = {0, 1, 2, 3};
  std::string csv;
  append_csv_header(csv, batch, columns);
  append_csv_rows(csv, batch, columns);
  const RowBlock block = block_of(csv);
  EXPECT_EQ(encode(block.batch), encode(batch));
}

}  // namespace
}  // namespace kanpan::frame
