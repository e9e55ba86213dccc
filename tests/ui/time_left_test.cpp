#include "ui/preview/time_left.h"

#include <gtest/gtest.h>

#include <cmath>
#include <utility>

namespace sharpen {
namespace {

/// A run of a preview of 24 megapixels as it was recorded: seconds, fraction.
constexpr std::pair<double, double> recorded[] = {
    {0.4, 0.01}, {0.9, 0.02},  {1.3, 0.06},  {1.8, 0.06},  {2.2, 0.11},  {3.1, 0.12},  {3.9, 0.21},
    {4.4, 0.22}, {5.8, 0.24},  {6.1, 0.35},  {7.7, 0.36},  {8.2, 0.47},  {9.6, 0.49},  {11.9, 0.50},
    {12.4, 0.6}, {13.0, 0.71}, {14.8, 0.72}, {15.1, 0.83}, {17.2, 0.85}, {17.9, 0.95}, {18.6, 1.0}};

TEST(TimeLeft, NeverJumpsByMoreThanAFifth) {
  TimeLeft left;
  double said = 0, said_at = 0;
  int times = 0;
  for (const auto& [seconds, fraction] : recorded) {
    const auto now = left.update(fraction, seconds);
    if (!now) continue;
    if (times++ > 0) {
      const double expected = std::max(0.0, said - (seconds - said_at));
      EXPECT_LE(std::abs(*now - expected), 0.2 * expected + 1e-9) << seconds;
    }
    said = *now;
    said_at = seconds;
  }
  EXPECT_GT(times, 10);
}

TEST(TimeLeft, IsRightForEvenWork) {
  TimeLeft left;
  for (double seconds = 0; seconds < 8; seconds += 0.5) (void)left.update(seconds / 10, seconds);
  EXPECT_NEAR(left.update(0.8, 8).value_or(0), 2, 0.1);
}

TEST(TimeLeft, SaysNothingAtTheBeginning) { EXPECT_FALSE(TimeLeft().update(0.01, 3)); }

}  // namespace
}  // namespace sharpen
