#include "kanpan/source/sim/publication.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "kanpan/source/sim/sample_table.hpp"

namespace kanpan::source::sim {
namespace {

using std::chrono::seconds;
using test::batch_of;

Instant at(std::string_view day, int hour, int minute) {
  return shanghai_instant(*parse_date(day), hour * 3600 + minute * 60);
}

TEST(Publication, day_appears_at_its_ready_time) {
  const catalog::TableSpec table = test::daily_table();
  const frame::Batch batch = batch_of(table, {{"A", "20240628"}, {"A", "20240627"}});
  const Publication before(table, at("20240628", 15, 59), seconds{0});
  EXPECT_EQ(before.last_day(), *parse_date("20240627"));
  EXPECT_FALSE(before.partial());
  EXPECT_FALSE(before.published(batch, 0));
  EXPECT_TRUE(before.published(batch, 1));
  const Publication after(table, at("20240628", 16, 0), seconds{0});
  EXPECT_EQ(after.last_day(), *parse_date("20240628"));
  EXPECT_TRUE(after.published(batch, 0));
}

TEST(Publication, next_morning_tables_wait_for_the_morning) {
  catalog::TableSpec table = test::daily_table();
  table.source.ready_second = 9 * 3600;
  table.source.ready_days = 1;
  EXPECT_EQ(Publication(table, at("20240629", 8, 59), seconds{0}).last_day(),
            *parse_date("20240627"));
  EXPECT_EQ(Publication(table, at("20240629", 9, 0), seconds{0}).last_day(),
            *parse_date("20240628"));
}

TEST(Publication, half_published_window_shows_a_growing_part) {
  const catalog::TableSpec table = test::daily_table();
  std::vector<std::vector<std::string>> rows;
  for (int i = 0; i < 1000; ++i) rows.push_back({fmt::format("{:06}.SZ", i), "20240628"});
  const frame::Batch batch = batch_of(table, rows);
  const auto shown = [&](int minute) {
    const Publication publication(table, at("20240628", 15, minute), seconds{3600});
    std::vector<bool> there;
    for (std::uint32_t row = 0; row < 1000; ++row)
      there.push_back(publication.published(batch, row));
    return there;
  };
  const auto quarter = shown(15), half = shown(30);
  EXPECT_EQ(half, shown(30));
  EXPECT_NEAR(static_cast<double>(std::count(half.begin(), half.end(), true)), 500, 60);
  EXPECT_NEAR(static_cast<double>(std::count(quarter.begin(), quarter.end(), true)), 250, 60);
  for (std::size_t i = 0; i < 1000; ++i) EXPECT_TRUE(half[i] || !quarter[i]);
  EXPECT_TRUE(Publication(table, at("20240628", 15, 30), seconds{3600}).partial());
}

TEST(Publication, statement_counts_from_its_latest_announcement) {
  const catalog::TableSpec table = test::income_table();
  const frame::Batch batch = batch_of(table, {{"A", "20240425", "20240425", "20240331", "1", "1"},
                                              {"A", "20240425", "20240829", "20240331", "1", "2"},
                                              {"B", "", "", "20240331", "1", "3"}});
  const Publication publication(table, at("20240501", 0, 0), seconds{0});
  EXPECT_FALSE(publication.last_day());
  EXPECT_TRUE(publication.published(batch, 0));
  EXPECT_FALSE(publication.published(batch, 1));
  EXPECT_TRUE(publication.published(batch, 2));
}

TEST(Publication, calendar_is_written_ahead) {
  catalog::TableSpec table = test::daily_table();
  table.policy.mode = catalog::UpdateMode::Full;
  const Publication publication(table, at("20240101", 0, 0), seconds{0});
  EXPECT_TRUE(publication.always());
  EXPECT_TRUE(publication.published(batch_of(table, {{"SSE", "20241231"}}), 0));
}

}  // namespace
}  // namespace kanpan::source::sim
