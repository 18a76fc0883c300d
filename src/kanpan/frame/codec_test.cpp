#include "kanpan/frame/codec.hpp"

#include <cmath>
#include <limits>
#include <random>

#include <gtest/gtest.h>

namespace kanpan::frame {
namespace {

/// Equal cell by cell, reals bit by bit.
void expect_equal(const Batch& a, const Batch& b) {
  ASSERT_EQ(a.fields(), b.fields());
  ASSERT_EQ(a.rows(), b.rows());
  for (std::size_t c = 0; c < a.width(); ++c) {
    for (std::size_t row = 0; row < a.rows(); ++row) {
      ASSERT_EQ(a.column(c).is_null(row), b.column(c).is_null(row)) << c << ' ' << row;
      if (a.column(c).type() == Type::Real)
        ASSERT_EQ(std::bit_cast<std::uint64_t>(a.column(c).reals()[row]),
                  std::bit_cast<std::uint64_t>(b.column(c).reals()[row]));
      else
        ASSERT_EQ(a.column(c).text_of(row), b.column(c).text_of(row)) << c << ' ' << row;
    }
  }
}

double random_real(std::mt19937_64& random, int style) {
  const auto cents = static_cast<std::int64_t>(random() % 2'000'000) - 1'000'000;
  switch (style) {
    case 0:
      return static_cast<double>(cents) / 100;
    case 1:
      return static_cast<double>(cents) / 10000;
    case 2:
      return static_cast<double>(cents);
    case 3:
      return std::bit_cast<double>(random());
    default:
      return 1.0 / static_cast<double>(cents + 2'000'000);
  }
}

Batch random_batch(std::mt19937_64& random) {
  std::vector<Field> fields;
  const std::size_t width = random() % 6;
  for (std::size_t c = 0; c < width; ++c)
    fields.push_back({"column_" + std::to_string(c), static_cast<Type>(random() % 4)});
  Batch batch(fields);
  const std::size_t rows = random() % 200;
  for (std::size_t c = 0; c < width; ++c) {
    const int style = static_cast<int>(random() % 5);
    const unsigned nulls = random() % 3 == 0 ? 4 : 1'000'000;
    for (std::size_t row = 0; row < rows; ++row) {
      if (random() % nulls == 0) {
        batch.column(c).push_null();
        continue;
      }
      switch (fields[c].type) {
        case Type::Text:
          batch.column(c).push(std::string_view("abcdefghijklmnopqrstuvwxyz")
                                   .substr(random() % 5, style < 2 ? 6 : random() % 20));
          break;
        case Type::Date:
          batch.column(c).push(
              Date{static_cast<std::int32_t>(style < 2 ? 19'000 + row : random() % 4'000'000'000)});
          break;
        case Type::Int:
          batch.column(c).push(static_cast<std::int64_t>(random() >> (style * 14)));
          break;
        case Type::Real:
          batch.column(c).push(random_real(random, style));
          break;
      }
    }
  }
  return batch;
}

Batch small_batch() {
  Batch batch({{"ts_code", Type::Text}, {"day", Type::Date}, {"n", Type::Int}, {"x", Type::Real}});
  for (int i = 0; i < 5; ++i) {
    batch.column(0).push(i % 2 ? "600000.SH" : "平安");
    batch.column(1).push(Date{19'000 - i});
    batch.column(2).push(std::int64_t{1} << (i * 10));
    if (i == 3)
      batch.column(3).push_null();
    else
      batch.column(3).push(i * 0.25);
  }
  return batch;
}

TEST(Codec, random_batches_come_back_as_they_were) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 500; ++i) {
    const Batch batch = random_batch(random);
    const std::string bytes = encode(batch);
    const Result<Batch> back = decode(bytes);
    ASSERT_TRUE(back.has_value()) << back.error().text();
    expect_equal(batch, *back);
    EXPECT_EQ(encode(*back), bytes);
  }
}

TEST(Codec, every_bit_of_an_odd_real_survives) {
  Batch batch({{"x", Type::Real}});
  for (double x : {0.0, -0.0, 0.1, 1e-300, 5e-324, 1e308, -1.5, 4503599627370497.5,
                   9007199254740993.0, std::numeric_limits<double>::infinity(), std::nan("")})
    batch.column(0).push(x);
  expect_equal(batch, *decode(encode(batch)));
  for (std::size_t row = 0; row < batch.rows(); ++row) {
    const std::uint32_t only[] = {static_cast<std::uint32_t>(row)};
    expect_equal(batch.take(only), *decode(encode(batch.take(only))));
  }
}

TEST(Codec, extreme_integers_survive) {
  Batch batch({{"n", Type::Int}});
  for (std::int64_t n : {std::numeric_limits<std::int64_t>::min(), std::int64_t{0},
                         std::numeric_limits<std::int64_t>::max(), std::int64_t{-1}})
    batch.column(0).push(n);
  expect_equal(batch, *decode(encode(batch)));
}

TEST(Codec, equal_batches_give_equal_bytes_however_the_null_words_are_held) {
  const auto with = [](std::vector<std::uint64_t> nulls) {
    return Batch({{"n", Type::Int}},
                 {Column::adopt(std::vector<std::int64_t>(70, 3), std::move(nulls))});
  };
  EXPECT_EQ(encode(with({})), encode(with({0, 0})));
  EXPECT_EQ(encode(with({2})), encode(with({2, 0})));
}

TEST(Codec, decimal_prices_take_no_more_bytes_than_their_range_needs) {
  Batch batch({{"close", Type::Real}});
  for (int i = 0; i < 1000; ++i) batch.column(0).push((i * 37 % 1000 + 500) / 100.0);
  EXPECT_LT(encode(batch).size(), 2 * 1000 + 50u);
}

TEST(Codec, every_truncation_is_refused) {
  const std::string bytes = encode(small_batch());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const Result<Batch> got = decode(std::string_view(bytes).substr(0, size));
    ASSERT_FALSE(got.has_value()) << size;
    EXPECT_EQ(got.error().code, Errc::Corrupt);
  }
  EXPECT_EQ(decode(bytes + '\0').error().code, Errc::Corrupt);
}

TEST(Codec, every_flipped_byte_is_refused_or_gives_a_sound_batch) {
  const std::string bytes = encode(small_batch());
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (int mask = 1; mask < 256; ++mask) {
      std::string flipped = bytes;
      flipped[at] = static_cast<char>(flipped[at] ^ mask);
      const Result<Batch> got = decode(flipped);
      if (!got) {
        ASSERT_EQ(got.error().code, Errc::Corrupt);
        continue;
      }
      for (std::size_t c = 0; c < got->width(); ++c) {
        ASSERT_EQ(got->column(c).size(), got->rows());
        for (std::size_t row = 0; row < got->rows(); ++row)
          if (got->column(c).type() != Type::Date) (void)got->column(c).text_of(row);
      }
    }
  }
}

TEST(Codec, a_huge_row_count_is_refused_before_memory_is_asked_for) {
  std::string bytes = encode(small_batch());
  bytes[4] = '\x7f';
  EXPECT_EQ(decode(bytes).error().code, Errc::Corrupt);
}

TEST(Compression, round_trip_and_every_damage_is_found) {
  const std::string bytes = encode(small_batch());
  const std::string packed = compress(bytes);
  EXPECT_EQ(*decompress(packed), bytes);
  for (std::size_t at = 0; at < packed.size(); ++at) {
    EXPECT_FALSE(decompress(std::string_view(packed).substr(0, at)).has_value()) << at;
    std::string flipped = packed;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x10);
    const Result<std::string> got = decompress(flipped);
    EXPECT_TRUE(!got || *got == bytes) << at;
  }
}

TEST(Compression, more_than_the_limit_is_refused) {
  const std::string packed = compress(std::string(100'000, 'x'));
  EXPECT_EQ(decompress(packed, 99'999).error().code, Errc::Corrupt);
  EXPECT_EQ(decompress(packed, 100'000)->size(), 100'000u);
}

}  // namespace
}  // namespace kanpan::frame
