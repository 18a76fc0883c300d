#include "kanpan/base/utf8.hpp"

#include <gtest/gtest.h>

namespace kanpan {
namespace {

TEST(Utf8, is_told_from_other_bytes) {
  for (const char* text : {"", "abc", "平安银行", "\xf0\x9f\x93\x88", "\x7f"})
    EXPECT_TRUE(is_utf8(text)) << text;
  // GBK, a lone and a missing continuation, one form too long, half of a surrogate pair, too large.
  for (const char* text : {"\xc6\xbd\xb0\xb2", "\x80", "\xe5\xb9", "\xc0\xaf", "\xed\xa0\x80",
                           "\xf4\x90\x80\x80", "\xff"})
    EXPECT_FALSE(is_utf8(text));
}

}  // namespace
}  // namespace kanpan
