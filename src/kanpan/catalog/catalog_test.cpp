#include "kanpan/catalog/catalog.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kanpan::catalog {
namespace {

const std::filesystem::path kTables = std::filesystem::path(KANPAN_SOURCE_DIR) / "catalog/tables";

TEST(Catalog, loads_every_table_of_the_repository) {
  const auto catalog = Catalog::load(kTables);
  ASSERT_TRUE(catalog) << catalog.error().text();
  EXPECT_EQ(catalog->tables().size(), 33);
}

TEST(Catalog, finds_by_name_with_a_suggestion) {
  const auto catalog = Catalog::load(kTables);
  ASSERT_TRUE(catalog) << catalog.error().text();
  ASSERT_TRUE(catalog->find("daily"));
  EXPECT_EQ((*catalog->find("daily"))->title, "A股日线行情");
  const auto missing = catalog->find("dayly");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::NotFound);
  EXPECT_EQ(missing.error().text(), "no table 'dayly' (did you mean 'daily'?)");
}

TEST(Catalog, finds_by_interface_and_by_its_twin) {
  const auto catalog = Catalog::load(kTables);
  ASSERT_TRUE(catalog) << catalog.error().text();
  for (const auto& [api, table] : {std::pair{"income_vip", "income_vip"},
                                   {"income", "income_vip"},
                                   {"fina_indicator", "fina_indicator"},
                                   {"fina_indicator_vip", "fina_indicator"}}) {
    ASSERT_NE(catalog->by_api(api), nullptr) << api;
    EXPECT_EQ(catalog->by_api(api)->name, table);
  }
  EXPECT_EQ(catalog->by_api("pro_bar"), nullptr);
}

}  // namespace
}  // namespace kanpan::catalog
