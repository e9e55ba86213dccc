#include "service/http/links.h"

#include <gtest/gtest.h>

#include "service/http/file_stream.h"
#include "service/http/secrets.h"

namespace sharpen::server {
namespace {

struct Parts {
  std::string path, expires, signature;
};

Parts parts_of(const std::string& url) {
  const auto slash = url.find('/', 8), question = url.find('?'), ampersand = url.find('&');
  return {url.substr(slash, question - slash), url.substr(question + 9, ampersand - question - 9),
          url.substr(ampersand + 11)};
}

TEST(Links, OpenUntilTheyExpire) {
  std::int64_t now = 1000;
  const Links links("https://host:1", "secret", [&now] { return now; }, 60);
  const auto made = links.make(LinkKind::output, "some-id", "other");
  EXPECT_EQ(made.expiry, 1060);
  const Parts get = parts_of(made.download_url), head = parts_of(made.head_url);
  const auto target = links.check("GET", get.path, get.expires, get.signature);
  ASSERT_TRUE(target);
  EXPECT_EQ(target->id, "some-id");
  EXPECT_EQ(target->kind, LinkKind::output);
  EXPECT_TRUE(links.check("HEAD", get.path, get.expires, get.signature));
  EXPECT_TRUE(links.check("HEAD", head.path, head.expires, head.signature));
  EXPECT_FALSE(links.check("GET", head.path, head.expires, head.signature));
  now = 1059;
  EXPECT_TRUE(links.check("GET", get.path, get.expires, get.signature));
  now = 1060;
  const auto expired = links.check("GET", get.path, get.expires, get.signature);
  ASSERT_FALSE(expired);
  EXPECT_EQ(expired.error(), Links::Refusal::expired);
}

TEST(Links, OfAllAddressesNameTheOneThatWasAsked) {
  const Clock clock = [] { return std::int64_t{1000}; };
  const auto address = [&](const std::string& base, const std::string& host) {
    const std::string url =
        Links(base, "secret", clock, 60).make(LinkKind::output, "a", host).download_url;
    return url.substr(0, url.find("/output"));
  };
  EXPECT_EQ(address("https://0.0.0.0:8444", "studio.local"), "https://studio.local:8444");
  EXPECT_EQ(address("http://[::]:8444", "[fe80::1]"), "http://[fe80::1]:8444");
  EXPECT_EQ(address("http://0.0.0.0:8444", ""), "http://0.0.0.0:8444");
  EXPECT_EQ(address("https://10.0.0.0:8444", "x"), "https://10.0.0.0:8444");
}

TEST(Links, AreWorthNothingElsewhere) {
  const Clock clock = [] { return std::int64_t{1000}; };
  const Links links("https://host", "secret", clock, 60),
      other("https://host", "another", clock, 60);
  const Parts get = parts_of(links.make(LinkKind::input, "a", "").download_url);
  EXPECT_TRUE(links.check("GET", get.path, get.expires, get.signature));
  EXPECT_FALSE(other.check("GET", get.path, get.expires, get.signature)) << "another secret";
  EXPECT_FALSE(links.check("GET", "/output/a", get.expires, get.signature));
  EXPECT_FALSE(links.check("GET", "/input/b", get.expires, get.signature));
  EXPECT_FALSE(links.check("GET", get.path, "9999", get.signature));
  EXPECT_FALSE(links.check("GET", get.path, get.expires, ""));
}

TEST(Secrets, AreComparedWhole) {
  EXPECT_TRUE(equal_in_constant_time("", ""));
  EXPECT_TRUE(equal_in_constant_time("key", "key"));
  for (const char* wrong : {"", "k", "kez", "key2", "Key"})
    EXPECT_FALSE(equal_in_constant_time("key", wrong)) << wrong;
}

TEST(Range, IsReadAsTheStandardSays) {
  const auto part = [](std::uint64_t first, std::uint64_t last) { return ByteRange{first, last}; };
  EXPECT_EQ(range_from("bytes=0-0", 10).range, part(0, 0));
  EXPECT_EQ(range_from("bytes=3-", 10).range, part(3, 9));
  EXPECT_EQ(range_from("bytes=3-99", 10).range, part(3, 9));
  EXPECT_EQ(range_from("bytes=-4", 10).range, part(6, 9));
  EXPECT_EQ(range_from("bytes=-99", 10).range, part(0, 9));
  for (const char* bad : {"bytes=10-", "bytes=10-12", "bytes=-0"})
    EXPECT_EQ(range_from(bad, 10).kind, RangeKind::unsatisfiable) << bad;
  EXPECT_EQ(range_from("bytes=0-", 0).kind, RangeKind::unsatisfiable);
  for (const char* ignored : {"", "bytes", "bytes=", "bytes=-", "bytes=4-2", "bytes=a-b",
                              "bytes= 1-2", "bytes=1-2,3-4", "bytes=99999999999999999999-"})
    EXPECT_EQ(range_from(ignored, 10).kind, RangeKind::whole) << ignored;
}

}  // namespace
}  // namespace sharpen::server
