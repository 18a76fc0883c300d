#include <fmt/format.h>
#include <gmock/gmock.h>

#include "backend.hpp"
#include "kanpan/store/content_hash.hpp"

namespace kanpan::store::contract {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

INSTANTIATE_TEST_SUITE_P(Store, Contract, testing::ValuesIn(backends()),
                         [](const auto& info) { return info.param.name; });

const Date kMonday = Date::from_ymd(2024, 6, 24);
const Cell kNull{};

Row bar(std::string code, Date day, double close) {
  return {std::move(code), day, close, close, close, close, close, 0.0, 0.0, 100.0, 5.5};
}

Row share(std::string code, Cell name, Cell industry = {}) {
  return {std::move(code),  std::move(name), std::move(industry),
          std::string("L"), kMonday,         std::int64_t{7}};
}

Row report(std::string code, Date period, Cell announced, Cell flag, double value) {
  return {std::move(code),
          std::move(announced),
          period,
          std::string("1"),
          std::move(flag),
          value,
          std::string("a comment longer than twelve bytes, 带中文")};
}

TEST_P(Contract, a_new_store_is_empty) {
  EXPECT_EQ(store().applied(), 0u);
  for (const catalog::TableSpec* table : all_tables()) {
    EXPECT_THAT(read(all_of(*table)), ElementsAre());
    EXPECT_EQ(store().count(all_of(*table)).value(), 0u);
  }
}

TEST_P(Contract, rows_come_back_in_key_order_with_every_type_and_null) {
  const Row a = report("000001.SZ", kMonday, kNull, kNull, -0.5);
  const Row b = report("000001.SZ", kMonday, kMonday + 1, std::int64_t{1}, 1e300);
  const Row c = report("600000.SH", kMonday - 90, kMonday, std::int64_t{-9}, 3);
  EXPECT_EQ(apply(statements(), Mode::Upsert, {c, a, b}).added, 3u);
  EXPECT_THAT(read(all_of(statements())), ElementsAre(b, a, c));
  EXPECT_EQ(store().applied(), 1u);
}

TEST_P(Contract, an_upsert_replaces_changed_rows_and_leaves_equal_ones) {
  apply(daily(), Mode::Upsert, {bar("A", kMonday, 1), bar("B", kMonday, 2)});
  const Applied applied = apply(daily(), Mode::Upsert,
                                {bar("A", kMonday, 1), bar("B", kMonday, 3), bar("C", kMonday, 4)});
  EXPECT_EQ(applied.added, 1u);
  EXPECT_EQ(applied.changed, 1u);
  EXPECT_EQ(applied.unchanged, 1u);
  EXPECT_EQ(applied.closed, 0u);
  EXPECT_THAT(read(all_of(daily())),
              ElementsAre(bar("A", kMonday, 1), bar("B", kMonday, 3), bar("C", kMonday, 4)));
}

TEST_P(Contract, null_parts_of_a_key_are_equal) {
  apply(statements(), Mode::Upsert, {report("A", kMonday, kNull, kNull, 1)});
  EXPECT_EQ(apply(statements(), Mode::Upsert, {report("A", kMonday, kNull, kNull, 1)}).unchanged,
            1u);
  EXPECT_EQ(apply(statements(), Mode::Upsert, {report("A", kMonday, kNull, kNull, 2)}).changed, 1u);
  EXPECT_EQ(apply(statements(), Mode::Upsert, {report("A", kMonday, kMonday, kNull, 2)}).added, 1u);
}

TEST_P(Contract, a_merge_keeps_stored_values_where_the_new_are_null) {
  apply(stock_basic(), Mode::Upsert, {share("A", std::string("平安银行"), std::string("银行"))});
  EXPECT_EQ(apply(stock_basic(), Mode::Merge, {share("A", kNull, std::string("保险"))}).changed,
            1u);
  EXPECT_THAT(read(all_of(stock_basic())),
              ElementsAre(share("A", std::string("平安银行"), std::string("保险"))));
  EXPECT_EQ(apply(stock_basic(), Mode::Merge, {share("A", kNull, kNull)}).unchanged, 1u);
}

TEST_P(Contract, a_replace_closes_what_its_scope_no_longer_has) {
  apply(daily(), Mode::Upsert, {bar("A", kMonday, 1), bar("B", kMonday, 2)});
  apply(daily(), Mode::Upsert, {bar("A", kMonday + 1, 1), bar("B", kMonday + 1, 2)});
  Scope day;
  day.time = DateRange{kMonday, kMonday};
  EXPECT_EQ(apply(daily(), Mode::Replace, {bar("A", kMonday, 9)}, day).closed, 1u);
  EXPECT_THAT(read(all_of(daily())), ElementsAre(bar("A", kMonday, 9), bar("A", kMonday + 1, 1),
                                                 bar("B", kMonday + 1, 2)));
  Scope code;
  code.codes = {"B"};
  EXPECT_EQ(apply(daily(), Mode::Replace, {}, code).closed, 1u);
  EXPECT_EQ(apply(daily(), Mode::Replace, {bar("Z", kMonday, 1)}).closed, 2u);
  EXPECT_THAT(read(all_of(daily())), ElementsAre(bar("Z", kMonday, 1)));
}

TEST_P(Contract, a_delete_closes_by_key) {
  apply(daily(), Mode::Upsert, {bar("A", kMonday, 1), bar("B", kMonday, 2)});
  Row key(11);
  key[0] = std::string("A");
  key[1] = kMonday;
  EXPECT_EQ(apply(daily(), Mode::Delete, {key, bar("Q", kMonday, 0)}).closed, 1u);
  EXPECT_THAT(read(all_of(daily())), ElementsAre(bar("B", kMonday, 2)));
  EXPECT_EQ(apply(daily(), Mode::Upsert, {bar("A", kMonday, 5)}).added, 1u);
}

TEST_P(Contract, the_last_of_repeated_keys_wins) {
  const Applied applied = apply(daily(), Mode::Upsert,
                                {bar("B", kMonday, 1), bar("A", kMonday, 2), bar("B", kMonday, 3)});
  EXPECT_EQ(applied.added, 2u);
  EXPECT_EQ(applied.repeated, 1u);
  EXPECT_THAT(read(all_of(daily())), ElementsAre(bar("A", kMonday, 2), bar("B", kMonday, 3)));
}

TEST_P(Contract, several_changes_at_once_act_as_one_by_one) {
  const std::vector<Change> changes = {
      change_of(3, daily(), Mode::Upsert, {bar("A", kMonday, 1)}),
      change_of(4, daily(), Mode::Upsert, {bar("A", kMonday + 1, 2), bar("A", kMonday, 7)}),
      change_of(6, stock_basic(), Mode::Upsert, {share("A", kNull)}),
      change_of(9, daily(), Mode::Upsert, {bar("A", kMonday + 2, 3)}),
  };
  const auto applied = store().apply(changes).value();
  ASSERT_EQ(applied.size(), 4u);
  EXPECT_EQ(applied[1].changed, 1u);
  EXPECT_EQ(store().applied(), 9u);
  Read as_of = all_of(daily());
  as_of.as_of = 3;
  EXPECT_THAT(read(as_of), ElementsAre(bar("A", kMonday, 1)));
}

TEST_P(Contract, a_replay_changes_nothing) {
  const std::vector<Change> changes = {
      change_of(1, daily(), Mode::Upsert, {bar("A", kMonday, 1)}),
      change_of(2, daily(), Mode::Upsert, {bar("A", kMonday, 2)}),
  };
  ASSERT_TRUE(store().apply(changes));
  reopen();
  EXPECT_EQ(store().applied(), 2u);
  const auto again = store().apply(changes).value();
  EXPECT_EQ(again.size(), 2u);
  EXPECT_EQ(again[0].added + again[1].changed, 0u);
  EXPECT_THAT(read(all_of(daily())), ElementsAre(bar("A", kMonday, 2)));
}

TEST_P(Contract, as_of_gives_the_rows_after_any_commit) {
  apply(daily(), Mode::Upsert, {bar("A", kMonday, 1), bar("B", kMonday, 1)});
  apply(daily(), Mode::Upsert, {bar("A", kMonday, 2)});
  apply(daily(), Mode::Delete, {bar("A", kMonday, 0)});
  const std::vector<std::vector<Row>> expected = {
      {},
      {bar("A", kMonday, 1), bar("B", kMonday, 1)},
      {bar("A", kMonday, 2), bar("B", kMonday, 1)},
      {bar("B", kMonday, 1)},
      {bar("B", kMonday, 1)},
  };
  for (bool folded : {false, true}) {
    for (Sequence seq = 0; seq < expected.size(); ++seq) {
      Read as_of = all_of(daily());
      as_of.as_of = seq;
      EXPECT_EQ(read(as_of), expected[seq]) << "as of " << seq << ", folded " << folded;
      EXPECT_EQ(store().count(as_of).value(), expected[seq].size());
    }
    ASSERT_TRUE(store().fold(true));
  }
}

TEST_P(Contract, tells_whether_rows_of_a_read_have_changed) {
  apply(daily(), Mode::Upsert, {bar("A", kMonday, 1), bar("B", kMonday, 1)});
  apply(daily(), Mode::Upsert, {bar("A", kMonday, 1), bar("B", kMonday, 1)});
  apply(daily(), Mode::Upsert, {bar("A", kMonday, 2)});
  apply(daily(), Mode::Delete, {bar("B", kMonday, 0)});
  apply(daily(), Mode::Upsert, {bar("A", kMonday + 1, 2)});
  const auto changed = [&](const Read& read, Sequence since) {
    return store().has_changed(read, since).value();
  };
  Read a = all_of(daily()), b = a, monday = a;
  a.codes = {"A"};
  a.to = kMonday;
  b.codes = {"B"};
  monday.from = monday.to = kMonday;
  for (const bool folded : {false, true}) {
    SCOPED_TRACE(folded);
    EXPECT_TRUE(changed(a, 1));
    EXPECT_TRUE(changed(a, 2));
    EXPECT_FALSE(changed(a, 3));
    EXPECT_TRUE(changed(b, 3));
    EXPECT_FALSE(changed(b, 4)) << "it was gone";
    EXPECT_TRUE(changed(monday, 3));
    EXPECT_FALSE(changed(monday, 4));
    EXPECT_TRUE(changed(all_of(daily()), 4));
    EXPECT_FALSE(changed(all_of(daily()), 5));
    EXPECT_FALSE(changed(all_of(stock_basic()), 0));
    ASSERT_TRUE(store().fold(true));
  }
  Read cheap = all_of(daily());
  cheap.filters = {{"close", Op::Lt, {2.0}}};
  EXPECT_TRUE(changed(cheap, 2)) << "one that has left it";
  EXPECT_FALSE(changed(cheap, 4));
  cheap.filters = {{"closes", Op::Lt, {2.0}}};
  EXPECT_EQ(store().has_changed(cheap, 2).error().code, Errc::Usage);
}

TEST_P(Contract, reads_filter_order_and_page) {
  apply(daily(), Mode::Upsert,
        {bar("A", kMonday, 3), bar("B", kMonday, 1), bar("C", kMonday, 2), bar("A", kMonday + 1, 4),
         bar("B", kMonday + 1, 4)});
  Read read_of = all_of(daily());
  read_of.columns = {"close"};
  read_of.codes = {"A", "B", "X"};
  read_of.from = kMonday;
  read_of.order = {{"close", true}, {"trade_date", true}};
  read_of.offset = 1;
  read_of.limit = 2;
  EXPECT_THAT(read(read_of), ElementsAre(Row{4.0}, Row{3.0}));
  read_of.filters = {{"close", Op::In, {std::int64_t{1}, 3.0}}, {"ts_code", Op::Ne, {"A"}}};
  read_of.offset = 0;
  EXPECT_THAT(read(read_of), ElementsAre(Row{1.0}));
  read_of.filters = {{"close", Op::In, {}}};
  EXPECT_THAT(read(read_of), ElementsAre());
}

TEST_P(Contract, a_question_asked_of_an_empty_table_is_answered_in_full_later) {
  Read unordered = all_of(daily());
  unordered.any_order = true;
  std::vector<Read> questions = {all_of(daily()), unordered};
  questions.push_back(all_of(daily()));
  questions.back().codes = {"000002.SZ"};
  questions.push_back(all_of(daily()));
  questions.back().order = {{"close", true}};
  questions.push_back(all_of(daily()));
  questions.back().filters = {{"close", Op::Gt, {100.0}}};
  Model model;
  Sequence seq = 0;
  for (int day = 0; day < 4; ++day) {
    for (const Read& question : questions) {
      EXPECT_EQ(read(question).size(), model.read(question).size());
      if (!question.any_order) {
        EXPECT_EQ(read(question), model.read(question));
      }
      EXPECT_EQ(store().count(question).value(), model.read(question).size());
    }
    std::vector<Row> rows;
    for (int i = 0; i < 30; ++i)
      rows.push_back(bar(fmt::format("{:06}.SZ", i), kMonday + day, i * day * 10.0));
    const Change change = change_of(++seq, daily(), Mode::Upsert, rows);
    ASSERT_TRUE(store().apply({&change, 1}));
    model.apply(change);
    ASSERT_TRUE(store().fold(day % 2 == 1));
  }
}

TEST_P(Contract, nulls_sort_last_both_ways_and_can_be_asked_for) {
  apply(stock_basic(), Mode::Upsert,
        {share("A", kNull), share("B", std::string("b")), share("C", std::string("c"))});
  Read read_of = all_of(stock_basic());
  read_of.columns = {"ts_code"};
  for (bool descending : {false, true}) {
    read_of.order = {{"name", descending}};
    EXPECT_EQ(read(read_of).back(), Row{std::string("A")});
  }
  read_of.filters = {{"name", Op::IsNull, {}}};
  EXPECT_THAT(read(read_of), ElementsAre(Row{std::string("A")}));
  read_of.filters = {{"name", Op::NotNull, {}}};
  EXPECT_EQ(read(read_of).size(), 2u);
}

TEST_P(Contract, wrong_questions_are_refused_with_what_is_wrong) {
  const auto refusal = [&](auto change) {
    Read read = all_of(daily());
    change(read);
    const auto rows = rows_of(store(), read);
    EXPECT_TRUE(rows.has_error());
    EXPECT_EQ(rows.error().code, Errc::Usage);
    return rows.error().text();
  };
  EXPECT_THAT(refusal([](Read& r) { r.columns = {"closee"}; }), HasSubstr("'close'"));
  EXPECT_THAT(refusal([](Read& r) { r.order = {{"x", false}}; }), HasSubstr("\"x\""));
  EXPECT_THAT(refusal([](Read& r) {
                r.filters = {{"close", Op::Eq, {"9"}}};
              }),
              HasSubstr("another type than real"));
  EXPECT_THAT(refusal([](Read& r) {
                r.filters = {{"close", Op::Eq, {}}};
              }),
              HasSubstr("one value"));
  EXPECT_THAT(refusal([](Read& r) { r.table = &stock_basic(), r.from = kMonday; }),
              HasSubstr("undated"));
  catalog::TableSpec other = daily();
  other.name = "nowhere";
  EXPECT_EQ(rows_of(store(), all_of(other)).error().code, Errc::NotFound);
}

TEST_P(Contract, wrong_changes_are_refused_whole) {
  const Change narrow = [&] {
    Change change = change_of(1, daily(), Mode::Upsert, {});
    change.rows = batch_of(stock_basic().fields(), {share("A", kNull)});
    return change;
  }();
  EXPECT_EQ(store().apply({&narrow, 1}).error().code, Errc::Usage);
  const std::vector<Change> falling = {change_of(5, daily(), Mode::Upsert, {bar("A", kMonday, 1)}),
                                       change_of(4, daily(), Mode::Upsert, {bar("B", kMonday, 1)})};
  EXPECT_EQ(store().apply(falling).error().code, Errc::Usage);
  const std::vector<Change> broken = {
      change_of(1, stock_basic(), Mode::Upsert, {share("A", kNull)}),
      change_of(2, stock_basic(), Mode::Upsert, {share("B", std::string("\xff\xfe"))})};
  const auto refused = store().apply(broken);
  ASSERT_TRUE(refused.has_error());
  EXPECT_THAT(refused.error().message, HasSubstr("not UTF-8"));
  EXPECT_EQ(store().applied(), 0u);
  EXPECT_THAT(read(all_of(stock_basic())), ElementsAre());
  EXPECT_EQ(apply(stock_basic(), Mode::Upsert, {share("A", kNull)}).added, 1u);
}

TEST_P(Contract, a_sink_can_stop_and_fail) {
  std::vector<Row> rows;
  for (int i = 0; i < 20'000; ++i) rows.push_back(bar(fmt::format("{:05}", i), kMonday, i));
  apply(daily(), Mode::Upsert, rows);
  std::size_t seen = 0;
  ASSERT_TRUE(store().read(all_of(daily()), [&](frame::Batch&& batch) -> Result<bool> {
    seen += batch.rows();
    return false;
  }));
  EXPECT_GT(seen, 0u);
  EXPECT_LT(seen, rows.size());
  const auto failed = store().read(all_of(daily()), [](frame::Batch&&) -> Result<bool> {
    return Error{Errc::Cancelled, "client went away", ""};
  });
  EXPECT_EQ(failed.error().code, Errc::Cancelled);
}

TEST_P(Contract, days_codes_and_sizes_are_counted) {
  apply(daily(), Mode::Upsert, {bar("B", kMonday, 1), bar("A", kMonday, 1)});
  apply(daily(), Mode::Upsert, {bar("A", kMonday + 1, 1)});
  apply(daily(), Mode::Upsert, {bar("A", kMonday + 1, 2)});
  const auto days = store().day_counts(daily(), {kMonday - 1, kMonday + 5}).value();
  ASSERT_EQ(days.size(), 2u);
  EXPECT_EQ(days[0].day, kMonday);
  EXPECT_EQ(days[0].rows, 2u);
  EXPECT_EQ(days[1].rows, 1u);
  EXPECT_THAT(store().codes_on(daily(), kMonday).value(), ElementsAre("A", "B"));
  EXPECT_THAT(store().codes_on(daily(), kMonday + 9).value(), ElementsAre());
  EXPECT_EQ(store().day_counts(stock_basic(), {}).error().code, Errc::Usage);
  const auto sizes = store().sizes().value();
  EXPECT_EQ(sizes.at("daily").rows, 3u);
  EXPECT_EQ(sizes.at("daily").history_rows, 1u);
  EXPECT_GT(sizes.at("daily").history_bytes, 0u);
  EXPECT_LT(sizes.at("daily").history_bytes, sizes.at("daily").bytes);
  EXPECT_GT(sizes.at("daily").bytes, 0u);
  EXPECT_GT(store().bytes(), 0u);
}

TEST_P(Contract, both_copies_of_a_table_have_the_same_content) {
  const auto expect_equal = [&](Sequence as_of) {
    for (const catalog::TableSpec* table : {&daily(), &stock_basic()})
      EXPECT_EQ(content_hash(store(), *table, as_of).value(),
                content_hash(store(), *table, as_of, Copy::ByCode).value())
          << table->name << " as of " << as_of;
  };
  apply(daily(), Mode::Upsert, {bar("A", kMonday, 1), bar("B", kMonday, 2)});
  apply(stock_basic(), Mode::Upsert, {share("A", kNull)});
  ASSERT_TRUE(store().fold(true));
  for (Sequence as_of : {1, 2}) expect_equal(as_of);
  apply(daily(), Mode::Upsert, {bar("A", kMonday, 3), bar("C", kMonday + 1, 4)});
  for (Sequence as_of : {1, 2, 3}) expect_equal(as_of);
}

TEST_P(Contract, content_hash_sees_rows_not_their_order) {
  apply(daily(), Mode::Upsert, {bar("A", kMonday, 1), bar("B", kMonday, 2)});
  const ContentHash hash = content_hash(store(), daily()).value();
  ContentHash same, other;
  add(same, batch_of(daily().fields(), {bar("B", kMonday, 2), bar("A", kMonday, 1)}));
  add(other, batch_of(daily().fields(), {bar("B", kMonday, 1), bar("A", kMonday, 2)}));
  EXPECT_EQ(hash, same);
  EXPECT_NE(hash, other);
}

}  // namespace
}  // namespace kanpan::store::contract
