#include "service/http/keys.h"

#include <gtest/gtest.h>

#include <fstream>

#include "service/http/secrets.h"
#include "tests/client/test_folder.h"

namespace sharpen::server {
namespace {

TEST(Secrets, AreEqualOnlyIfAllOfThemIs) {
  const std::string secret = "0123456789abcdef";
  EXPECT_TRUE(equal_in_constant_time(secret, std::string(secret)));
  EXPECT_TRUE(equal_in_constant_time("", ""));
  for (std::size_t i = 0; i < secret.size(); ++i) {
    std::string other = secret;
    other[i] ^= 1;
    EXPECT_FALSE(equal_in_constant_time(secret, other)) << i;
    EXPECT_FALSE(equal_in_constant_time(secret, secret.substr(0, i))) << i;
  }
  EXPECT_FALSE(equal_in_constant_time(secret, secret + "0"));
  EXPECT_FALSE(equal_in_constant_time(secret, secret + std::string(1, '\0')));
  EXPECT_FALSE(equal_in_constant_time(std::string("a\0b", 3), std::string("a\0c", 3)));
}

TEST(Secrets, AreComparedByDigestsOfOneLength) {
  for (const std::size_t size : {0, 1, 16, 64, 65, 100'000})
    EXPECT_EQ(hmac("key", std::string(size, 'x')).size(), 64u) << size;
}

TEST(Keys, AreKnownByTheirNames) {
  const TestFolder folder;
  const auto file = folder.path() / "keys";
  std::ofstream(file) << "anna key-of-anna-000000\nben key-of-ben-0000000 # to be changed\n";
  const auto keys = Keys::load("the-only-one", file);
  ASSERT_TRUE(keys) << keys.error().text();
  EXPECT_EQ(keys->name_of("key-of-anna-000000"), "anna");
  EXPECT_EQ(keys->name_of("key-of-ben-0000000"), "ben");
  EXPECT_EQ(keys->name_of("the-only-one"), "");
  for (const char* wrong : {"", "key-of-anna-00000", "key-of-anna-0000000", "Key-of-anna-000000",
                            "anna", "anna key-of-anna-000000", "the-only-on"})
    EXPECT_FALSE(keys->name_of(wrong)) << wrong;
}

}  // namespace
}  // namespace sharpen::server
