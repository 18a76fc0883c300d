#include "kanpan/source/protocol/request.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kanpan::source::protocol {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST(Request, body_is_read) {
  const auto request = read_request("", R"({"api_name":"daily","token":"t0","params":
      {"ts_code":"000001.SZ","trade_date":20240628,"offset":null,"end_date":""},
      "fields":"ts_code, close"})");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->api, "daily");
  EXPECT_EQ(request->token, "t0");
  EXPECT_THAT(request->parameters,
              ElementsAre(Pair("trade_date", "20240628"), Pair("ts_code", "000001.SZ")));
  EXPECT_THAT(request->fields, ElementsAre("ts_code", "close"));
}

TEST(Request, name_in_the_path_wins) {
  EXPECT_EQ(read_request("weekly", R"({"api_name":"daily"})")->api, "weekly");
  EXPECT_EQ(read_request("weekly", "{}")->api, "weekly");
}

TEST(Request, fields_and_codes_may_be_arrays) {
  const auto request = read_request(
      "", R"({"fields":["a","b"],"params":{"ts_code":["000001.SZ","600000.SH"],"is_open":true}})");
  EXPECT_THAT(request->fields, ElementsAre("a", "b"));
  EXPECT_THAT(request->parameters,
              ElementsAre(Pair("is_open", "1"), Pair("ts_code", "000001.SZ,600000.SH")));
}

TEST(Request, null_members_are_as_good_as_absent) {
  const auto request = read_request("daily", R"({"params":null,"fields":null,"token":null})");
  ASSERT_TRUE(request);
  EXPECT_THAT(request->parameters, IsEmpty());
  EXPECT_THAT(request->fields, IsEmpty());
}

TEST(Request, anything_but_an_object_is_refused) {
  EXPECT_FALSE(read_request("daily", ""));
  EXPECT_FALSE(read_request("daily", "[]"));
  EXPECT_FALSE(read_request("daily", R"({"params":)"));
  EXPECT_FALSE(read_request("daily", R"({"params":[1]})"));
}

}  // namespace
}  // namespace kanpan::source::protocol
