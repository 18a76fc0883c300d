#include "kanpan/ingest/relations.hpp"

#include <gmock/gmock.h>

#include "kanpan/ingest/sample.hpp"

namespace kanpan::ingest {
namespace {

using catalog::Identity;
using catalog::Relation;

/// One row of columns a, b, c, … that hold the values given.
frame::Batch row_of(const std::vector<double>& values) {
  std::vector<frame::Field> fields;
  std::vector<frame::Column> columns;
  for (std::size_t i = 0; i < values.size(); ++i) {
    fields.push_back({std::string(1, static_cast<char>('a' + i)), frame::Type::Real});
    columns.emplace_back(frame::Type::Real);
    columns.back().push(values[i]);
  }
  return {std::move(fields), std::move(columns)};
}

struct Case {
  const char* about;
  Identity identity;
  std::vector<double> row;
  bool holds;
};

Identity identity(Relation relation, double tolerance = 0, double scale = 1, double minimum = 0,
                  double maximum = 0) {
  return {relation, {}, tolerance, scale, minimum, maximum};
}

TEST(Relations, HoldAndBreak) {
  const Identity between = identity(Relation::PriceBetween, 0.002, 10);
  const Identity percent = identity(Relation::PctChg, 0.006, 100);
  Identity products = identity(Relation::Products, 0.1);
  products.least = 0.01;
  const Case cases[] = {
      {"bar", identity(Relation::Ohlc), {10, 11, 9, 10.5}, true},
      {"flat bar", identity(Relation::Ohlc), {10, 10, 10, 10}, true},
      {"high below close", identity(Relation::Ohlc), {10, 10.4, 9, 10.5}, false},
      {"high below open", identity(Relation::Ohlc), {10, 9.9, 9, 9.5}, false},
      {"low above open", identity(Relation::Ohlc), {10, 11, 10.1, 10.5}, false},
      {"low above close", identity(Relation::Ohlc), {10, 11, 9.9, 9.8}, false},
      {"high with a slipped point", identity(Relation::Ohlc), {10, 101, 9.9, 10}, false},
      {"low with a slipped point", identity(Relation::Ohlc), {10, 10.1, 0.99, 10}, false},
      {"a first day", identity(Relation::Ohlc), {10, 45, 9.9, 40}, true},
      {"low of nothing", identity(Relation::Ohlc), {10, 11, 0, 10}, false},
      {"mean price inside", between, {1000, 1000, 9.5, 10.5}, true},
      {"mean price within the slack", between, {1051, 1000, 9.5, 10.5}, true},
      {"mean price above", between, {1055, 1000, 9.5, 10.5}, false},
      {"mean price below", between, {900, 1000, 9.5, 10.5}, false},
      {"one share decides nothing", between, {0.05, 0.01, 9.5, 10.5}, true},
      {"negative volume", between, {1000, -1, 9.5, 10.5}, false},
      {"change", identity(Relation::Change, 0.006), {10.5, 10, 0.5}, true},
      {"change of the wrong sign", identity(Relation::Change, 0.006), {10.5, 10, -0.5}, false},
      {"percent", percent, {10.5, 10, 5}, true},
      {"percent as a fraction", percent, {10.5, 10, 0.05}, false},
      {"percent of nothing", percent, {10.5, 0, 99}, true},
      {"sum", identity(Relation::Sum, 1e-6), {6, 1, 2, 3}, true},
      {"sum of other parts", identity(Relation::Sum, 1e-6), {6, 1, 2, 4}, false},
      {"sum in another unit", identity(Relation::Sum, 1e-6, 100), {6, 100, 200, 300}, true},
      {"balance", identity(Relation::Balance, 1e-6), {5, 5, 4, 6}, true},
      {"no balance", identity(Relation::Balance, 1e-6), {5, 5, 4, 7}, false},
      {"equal", identity(Relation::Equal, 1e-6, 10), {5, 50}, true},
      {"not equal", identity(Relation::Equal, 1e-6, 10), {5, 51}, false},
      {"product", identity(Relation::Product, 1e-6), {6, 2, 3}, true},
      {"other product", identity(Relation::Product, 1e-6), {7, 2, 3}, false},
      {"products", products, {2, 300, 3, 200}, true},
      {"other products", products, {2, 300, 3, 250}, false},
      {"products of what rounding decides", products, {0.0001, 300, 3, 200}, true},
      {"positive", identity(Relation::Positive), {1, 2}, true},
      {"zero is not positive", identity(Relation::Positive), {1, 0}, false},
      {"zero is not negative", identity(Relation::NotNegative), {0, 2}, true},
      {"negative", identity(Relation::NotNegative), {0, -2}, false},
      {"ascending", identity(Relation::Ascending), {1, 1, 2}, true},
      {"descending", identity(Relation::Ascending), {1, 3, 2}, false},
      {"descending by a rounding", identity(Relation::Ascending, 1e-6), {1, 3.000001, 3}, true},
      {"descending by more", identity(Relation::Ascending, 1e-6), {1, 3.00001, 3}, false},
      {"in range", identity(Relation::Range, 0, 1, 0, 100), {0, 100}, true},
      {"above range", identity(Relation::Range, 0, 1, 0, 100), {0, 100.1}, false},
  };
  for (const Case& c : cases) {
    const frame::Batch batch = row_of(c.row);
    Identity identity = c.identity;
    for (const frame::Field& field : batch.fields()) identity.columns.push_back(field.name);
    EXPECT_EQ(broken_rows(identity, batch).empty(), c.holds) << c.about;
  }
}

TEST(Relations, AreNotJudgedWhereACellIsNullOrAColumnAbsent) {
  frame::Batch batch = row_of({10, 9});
  Identity ascending = identity(Relation::Ascending);
  ascending.columns = {"a", "b"};
  EXPECT_THAT(broken_rows(ascending, batch), testing::ElementsAre(0));
  EXPECT_EQ(explain(ascending, batch, 0), "ascending: a 10, b 9");
  ascending.columns = {"a", "gone"};
  EXPECT_THAT(broken_rows(ascending, batch), testing::IsEmpty());
  batch.column(1) = frame::Column(frame::Type::Real);
  batch.column(1).push_null();
  ascending.columns = {"a", "b"};
  EXPECT_THAT(broken_rows(ascending, batch), testing::IsEmpty());
}

TEST(Relations, OfCellsAreJudgedBesideANull) {
  frame::Batch batch = row_of({-1, 0});
  batch.column(1) = frame::Column(frame::Type::Real);
  batch.column(1).push_null();
  for (const Relation relation : {Relation::Positive, Relation::NotNegative, Relation::Range}) {
    Identity cells = identity(relation, 0, 1, 0, 100);
    cells.columns = {"a", "b"};
    EXPECT_THAT(broken_rows(cells, batch), testing::ElementsAre(0));
    cells.columns = {"b"};
    EXPECT_THAT(broken_rows(cells, batch), testing::IsEmpty());
  }
}

TEST(Relations, TakeADateForItsDigits) {
  frame::Column first(frame::Type::Date), second(frame::Type::Date);
  for (const char* day : {"20240331", "20240930"}) first.push(test::day_of(day));
  for (const char* day : {"20240430", "19241030"}) second.push(test::day_of(day));
  const frame::Batch batch({{"a", frame::Type::Date}, {"b", frame::Type::Date}}, {first, second});
  Identity ascending = identity(Relation::Ascending);
  ascending.columns = {"a", "b"};
  EXPECT_THAT(broken_rows(ascending, batch), testing::ElementsAre(1));
  Identity range = identity(Relation::Range, 0, 1, 19901219, 20991231);
  range.columns = {"b"};
  EXPECT_THAT(broken_rows(range, batch), testing::ElementsAre(1));
}

TEST(Relations, LeaveDaysBeforeTheirTimeAlone) {
  frame::Column days(frame::Type::Date), values(frame::Type::Real);
  for (const char* day : {"20061231", "20070331"}) days.push(test::day_of(day)), values.push(-1.0);
  const frame::Batch batch({{"day", frame::Type::Date}, {"a", frame::Type::Real}}, {days, values});
  Identity positive = identity(Relation::Positive);
  positive.columns = {"a"};
  positive.time = "day";
  positive.since = test::day_of("20070101");
  EXPECT_THAT(broken_rows(positive, batch), testing::ElementsAre(1));
}

TEST(Relations, TakeIntsAndRealsAlike) {
  frame::Column ints(frame::Type::Int), reals(frame::Type::Real);
  for (const int value : {1, 5}) ints.push(std::int64_t{value}), reals.push(3.0);
  const frame::Batch batch({{"a", frame::Type::Int}, {"b", frame::Type::Real}}, {ints, reals});
  Identity ascending = identity(Relation::Ascending);
  ascending.columns = {"a", "b"};
  EXPECT_THAT(broken_rows(ascending, batch), testing::ElementsAre(1));
}

}  // namespace
}  // namespace kanpan::ingest
