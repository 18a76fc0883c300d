// Bends the answers of an invented exchange in every way that sources are known to, column by
// column, and holds what the gate accepts against the truth: not one wrong row may pass, but for
// the gaps that are listed here with their reasons.
#include <algorithm>
#include <cctype>
#include <functional>
#include <iostream>
#include <memory>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>

#include "gaps.hpp"
#include "page.hpp"

namespace kanpan::mutation {
namespace {

using boost::json::value;
using catalog::ColumnSpec;
using frame::Type;

constexpr const char* kTables[] = {"daily",        "daily_basic", "adj_factor",
                                   "moneyflow",    "stock_basic", "income_vip",
                                   "limit_list_d", "margin",      "cyq_chips"};

/// Bends a page in one column; false where the kind does not apply.
using Bend = std::function<bool(Page&, const ColumnSpec&, std::size_t column)>;

struct Kind {
  std::string name;
  Bend bend;
};

/// The kind applied to every row, or to one in the middle.
template <typename Cell>
Bend rows(bool all, Cell change) {
  return [all, change](Page& page, const ColumnSpec& column, std::size_t c) {
    bool any = false;
    for (std::size_t row = 0; row < page.items.size(); ++row)
      if (all || row == page.items.size() / 2) any = change(page.cell(row, c), column) || any;
    return any;
  };
}

auto scaled(double factor) {
  return [factor](value& cell, const ColumnSpec& column) {
    if (!is_number(column) || !cell.is_number() || cell.to_number<double>() == 0) return false;
    const double bent = cell.to_number<double>() * factor;
    if (column.type == Type::Int)
      cell = static_cast<std::int64_t>(bent);
    else
      cell = bent;
    return true;
  };
}

auto replaced(value with, bool texts_too) {
  return [with, texts_too](value& cell, const ColumnSpec& column) {
    if (column.type == Type::Text && !texts_too) return false;
    if (cell == with) return false;
    cell = with;
    return true;
  };
}

auto number_replaced(value with) {
  return [with](value& cell, const ColumnSpec& column) {
    return is_number(column) && (cell = with, true);
  };
}

bool drop_column(Page& page, const ColumnSpec&, std::size_t c) {
  page.fields.erase(page.fields.begin() + static_cast<std::ptrdiff_t>(c));
  for (auto& item : page.items)
    item.as_array().erase(item.as_array().begin() + static_cast<std::ptrdiff_t>(c));
  return true;
}

bool rename_column(Page& page, const ColumnSpec& column, std::size_t c) {
  page.fields[c] = column.name + "_new";
  return true;
}

bool short_row(Page& page, const ColumnSpec&, std::size_t c) {
  auto& item = page.items[page.items.size() / 2].as_array();
  item.erase(item.begin() + static_cast<std::ptrdiff_t>(c));
  return true;
}

bool shift_values(Page& page, const ColumnSpec&, std::size_t c) {
  // One cell too many from here on, the last one lost: every value under its neighbour's name.
  for (auto& item : page.items) {
    auto& cells = item.as_array();
    cells.insert(cells.begin() + static_cast<std::ptrdiff_t>(c), nullptr);
    cells.pop_back();
  }
  return c + 1 < page.fields.size();
}

/// A copy of a row with another value in this column: two rows, one key.
bool contradicting_copy(Page& page, const ColumnSpec& column, std::size_t c) {
  value copy = page.items[page.items.size() / 2];
  value& cell = copy.as_array()[c];
  if (!is_number(column) || !cell.is_number()) return false;
  cell = cell.to_number<double>() + 1;
  page.items.push_back(copy);
  return true;
}

/// What changes the spelling only must be read as before.
bool as_text(value& cell, const ColumnSpec& column) {
  if (!is_number(column) || !cell.is_number()) return false;
  cell = boost::json::serialize(cell);
  return true;
}

bool iso_date(value& cell, const ColumnSpec& column) {
  if (column.type != Type::Date || !cell.is_string()) return false;
  const auto day = parse_date(std::string_view(cell.as_string()));
  if (!day) return false;
  cell = day->iso();
  return true;
}

bool other_century(value& cell, const ColumnSpec& column) {
  if (column.type != Type::Date || !cell.is_string()) return false;
  cell = "19" + std::string(cell.as_string()).substr(2);
  return true;
}

bool full_width(value& cell, const ColumnSpec& column) {
  if (column.type == Type::Text) return false;
  cell = "１２";
  return true;
}

/// A cell of the code column, by what `change` makes of its text.
template <typename Change>
auto code_as(Change change) {
  return [change](value& cell, const ColumnSpec& column) {
    if (column.type != Type::Text || !cell.is_string()) return false;
    const std::string text(cell.as_string());
    cell = change(text);
    return cell != value(text);
  };
}

/// The last digit as the letter that looks like it.
std::string with_letter(std::string code) {
  const auto at = code.find_last_of("0123456789");
  if (at != std::string::npos) code[at] = "OIZEASGTBP"[code[at] - '0'];
  return code;
}

std::string of_other_exchange(const std::string& code) {
  const std::string head = code.substr(0, code.find('.'));
  return head + (code.ends_with(".SH") ? ".SZ" : code.ends_with(".SZ") ? ".BJ" : ".SH");
}

std::string in_lower_case(std::string code) {
  for (char& c : code) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return code;
}

std::string in_full_width(const std::string& code) {
  std::string wide;
  for (const char c : code) {
    const int at = 0xFF01 + (c - '!');  // U+FF01 and on, as UTF-8
    for (const int byte : {0xE0 | at >> 12, 0x80 | (at >> 6 & 0x3F), 0x80 | (at & 0x3F)})
      wide += static_cast<char>(byte);
  }
  return wide;
}

std::vector<Kind> code_kinds() {
  std::vector<Kind> kinds;
  for (const bool all : {false, true}) {
    const auto add = [&](const std::string& name, auto change) {
      kinds.push_back(
          {name + (all ? " in every code" : " in one code"), rows(all, code_as(change))});
    };
    add("letter for digit", with_letter);
    add("another exchange", of_other_exchange);
    add("lower case", in_lower_case);
    add("full width", in_full_width);
    add("blanks around it", [](const std::string& code) { return " " + code + "\t"; });
    add("blank within", [](std::string code) { return code.insert(3, " "); });
    add("first character cut", [](const std::string& code) { return code.substr(1); });
    add("last character cut", [](std::string code) { return code.pop_back(), code; });
    add("exchange cut", [](const std::string& code) { return code.substr(0, code.find('.')); });
    add("one digit more", [](const std::string& code) { return "0" + code; });
    add("exchange before", [](const std::string& code) {
      const auto dot = std::min(code.find('.'), code.size() - 1);
      return code.substr(dot + 1) + "." + code.substr(0, dot);
    });
  }
  return kinds;
}

std::vector<Kind> kinds() {
  std::vector<Kind> kinds{
      {"missing column", drop_column},
      {"renamed column", rename_column},
      {"short row", short_row},
      {"values under their neighbours' names", shift_values},
      {"contradicting copy", contradicting_copy},
      {"number as text", rows(true, as_text)},
      {"ISO date", rows(true, iso_date)},
  };
  for (const bool all : {false, true}) {
    const auto add = [&](const char* one, const char* every, Bend bend) {
      kinds.push_back({all ? every : one, std::move(bend)});
    };
    add("word in one row", "words", rows(all, replaced("n/a", false)));
    add("object in one row", "objects", rows(all, replaced(value{{"a", 1}}, false)));
    add("true in one row", "truth values", rows(all, replaced(true, false)));
    add("full-width digits in one row", "full-width digits", rows(all, full_width));
    add("NaN in one row", "NaN", rows(all, number_replaced("@@NaN@@")));
    add("Infinity in one row", "Infinity", rows(all, number_replaced("@@Infinity@@")));
    add("1e999 in one row", "1e999", rows(all, number_replaced("@@1e999@@")));
    add("huge number in one row", "huge numbers", rows(all, number_replaced("@@1e300@@")));
    add("another century in one row", "another century", rows(all, other_century));
    add("null in one row", "nulls", rows(all, replaced(nullptr, true)));
    add("x100 in one row", "x100", rows(all, scaled(100)));
    add("x1000 in one row", "x1000", rows(all, scaled(1000)));
    add("/100 in one row", "/100", rows(all, scaled(0.01)));
    add("decimal shift in one row", "decimal shift", rows(all, scaled(10)));
    add("sign flipped in one row", "signs flipped", rows(all, scaled(-1)));
  }
  return kinds;
}

class Mutation : public testing::Test {
 protected:
  // Not a static object: DuckDB must be closed before the program's exit takes it apart.
  static void SetUpTestSuite() { bench_ = std::make_unique<const Bench>(); }
  static void TearDownTestSuite() { bench_.reset(); }
  static const Bench& bench() { return *bench_; }

