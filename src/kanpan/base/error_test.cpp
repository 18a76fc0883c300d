#include "kanpan/base/error.hpp"

#include <set>
#include <stdexcept>

#include <gtest/gtest.h>

namespace kanpan {
namespace {

constexpr int kKinds = static_cast<int>(Errc::SourceToken) + 1;

TEST(Errc, every_kind_has_a_name_of_its_own) {
  std::set<std::string_view> names;
  for (int i = 0; i < kKinds; ++i) {
    const auto code = static_cast<Errc>(i);
    EXPECT_TRUE(names.insert(name(code)).second) << name(code);
  }
}

TEST(Errc, exit_codes_are_those_of_the_interface) {
  EXPECT_EQ(exit_code(Errc::Failed), 1);
  EXPECT_EQ(exit_code(Errc::Usage), 2);
  EXPECT_EQ(exit_code(Errc::Config), 3);
  EXPECT_EQ(exit_code(Errc::Busy), 3);
  EXPECT_EQ(exit_code(Errc::SourceQuota), 4);
  EXPECT_EQ(exit_code(Errc::SourcePermission), 4);
  EXPECT_EQ(exit_code(Errc::SourceToken), 4);
  EXPECT_EQ(exit_code(Errc::Quality), 5);
  EXPECT_EQ(exit_code(Errc::SourceTransient), 6);
}

TEST(Error, text_puts_the_hint_behind_the_message) {
  EXPECT_EQ((Error{Errc::Failed, "no row", "collect first"}).text(), "no row (collect first)");
  EXPECT_EQ((Error{Errc::Failed, "no row", ""}).text(), "no row");
}

TEST(Error, within_adds_where_it_happened_and_keeps_the_rest) {
  const Error error = Error{Errc::Io, "disk gone", "mount it"}.within("page 3");
  EXPECT_EQ(error.code, Errc::Io);
  EXPECT_EQ(error.message, "page 3: disk gone");
  EXPECT_EQ(error.hint, "mount it");
}

Result<int> half(int n) {
  if (n % 2 != 0) return Error{Errc::Usage, "odd", ""};
  return n / 2;
}

Result<int> quarter(int n) {
  KANPAN_LET(const int once, half(n));
  KANPAN_LET(const int twice, half(once));
  return twice;
}

Result<void> even(int n) {
  KANPAN_TRY(half(n));
  return {};
}

TEST(Result, macros_pass_values_on_and_errors_up) {
  EXPECT_EQ(*quarter(8), 2);
  ASSERT_FALSE(quarter(6));
  EXPECT_EQ(quarter(6).error().message, "odd");
  EXPECT_TRUE(even(2));
  EXPECT_FALSE(even(3));
}

TEST(Result, value_of_an_error_throws_its_text) {
  try {
    (void)half(3).value();
    FAIL() << "nothing was thrown";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "odd");
  }
}

}  // namespace
}  // namespace kanpan
