// Every way the file can be wrong in what it says of a parameter.
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kanpan/catalog/refusal_case.hpp"

namespace kanpan::catalog {
namespace {

using test::Edit;

class WrongParameter : public testing::TestWithParam<Edit> {};

TEST_P(WrongParameter, is_refused_with_file_line_key_and_value) {
  test::expect_refused(GetParam());
}

const std::string kFactor = "one of ts_code, trade_date, adj_factor";
const std::string kStart = "{name: start_date, type: str,";

INSTANTIATE_TEST_SUITE_P(
    Keys, WrongParameter,
    testing::Values(
        Edit{"unknown_key", "quote/adj_factor", kStart, kStart + " colum: trade_date,",
             "unknown key 'source.parameters[2].colum'",
             "did you mean 'column'? one of name, type, required, label, matches, column, assumed"},
        Edit{"unknown_column", "quote/adj_factor", kStart, kStart + " column: trade_dat,",
             "source.parameters[2].column: no column 'trade_dat'",
             "did you mean 'trade_date'? " + kFactor},
        Edit{"unknown_kind", "special/ths_hot", "matches: newest", "matches: newst",
             "source.parameters[3].matches: no value 'newst'",
             "did you mean 'newest'? one of equal, from, to, code_suffix, board, newest"},
        Edit{"bound_of_a_number", "quote/adj_factor", kStart, kStart + " column: adj_factor,",
             "source.parameters[2].column: column 'adj_factor' is real",
             "this takes a date column"},
        Edit{"bound_by_another_name_of_a_text", "quote/adj_factor", "{name: ts_code, type: str,",
             "{name: ts_code, type: str, matches: to, column: ts_code,",
             "source.parameters[0].column: column 'ts_code' is text", "this takes a date column"},
        Edit{"bound_without_a_time", "base/stock_basic", "{name: is_hs, type: str,",
             "{name: is_hs, type: str, matches: from,",
             "source.parameters[5].matches: 'from' needs a time column",
             "or add column: with the date column that it bounds"},
        Edit{"suffix_with_a_column", "market/limit_list_d", "matches: code_suffix",
             "matches: code_suffix, column: limit",
             "source.parameters[3].column: 'code_suffix' goes by the code column", "remove it"},
        Edit{"board_without_a_code", "market/margin", "{name: exchange_id, type: str,",
             "{name: exchange_id, type: str, matches: board,",
             "source.parameters[3].matches: 'board' needs a code column",
             "add code: with the column of the security code"},
        Edit{"newest_without_a_column", "special/ths_hot", "matches: newest, column: rank_time",
             "matches: newest", "key 'source.parameters[3].column' is missing", ""},
        Edit{"newest_by_a_number", "special/ths_hot", "column: rank_time", "column: hot",
             "source.parameters[3].column: column 'hot' is real",
             "newest takes a text or date column"}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Assumed, WrongParameter,
    testing::Values(
        Edit{"nothing", "base/stock_basic", "assumed: L,", "assumed:,",
             "source.parameters[3].assumed: nothing where one value belongs", ""},
        Edit{"for_a_bound", "quote/adj_factor", kStart, kStart + " assumed: 20240628,",
             "source.parameters[2].assumed: parameter 'start_date' equals no column",
             "only matches: equal and matches: newest take it"},
        Edit{"neither_yes_nor_no", "special/ths_hot", "assumed: Y,", "assumed: always,",
             "source.parameters[3].assumed: 'always' is neither Y nor N",
             "Y: the newest list only"},
        Edit{"without_a_column", "market/limit_list_d", "{name: limit_type, type: str,",
             "{name: limit_type, type: str, assumed: U,",
             "source.parameters[2].assumed: no column 'limit_type'",
             "add column: with the column that the parameter equals"},
        Edit{"of_another_type", "base/trade_cal", "{name: is_open, type: str,",
             "{name: is_open, type: str, assumed: open,",
             "source.parameters[3].assumed: 'open' is no int, as column 'is_open' is", ""},
        Edit{"where_it_must_be_given", "market/top_list", "required: true,",
             "required: true, assumed: 20240628,",
             "source.parameters[0].assumed: parameter 'trade_date' is required",
             "what must be given is never filled in"},
        Edit{"not_among_the_values_of_the_split", "base/stock_basic", "[L, D, P]", "[D, P]",
             "source.split.values: 'L' is missing, which parameter 'list_status' is assumed to be",
             "add it, or correct assumed"}),
    [](const auto& info) { return info.param.name; });

/// What is said where line and key are those of another part of the file.
Error refusal(const std::string& table, const std::string& from, const std::string& to) {
  std::string text = test::read(test::kTables / (table + ".yaml"));
  const std::size_t at = text.find(from);
  if (at == std::string::npos) return {Errc::Config, "the file no longer holds: " + from, ""};
  text.replace(at, from.size(), to);
  const auto file = test::scratch() / (table + ".yaml");
  test::write(file, text);
  const auto read = read_table(file);
  return read ? Error{Errc::Config, "accepted", ""} : read.error();
}

TEST(WrongParameter, of_a_split_with_another_column) {
  const Error error = refusal("market/limit_list_d", "{name: limit_type, type: str,",
                              "{name: limit_type, type: str, column: name,");
  EXPECT_THAT(error.message, testing::EndsWith("source.split.column: 'limit', but parameter "
                                               "'limit_type' says 'name'"));
  EXPECT_EQ(error.hint, "name one of them, in both or in the split alone");
}

TEST(WrongParameter, that_a_walk_fills_and_that_picks_by_another_column) {
  Error error = refusal("quote/adj_factor", "{kind: date, parameter: trade_date}",
                        "{kind: date, parameter: ts_code}");
  EXPECT_THAT(error.message, testing::EndsWith("source: the date walk fills parameter 'ts_code', "
                                               "which does not pick rows by 'trade_date'"));
  EXPECT_EQ(error.hint, "give the parameter column: trade_date");
  error = refusal("quote/adj_factor", "to: end_date", "to: start_date");
  EXPECT_THAT(error.message,
              testing::EndsWith("source: the code walk fills parameter 'start_date', "
                                "which does not pick rows by 'trade_date'"));
  EXPECT_EQ(error.hint, "give the parameter matches: to, column: trade_date");
}

}  // namespace
}  // namespace kanpan::catalog
