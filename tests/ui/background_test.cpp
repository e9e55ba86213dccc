#include "ui/run/background.h"

#include <gtest/gtest.h>

#include <optional>
#include <stdexcept>

#include "tests/client/no_threads.h"

namespace sharpen {
namespace {

void turn_until_idle(const Background& background) {
  while (background.running()) g_main_context_iteration(nullptr, TRUE);
}

TEST(Background, WorkThatThrowsIsAnsweredWithAnError) {
  Background background;
  std::optional<Result<int>> answer;
  background.start([](GCancellable*) -> Result<int> { throw std::runtime_error("no memory"); },
                   [&](Result<int> given) { answer = std::move(given); });
  turn_until_idle(background);
  ASSERT_TRUE(answer && !*answer);
  EXPECT_EQ(answer->error().kind, ErrorKind::internal);
  EXPECT_TRUE(answer->error().message.contains("no memory"));
}

TEST(Background, WithoutAThreadTheAnswerIsAnError) {
  Background background;
  std::optional<Result<int>> answer;
  {
    const test::NoThreads none;
    background.start([](GCancellable*) -> Result<int> { return 1; },
                     [&](Result<int> given) { answer = std::move(given); });
  }
  EXPECT_FALSE(answer) << "never before start() returns";
  turn_until_idle(background);
  ASSERT_TRUE(answer && !*answer);
  EXPECT_EQ(answer->error().kind, ErrorKind::internal);
}

TEST(Background, WhatCannotHoldAnErrorIsNotAnswered) {
  Background background;
  bool answered = false;
  background.start([](GCancellable*) -> int { throw std::runtime_error("no memory"); },
                   [&](int) { answered = true; });
  turn_until_idle(background);
  EXPECT_FALSE(answered);
}

}  // namespace
}  // namespace sharpen
