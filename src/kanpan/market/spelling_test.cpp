#include "kanpan/market/spelling.hpp"

#include <gtest/gtest.h>

namespace kanpan::market {
namespace {

TEST(Folded, TakesWidthAndBlanksAway) {
  EXPECT_EQ(folded("万科Ａ"), "万科A");
  EXPECT_EQ(folded("万　 科Ａ"), "万 科A");
  EXPECT_EQ(folded("６０００００．ＳＨ"), "600000.SH");
  EXPECT_EQ(folded("\xC2\xA0 600000.SH\t\n"), "600000.SH");
  EXPECT_EQ(folded("！～＠｀"), "!~@`");
  EXPECT_EQ(folded("　"), "");
  EXPECT_EQ(folded(""), "");
}

TEST(Folded, LeavesTheRestAlone) {
  EXPECT_EQ(folded("*ST华鹏"), "*ST华鹏");
  EXPECT_EQ(folded("、。｟￥ｱ"), "、。｟￥ｱ");
  EXPECT_EQ(folded("\xEF\xBC"), "\xEF\xBC") << "a letter cut off";
}

}  // namespace
}  // namespace kanpan::market
