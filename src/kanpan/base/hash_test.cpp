#include "kanpan/base/hash.hpp"

#include <gtest/gtest.h>

namespace kanpan {
namespace {

/// Test vectors of FIPS 180-2, appendix B.
TEST(Sha256, agrees_with_the_standard) {
  EXPECT_EQ(hex(sha256({""})), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex(sha256({"abc"})),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(sha256({"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"})),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(Sha256, hashes_parts_as_if_they_were_one) {
  EXPECT_EQ(sha256({"a", "", "bc"}), sha256({"abc"}));
  EXPECT_EQ(sha256({}), sha256({""}));
  EXPECT_NE(sha256({"ab"}), sha256({"ba"}));
}

TEST(Sha256, bytes_are_the_hash_itself) {
  const Sha256 hash = sha256({"abc"});
  ASSERT_EQ(bytes(hash).size(), 32);
  EXPECT_EQ(bytes(hash)[0], '\xba');
  EXPECT_EQ(bytes(hash)[31], '\xad');
}

}  // namespace
}  // namespace kanpan
