#include "service/store/redis_store.h"

#include <gtest/gtest.h>

#include "tests/service/redis_server.h"
#include "tests/service/store_fixture.h"

namespace sharpen::server {
namespace {

TEST(RedisStore, TakesBackARefusedSubmitAlsoWhileAllWorkersAreBusy) {
  test::RedisServer redis;
  const test::TestFolder folder;
  const auto opened = open_redis_store({.url = redis.url(),
                                        .password = {},
                                        .folder = folder.path() / "store",
                                        .visibility = 600,
                                        .has_account = false,
                                        .clock = [] { return std::int64_t{2000}; }});
  ASSERT_TRUE(opened) << opened.error().text();
  JobStore& store = **opened;
  const std::string busy = submitted(store);
  ASSERT_TRUE(store.claim());

  const SourcePicture source = a_source();
  const Job job = a_job(source);
  redis.pause();
  EXPECT_EQ(submitted(store, job, source), "");
  redis.resume();
  EXPECT_TRUE(turn_until([&] { return store.find(job.id).has_value(); })) << "it was told in time";
  EXPECT_TRUE(store.keep(busy, 0.5));
  EXPECT_FALSE(store.find(job.id));
  EXPECT_FALSE(store.claim());
}

}  // namespace
}  // namespace sharpen::server
