#include "kanpan/source/sim/faults.hpp"

#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace kanpan::source::sim {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

const catalog::Catalog& tables() {
  static const catalog::Catalog loaded =
      catalog::Catalog::load(std::string(KANPAN_SOURCE_DIR) + "/catalog/tables").value();
  return loaded;
}

Result<FaultPlan> parse(std::string_view yaml) {
  const std::filesystem::path file =
      std::filesystem::temp_directory_path() /
      fmt::format("kanpan-faults-{}.yaml",
                  testing::UnitTest::GetInstance()->current_test_info()->name());
  std::ofstream(file) << yaml;
  auto plan = load_faults(file, tables());
  std::filesystem::remove(file);
  return plan;
}

/// Numbers of the calls that are struck, of `calls` equal calls.
std::vector<int> struck(std::string_view when, int calls) {
  Faults faults(parse(fmt::format("rules:\n- when: {}\n  do: drop\n", when)).value());
  std::vector<int> numbers;
  for (int call = 1; call <= calls; ++call)
    if (!faults.strike("daily", {{"trade_date", "20240628"}}).empty()) numbers.push_back(call);
  return numbers;
}

TEST(Faults, strike_by_the_number_of_the_call) {
  EXPECT_THAT(struck("{api: daily}", 3), testing::ElementsAre(1, 2, 3));
  EXPECT_THAT(struck("{calls: {first: 2}}", 5), testing::ElementsAre(1, 2));
  EXPECT_THAT(struck("{calls: {every: 2}}", 5), testing::ElementsAre(2, 4));
  EXPECT_THAT(struck("{calls: {from: 2, to: 3}}", 5), testing::ElementsAre(2, 3));
  EXPECT_THAT(struck("{api: [weekly, monthly]}", 3), testing::IsEmpty());
}

TEST(Faults, strike_by_date_and_parameters) {
  Faults faults(parse("rules:\n- when: {date: 2024-06-28}\n  do: drop\n"
                      "- when: {params: {ts_code: A}}\n  do: stall\n")
                    .value());
  EXPECT_EQ(faults.strike("daily", {{"trade_date", "20240628"}}).size(), 1U);
  EXPECT_EQ(faults.strike("daily", {{"trade_date", "20240627"}}).size(), 0U);
  EXPECT_EQ(faults.strike("daily", {{"start_date", "20240601"}, {"end_date", "20240630"}}).size(),
            1U);
  EXPECT_EQ(faults.strike("daily", {{"start_date", "20240629"}}).size(), 0U);
  EXPECT_EQ(faults.strike("daily", {{"ts_code", "A"}, {"trade_date", "20240628"}}).size(), 2U);
}

TEST(Faults, probability_is_drawn_alike_for_the_same_seed) {
  const std::vector<int> once = struck("{probability: 0.3}", 200);
  EXPECT_EQ(once, struck("{probability: 0.3}", 200));
  EXPECT_NEAR(static_cast<double>(once.size()), 60, 25);
  EXPECT_THAT(struck("{probability: 0}", 50), testing::IsEmpty());
}

TEST(Faults, arguments_are_read) {
  const FaultPlan plan = parse(
                             "seed: 9\n"
                             "rules:\n"
                             "- do: {unit_flip: {columns: [vol, amount], factor: 1000}}\n"
                             "- do: {slow: {bytes_per_second: 100}}\n"
                             "- do: {renamed_column: {columns: vol, to: volume}}\n")
                             .value();
  EXPECT_EQ(plan.seed, 9U);
  EXPECT_THAT(plan.rules[0].fault.columns, testing::ElementsAre("vol", "amount"));
  EXPECT_EQ(plan.rules[0].fault.factor, 1000);
  EXPECT_EQ(plan.rules[1].fault.bytes_per_second, 100);
  EXPECT_EQ(plan.rules[2].fault.to, "volume");
}

