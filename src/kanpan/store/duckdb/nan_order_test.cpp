#include <cmath>
#include <limits>

#include <dlfcn.h>
#include <duckdb.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

namespace kanpan::store::duckdb {
namespace {

using Greater = bool (*)(const double&, const double&);

constexpr auto kName = "_ZN6duckdb11GreaterThan9OperationIdEEbRKT_S4_";

/// What the library would call if the program had no such function.
Greater of_the_library() {
  Dl_info where{};
  if (dladdr(reinterpret_cast<const void*>(&duckdb_library_version), &where) == 0) return nullptr;
  void* library = dlopen(where.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
  return library ? reinterpret_cast<Greater>(dlsym(library, kName)) : nullptr;
}

TEST(NanOrder, TheLibraryCallsTheProgramsFormAndItAnswersAsTheLibrarysOwn) {
  const Greater theirs = of_the_library();
  const auto called = reinterpret_cast<Greater>(dlsym(RTLD_DEFAULT, kName));
  ASSERT_TRUE(theirs) << "libduckdb.so no longer asks for this name: delete nan_order.cpp";
  ASSERT_TRUE(called);
  EXPECT_NE(called, theirs);

  using Limits = std::numeric_limits<double>;
  const double values[] = {0.0,
                           -0.0,
                           1.0,
                           -1.0,
                           Limits::denorm_min(),
                           Limits::max(),
                           Limits::lowest(),
                           Limits::infinity(),
                           -Limits::infinity(),
                           Limits::quiet_NaN(),
                           -Limits::quiet_NaN(),
                           Limits::signaling_NaN()};
  for (double left : values)
    for (double right : values)
      EXPECT_EQ(called(left, right), theirs(left, right)) << fmt::format("{} > {}", left, right);
}

}  // namespace
}  // namespace kanpan::store::duckdb
