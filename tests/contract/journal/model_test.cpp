// Random landings, reopenings and reads, held against a plain list of commits.
#include <algorithm>

#include "backend.hpp"
#include "kanpan/journal/chain.hpp"

namespace kanpan::journal {
namespace {

constexpr std::array<std::string_view, 4> kTables{"daily", "adj_factor", "stock_basic", "weekly"};

class JournalModel : public Contract {
 protected:
  std::uint32_t pick(std::uint32_t below) { return static_cast<std::uint32_t>(random_() % below); }

  void land_some() {
    std::vector<Landing> landings(pick(4));
    std::vector<std::uint32_t> seeds;
    for (Landing& landing : landings)
      for (std::uint32_t n = pick(3); n > 0; --n) {
        seeds.push_back(pick(1'000'000));
        landing.commits.push_back(
            sample_commit(kTables.at(pick(3)), seeds.back(), pick(5) == 0 ? 0 : 1 + pick(400)));
      }
    clock_.move(std::chrono::milliseconds{static_cast<int>(pick(2000)) - 500});
    for (Commit& commit : must(journal().land(landings))) {
      EXPECT_EQ(commit.seq, model_.size() + 1);
      EXPECT_TRUE(model_.empty() || commit.time > model_.back().time);
      model_.push_back(std::move(commit));
    }
  }

  void compare_headers() {
    const std::string_view table = pick(2) == 0 ? "" : kTables.at(pick(4));
    const Sequence after = pick(static_cast<std::uint32_t>(model_.size()) + 3);
    const std::size_t limit = pick(20);
    std::vector<std::string> expected;
    for (const Commit& c : model_)
      if (c.seq > after && (table.empty() || c.table == table) && expected.size() < limit)
        expected.push_back(canonical(c) + hex(c.chain));
    std::vector<std::string> found;
    for (const Commit& c : must(journal().headers(after, limit, table)))
      found.push_back(canonical(c) + hex(c.chain));
    EXPECT_EQ(found, expected);
  }

  void compare_rows() {
    const Sequence after = pick(static_cast<std::uint32_t>(model_.size()) + 1);
    const std::size_t limit = pick(5);
    const auto records = must(journal().read(after, limit));
    EXPECT_EQ(records.size(), std::min<std::size_t>(limit, model_.size() - after));
    for (const Record& r : records) {
      const Commit& c = model_.at(r.header.seq - 1);
      EXPECT_EQ(canonical(r.header), canonical(c));
      // The unit is the seed of the rows.
      EXPECT_EQ(frame::encode(r.rows), frame::encode(sample_rows(c.unit, c.rows)));
    }
  }

  void compare_at() {
    const Instant time = clock_.now() - std::chrono::milliseconds{pick(20'000)};
    const auto beyond = std::upper_bound(model_.begin(), model_.end(), time,
                                         [](Instant t, const Commit& c) { return t < c.time; });
    EXPECT_EQ(must(journal().at(time)), static_cast<Sequence>(beyond - model_.begin()));
  }

  std::mt19937 random_;
  std::vector<Commit> model_;
};
INSTANTIATE_TEST_SUITE_P(Backends, JournalModel, testing::ValuesIn(backends()),
                         [](const auto& info) { return info.param.name; });

TEST_P(JournalModel, agrees_after_any_history) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  random_.seed(seed);
  for (int step = 0; step < 600 && !HasFailure(); ++step) {
    switch (pick(8)) {
      case 0:
      case 1:
      case 2:
        land_some();
        break;
      case 3:
      case 4:
        compare_headers();
        break;
      case 5:
        compare_rows();
        break;
      case 6:
        compare_at();
        break;
      default:
        if (pick(5) == 0) reopen();
    }
    EXPECT_EQ(journal().last(), model_.size());
  }
  EXPECT_EQ(must(journal().verify({})), model_.size());
}

}  // namespace
}  // namespace kanpan::journal
