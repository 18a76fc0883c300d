// A table's file with one edit that makes it wrong, and what is said about it.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <sstream>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "kanpan/catalog/table_reader.hpp"

namespace kanpan::catalog::test {

namespace fs = std::filesystem;

inline const fs::path kTables = fs::path(KANPAN_SOURCE_DIR) / "catalog/tables";

inline std::string read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

inline void write(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

/// A directory of its own for the running test.
inline fs::path scratch() {
  const auto* test = testing::UnitTest::GetInstance()->current_test_info();
  std::string name = fmt::format("{}.{}", test->test_suite_name(), test->name());
  std::replace(name.begin(), name.end(), '/', '_');
  const fs::path directory = fs::path(testing::TempDir()) / "kanpan_catalog" / name;
  fs::remove_all(directory);
  return directory;
}

struct Edit {
  std::string name;
  std::string table;  ///< category/table
  std::string from, to;
  std::string message;  ///< behind file and line of the edit
  std::string hint;
};

inline void PrintTo(const Edit& edit, std::ostream* out) { *out << edit.name; }

/// Refused with file, line, key and value found.
inline void expect_refused(const Edit& edit) {
  std::string text = read(kTables / (edit.table + ".yaml"));
  const std::size_t at = text.find(edit.from);
  ASSERT_NE(at, std::string::npos) << "the file no longer holds: " << edit.from;
  text.replace(at, edit.from.size(), edit.to);
  const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<long>(at), '\n');
  const fs::path file = scratch() / (edit.table + ".yaml");
  write(file, text);

  const auto table = read_table(file);
  ASSERT_FALSE(table);
  EXPECT_EQ(table.error().code, Errc::Config);
  EXPECT_EQ(table.error().message, fmt::format("{}:{}: {}", file.string(), line, edit.message));
  EXPECT_EQ(table.error().hint, edit.hint);
}

}  // namespace kanpan::catalog::test
