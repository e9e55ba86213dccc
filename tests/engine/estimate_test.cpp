#include "service/engine/estimate/estimate.h"

#include <gtest/gtest.h>

#include <cmath>

#include "service/engine/decode/tone.h"
#include "tests/engine/scene.h"

namespace sharpen::engine {
namespace {

Plane mean_power(const test::Planes& picture) {
  Plane luma(picture[0].width(), picture[0].height());
  for (std::size_t i = 0; i < luma.size(); ++i) {
    luma.data()[i] =
        (picture[0].data()[i] + picture[1].data()[i] + picture[2].data()[i]) * 0.57735027f;
  }
  const BlockSpectrum blocks;
  Plane power(kBlock / 2 + 1, kBlock);
  int count = 0;
  for (int y = 0; y + kBlock <= luma.height(); y += kBlock / 2) {
    for (int x = 0; x + kBlock <= luma.width(); x += kBlock / 2, ++count) {
      blocks.add(luma, x, y, power);
    }
  }
  for (float& value : power.values()) value /= float(count);
  return power;
}

const test::Planes& scene() {
  static const test::Planes planes = test::leaves(512, 512, 7);
  return planes;
}

const Estimator& estimator() {
  static const Estimator all{Search{}};
  return all;
}

struct Case {
  Blur blur;
  double noise, size_tolerance, angle_tolerance;
};

class BlurOfEachKind : public testing::TestWithParam<Case> {};

TEST_P(BlurOfEachKind, IsFoundInThePictureAlone) {
  const Case& expected = GetParam();
  const auto picture =
      test::photograph(scene(), point_spread(expected.blur), false, expected.noise, 3);
  const Estimate found = estimator().estimate(mean_power(picture));
  EXPECT_EQ(found.best.blur.family, expected.blur.family);
  EXPECT_NEAR(found.best.blur.size, expected.blur.size,
              expected.size_tolerance * expected.blur.size);
  if (expected.blur.family == Family::motion) {
    const double turn = std::abs(found.best.blur.angle - expected.blur.angle);
    EXPECT_LE(std::min(turn, 180 - turn), expected.angle_tolerance);
  }
  // A line leaves detail at all frequencies across it, some of which passes for noise.
  const double part = expected.blur.family == Family::motion ? 0.5 : 0.2;
  EXPECT_NEAR(found.noise * 255, std::hypot(expected.noise, 0.29), part * expected.noise);
}

INSTANTIATE_TEST_SUITE_P(Estimator, BlurOfEachKind,
                         testing::Values(Case{{Family::disk, 2, 0}, 1, 0.06, 0},
                                         Case{{Family::disk, 4, 0}, 1, 0.03, 0},
                                         Case{{Family::disk, 4, 0}, 3, 0.04, 0},
                                         Case{{Family::disk, 8, 0}, 1, 0.03, 0},
                                         Case{{Family::disk, 12, 0}, 1, 0.03, 0},
                                         Case{{Family::gauss, 3, 0}, 1, 0.15, 0},
                                         Case{{Family::motion, 9, 0}, 1, 0.03, 2},
                                         Case{{Family::motion, 9, 30}, 3, 0.05, 3},
                                         Case{{Family::motion, 21, 70}, 1, 0.03, 2},
                                         Case{{Family::motion, 30, 135}, 1, 0.03, 2}));

TEST(Estimator, SaysNoneOfASharpPicture) {
  for (const double noise : {0.0, 1.0, 3.0}) {
    const auto picture = test::photograph(scene(), Plane(1, 1, 1.0f), false, noise, 3);
    const Estimate found = estimator().estimate(mean_power(picture));
    EXPECT_LT(found.none.deviance - found.best.deviance, 6) << noise;
  }
}

TEST(Estimator, TellsTheDomainOfADefocus) {
  const Plane kernel = point_spread({Family::disk, 4, 0});
  const ToneCurve tone;
  for (const bool linear : {false, true}) {
    auto picture = test::photograph(scene(), kernel, linear, 1, 3);
    const double encoded = estimator().estimate(mean_power(picture)).best.deviance;
    for (Plane& plane : picture) tone.linearise(plane.values());
    const double straight = estimator().estimate(mean_power(picture)).best.deviance;
    EXPECT_EQ(straight < encoded, linear);
  }
}

}  // namespace
}  // namespace sharpen::engine
