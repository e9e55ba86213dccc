#include "base/one_line.h"

#include <gtest/gtest.h>

namespace sharpen {
namespace {

TEST(OneLine, HasNoControlCharacter) {
  EXPECT_EQ(one_line("two\nlines\x1b[2J\x7f"), "two lines [2J ");
  EXPECT_EQ(one_line("\xc2\x9b"
                     "31m"),
            " 31m");  // CSI as one character
  EXPECT_EQ(one_line("Köln »½«\xc2"), "Köln »½«\xc2");
}

}  // namespace
}  // namespace sharpen
