#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "service/engine/decode/opponent.h"
#include "service/engine/decode/tone.h"
#include "service/engine/deconvolve/dct_denoise.h"
#include "service/engine/deconvolve/hyper_laplacian.h"
#include "service/engine/deconvolve/tile.h"
#include "service/engine/estimate/blur_model.h"
#include "service/engine/render/fallback.h"

namespace sharpen::engine {
namespace {

Plane noise(int width, int height, float strength) {
  std::mt19937 random(1);
  Plane plane(width, height);
  for (float& value : plane.values()) {
    value = strength * (static_cast<float>(random() >> 8) / 16777216.0f - 0.5f);
  }
  return plane;
}

TEST(BlurModel, KernelsSumToOneAndAreSymmetric) {
  for (const Blur& blur : {Blur{Family::disk, 0.7, 0}, Blur{Family::disk, 5.3, 0},
                           Blur{Family::gauss, 1.2, 0}, Blur{Family::motion, 17, 33}}) {
    const Plane kernel = point_spread(blur);
    double sum = 0;
    for (int y = 0; y < kernel.height(); ++y) {
      for (int x = 0; x < kernel.width(); ++x) {
        sum += double(kernel.at(x, y));
        EXPECT_FLOAT_EQ(kernel.at(x, y),
                        kernel.at(kernel.width() - 1 - x, kernel.height() - 1 - y));
      }
    }
    EXPECT_NEAR(sum, 1, 1e-5);
  }
}

TEST(Fft, InverseUndoesForward) {
  const Fft fft(48, 30);
  const Plane before = noise(48, 30, 1);
  HalfSpectrum spectrum(48, 30);
  Plane after(48, 30);
  fft.forward(before, spectrum);
  fft.inverse(spectrum, after);
  for (std::size_t i = 0; i < before.size(); ++i) {
    ASSERT_NEAR(before.data()[i], after.data()[i], 1e-5);
  }
}

TEST(DctDenoise, KeepsEverythingAtThresholdZero) {
  DctScratch scratch;
  for (const auto& [width, height] : {std::pair(8, 8), {9, 21}, {143, 60}, {257, 33}}) {
    const Plane before = noise(width, height, 1);
    Plane after;
    dct_denoise(before, after, 0, Plane(), 2, scratch);
    for (std::size_t i = 0; i < before.size(); ++i) {
      ASSERT_NEAR(before.data()[i], after.data()[i], 1e-5) << width << " x " << height;
    }
  }
}

TEST(DctDenoise, TakesNoiseFromAFlatPicture) {
  DctScratch scratch;
  Plane picture = noise(100, 90, 0.1f);  // a standard deviation of 0.1 / sqrt(12)
  Plane after;
  dct_denoise(picture, after, 0.1f, Plane(), 2, scratch);
  double before_power = 0, after_power = 0;
  for (std::size_t i = 0; i < picture.size(); ++i) {
    before_power += double(picture.data()[i]) * double(picture.data()[i]);
    after_power += double(after.data()[i]) * double(after.data()[i]);
  }
  EXPECT_LT(after_power, 0.1 * before_power);
}

TEST(Shrinkage, ItsGradientHasTheRightAdjoint) {
  const Shrinkage shrinkage;
  const Plane picture = noise(32, 24, 10);
  Plane adjoint(32, 24), dx(32, 24), dy(32, 24);
  shrinkage.shrink_gradients(picture, 1, adjoint, dx, dy);
  double left = 0, right = 0;
  for (int y = 0; y < 24; ++y) {
    for (int x = 0; x < 32; ++x) {
      const float here = picture.at(x, y);
      left += double((picture.at((x + 1) % 32, y) - here) * dx.at(x, y));
      left += double((picture.at(x, (y + 1) % 24) - here) * dy.at(x, y));
      right += double(here * adjoint.at(x, y));
    }
  }
  EXPECT_NEAR(left, right, 1e-3 * std::abs(left));
}

TEST(Opponent, GoesThereAndBack) {
  std::vector<Plane> channels = {noise(20, 20, 1), noise(20, 20, 0.4f), Plane(20, 20, 0.3f)};
  const auto before = channels;
  to_opponent(channels);
  from_opponent(channels);
  for (std::size_t c = 0; c < 3; ++c) {
    for (std::size_t i = 0; i < channels[c].size(); ++i) {
      ASSERT_NEAR(channels[c].data()[i], before[c].data()[i], 1e-6);
    }
  }
}

TEST(ToneCurve, EncodesWhatItLinearised) {
  const ToneCurve srgb;
  EXPECT_NEAR(srgb.linear(0.5f), 0.2140, 1e-3);
  for (int i = 0; i <= 255; ++i) {
    float value = static_cast<float>(i) / 255;
    const float before = value;
    srgb.linearise({&value, 1});
    srgb.encode({&value, 1});
    EXPECT_NEAR(value, before, 0.1 / 255);
  }
}

TEST(ToneCurve, FallsBackToSrgbForABrokenProfile) {
  const std::vector<std::byte> junk(200, std::byte{7});
  EXPECT_NEAR(tone_curves(junk)[1].linear(0.5f), 0.2140, 1e-3);
}

TEST(Tiles, CoverTheAreaOnce) {
  const Box area{13, 5, 1201, 777};
  std::vector<int> hits(1300 * 800);
  for (const auto& line : make_tiles(1300, 800, area, 300, 260, 40)) {
    for (const Tile& tile : line) {
      EXPECT_GE(tile.source.x, 0);
      EXPECT_LE(tile.source.x + tile.source.width, 1300);
      EXPECT_LE(tile.source.y + tile.source.height, 800);
      for (int y = tile.core.y; y < tile.core.y + tile.core.height; ++y) {
        for (int x = tile.core.x; x < tile.core.x + tile.core.width; ++x) {
          ++hits[std::size_t(y * 1300 + x)];
        }
      }
    }
  }
  for (int y = 0; y < 800; ++y) {
    for (int x = 0; x < 1300; ++x) {
      const bool inside = x >= 13 && x < 1214 && y >= 5 && y < 782;
      ASSERT_EQ(hits[std::size_t(y * 1300 + x)], inside ? 1 : 0);
    }
  }
}

TEST(Tiles, FitTheirTransform) {
  for (const int margin : {24, 56}) {
    for (const int length : {1, 31, 400, 2000, 6000, 60000}) {
      const Cut cut = best_cut(length + 50, length, margin, 4 * margin);
      const int longest = std::min(length + 50, cut.core + 2 * margin);
      EXPECT_GE(cut.core, 1);
      EXPECT_LE(longest + 4 * margin, cut.padded) << length;
    }
  }
}

TEST(Trust, FallsWhereTheResidualIsLarge) {
  Plane residual = noise(200, 100, 3.4f);  // about one standard deviation
  for (int y = 0; y < 100; ++y) {
    for (int x = 100; x < 200; ++x) residual.at(x, y) *= 5;
  }
  const Plane weight = trust(residual, 4);
  EXPECT_GT(weight.at(30, 50), 0.99f);
  EXPECT_LT(weight.at(170, 50), 0.01f);
}

TEST(Specks, AreTakenButLinesStay) {
  Plane picture = noise(40, 40, 0.1f);
  for (int x = 0; x < 40; ++x) picture.at(x, 30) = 1;
  picture.at(10, 10) = 1;
  picture.at(20, 10) = picture.at(21, 10) = -1;
  Plane cleaned = picture;
  take_specks(cleaned, 0.004f);
  EXPECT_LT(cleaned.at(10, 10), 0.2f);
  EXPECT_GT(cleaned.at(20, 10), -0.2f);
  EXPECT_GT(cleaned.at(21, 10), -0.2f);
  EXPECT_EQ(cleaned.at(20, 30), 1);
  EXPECT_EQ(cleaned.at(5, 20), picture.at(5, 20));
}

}  // namespace
}  // namespace sharpen::engine
