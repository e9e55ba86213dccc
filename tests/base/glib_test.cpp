#include <gtest/gtest.h>

#include "base/error.h"
#include "base/glib_ref.h"
#include "base/glib_source.h"

namespace sharpen {
namespace {

TEST(Ref, CountsReferences) {
  GObject* object = G_OBJECT(g_object_new(G_TYPE_OBJECT, nullptr));
  auto ref = Ref<GObject>::adopt(object);
  {
    const auto copy = ref;
    EXPECT_EQ(object->ref_count, 2u);
  }
  EXPECT_EQ(object->ref_count, 1u);
  const auto moved = std::move(ref);
  EXPECT_EQ(object->ref_count, 1u);
  EXPECT_EQ(moved.get(), object);
}

TEST(EventSource, StopsWithItsOwner) {
  int calls = 0;
  {
    const auto source = EventSource::idle([&] { return ++calls, true; });
  }
  while (g_main_context_iteration(nullptr, FALSE)) {
  }
  EXPECT_EQ(calls, 0);
}

TEST(EventSource, RepeatsUntilItSaysNo) {
  int calls = 0;
  const auto source = EventSource::idle([&] { return ++calls < 3; });
  while (g_main_context_iteration(nullptr, FALSE)) {
  }
  EXPECT_EQ(calls, 3);
  EXPECT_FALSE(source.active());
}

TEST(EventSource, AnExceptionDoesNotCrossTheCallback) {
  g_test_expect_message(nullptr, G_LOG_LEVEL_CRITICAL, "*exception*");
  post([] { throw 1; });
  while (g_main_context_iteration(nullptr, FALSE)) {
  }
  g_test_assert_expected_messages();
}

TEST(Error, EveryKindHasAName) {
  for (int kind = 0; kind <= static_cast<int>(ErrorKind::internal); ++kind)
    EXPECT_FALSE(name_of(static_cast<ErrorKind>(kind)).empty());
}

}  // namespace
}  // namespace sharpen
