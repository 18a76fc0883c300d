// Every way a table's file can be wrong: a real file with one edit, and what is said about it.
#include <filesystem>
#include <ostream>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kanpan/catalog/catalog.hpp"
#include "kanpan/catalog/refusal_case.hpp"
#include "kanpan/catalog/table_reader.hpp"

namespace kanpan::catalog {
namespace {

namespace fs = std::filesystem;

using test::Edit;
using test::kTables;
using test::read;
using test::scratch;
using test::write;

class WrongTable : public testing::TestWithParam<Edit> {};

TEST_P(WrongTable, is_refused_with_file_line_key_and_value) { test::expect_refused(GetParam()); }

const std::string kKinds = "one of whole, date, code, period, window, announcement";

INSTANTIATE_TEST_SUITE_P(
    Keys, WrongTable,
    testing::Values(
        Edit{"unknown_key_at_the_top", "quote/daily",
             "expect:", "expects:", "unknown key 'expects'", "did you mean 'expect'?"},
        Edit{"unknown_key_inside", "quote/daily",
             "  batch_size:", "  batchsize:", "unknown key 'policy.batchsize'",
             "did you mean 'batch_size'? one of update_mode, schedule, batch_size, retry_times, "
             "conflict_resolution, cache_invalidate, quality_checks, poll_interval"},
        Edit{"unknown_key_of_a_column", "quote/daily", ", unit: 手", ", units: 手",
             "unknown key 'columns[9].units'",
             "did you mean 'unit'? one of name, type, label, label_en, unit, default"},
        Edit{"key_twice", "quote/daily", "title_en:", "title: 日线\ntitle_en:",
             "key 'title' stands twice, first in line 3", "remove one of them"},
        Edit{"key_without_a_value", "quote/daily", "title: A股日线行情",
             "title:", "title: nothing where one value belongs", ""},
        Edit{"list_for_a_word", "quote/daily", "title: A股日线行情", "title: [A股]",
             "title: a list where one value belongs", ""},
        Edit{"word_for_a_list", "quote/daily", "key: [ts_code, trade_date]", "key: ts_code",
             "key: 'ts_code' where a list of words belongs", "write [a, b]"},
        Edit{"empty_list", "quote/daily", "key: [ts_code, trade_date]", "key: []",
             "key: an empty list where a list of words belongs", "write [a, b]"},
        Edit{"word_for_a_mapping", "quote/daily",
             "retention:\n  hot_days: 90\n  cold_days: 1095\n"
             "  archive_days: 1825",
             "retention: long", "retention: 'long' where a mapping belongs",
             "write `key: value` lines"},
        Edit{"word_for_a_list_of_mappings", "finance/fina_audit", "identities:\n",
             "identities: 1\nx:\n", "identities: '1' where a list of mappings belongs", ""}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Values, WrongTable,
    testing::Values(
        Edit{"word_for_a_number", "quote/daily", "row_limit: 6000", "row_limit: many",
             "source.row_limit: 'many' is not a whole number of 1 or more", ""},
        Edit{"fraction_for_a_whole_number", "quote/daily", "batch_size: 5000", "batch_size: 5e3",
             "policy.batch_size: '5e3' is not a whole number of 1 or more", ""},
        Edit{"zero_where_one_is_least", "quote/daily", "batch_size: 5000", "batch_size: 0",
             "policy.batch_size: '0' is not a whole number of 1 or more", ""},
        Edit{"negative_number", "quote/daily", "retry_times: 3", "retry_times: -1",
             "policy.retry_times: '-1' is not a whole number of 0 or more", ""},
        Edit{"word_for_a_real", "quote/daily", "scale: 10", "scale: ten",
             "identities[1].scale: 'ten' is not a number", ""},
        Edit{"infinite_real", "quote/daily", "scale: 10", "scale: inf",
             "identities[1].scale: 'inf' is not a number", ""},
        Edit{"wrong_flag", "quote/stk_limit", "helper: true", "helper: yes",
             "helper: 'yes' is not a flag", "one of true, false"},
        Edit{"date_that_does_not_exist", "quote/daily", "since: 1990-12-19", "since: 1990-02-30",
             "since: '1990-02-30' is not a date", "write an existing day as 2024-06-28"},
        Edit{"wrong_time_of_day", "quote/daily", "ready: \"16:00\"", "ready: \"24:00\"",
             "source.ready: '24:00' is not a time of day", "write it as \"16:00\", in Shanghai"},
        Edit{"wrong_duration", "quote/daily", "l2: 1h", "l2: 1 hour",
             "cache.l2: '1 hour' is not a duration", "write 30s, 5min, 24h or 7d"},
        Edit{"unknown_type", "quote/daily", "name: open, type: real", "name: open, type: float",
             "columns[2].type: no value 'float'", "one of text, date, int, real"},
        Edit{"unknown_category", "quote/daily", "category: quote", "category: quotes",
             "category: no category 'quotes'",
             "did you mean 'quote'? one of quote, finance, market, special, base"},
        Edit{"unknown_update_mode", "quote/daily", "update_mode: incremental", "update_mode: delta",
             "policy.update_mode: no value 'delta'", "one of full, incremental, merge, realtime"},
        Edit{"unknown_conflict_resolution", "quote/daily", "conflict_resolution: replace",
             "conflict_resolution: keep", "policy.conflict_resolution: no value 'keep'",
             "one of replace, merge"},
        Edit{"unknown_walk", "quote/daily", "kind: date", "kind: dates",
             "source.walks[0].kind: no value 'dates'", "did you mean 'date'? " + kKinds},
        Edit{"unknown_days", "quote/daily", "days: trading", "days: daily",
             "days: no value 'daily'",
             "one of trading, week_end, month_end, quarter_end, calendar"},
        Edit{"unknown_expectation", "quote/daily", "expect: listed_codes", "expect: listed",
             "expect: no value 'listed'",
             "did you mean 'listed_codes'? one of unknown, listed_codes, listed_all, every_day, "
             "splits"},
        Edit{"unknown_code_form", "market/hm_detail", "code_form: share", "code_form: stock",
             "code_form: no value 'stock'", "one of any, share"},
        Edit{"unknown_relation", "quote/daily", "relation: ohlc", "relation: olhc",
             "identities[0].relation: no value 'olhc'",
             "did you mean 'ohlc'? one of ohlc, price_between, change, pct_chg, sum, balance, "
             "equal, product, products, positive, "
             "not_negative, ascending, range"},
        Edit{"unknown_parameter_type", "quote/daily", "{name: ts_code, type: str,",
             "{name: ts_code, type: text,", "source.parameters[0].type: no type 'text'",
             "one of str, int, float, datetime"},
        Edit{"unknown_exchange", "market/moneyflow", "[SH, SZ]", "[SH, SSE]",
             "expect_exchanges: no exchange 'SSE'", "one of SH, SZ, BJ"}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Schedules, WrongTable,
    testing::Values(
        Edit{"cron_of_four_fields", "quote/daily", "0 18 * * 1-5", "18 * * 1-5",
             "policy.schedule: cron: '18 * * 1-5' has 4 fields",
             "five are wanted: minute hour day month weekday; event_driven and continuous are "
             "schedules "
             "too"},
        Edit{"word_for_a_cron", "quote/daily", "\"0 18 * * 1-5\"", "daily",
             "policy.schedule: cron: 'daily' has 1 fields",
             "five are wanted: minute hour day month weekday; event_driven and continuous are "
             "schedules "
             "too"},
        Edit{"cron_out_of_bounds", "quote/daily", "0 18 * * 1-5", "0 24 * * 1-5",
             "policy.schedule: cron: hour '24' is wrong",
             "0 to 23, as *, 5, 1-5, 1,3 or */15; event_driven and continuous are schedules too"},
        Edit{"poll_interval_without_continuous", "quote/daily", "  batch_size: 5000",
             "  poll_interval: 30\n  batch_size: 5000",
             "policy.poll_interval: poll_interval goes with the schedule continuous, and only with "
             "it",
             ""},
        Edit{"continuous_without_poll_interval", "quote/daily", "\"0 18 * * 1-5\"", "continuous",
             "policy.schedule: poll_interval goes with the schedule continuous, and only with it",
             ""},
        Edit{"archive_before_cold", "quote/daily", "archive_days: 1825", "archive_days: 900",
             "retention.archive_days: 900 is not more than the 1095 of the tier before",
             "ages count from the row's day: hot < cold < archive"}),
    [](const auto& info) { return info.param.name; });

const std::string kDailyColumns =
    "one of ts_code, trade_date, open, high, low, close, pre_close, change, pct_chg, vol, amount";
const std::string kDailyParameters = "one of ts_code, trade_date, start_date, end_date";

INSTANTIATE_TEST_SUITE_P(
    References, WrongTable,
    testing::Values(
        Edit{"column_twice", "quote/daily", "name: high,", "name: open,",
             "columns[3].name: column 'open' stands twice", "remove one of them"},
        Edit{"parameter_twice", "quote/daily", "{name: end_date,", "{name: start_date,",
             "source.parameters[3].name: parameter 'start_date' stands twice",
             "remove one of them"},
        Edit{"value_twice_in_a_list", "quote/daily", "key: [ts_code, trade_date]",
             "key: [ts_code, ts_code]", "key: 'ts_code' stands twice", "remove one of them"},
        Edit{"key_not_a_column", "quote/daily", "key: [ts_code, trade_date]",
             "key: [ts_code, tradedate]", "key: no column 'tradedate'",
             "did you mean 'trade_date'? " + kDailyColumns},
        Edit{"code_not_a_column", "quote/daily", "code: ts_code\ntime", "code: code\ntime",
             "code: no column 'code'", kDailyColumns},
        Edit{"time_not_a_column", "quote/daily", "time: trade_date", "time: date",
             "time: no column 'date'", kDailyColumns},
        Edit{"time_not_a_date", "quote/daily", "time: trade_date", "time: open",
             "time: column 'open' is real", "this takes a date column"},
        Edit{"walk_parameter_not_declared", "quote/daily", "parameter: trade_date}",
             "parameter: day}", "source.walks[0].parameter: no parameter 'day'", kDailyParameters},
        Edit{"window_parameter_not_declared", "quote/daily", "from: start_date", "from: start",
             "source.walks[1].from: no parameter 'start'",
             "did you mean 'start_date'? " + kDailyParameters},
        Edit{"announcement_column_missing", "finance/forecast_vip", "column: ann_date}",
             "column: summary}", "source.walks[1].column: column 'summary' is text",
             "this takes a date column"},
        Edit{"split_parameter_not_declared", "market/limit_list_d", "parameter: limit_type,",
             "parameter: kind,", "source.split.parameter: no parameter 'kind'",
             "one of trade_date, ts_code, limit_type, exchange, start_date, end_date"},
        Edit{"split_since_of_another_value", "market/margin", "since: {BSE: 2023-02-13}",
             "since: {BJ: 2023-02-13}", "source.split.since: 'BJ' is not among the values", ""},
        Edit{"split_since_not_a_date", "market/margin", "since: {BSE: 2023-02-13}",
             "since: {BSE: soon}", "source.split.since: 'soon' is not a date", "write 2024-06-28"},
        Edit{"fixed_parameter_not_declared", "special/ths_hot", "fixed: {is_new: N}",
             "fixed: {new: N}", "source.fixed: no parameter 'new'", ""}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Identities, WrongTable,
    testing::Values(
        Edit{"column_that_is_missing", "quote/daily", "columns: [open, high, low, close]}",
             "columns: [open, hi, low, close]}", "identities[0].columns: no column 'hi'",
             kDailyColumns},
        Edit{"column_that_is_no_number", "quote/daily", "columns: [open, high, low, close]}",
             "columns: [ts_code, high, low, close]}",
             "identities[0].columns: column 'ts_code' is text",
             "an identity takes int and real columns; ascending and range also take dates"},
        Edit{"column_empty_never_and_together", "quote/daily", "all_or_none: [pre_close,",
             "all_or_none: [open,", "all_or_none: column 'open' stands twice",
             "remove one of them"},
        Edit{"column_that_is_missing_and_never_empty", "quote/adj_factor", "not_null: [adj_factor]",
             "not_null: [adj_facto]", "not_null: no column 'adj_facto'",
             "did you mean 'adj_factor'? one of ts_code, trade_date, adj_factor"},
        Edit{"identity_since_without_a_time", "base/stock_basic",
             "columns: [list_date, delist_date]}",
             "columns: [list_date, delist_date], since: 2007-01-01}",
             "identities[1].since: the table has no time column", ""},
        Edit{"date_in_a_product", "quote/daily_basic", "columns: [total_mv, close, total_share]",
             "columns: [trade_date, close, total_share]",
             "identities[1].columns: column 'trade_date' is date",
             "an identity takes int and real columns; ascending and range also take dates"},
        Edit{"too_few_columns", "quote/daily", "columns: [open, high, low, close]}",
             "columns: [open, high, low]}", "identities[0].columns: ohlc takes 4 columns, found 3",
             ""},
        Edit{"too_many_columns", "quote/daily", "columns: [close, pre_close, change]",
             "columns: [close, pre_close, change, open]",
             "identities[2].columns: change takes 3 columns, found 4", ""},
        Edit{"one_column_for_a_sum", "quote/daily",
             "{relation: not_negative, columns: [vol, amount]}", "{relation: sum, columns: [vol]}",
             "identities[4].columns: sum takes 2 or more columns, found 1", ""},
        Edit{"unequal_halves", "quote/daily", "{relation: not_negative, columns: [vol, amount]}",
             "{relation: balance, columns: [vol, amount, open]}",
             "identities[4].columns: balance takes two equal halves, found 3 columns", ""},
        Edit{"negative_tolerance", "quote/daily", "tolerance: 0.002", "tolerance: -0.002",
             "identities[1].tolerance: is negative", ""},
        Edit{"range_without_bounds", "base/trade_cal", ", minimum: 0, maximum: 1", ", minimum: 0",
             "key 'identities[0].maximum' is missing", ""},
        Edit{"range_upside_down", "base/trade_cal", "minimum: 0, maximum: 1",
             "minimum: 2, maximum: 1", "identities[0].minimum: is above the maximum", ""}),
    [](const auto& info) { return info.param.name; });

TEST(WrongTable, without_a_needed_key_names_it) {
  std::string text = read(kTables / "quote/daily.yaml");
  const std::string line = "  cache_invalidate: \"quote:daily:*:{date}\"\n";
  text.erase(text.find(line), line.size());
  const fs::path file = scratch() / "daily.yaml";
  write(file, text);
  const auto table = read_table(file);
  ASSERT_FALSE(table);
  EXPECT_THAT(
      table.error().message,
      testing::MatchesRegex(".*daily.yaml:[0-9]+: key 'policy.cache_invalidate' is missing"));
}

struct Structure {
  std::string name, table, from, to, message;
};

void PrintTo(const Structure& structure, std::ostream* out) { *out << structure.name; }

class WrongStructure : public testing::TestWithParam<Structure> {};

/// Here the line is that of a key which the edit does not touch.
TEST_P(WrongStructure, is_refused) {
  const Structure& edit = GetParam();
  std::string text = read(kTables / (edit.table + ".yaml"));
  const std::size_t at = text.find(edit.from);
  ASSERT_NE(at, std::string::npos);
  text.replace(at, edit.from.size(), edit.to);
  const fs::path file = scratch() / (edit.table + ".yaml");
  write(file, text);
  const auto table = read_table(file);
  ASSERT_FALSE(table);
  EXPECT_EQ(table.error().code, Errc::Config);
  EXPECT_THAT(table.error().message, testing::EndsWith(": " + edit.message));
}

INSTANTIATE_TEST_SUITE_P(
    Parts, WrongStructure,
    testing::Values(
        Structure{"date_walk_without_time", "quote/daily",
                  "time: trade_date\ndays: trading\nsince: 1990-12-19\nexpect: listed_codes", "",
                  "source: a date walk needs a time column"},
        Structure{"code_walk_without_code", "quote/daily", "code: ts_code\n", "",
                  "expect: 'listed_codes' needs a code column"},
        Structure{"code_walk_without_code_or_expectation", "quote/index_daily", "code: ts_code\n",
                  "# no code\n", "source: a code walk needs a code column"},
        Structure{"code_form_without_code", "market/hm_detail", "code: ts_code\n", "",
                  "code_form: 'share' needs a code column"},
        Structure{"expectation_without_time", "base/stock_basic", "\nsource:",
                  "\nexpect: listed_all\nsource:", "expect: 'listed_all' needs a time column"},
        Structure{"splits_expected_without_split", "quote/daily", "expect: listed_codes",
                  "expect: splits", "expect: 'splits' needs source.split with a column"},
        Structure{"every_day_expected_of_trading_days", "market/moneyflow_hsgt",
                  "since: 2014-11-17", "since: 2014-11-17\nexpect: every_day",
                  "expect: 'every_day' needs days: calendar"},
        Structure{"twin_walk_without_twin", "finance/income_vip",
                  "  twin: {api: income, points: 2000}\n", "",
                  "source.walks: a walk asks the twin, but the source has none"},
        Structure{"required_parameter_not_given", "special/cyq_chips",
                  "{kind: code, parameter: ts_code, from: start_date, to: end_date, max_days: 14}",
                  "{kind: window, from: start_date, to: end_date}",
                  "source.walks: the window walk does not give the required parameter 'ts_code'"},
        Structure{"not_yaml", "quote/daily", "key: [ts_code, trade_date]", "key: [ts_code",
                  "not valid YAML: end of sequence flow not found"},
        Structure{"two_documents", "quote/daily", "policy:", "---\npolicy:", "2 documents found"}),
    [](const auto& info) { return info.param.name; });

TEST(WrongTable, under_another_file_name) {
  const fs::path file = scratch() / "dailies.yaml";
  write(file, read(kTables / "quote/daily.yaml"));
  const auto table = read_table(file);
  ASSERT_FALSE(table);
  EXPECT_THAT(table.error().message,
              testing::EndsWith(":2: table: 'daily' stands in dailies.yaml"));
}

TEST(WrongCatalog, missing_directory) {
  const auto catalog = Catalog::load(scratch());
  ASSERT_FALSE(catalog);
  EXPECT_EQ(catalog.error().code, Errc::Config);
  EXPECT_THAT(catalog.error().message, testing::EndsWith("No such file or directory"));
}

TEST(WrongCatalog, directory_without_tables) {
  const fs::path directory = scratch();
  fs::create_directories(directory);
  const auto catalog = Catalog::load(directory);
  ASSERT_FALSE(catalog);
  EXPECT_THAT(catalog.error().message, testing::EndsWith("no *.yaml below it"));
}

TEST(WrongCatalog, empty_file) {
  const fs::path directory = scratch();
  write(directory / "daily.yaml", "");
  const auto catalog = Catalog::load(directory);
  ASSERT_FALSE(catalog);
  EXPECT_THAT(catalog.error().message, testing::HasSubstr("daily.yaml"));
}

TEST(WrongCatalog, table_in_two_files) {
  const fs::path directory = scratch();
  write(directory / "a/daily.yaml", read(kTables / "quote/daily.yaml"));
  write(directory / "b/daily.yaml", read(kTables / "quote/daily.yaml"));
  const auto catalog = Catalog::load(directory);
  ASSERT_FALSE(catalog);
  EXPECT_EQ(catalog.error().message,
            fmt::format("{0}/b/daily.yaml: table 'daily' is also in {0}/a/daily.yaml",
                        directory.string()));
}

TEST(WrongCatalog, interface_of_two_tables) {
  const fs::path directory = scratch();
  std::string text = read(kTables / "finance/income_vip.yaml");
  write(directory / "income_vip.yaml", text);
  text.replace(text.find("table: income_vip"), 17, "table: zincome");
  text.replace(text.find("api: income_vip"), 15, "api: income_all");
  write(directory / "zincome.yaml", text);
  const auto catalog = Catalog::load(directory);
  ASSERT_FALSE(catalog);
  EXPECT_THAT(catalog.error().message, testing::HasSubstr("interface 'income' is also in"));
}

}  // namespace
}  // namespace kanpan::catalog
