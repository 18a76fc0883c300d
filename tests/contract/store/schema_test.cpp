// A DuckDB file whose tables are not those of the catalog.
#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "backend.hpp"
#include "kanpan/store/duckdb/duckdb_store.hpp"
#include "kanpan/store/duckdb/engine.hpp"

namespace kanpan::store::contract {
namespace {

using duckdb::DuckdbStore;
using testing::HasSubstr;

const Date kMonday = Date::from_ymd(2024, 6, 24);

class DuckdbSchema : public testing::Test {
 protected:
  Result<std::unique_ptr<DuckdbStore>> open(
      const std::vector<const catalog::TableSpec*>& tables) const {
    return DuckdbStore::open(directory_.path() / "hot.duckdb", tables, options_);
  }
  Error error_of(const std::vector<const catalog::TableSpec*>& tables) const {
    const auto store = open(tables);
    return store ? Error{} : store.error();
  }
  /// A file with these tables and a row of daily.
  void make(const std::vector<const catalog::TableSpec*>& tables) const {
    const auto store = open(tables).value();
    const Row row{std::string("A"), kMonday, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0};
    const Change change = change_of(1, daily(), Mode::Upsert, {row});
    ASSERT_TRUE(store->apply({&change, 1}));
  }

  /// An origin with commits of these tables only.
  void set_commits_of(std::set<std::string> tables) {
    options_.origin.has_commits = [=](const std::string& table, Sequence after,
                                      Sequence upto) -> Result<bool> {
      return after < 1 && upto >= 1 && tables.contains(table);
    };
  }

