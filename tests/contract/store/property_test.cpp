// Random lives of a store, compared with the model after every few steps.
#include <cstdlib>

#include <fmt/format.h>

#include "backend.hpp"
#include "generator.hpp"

namespace kanpan::store::contract {
namespace {

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr int kLives = 1;  // each takes many times as long
#else
constexpr int kLives = 4;
#endif

class Property : public Contract {};
INSTANTIATE_TEST_SUITE_P(Store, Property, testing::ValuesIn(backends()),
                         [](const auto& info) { return info.param.name; });

std::string describe(const Read& read) {
  std::string text = read.table->name;
  for (const std::string& code : read.codes) text += " " + code;
  if (read.from) text += " from " + read.from->iso();
  if (read.to) text += " to " + read.to->iso();
  if (read.as_of) text += fmt::format(" as of {}", *read.as_of);
  for (const Filter& f : read.filters) text += fmt::format(" filter {} {}", f.column, int(f.op));
  for (const Order& o : read.order) text += fmt::format(" by {} {}", o.column, o.descending);
  return text;
}

std::string describe(const std::vector<Row>& rows) {
  std::string text;
  for (const Row& row : rows) text += contract::text(row) + "\n";
  return text;
}

void expect_equal(const Applied& ours, const Applied& models) {
  EXPECT_EQ(ours.added, models.added) << "of change " << ours.seq;
  EXPECT_EQ(ours.changed, models.changed) << "of change " << ours.seq;
  EXPECT_EQ(ours.unchanged, models.unchanged) << "of change " << ours.seq;
  EXPECT_EQ(ours.closed, models.closed) << "of change " << ours.seq;
  EXPECT_EQ(ours.repeated, models.repeated) << "of change " << ours.seq;
}

TEST_P(Property, a_random_life_agrees_with_the_model) {
  const char* setting = std::getenv("KANPAN_STORE_LIVES");
  const int lives = setting ? std::atoi(setting) : kLives;
  for (int life = 0; life < lives && !HasFailure(); ++life) {
    SCOPED_TRACE(fmt::format("seed {}", life));
    TemporaryDirectory directory;
    auto store = GetParam().open(directory.path()).value();
    Generator generator(static_cast<unsigned>(life));
    Model model;
    Sequence seq = 0;
    for (int step = 0; step < 60 && !HasFailure(); ++step) {
      SCOPED_TRACE(fmt::format("step {}", step));
      std::vector<Change> changes;
      for (int i = 0, n = 1 + generator.below(5); i < n; ++i)
        changes.push_back(generator.change(seq += 1 + static_cast<Sequence>(generator.below(2))));
      const auto applied = store->apply(changes).value();
      ASSERT_EQ(applied.size(), changes.size());
      for (std::size_t i = 0; i < changes.size(); ++i)
        expect_equal(applied[i], model.apply(changes[i]));
      if (generator.chance(15)) {
        ASSERT_TRUE(store->fold(generator.chance(50)));
      }
      if (generator.chance(5)) {
        store.reset();
        store = GetParam().open(directory.path()).value();
        EXPECT_EQ(store->applied(), seq);
      }
      for (const catalog::TableSpec* table : all_tables())
        for (const bool by_code : {false, true}) {
          Read read = all_of(*table);
          read.by_code = by_code;
          EXPECT_EQ(describe(rows_of(*store, read).value()), describe(model.read(read)));
        }
      for (int i = 0; i < 8; ++i) {
        const Read read = generator.read(seq);
        EXPECT_EQ(describe(rows_of(*store, read).value()), describe(model.read(read)))
            << describe(read);
        if (!read.limit && read.offset == 0) {
          EXPECT_EQ(store->count(read).value(), model.read(read).size()) << describe(read);
        }
      }
    }
  }
}

}  // namespace
}  // namespace kanpan::store::contract
