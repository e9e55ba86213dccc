#include "base/lease.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sharpen {
namespace {

using namespace std::chrono_literals;

TEST(Lease, IsMineAndAlive) {
  const auto mine = Lease::mine();
  EXPECT_EQ(mine.process, ::getpid());
  EXPECT_GT(mine.start_time, 0U);
  EXPECT_TRUE(mine.alive(0s));
  EXPECT_TRUE(mine.alive(std::chrono::days(30)));
  EXPECT_EQ(Lease::from_text(mine.text()), mine);
}

TEST(Lease, AnotherStartTimeIsAnotherProcess) {
  auto recycled = Lease::mine();
  --recycled.start_time;
  EXPECT_FALSE(recycled.alive(0s));
}

TEST(Lease, NothingSurvivesABoot) {
  auto before = Lease::mine();
  before.boot = "11111111-2222-3333-4444-555555555555";
  EXPECT_FALSE(before.alive(0s));
}

TEST(Lease, ASandboxThatCannotBeLookedIntoIsAliveForAsLongAsAJobTakes) {
  auto other = Lease::mine();
  other.name_space = "pid:[1]";
  other.start_time = 1;
  EXPECT_TRUE(other.alive(4h));
  EXPECT_FALSE(other.alive(6h));
}

TEST(Lease, ANobodyIsNotAlive) {
  EXPECT_FALSE(Lease().alive(0s));
  EXPECT_EQ(Lease().text(), "");
  for (const char* text : {"", "x", "12", "12 13", "-1 5 a b", "99999999999999999999 1 a b"})
    EXPECT_FALSE(Lease::from_text(text).alive(0s)) << text;
}

TEST(Lease, AZombieIsDead) {
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto text = Lease::mine().text();
    static_cast<void>(!::write(ready[1], text.data(), text.size()));
    ::pause();
    ::_exit(0);
  }
  std::string text(256, '\0');
  text.resize(static_cast<std::size_t>(std::max<ssize_t>(0, ::read(ready[0], text.data(), 256))));
  const auto lease = Lease::from_text(text);
  EXPECT_EQ(lease.process, child);
  EXPECT_TRUE(lease.alive(0s));
  ::kill(child, SIGKILL);
  siginfo_t ended = {};
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT), 0);
  EXPECT_FALSE(lease.alive(0s)) << "not yet reaped by its parent";
  ::waitpid(child, nullptr, 0);
  EXPECT_FALSE(lease.alive(0s));
  ::close(ready[0]);
  ::close(ready[1]);
}

}  // namespace
}  // namespace sharpen
