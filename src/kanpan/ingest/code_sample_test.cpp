#include "kanpan/ingest/code_sample.hpp"

#include <gmock/gmock.h>

#include "kanpan/ingest/sample.hpp"

namespace kanpan::ingest {
namespace {

/// `count` codes; every cell is its number times `factor`, and empty where `empty` divides it.
CodeSample sample(int count, double factor, int empty = 1'000'000, bool backwards = false) {
  frame::Column codes(frame::Type::Text), cells(frame::Type::Real);
  for (int i = 0; i < count; ++i) {
    const int number = backwards ? count - i : i + 1;
    codes.push(std::string_view(test::share(number)));
    if (number % empty == 0)
      cells.push_null();
    else
      cells.push(number * factor);
  }
  return {{{{"code", frame::Type::Text}, {"x", frame::Type::Real}},
           {std::move(codes), std::move(cells)}},
          "code"};
}

TEST(CodeSamples, CompareEachCodeWithItself) {
  const Moved moved = sample(60, 3, 4, true).since(sample(100, 1), 1);
  EXPECT_EQ(moved.both, 45u);
  EXPECT_FLOAT_EQ(static_cast<float>(moved.median), 3);
  EXPECT_EQ(moved.together, 1);
  EXPECT_EQ(moved.filled, 60u);
  EXPECT_EQ(moved.emptied, 15u);
}

TEST(CodeSamples, OfPagesOfAnySizeHaveCodesInCommon) {
  const CodeSample small = sample(300, 1), large = sample(5400, -2);
  EXPECT_GE(large.size(), 100u);
  EXPECT_LE(large.size(), 300u);
  EXPECT_NEAR(small.since(large, 1).median, 0.5, 1e-6);
  EXPECT_GE(sample(5000, 1).since(large, 1).both, large.size() * 8 / 10);
}

TEST(CodeSamples, WithoutACodeSayNothing) {
  const Moved moved =
      CodeSample({{{"x", frame::Type::Real}}, {frame::Column(frame::Type::Real)}}, "")
          .since(sample(60, 1), 0);
  EXPECT_EQ(moved.both, 0u);
  EXPECT_EQ(moved.filled, 0u);
}

}  // namespace
}  // namespace kanpan::ingest