struct Wrong {
  const char* yaml;
  int line;
  const char* message;
  const char* hint;
};

class WrongFile : public testing::TestWithParam<Wrong> {};

TEST_P(WrongFile, is_refused_with_line_key_value_and_remedy) {
  // Its own for every process: the tests run several at a time.
  const std::filesystem::path file =
      std::filesystem::temp_directory_path() / fmt::format("kanpan-wrong-{}.yaml", getpid());
  std::ofstream(file) << GetParam().yaml;
  const auto plan = load_faults(file, tables());
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().code, Errc::Config);
  EXPECT_EQ(plan.error().message,
            fmt::format("{}:{}: {}", file.string(), GetParam().line, GetParam().message));
  EXPECT_THAT(plan.error().hint, HasSubstr(GetParam().hint));
  std::filesystem::remove(file);
}

INSTANTIATE_TEST_SUITE_P(
    Faults, WrongFile,
    testing::Values(
        Wrong{"- do: drop\n", 1, "the file is a list", "write seed: and rules:"},
        Wrong{"seed: 1\n", 1, "rules is missing", "write rules:"},
        Wrong{"seed: few\nrules: []\n", 1, "seed is 'few'", "a whole number"},
        Wrong{"rules:\n- do: drop\nrule: 1\n", 3, "unknown key 'rule'", "did you mean 'rules'?"},
        Wrong{"rules:\n- do: stal\n", 2, "unknown fault 'stal'", "did you mean 'stall'?"},
        Wrong{"rules:\n- do: explode\n", 2, "unknown fault 'explode'", "one of quota_exhausted, "},
        Wrong{"rules:\n- when: {api: dialy}\n  do: drop\n", 2,
              "api is 'dialy', which is no interface", "did you mean 'daily'?"},
        Wrong{"rules:\n- when:\n    api:\n    - income\n    - frobnicate\n  do: drop\n", 5,
              "api is 'frobnicate', which is no interface", "kanpan table list"},
        Wrong{"rules:\n- do: {http_500: {status: 200}}\n", 2, "status is '200'",
              "a whole number from 500 to 599"},
        Wrong{"rules:\n- when: {api: daily}\n", 2, "the rule has no do", "do: drop"},
        Wrong{"rules:\n- do: {slow: {bytes: 3}}\n", 2, "unknown key 'bytes'", "bytes_per_second"},
        Wrong{"rules:\n- do: {slow: {bytes_per_second: 0}}\n", 2, "bytes_per_second is '0'",
              "a whole number from 1"},
        Wrong{"rules:\n- do: {empty: {rows: 0}}\n", 2, "unknown key 'rows'", "no arguments"},
        Wrong{"rules:\n- do: unit_flip\n", 2, "unit_flip has no columns", "columns"},
        Wrong{"rules:\n- do: {half_day: {part: 2}}\n", 2, "part is '2'", "from 0 to 1"},
        Wrong{"rules:\n- when: {date: 20240231}\n  do: drop\n", 2, "date is '20240231'", "a day"},
        Wrong{"rules:\n- when: {calls: 3}\n  do: drop\n", 2, "calls is '3'", "first: 2"},
        Wrong{"rules:\n- when: {calls: {from: 3, to: 2}}\n  do: drop\n", 2,
              "calls from 3 to 2 are none", "no larger"},
        Wrong{"rules:\n- when: {probability: high}\n  do: drop\n", 2, "probability is 'high'",
              "from 0 to 1"},
        Wrong{"rules:\n- when: {api: []}\n  do: drop\n", 2, "api is an empty list", "name one"}));

TEST(Faults, missing_file_is_named) {
  const auto plan = load_faults("/nonexistent/faults.yaml", tables());
  ASSERT_FALSE(plan);
  EXPECT_THAT(plan.error().message, HasSubstr("/nonexistent/faults.yaml"));
}

}  // namespace
}  // namespace kanpan::source::sim