 private:
  static inline std::unique_ptr<const Bench> bench_;
};

TEST_F(Mutation, LetsNoWrongRowThrough) {
  std::size_t tried = 0, stopped = 0, harmless = 0;
  std::map<std::string, std::map<std::string, std::size_t>> gaps;
  for (const char* table : kTables) {
    const Sample sample = bench().sample(table);
    ASSERT_GE(sample.truth.items.size(), 1u) << table;
    const auto clean = bench().judge(sample, sample.truth.body());
    ASSERT_FALSE(clean.refused) << table;
    ASSERT_EQ(clean.accepted, sample.truth.items.size()) << table;
    for (std::size_t c = 0; c < sample.slice.table->columns.size(); ++c) {
      const ColumnSpec& column = sample.slice.table->columns[c];
      for (const Kind& kind : kinds()) {
        Page page = sample.truth;
        if (!kind.bend(page, column, c)) continue;
        ++tried;
        const auto outcome = bench().judge(sample, page.body());
        if (outcome.wrong.empty()) {
          ++(outcome.refused || outcome.held > 0 ? stopped : harmless);
          continue;
        }
        const char* reason = gap(sample, column, c, kind.name);
        EXPECT_NE(reason, nullptr) << table << "." << column.name << ", " << kind.name
                                   << ": accepted " << outcome.wrong.substr(0, 200);
        if (reason) ++gaps[reason][fmt::format("{}.{}", table, column.name)];
      }
    }
  }
  std::cout << fmt::format("{} mutations: {} stopped, {} harmless\n", tried, stopped, harmless);
  for (const auto& [reason, columns] : gaps) {
    std::size_t count = 0;
    std::string where;
    for (const auto& [column, times] : columns) count += times, where += " " + column;
    std::cout << fmt::format("  gap, {}: {} of {} columns:{}\n", reason, count, columns.size(),
                             where);
  }
  EXPECT_GE(stopped, 200u);
}

TEST(TruePages, AreLeftAlone) {
  for (const std::uint64_t seed : {7u, 8u, 9u}) {
    const Bench bench(seed);
    for (const catalog::TableSpec* table : bench.catalog().tables()) {
      const bool quarters = table->days == catalog::Days::QuarterEnd;
      std::vector<Date> days;
      for (int i = 0; i < 30; ++i)
        days.push_back(Date::from_ymd(2024, 8, 30) - (quarters ? 91 * (i % 16) : i * (i % 5 + 1)));
      EXPECT_EQ(bench.held(*table, days), "") << "seed " << seed;
    }
  }
}

TEST_F(Mutation, OfTheWholePageLetsNoWrongRowThrough) {
  for (const char* table : kTables) {
    const Sample sample = bench().sample(table);
    const std::string body = sample.truth.body();
    EXPECT_TRUE(bench().judge(sample, body.substr(0, body.size() / 2)).refused) << table;
    EXPECT_TRUE(bench().judge(sample, "<html><body>502</body></html>").refused) << table;
    EXPECT_TRUE(bench().judge(sample, "").refused) << table;
    EXPECT_TRUE(bench().judge(sample, "{}").refused || bench().judge(sample, "{}").accepted == 0);

    Page twice = sample.truth;
    twice.items.insert(twice.items.end(), sample.truth.items.begin(), sample.truth.items.end());
    const auto repeated = bench().judge(sample, twice.body());
    EXPECT_EQ(repeated.wrong, "") << table;
    EXPECT_EQ(repeated.accepted, sample.truth.items.size()) << table;

    Page backwards = sample.truth;
    std::ranges::reverse(backwards.items);
    std::ranges::reverse(backwards.fields);
    for (auto& item : backwards.items) std::ranges::reverse(item.as_array());
    const auto turned = bench().judge(sample, backwards.body());
    EXPECT_EQ(turned.wrong, "") << table;
    EXPECT_EQ(turned.accepted, sample.truth.items.size()) << table;

    Page extra = sample.truth;
    extra.fields.push_back("mood");
    for (auto& item : extra.items) item.as_array().push_back(1);
    const auto wider = bench().judge(sample, extra.body());
    EXPECT_EQ(wider.wrong, "") << table;
    EXPECT_EQ(wider.accepted, sample.truth.items.size()) << table;

    Page half = sample.truth;
    half.items.resize((half.items.size() + 1) / 2);
    EXPECT_EQ(bench().judge(sample, half.body()).wrong, "") << table;
  }
}

/// What is another code of a list in which all kinds of codes are mixed (docs/guide/checks.md).
bool may_be_another(std::string_view kind) {
  return kind.starts_with("letter for digit") || kind.starts_with("another exchange") ||
         kind.starts_with("first character cut") || kind.starts_with("one digit more");
}

/// In whatever table has codes: not only shares have malformed ones.
TEST_F(Mutation, OfCodesSpellingsLetsNoWrongRowThrough) {
  std::size_t tried = 0, stopped = 0, harmless = 0;
  std::map<std::string, std::set<std::string>> gaps;
  for (const catalog::TableSpec* table : bench().catalog().tables()) {
    const Sample sample = bench().sample(table->name);
    const auto found = std::ranges::find(table->columns, table->code, &ColumnSpec::name);
    if (found == table->columns.end() || sample.truth.items.empty()) continue;
    const auto c = static_cast<std::size_t>(found - table->columns.begin());
    for (const Kind& kind : code_kinds()) {
      Page page = sample.truth;
      if (!kind.bend(page, *found, c)) continue;
      ++tried;
      const auto outcome = bench().judge(sample, page.body());
      if (outcome.wrong.empty())
        ++(outcome.refused || outcome.held > 0 ? stopped : harmless);
      else if (table->code_form == catalog::CodeForm::Share || !may_be_another(kind.name))
        ADD_FAILURE() << table->name << ", " << kind.name << ": accepted "
                      << outcome.wrong.substr(0, 100);
      else
        gaps[kind.name].insert(table->name);
    }
  }
  std::cout << fmt::format("{} codes bent: {} stopped, {} harmless\n", tried, stopped, harmless);
  EXPECT_GE(stopped, 400u);
  for (const auto& [kind, tables] : gaps)
    std::cout << fmt::format("  gap, codes that are no shares', {}: {}\n", kind,
                             fmt::join(tables, " "));
}

TEST_F(Mutation, OfCodesLetsNoWrongRowThrough) {
  for (const char* table : kTables) {
    const Sample sample = bench().sample(table);
    const auto& columns = sample.slice.table->columns;
    const auto found = std::ranges::find(columns, sample.slice.table->code, &ColumnSpec::name);
    if (found == columns.end() || sample.truth.items.size() < 2) continue;
    const auto c = static_cast<std::size_t>(found - columns.begin());
    for (const char* code :
         {"600000", "600000.", "600000sh", "sh600000", ".SH", "60 000.SH", "６０"}) {
      Page page = sample.truth;
      page.cell(1, c) = code;
      EXPECT_EQ(bench().judge(sample, page.body()).wrong, "") << table << " " << code;
    }
    // Where the key is more than day and code, another code may be another row.
    if (sample.slice.table->key.size() > (sample.slice.table->dated() ? 2u : 1u)) continue;
    Page page = sample.truth;
    page.cell(1, c) = page.cell(0, c);
    EXPECT_EQ(bench().judge(sample, page.body()).wrong, "") << table << ": another row's code";
  }
}

}  // namespace
}  // namespace kanpan::mutation