  TemporaryDirectory directory_;
  duckdb::Options options_;
};

TEST_F(DuckdbSchema, a_table_that_differs_from_the_catalog_is_corrupt) {
  make(all_tables());
  catalog::TableSpec wider = daily();
  wider.columns.emplace_back().name = "turnover";
  const Error error = error_of({&wider});
  EXPECT_EQ(error.code, Errc::Corrupt);
  EXPECT_THAT(error.message, HasSubstr("turnover text"));
  EXPECT_TRUE(open(all_tables())) << "nothing was changed";
}

TEST_F(DuckdbSchema, a_new_table_that_may_lack_rows_is_corrupt_until_the_file_is_gone) {
  make({&daily()});
  for (int start = 0; start < 2; ++start) {  // the first may have been killed
    const Error error = error_of(all_tables());
    EXPECT_EQ(error.code, Errc::Corrupt) << "start " << start;
    EXPECT_THAT(error.message, HasSubstr("chips"));
  }
}

TEST_F(DuckdbSchema, what_has_no_commits_is_added_and_changed_in_place) {
  set_commits_of({"daily"});
  make({&daily(), &chips()});
  catalog::TableSpec wider = chips();
  wider.columns.emplace_back().name = "mood";
  std::vector<const catalog::TableSpec*> tables{&daily(), &wider, &statements()};
  for (int start = 0; start < 2; ++start) {
    const auto store = open(tables).value();
    EXPECT_EQ(store->applied(), 1u);
    EXPECT_EQ(store->count(all_of(daily())).value(), 1u);
    EXPECT_EQ(store->count(all_of(statements())).value(), 0u);
    Read read = all_of(wider);
    read.columns = {"mood"};
    EXPECT_THAT(rows_of(*store, read).value(), testing::IsEmpty());
    EXPECT_EQ(store->sizes().value().size(), 3u);
  }
  const auto store = open(tables).value();
  Row row(wider.columns.size());
  row[0] = std::string("A");
  row[1] = kMonday;
  row.back() = std::string("calm");
  const Change change = change_of(2, wider, Mode::Upsert, {row});
  ASSERT_TRUE(store->apply({&change, 1}));
  ASSERT_TRUE(store->fold(true));
  EXPECT_THAT(rows_of(*store, all_of(wider)).value(), testing::ElementsAre(row));
}

TEST_F(DuckdbSchema, the_file_says_what_its_columns_are) {
  catalog::TableSpec labelled = daily();
  catalog::ColumnSpec& open_price = labelled.columns[2];
  open_price.label = "开盘价";
  open_price.label_en = "Open, day's";
  open_price.unit = "元";
  make({&labelled});
  const auto columns_with = [&](const char* comment) {
    const auto file = duckdb::Database::open(directory_.path() / "hot.duckdb", options_).value();
    const auto connection = file->connect().value();
    EXPECT_EQ(connection->number("SELECT count(*)::UBIGINT FROM daily").value(), 1u);
    return connection
        ->number(
            "SELECT count(*)::UBIGINT FROM duckdb_columns() "
            "WHERE table_name = 'cur_daily' AND comment = $1",
            {std::string(comment)})
        .value();
  };
  EXPECT_EQ(columns_with("开盘价 Open, day's [元]"), 1u);
  open_price.unit = "分";
  EXPECT_TRUE(open({&labelled}));
  EXPECT_EQ(columns_with("开盘价 Open, day's [元]"), 0u);
  EXPECT_EQ(columns_with("开盘价 Open, day's [分]"), 1u);
}

TEST_F(DuckdbSchema, a_file_of_an_older_version_gets_its_views_when_it_is_opened) {
  make({&daily(), &chips()});
  const auto views = [&] {
    const auto file = duckdb::Database::open(directory_.path() / "hot.duckdb", options_).value();
    const auto connection = file->connect().value();
    const auto found = connection->number("SELECT count(*)::UBIGINT FROM daily");
    (void)connection->run("DROP VIEW IF EXISTS daily");
    return found ? found.value() : 0;
  };
  EXPECT_EQ(views(), 1u);
  EXPECT_EQ(views(), 0u) << "as in an older file";
  EXPECT_TRUE(open({})) << "only looked at";
  EXPECT_EQ(views(), 0u);
  EXPECT_EQ(open({&daily(), &chips()}).value()->applied(), 1u);
  EXPECT_EQ(views(), 1u);
}

TEST_F(DuckdbSchema, one_table_with_commits_keeps_all_of_the_file_as_it_was) {
  set_commits_of({"daily", "statements"});
  make({&daily(), &chips()});
  catalog::TableSpec wider = chips();
  wider.columns.emplace_back().name = "mood";
  EXPECT_EQ(error_of({&daily(), &wider, &statements()}).code, Errc::Corrupt);
  set_commits_of({"daily", "chips"});
  EXPECT_TRUE(open({&daily(), &chips()})) << "chips is of the old definition";
}

TEST_F(DuckdbSchema, a_table_that_was_away_is_corrupt_if_commits_of_it_were_skipped) {
  Sequence last = 1;  // of chips
  options_.origin.has_commits = [&](const std::string& table, Sequence after,
                                    Sequence upto) -> Result<bool> {
    return table == "chips" && after < last && upto >= 1;
  };
  make({&daily(), &chips()});
  const auto go_on_without = [&](Sequence next) {
    const auto store = open({&daily()}).value();
    const Change change = change_of(next, daily(), Mode::Upsert, {});
    ASSERT_TRUE(store->apply({&change, 1}));
  };
  go_on_without(2);
  EXPECT_TRUE(open({&daily(), &chips()})) << "it lacks nothing";
  last = 3;
  go_on_without(4);
  go_on_without(5);
  EXPECT_EQ(error_of({&daily(), &chips()}).code, Errc::Corrupt);
}

TEST_F(DuckdbSchema, before_the_first_commit_everything_may_change) {
  ASSERT_TRUE(open({&daily()}));
  catalog::TableSpec wider = daily();
  wider.columns.emplace_back().name = "turnover";
  EXPECT_TRUE(open({&wider, &chips()}));
}

TEST_F(DuckdbSchema, the_last_commit_must_be_one_of_the_origin) {
  std::string asked;
  bool is_ours = true;
  options_.origin.has = [&](Sequence seq, const std::string& chain) -> Result<bool> {
    asked = fmt::format("{} {}", seq, chain);
    return is_ours;
  };
  {
    const auto store = open(all_tables()).value();
    EXPECT_EQ(asked, "") << "nothing was applied yet";
    std::vector<Change> changes{change_of(1, daily(), Mode::Upsert, {}),
                                change_of(2, daily(), Mode::Upsert, {})};
    changes[1].chain[31] = 0xab;
    ASSERT_TRUE(store->apply(changes));
    ASSERT_TRUE(store->apply(changes)) << "applied before";
  }
  EXPECT_EQ(open(all_tables()).value()->applied(), 2u);
  EXPECT_EQ(asked, "2 " + std::string(62, '0') + "ab");
  is_ours = false;
  const Error error = error_of(all_tables());
  EXPECT_EQ(error.code, Errc::Corrupt);
  EXPECT_THAT(error.message, HasSubstr("commit 2"));
}

TEST_F(DuckdbSchema, damage_of_the_origin_is_not_taken_for_the_files) {
  make({&daily()});
  options_.origin.has = [](Sequence, const std::string&) -> Result<bool> {
    return Error{Errc::Corrupt, "the journal is damaged", ""};
  };
  EXPECT_EQ(error_of(all_tables()).code, Errc::Failed);
  options_.origin.has = nullptr;
  options_.origin.has_commits = [](const std::string&, Sequence, Sequence) -> Result<bool> {
    return Error{Errc::Corrupt, "the journal is damaged", ""};
  };
  EXPECT_EQ(error_of(all_tables()).code, Errc::Failed);
}

}  // namespace
}  // namespace kanpan::store::contract
