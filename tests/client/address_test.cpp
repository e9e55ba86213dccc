#include "client/http/address.h"

#include <gtest/gtest.h>

namespace sharpen {
namespace {

TEST(Address, KnowsTheReachOfNumericHosts) {
  for (const char* host : {"127.0.0.1", "127.9.9.9", "::1", "0.0.0.0", "::", "localhost",
                           "a.localhost", "::ffff:127.0.0.1"})
    EXPECT_EQ(reach_of_host(host), Reach::loopback) << host;
  for (const char* host : {"10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1",
                           "169.254.169.254", "100.64.0.1", "224.0.0.1", "255.255.255.255",
                           "fc00::1", "fd12::1", "fe80::1", "ff02::1", "::ffff:10.0.0.1"})
    EXPECT_EQ(reach_of_host(host), Reach::private_network) << host;
  for (const char* host : {"8.8.8.8", "172.32.0.1", "100.128.0.1", "2001:db8::1", "example.org"})
    EXPECT_EQ(reach_of_host(host), Reach::public_network) << host;
}

TEST(Address, ABaseIsHttpsOrLoopback) {
  EXPECT_EQ(checked_base_url("https://example.org/").value_or(""), "https://example.org");
  EXPECT_EQ(checked_base_url("http://127.0.0.1:8080/x//").value_or(""), "http://127.0.0.1:8080/x");
  EXPECT_TRUE(checked_base_url("http://[::1]:8080"));
  EXPECT_EQ(checked_base_url(" \thttps://example.org/ \n").value_or(""), "https://example.org");
  for (const char* bad :
       {"", "example.org", "http://example.org", "http://192.168.1.2", "ftp://example.org",
        "https://user:secret@example.org", "https://example.org/?a=b", "https://example.org/#x",
        "https://", "file:///etc/passwd"}) {
    const auto result = checked_base_url(bad);
    ASSERT_FALSE(result) << bad;
    EXPECT_EQ(result.error().kind, ErrorKind::bad_argument);
    EXPECT_FALSE(result.error().text().contains("secret"));
  }
}

TEST(Address, OriginLeavesTheUsualPortOut) {
  EXPECT_EQ(origin_of("https://Example.org:443/a?b"), "https://Example.org");
  EXPECT_EQ(origin_of("https://example.org:8443/a"), "https://example.org:8443");
  EXPECT_EQ(origin_of("http://[::1]:80/"), "http://[::1]");
  EXPECT_EQ(origin_of("nonsense"), "");
}

TEST(Address, APublicServiceCannotPointIntoThePrivateNetwork) {
  const Reach service = reach_of_service("https://203.0.113.5", nullptr);
  EXPECT_TRUE(check_download_url("https://198.51.100.7/r.png", service));
  for (const char* bad :
       {"http://198.51.100.7/r.png", "https://127.0.0.1/r.png", "https://localhost/r.png",
        "https://192.168.0.1/r.png", "https://169.254.169.254/latest", "https://[::1]/r.png",
        "https://[fe80::1]/r.png", "file:///etc/passwd", "data:image/png;base64,AAAA",
        "https://user@198.51.100.7/r.png", "/relative", "", "https://"}) {
    const auto result = check_download_url(bad, service);
    ASSERT_FALSE(result) << bad;
    EXPECT_EQ(result.error().kind, ErrorKind::protocol) << bad;
  }
}

TEST(Address, AServiceMayPointAsNearAsItIsItself) {
  const Reach near = reach_of_service("https://192.168.0.1", nullptr);
  EXPECT_TRUE(check_download_url("https://192.168.0.2/r", near));
  EXPECT_TRUE(check_download_url("https://198.51.100.7/r", near));
  EXPECT_FALSE(check_download_url("https://127.0.0.1/r", near));
  const Reach here = reach_of_service("http://127.0.0.1:98", nullptr);
  EXPECT_TRUE(check_download_url("http://127.0.0.1:99/r", here));
  EXPECT_FALSE(check_download_url("ftp://127.0.0.1:99/r", here));
  EXPECT_TRUE(check_download_url("https://198.51.100.7/r", here));
  for (const char* plain :
       {"http://198.51.100.7/r", "http://192.168.0.1/r", "http://example.org/r"})
    EXPECT_FALSE(check_download_url(plain, here)) << plain;
}

TEST(Address, WhatALawfulAddressEncodesDoesNotMatter) {
  for (const char* good :
       {"https://198.51.100.7/r?name=caf%E9.png", "https://198.51.100.7/r?rate=100%",
        "https://198.51.100.7/caf%E9/100%?a=%", "https://198.51.100.7/a b.png?c d"})
    EXPECT_TRUE(check_download_url(good, Reach::public_network)) << good;
}

TEST(Address, ResolvesARedirect) {
  EXPECT_EQ(resolve_url("https://a.org/x?y", "/z%2Fz?name=caf%E9&rate=100%25"),
            "https://a.org/z%2Fz?name=caf%E9&rate=100%25");
  EXPECT_EQ(resolve_url("https://a.org/x/y", "../z"), "https://a.org/z");
  EXPECT_EQ(resolve_url("https://a.org/x", "https://b.org/"), "https://b.org/");
  EXPECT_EQ(uri_escaped("a b/ü"), "a%20b%2F%C3%BC");
}

}  // namespace
}  // namespace sharpen
