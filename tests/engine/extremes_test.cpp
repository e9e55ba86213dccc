#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "service/engine/engine.h"
#include "service/engine/estimate/blur_model.h"
#include "service/engine/render/fallback.h"
#include "tests/engine/scene.h"

namespace sharpen::engine {
namespace {

using test::Planes;

class ExtremesTest : public testing::Test {
 protected:
  Result<Report> run(const Planes& picture, const char* model, std::optional<Crop> crop = {}) {
    test::write_picture(folder_ / "in.png", FileFormat::png, picture);
    Settings settings;
    settings.model = model;
    settings.fast = true;
    settings.crop = crop;
    return sharpen_file(folder_ / "in.png", folder_ / "out.png", FileFormat::png, settings, {}, {});
  }
  void expect_unchanged(const Planes& picture) {
    for (const char* model : {"Strong", "Lens Blur V2", "Motion Blur"}) {
      const auto report = run(picture, model);
      ASSERT_TRUE(report) << report.error().text();
      EXPECT_FALSE(report->changed) << model << ": " << report->summary;
      EXPECT_EQ(test::read_rows(folder_ / "in.png"), test::read_rows(folder_ / "out.png")) << model;
    }
  }
  test::Folder folder_;
};

Planes gray(Plane plane) { return {plane, plane, plane}; }

/// Windows with frames and lines of letters: strokes one pixel wide, at random but in a raster.
Planes screenshot(int width, int height) {
  Plane page(width, height, 0.94f);
  std::mt19937 random(4);
  const auto fill = [&](int x, int y, int columns, int rows, float value) {
    for (int j = std::max(y, 0); j < std::min(y + rows, height); ++j) {
      for (int i = std::max(x, 0); i < std::min(x + columns, width); ++i) page.at(i, j) = value;
    }
  };
  fill(0, 0, width, 22, 0.25f);
  fill(12, 34, width / 2, height - 60, 1);
  for (int y = 42; y < height - 40; y += 13) {
    for (int x = 20; x < width - 20; x += 7) {
      if (random() % 6 == 0) continue;
      for (int stroke = 0; stroke < 3; ++stroke) {
        const bool upright = random() % 2 == 0;
        fill(x + static_cast<int>(random() % 5), y + static_cast<int>(random() % 8),
             upright ? 1 : 5, upright ? 8 : 1, 0.1f);
      }
    }
  }
  return gray(std::move(page));
}

TEST_F(ExtremesTest, LeavesAScreenshotAlone) { expect_unchanged(screenshot(420, 340)); }

TEST_F(ExtremesTest, LeavesAnOverSharpenedPictureAlone) {
  Planes picture = test::photograph(test::leaves(380, 320, 3), Plane(1, 1, 1.0f), false, 1, 5);
  for (Plane& plane : picture) {
    const Plane smooth = box_mean(plane, 2);
    for (std::size_t i = 0; i < plane.size(); ++i) {
      plane.data()[i] =
          std::clamp(0.1f + 0.8f * (2 * plane.data()[i] - smooth.data()[i]), 0.0f, 1.0f);
    }
  }
  expect_unchanged(picture);
}

// What the denoiser has left of finest detail looked like the zeros of a disk in these scenes, and
// undoing it drew stripes.
TEST_F(ExtremesTest, DrawsNoStripesIntoItsOwnResult) {
  const Plane kernel = point_spread({Family::gauss, 2.5, 0});
  for (const unsigned seed : {6u, 8u}) {
    const Planes scene = test::leaves(380, 340, seed);
    const auto report = run(test::photograph(scene, kernel, false, 1, 5), "Strong");
    ASSERT_TRUE(report && report->changed);
    const Planes once = test::read_picture(folder_ / "out.png");
    for (const char* model : {"Strong", "Lens Blur V2"}) {
      const auto again = run(once, model);
      ASSERT_TRUE(again) << again.error().text();
      EXPECT_TRUE(again->family == "none" || again->family == "mixed") << again->summary;
      const Planes twice = test::read_picture(folder_ / "out.png");
      EXPECT_GT(test::psnr(twice, scene, 20), test::psnr(once, scene, 20) - 3) << model << seed;
    }
  }
}

TEST_F(ExtremesTest, LeavesAThinStripAlone) {
  std::mt19937 random(2);
  Plane strip(3, 20000);
  for (float& value : strip.values()) value = static_cast<float>(random() % 256) / 255;
  expect_unchanged(gray(std::move(strip)));
}

TEST_F(ExtremesTest, LeavesTwoLevelsAlone) {
  Plane halves(260, 240);
  for (int y = 0; y < 240; ++y) std::fill_n(halves.row(y) + 130, 130, 1.0f);
  expect_unchanged(gray(std::move(halves)));
}

// The border between two tiles of the whole picture lies in the middle of the crop's only tile.
TEST_F(ExtremesTest, ShowsNoSeams) {
  const Planes picture =
      test::photograph(test::leaves(840, 200, 8), point_spread({Family::disk, 3, 0}), true, 1, 5);
  const auto whole = run(picture, "Strong");
  ASSERT_TRUE(whole && whole->changed);
  const Planes all = test::read_picture(folder_ / "out.png");
  const auto part = run(picture, "Strong", Crop{220, 0, 400, 200});
  ASSERT_TRUE(part && part->changed);
  const Planes middle = test::read_picture(folder_ / "out.png");
  // Both runs guess what lies beyond their tiles, so they differ a little, but no more where two
  // tiles meet than elsewhere.
  constexpr int kBorder = 420, kFirst = 300, kLast = 540;
  double squares = 0, steps = 0, seam = 0;
  for (int x = kFirst; x < kLast; ++x) {
    double step = 0;
    for (std::size_t c = 0; c < 3; ++c) {
      for (int y = 0; y < 200; ++y) {
        const auto difference = [&](int column) {
          return 255 * double(all[c].at(column, y) - middle[c].at(column - 220, y));
        };
        squares += std::pow(difference(x), 2) / (600 * (kLast - kFirst));
        step += (difference(x) - difference(x - 1)) / 600;
      }
    }
    steps += step * step / (kLast - kFirst);
    if (x == kBorder) seam = step;
  }
  EXPECT_LT(std::sqrt(squares), 2);
  EXPECT_LT(std::sqrt(steps), 0.5);
  EXPECT_LT(std::abs(seam), 3 * std::sqrt(steps));
}

TEST_F(ExtremesTest, ChangesOnlyWhatIsOutOfFocus) {
  const Planes scene = test::leaves(800, 400, 8);
  Planes picture = test::photograph(scene, point_spread({Family::disk, 4, 0}), true, 1, 5);
  const Planes sharp = test::photograph(scene, Plane(1, 1, 1.0f), true, 1, 5);
  for (std::size_t c = 0; c < 3; ++c) {
    for (int y = 0; y < 400; ++y) std::copy_n(sharp[c].row(y), 400, picture[c].row(y));
  }
  const auto report = run(picture, "Refocus");
  ASSERT_TRUE(report && report->changed);
  EXPECT_TRUE(report->summary.starts_with("mixed focus")) << report->summary;
  EXPECT_EQ(report->family, "mixed");
  const Planes before = test::read_picture(folder_ / "in.png");
  const Planes after = test::read_picture(folder_ / "out.png");
  for (std::size_t c = 0; c < 3; ++c) {
    for (int y = 0; y < 400; ++y) {
      ASSERT_TRUE(std::equal(before[c].row(y), before[c].row(y) + 392, after[c].row(y))) << y;
    }
  }
  EXPECT_GT(test::psnr(after, scene, 8), test::psnr(before, scene, 8) + 0.5);
}

TEST_F(ExtremesTest, TellsTheDomainOfASoftness) {
  const Plane kernel = point_spread({Family::gauss, 2, 0});
  for (const bool linear : {false, true}) {
    const auto report =
        run(test::photograph(test::leaves(380, 340, 11), kernel, linear, 1, 5), "Standard");
    ASSERT_TRUE(report);
    EXPECT_EQ(report->family, "gauss");
    EXPECT_EQ(report->linear_light, linear);
  }
}

struct Said {
  Blur blur;
  const char* model;
  const char* begin;
};

class WhatIsSaid : public ExtremesTest, public testing::WithParamInterface<Said> {};

TEST_P(WhatIsSaid, NamesTheBlur) {
  const auto& [blur, model, begin] = GetParam();
  const auto report =
      run(test::photograph(test::leaves(380, 340, 11), point_spread(blur), false, 1, 5), model);
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->summary.starts_with(begin)) << report->summary;
  EXPECT_TRUE(report->summary.contains(", noise ")) << report->summary;
  EXPECT_GT(report->confidence, 0.5);
}

INSTANTIATE_TEST_SUITE_P(
    Extremes, WhatIsSaid,
    testing::Values(Said{{Family::disk, 4, 0}, "Lens Blur", "defocus, radius 4.0 px"},
                    Said{{Family::gauss, 2, 0}, "Standard", "softness, sigma "},
                    Said{{Family::motion, 12, 30}, "Motion Blur", "motion, length 12."}));

}  // namespace
}  // namespace sharpen::engine
